"""Packing, sealing, handing over and receiving boxes: every tube has a whereabouts."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max, QuerySet
from django.urls import reverse

from parkportal.clock import local, park_now, park_today
from parkportal.idempotency import once
from parkportal.identifiers import CodeProblem, parse_code
from parkportal.messaging import outbox
from parkportal.records.audit import record
from parkportal.records.codes import take_code
from parkportal.states import Refused
from testing.actions.custody import advance, ask_to_come_again, reject
from testing.actions.tubes import read_tube
from testing.due import by_due_time, lab_clock
from testing.models import (
    Box,
    BoxCheck,
    BoxMove,
    BoxStatus,
    InvalidReason,
    Session,
    Specimen,
    SpecimenMove,
    SpecimenStatus,
)

NEXT_BOX = "next_box"
OPEN_TO_LAB = (BoxStatus.HANDED, BoxStatus.SHORT)


def read_box(text: str) -> str:
    """The code of a box. Raises Refused `wrong_kind` or `bad_box`."""
    try:
        code = parse_code(text)
    except CodeProblem as problem:
        raise Refused("bad_box", f"{problem}。", said="这不是箱码") from problem
    if code.prefix != "YX":
        raise Refused("wrong_kind", "这一步要扫样本箱的码。", said="扫错了码")
    return str(code)


def _hold_sitting(session_id: int) -> None:
    """One after the other among those who begin a box of a sitting: only one is packed at a time."""
    Session.objects.select_for_update(of=("self",)).get(pk=session_id)


def open_box(*, session: Session, by: Any, token: UUID | None = None) -> Box:
    """The box that is being packed at a session; a new one when there is none."""
    with transaction.atomic():
        _hold_sitting(session.pk)
        packing = session.boxes.filter(status=BoxStatus.PACKING).first()
        return packing or _new_box(session, by=by, token=token)


def _new_box(session: Session, *, by: Any, token: UUID | None) -> Box:

    def create() -> Box:
        last = session.boxes.aggregate(last=Max("number"))["last"] or 0
        box = Box.objects.create(
            code=take_code("YX"), session=session, lab=session.campaign.lab, number=last + 1, token=token
        )
        BoxMove.objects.create(subject=box, to_status=BoxStatus.PACKING, effective_at=box.created_at, by=by)
        return box

    return once(Box, token, create)[0]


def _locked(box: Box) -> Box:
    return Box.objects.select_for_update(of=("self",)).select_related("session", "lab", "handed_by").get(pk=box.pk)


def _scanned(text: str, *, at_lab: bool = False) -> Specimen:
    tube = read_tube(text)
    found = (
        Specimen.objects.select_for_update(of=("self",))
        .select_related("signup", "box", "session__point")
        .filter(barcode=tube.barcode)
        .first()
    )
    if found is None:
        raise Refused("tube_unknown", f"{tube.barcode} 没有人用过", said="箱单上没有" if at_lab else "没有这支管")
    return found


def pack_tube(*, box: Box, text: str, by: Any, token: UUID) -> tuple[Specimen, bool]:
    """Put a scanned tube into the next free place; the tube and whether it is new in the box.

    Raises Refused by name: `wrong_kind`, `dropped_digit`, `bad_tube`, `tube_unknown`, `tube_void`, `not_collected`,
    `other_box`, `other_session`, `box_full`, `box_sealed`.
    """
    with transaction.atomic():
        repeated = SpecimenMove.objects.filter(token=token).select_related("subject__signup").first()
        if repeated is not None:
            return repeated.subject, True
        box = _locked(box)
        specimen = _scanned(text)
        if specimen.box_id == box.pk:
            return specimen, False
        _may_be_packed(specimen, box)
        held = set(box.specimens.values_list("position", flat=True))
        free = next((place for place in range(1, box.places + 1) if place not in held), None)
        if free is None:
            raise Refused("box_full", "这一箱满了，请封箱再开一箱", said="箱子满了")
        specimen.box, specimen.position, specimen.put_off = box, free, None
        specimen.move_to(SpecimenStatus.PACKED, by=by, token=token, save=("box", "position", "put_off"))
    return specimen, True


def _may_be_packed(specimen: Specimen, box: Box) -> None:
    if box.status != BoxStatus.PACKING:
        raise Refused("box_sealed", "这一箱已经封了", said="箱子已封")
    if specimen.status == SpecimenStatus.VOID:
        raise Refused("tube_void", f"{specimen.barcode} 已经作废", said="不能装箱")
    if specimen.status == SpecimenStatus.ISSUED:
        raise Refused("not_collected", f"{specimen.barcode} 还没有采样", said="还没有采样")
    if specimen.session_id != box.session_id:
        raise Refused("other_session", f"{specimen.barcode} 是 {specimen.session} 采的", said="不是这一场的")
    if specimen.box is not None:
        words = f"{specimen.barcode} 在 {specimen.box.code} 第 {specimen.position} 位"
        raise Refused("other_box", words, said="在另一箱")
    if specimen.status != SpecimenStatus.COLLECTED:
        raise Refused("tube_used", f"{specimen.barcode} {specimen.get_status_display()}", said="不能装箱")


def take_out_last(*, box: Box, by: Any, token: UUID | None = None) -> Specimen:
    """Take the tube that was packed last out again; the same token gives the same tube. Raises Refused `box_empty`,
    `box_sealed`."""
    with transaction.atomic():
        box = _locked(box)
        repeated = SpecimenMove.objects.filter(token=token, token__isnull=False).select_related("subject").first()
        if repeated is not None:
            return repeated.subject
        if box.status != BoxStatus.PACKING:
            raise Refused("box_sealed", "这一箱已经封了", said="箱子已封")
        last = SpecimenMove.objects.filter(subject__box=box, to_status=SpecimenStatus.PACKED).order_by("-id").first()
        if last is None:
            raise Refused("box_empty", "箱子里没有管", said="箱子是空的")
        specimen = Specimen.objects.select_for_update(of=("self",)).get(pk=last.subject_id)
        specimen.box, specimen.position = None, None
        specimen.move_to(
            SpecimenStatus.COLLECTED, by=by, token=token, reason="从箱里拿出", save=("box", "position"), correction=True
        )
    return specimen


def missing_tubes(box: Box) -> QuerySet[Specimen]:
    """Collected no later than the box's latest tube, in no box, and not put off to the next one; when the sitting is over,
    an empty box misses every tube that is in none."""
    latest = box.specimens.aggregate(latest=Max("collected_at"))["latest"]
    loose = Specimen.objects.loose().filter(session=box.session_id).select_related("signup", "collected_by")
    if latest is None:
        return loose.none() if box.session.status == Session.Status.OPEN else loose.exclude(put_off=box)
    return loose.filter(collected_at__lte=latest).exclude(put_off=box).order_by("collected_at")


def account_for(*, box: Box, specimen: Specimen, what: str, by: Any) -> Specimen:
    """Say where a missing tube is: in the next box, or leaked, broken, lost, which makes it void and asks the person again.

    Raises Refused `unknown_reason`, or what `reject` raises.
    """
    with transaction.atomic():
        specimen = Specimen.objects.select_for_update(of=("self",)).get(pk=specimen.pk)
        if what == NEXT_BOX:
            specimen.put_off = box
            specimen.save(update_fields=["put_off"])
            record("specimen.put_off", by=by, subject=specimen, after={"code": box.code})
        elif what in InvalidReason.values:
            reject(specimen, by=by, at=park_now(), reason=what)
        else:
            raise Refused("unknown_reason", "请选这支管怎么了。")
    return specimen


def _moved_before(box: Box, token: UUID | None) -> bool:
    """The same press of the same button: what it did the first time stands."""
    return token is not None and box.moves.filter(token=token).exists()


def seal_box(*, box: Box, seal: str, by: Any, token: UUID | None = None) -> Box:
    """Close the box under a seal; the count is what the laboratory expects. The same token gives the first outcome.

    Raises Refused `box_empty`, or `tubes_missing` while a tube has no whereabouts.
    """
    with transaction.atomic():
        box = _locked(box)
        if _moved_before(box, token):
            return box
        packed = box.specimens.count()
        if not packed:
            raise Refused("box_empty", "箱子里还没有管，不能封。")
        missing = missing_tubes(box).count()
        if missing:
            raise Refused("tubes_missing", f"还有 {missing} 管没有去处，不能封箱。")
        now = park_now()
        box.seal, box.expected, box.sealed_at = seal, packed, now
        box.move_to(BoxStatus.SEALED, by=by, at=now, save=("seal", "expected", "sealed_at"), token=token)
    return box


def reopen_box(*, box: Box, by: Any, reason: str) -> Box:
    """Break the seal before the hand-over; a box that is open already stays so.

    Raises Refused `box_handed` when it is on its way, `other_open` while another box of the sitting is being packed.
    """
    with transaction.atomic():
        _hold_sitting(box.session_id)
        box = _locked(box)
        if box.status == BoxStatus.PACKING:
            return box
        if box.status != BoxStatus.SEALED:
            raise Refused("box_handed", "这一箱已经交出，不能再打开。")
        other = Box.objects.filter(session=box.session_id, status=BoxStatus.PACKING).first()
        if other is not None:
            raise Refused("other_open", f"第 {other.number} 箱 {other.code} 还没有封：先封好那一箱，再拆这一箱。")
        box.move_to(BoxStatus.PACKING, by=by, reason=reason, correction=True)
    return box


def hand_over(
    *,
    box: Box,
    courier: str,
    plate: str,
    temperature_tenths: int | None,
    by: Any,
    temperature_note: str = "",
    token: UUID | None = None,
) -> Box:
    """The box leaves with a courier; each tube in it is handed over at that moment. The same token gives the first
    outcome.

    Raises Refused `too_warm` for a box outside 2–8 ℃ that nobody explains.
    """
    with transaction.atomic():
        box = _locked(box)
        if _moved_before(box, token):
            return box
        now = park_now()
        box.courier, box.plate, box.temperature_tenths = courier, plate, temperature_tenths
        box.temperature_note = "" if box.is_cold else temperature_note.strip()
        if not box.is_cold and not box.temperature_note:
            raise Refused("too_warm", f"箱内 {box.temperature} ℃，要求 2–8 ℃：换冰袋再测，或者写明原因。")
        box.handed_at, box.handed_by = now, by
        save = ("courier", "plate", "temperature_tenths", "temperature_note", "handed_at", "handed_by")
        box.move_to(BoxStatus.HANDED, by=by, at=now, save=save, token=token)
        tubes = list(box.specimens.select_for_update().order_by("position"))
        advance(tubes, SpecimenStatus.HANDED, by=by, at=now, handed_at=now)
    return box


def see_tube(*, box: Box, text: str, by: Any, token: UUID, reason: str = "") -> tuple[Specimen, bool]:
    """The laboratory scans a tube of the box; `reason` says why it is not fit. The tube and whether it is seen newly.

    A tube of a box that was signed for with a shortage is received at once when it turns up.
    Raises Refused by name: what `read_tube` raises, `tube_unknown`, `not_in_box`, `already_seen`, `not_expected` for
    one that was given up meanwhile.
    """
    with transaction.atomic():
        box = _locked(box)
        specimen = _scanned(text, at_lab=True)
        if specimen.box_id != box.pk:
            words = f"{specimen.barcode} 不在这一箱的箱单上"
            raise Refused("not_in_box", words, said="箱单上没有")
        check, is_new = once(
            BoxCheck,
            token,
            lambda: _check(box, specimen, by=by, token=token, reason=reason),
        )
        if is_new and box.status == BoxStatus.SHORT:
            _receive(box, [check], by=by)
            _close_shortage(box, by=by)
    return specimen, is_new


def _check(box: Box, specimen: Specimen, *, by: Any, token: UUID | None, reason: str) -> BoxCheck:
    seen = BoxCheck.objects.filter(specimen=specimen).first()
    if seen is not None:
        words = f"{specimen.barcode} 扫过了，{local(seen.seen_at):%H:%M}"
        raise Refused("already_seen", words, said="扫过了")
    if specimen.status != SpecimenStatus.HANDED or box.status not in OPEN_TO_LAB:
        words = f"{specimen.barcode} 现在是“{specimen.get_status_display()}”，不再收"
        raise Refused("not_expected", words, said="这管不收了")
    return BoxCheck.objects.create(
        box=box, specimen=specimen, is_fit=not reason, reason=reason, seen_by=by, token=token
    )


def see_all_tubes(*, box: Box, by: Any, counted: int | None) -> int:
    """The count agrees and every tube looks fit: the rest of the list is seen. How many that were.

    `counted` is how many tubes somebody counted in the box; None for what was no number. Raises Refused `no_count`;
    `count_differs` when it is not what the sheet says, since a count does not tell which one is missing; `box_received`.
    """
    with transaction.atomic():
        box = _locked(box)
        if box.status != BoxStatus.HANDED:
            raise Refused("box_received", f"这一箱现在是“{box.get_status_display()}”，不用再点数。", said="签收过了")
        if counted is None:
            raise Refused("no_count", "请数一数箱里有几管，填数字", said="没有点数")
        if counted != box.expected:
            words = f"数出 {counted} 管，箱单上是 {box.expected} 管"
            raise Refused("count_differs", words, said="数量不符")
        rest = box.specimens.filter(box_check__isnull=True)
        made = BoxCheck.objects.bulk_create([BoxCheck(box=box, specimen=tube, seen_by=by) for tube in rest])
    return len(made)


def receive_box(*, box: Box, seal_state: str, short_reason: str = "", by: Any, token: UUID | None = None) -> Box:
    """Sign for a box: seen tubes are received, unfit ones go back as 需重采, unseen ones stay blocked alone.

    Raises Refused `short_reason` when tubes are missing and nobody says why, `nothing_seen`, `box_received`.
    """
    with transaction.atomic():
        box = _locked(box)
        if _moved_before(box, token):
            return box
        if box.status != BoxStatus.HANDED:
            raise Refused("box_received", f"这一箱现在是“{box.get_status_display()}”，不用再签收。")
        checks = list(box.checks.select_related("specimen"))
        if not checks:
            raise Refused("nothing_seen", "还没有核对一管，请先扫管或点“都在”。")
        missing = (box.expected or 0) - len(checks)
        if missing and not short_reason:
            raise Refused("short_reason", f"少 {missing} 管，请说明去向。", field="short_other")
        now = park_now()
        box.seal_state, box.short_reason = seal_state, short_reason if missing else ""
        box.received_at, box.received_by = now, by
        box.actual = sum(check.is_fit for check in checks)
        save = ("seal_state", "short_reason", "received_at", "received_by", "actual")
        status = BoxStatus.SHORT if missing else BoxStatus.RECEIVED
        box.move_to(status, by=by, at=now, reason=short_reason, save=save, token=token)
        _receive(box, checks, by=by)
        if missing:
            _ask_the_point(box, by=by)
    return box


def _ask_the_point(box: Box, *, by: Any) -> None:
    """Whoever handed the box over is asked at once where the missing tubes are."""
    if box.handed_by is None:
        return
    link = reverse("testing:box", args=[box.code])
    values = {"name": box.handed_by.name, "link": link}
    outbox.put("tubes_missing", occasion=f"box:{box.pk}", to_user=box.handed_by, values=values, by=by)


def _receive(box: Box, checks: Sequence[BoxCheck], *, by: Any) -> None:
    """Each seen tube is received now; its due time is what was agreed with the laboratory."""
    now = park_now()
    fit_ids = [check.specimen_id for check in checks if check.is_fit]
    fit = list(Specimen.objects.select_for_update().filter(pk__in=fit_ids).order_by("position"))
    for tube in fit:
        tube.received_at = now
    for due, tubes in by_due_time(lab_clock(box.lab_id, park_today()), fit).items():
        advance(tubes, SpecimenStatus.RECEIVED, by=by, at=now, received_at=now, due_at=due)
    for check in checks:
        if not check.is_fit:
            specimen = Specimen.objects.select_for_update(of=("self",)).get(pk=check.specimen_id)
            specimen.received_at, specimen.invalid_reason, specimen.rejected_at = now, check.reason, now
            specimen.move_to(
                SpecimenStatus.RECOLLECT, by=by, at=now, reason=InvalidReason(check.reason).label,
                save=("received_at", "invalid_reason", "rejected_at"),
            )  # fmt: skip
            ask_to_come_again(specimen, by=by, at=now, reason=check.reason)


def give_up_tube(*, box: Box, specimen: Specimen, reason: str, by: Any) -> Specimen:
    """A tube that was on the sheet is not found: it gives no result, and the person comes again.

    Raises Refused `not_short` for a tube that is not missing, `unknown_reason`.
    """
    if reason not in InvalidReason.values:
        raise Refused("unknown_reason", "请选这支管怎么了。")
    with transaction.atomic():
        box = _locked(box)
        specimen = Specimen.objects.select_for_update(of=("self",)).get(pk=specimen.pk)
        if specimen.box_id != box.pk or box.status != BoxStatus.SHORT or specimen.status != SpecimenStatus.HANDED:
            raise Refused("not_short", f"{specimen.barcode} 不是这一箱短少的管。")
        reject(specimen, by=by, at=park_now(), reason=reason)
        _close_shortage(box, by=by)
    return specimen


def _close_shortage(box: Box, *, by: Any) -> None:
    left = box.specimens.filter(status=SpecimenStatus.HANDED).exists()
    box.actual = box.checks.filter(is_fit=True).count()
    box.save(update_fields=["actual"])
    if not left:
        box.move_to(BoxStatus.RECEIVED, by=by, reason="短少的管都有了下落")
