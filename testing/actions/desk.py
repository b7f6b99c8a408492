"""The sampling desk: find, temperature, tube, collected. Each scan carries its own number and can be sent again."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Exists, F, OuterRef, QuerySet, Subquery

from parkportal.clock import park_now
from parkportal.prepared import Prepared, Step, inserting, send
from parkportal.records.codes import take_code
from parkportal.states import Refused
from testing.actions.notices import call_about_fever
from testing.actions.pooling import is_place_gone, issue_pool, join_pool, pool_facts, shares_a_tube
from testing.actions.tubes import ScannedTube, count_label_print, read_tube, refuse_unusable, tube_facts
from testing.models import (
    DoorStop,
    Group,
    InvalidReason,
    Mode,
    PoolMember,
    SignUp,
    SignUpMove,
    SignUpStatus,
    Slot,
    Specimen,
    SpecimenMove,
    SpecimenStatus,
)

FEVER = Decimal("37.3")
LOWEST, HIGHEST = Decimal("34.0"), Decimal("42.0")
PLACE_TRIES = 20  # as many as a mixed tube has places
_LABELS = dict(SignUpStatus.choices)


class Done(Refused):
    """It was done before; `facts` say when, where and by whom."""


def read_temperature(text: str) -> Decimal:
    """36.5 from 36.5, 365, 36。5 or 36.5℃. Raises Refused `temperature` outside 34.0–42.0 or with two decimals."""
    digits = unicodedata.normalize("NFKC", text).strip().replace("。", ".").replace(",", ".").rstrip("℃°CcFf度 ")
    if re.fullmatch("[0-9]{3}", digits):
        digits = f"{digits[:2]}.{digits[2]}"
    if not re.fullmatch(r"[0-9]{2}(\.[0-9]+)?", digits):
        raise Refused("temperature", "体温要写成 36.5 这样的数。", said="没读懂体温")
    value = Decimal(digits)
    if value != value.quantize(Decimal("0.1")) or not LOWEST <= value <= HIGHEST:
        raise Refused("temperature", "体温在 34.0 到 42.0 ℃ 之间，一位小数。", said="体温不对")
    return value


_AT_DESK = Prepared()
NOT_ASKED_FOR = ("phone", "guardian_name", "declared", "address")  # sealed, and read by no usual step of the desk


def _lock(
    user: Any,
    session_id: int,
    code: str,
    token: UUID | None,
    *,
    facts: Any = None,
    lane: int | None = None,
    **values: Any,
) -> Any:
    """The person at the desk, locked, with what else has to be known; one statement. Raises Refused `unknown_person`.

    `facts(session_id, lane, **values)` gives the annotations. The statement is compiled once for a desk and its user.
    """

    def build(*, code: str, token: UUID | None, **values: Any) -> QuerySet[SignUp]:
        people: QuerySet[SignUp] = SignUp.objects.at_desk(user, session_id).filter(code=code)
        return (
            people.select_for_update(of=("self",))
            .defer(*NOT_ASKED_FOR)
            .order_by()
            .annotate(
                is_replay=Exists(SignUpMove.objects.filter(token=token)),
                is_visited=Exists(DoorStop.objects.filter(signup=OuterRef("pk"), round__session=session_id)),
                lab=F("campaign__lab"),
                **(facts(session_id, lane or 1, **values) if facts else {}),
            )
        )

    key = (user.pk, user.role_codes, session_id, lane or 1, facts)
    found = _AT_DESK.first(key, build, code=code, token=token, **values)
    if found is None:
        raise Refused("unknown_person", "这次检测没有这个人的登记。", said="没有登记")
    return found


def measure(
    *,
    session_id: int,
    code: str,
    text: str,
    by: Any,
    token: UUID,
    lane: int | None = None,
    found_at: datetime | None = None,
    done_at: datetime | None = None,
) -> tuple[SignUp, bool]:
    """Write the temperature; the sign-up and whether it is normal. 37.3 ℃ and more stops the person (handbook §3), and
    a second time after the rest puts them into group A, to be sampled at the door; the committee's worklist says so.

    `done_at` is when it was measured, if the scan waited in the browser's queue.

    Raises Refused `temperature`, `unknown_person`, `door_only`, and Done when the swab is taken already.
    """
    value = read_temperature(text)
    with transaction.atomic():
        signup = _lock(by, session_id, code, token)
        if signup.is_replay:
            return signup, signup.status != SignUpStatus.STOPPED
        _may_be_sampled(signup)
        now = done_at or park_now()
        signup.temperature_tenths = int(value * 10)
        signup.attended_session_id = session_id
        kept = None if signup.status == SignUpStatus.RECOLLECT else signup.attended_at  # whoever comes again comes anew
        signup.attended_at = kept or _recent(found_at, now)
        has_fever = value >= FEVER and not signup.is_door
        to = SignUpStatus.STOPPED if has_fever else SignUpStatus.MEASURED
        again = signup.status == to
        save: tuple[str, ...] = ("temperature_tenths", "attended_session_id", "attended_at")
        routed_from = signup.group if again and to == SignUpStatus.STOPPED else None
        if routed_from:
            save += _to_the_door(signup)
            call_about_fever(signup, by=by)
        write_move(signup, to, by=by, at=now, token=token, session_id=session_id, lane=lane, save=save, again=again,
              routed_from=routed_from)  # fmt: skip
    return signup, to == SignUpStatus.MEASURED


def _to_the_door(signup: SignUp) -> tuple[str, ...]:
    """Twice too warm: group A3, no place at a sampling point any more; the columns that change."""
    if signup.slot_id is not None:
        Slot.objects.give_back(signup.slot_id)
    signup.group, signup.mode, signup.slot = Group.A3, Mode.DOOR, None
    return ("group", "mode", "slot_id")


def _recent(found_at: datetime | None, now: datetime) -> datetime:
    """When the person's code was scanned, if the desk said so and it is believable."""
    return found_at if found_at and now - timedelta(minutes=30) <= found_at <= now else now


def _may_be_sampled(signup: SignUp) -> None:
    if signup.is_door and not signup.is_visited:
        raise Refused("door_only", "这位要上门采样，不在采样点采", said="请稍等，不在这里采")
    if signup.status == SignUpStatus.CANCELLED:
        raise Refused("cancelled", "这份登记已经取消", said="登记已取消")
    if signup.status == SignUpStatus.COLLECTED:
        raise Done("already_collected", "已经采过", signup_id=signup.pk)


_MOVED = Prepared()


def _moved(*, pk: int, was: str, **changes: Any) -> tuple[QuerySet[SignUp], dict[str, Any]]:
    return SignUp.objects.filter(pk=pk, status=was), changes


def write_move(
    signup: SignUp,
    to: str,
    *,
    by: Any,
    at: datetime,
    token: UUID | None,
    session_id: int,
    lane: int | None,
    save: tuple[str, ...] = (),
    again: bool = False,
    reason: str = "",
    correction: bool = False,
    routed_from: str | None = None,
    along: Sequence[Step] = (),
) -> None:
    """A move that also says at which desk; `again` writes a repeated measurement of the same status, and `along` is
    what else is changed by it."""
    if not again and not correction and not signup.can_move(to):
        raise Refused("wrong_step", f"现在是“{_LABELS[signup.status]}”，不能这样做", said="步骤不对")
    was = signup.status
    changes = {"status": to, **{name: getattr(signup, name) for name in save}}
    move = SignUpMove(
        subject_id=signup.pk, from_status=was, to_status=to, effective_at=at, by_id=by.pk, token=token, session_id=session_id,
        lane=lane, reason=reason, is_correction=correction, routed_from=routed_from,
    )  # fmt: skip
    changed, *_ = send(_MOVED.changing((), _moved, pk=signup.pk, was=was, **changes), inserting(move), *along)
    if not changed:
        raise Refused("changed_meanwhile", "刚刚有人改过，请再扫一次", said="请再扫一次")
    signup.status = to


def issue_tube(*, session_id: int, code: str, by: Any, token: UUID, lane: int | None = None) -> tuple[SignUp, str]:
    """Give the person a new tube code to be printed on two labels; the sign-up and the code. Asked for again, the same
    code is printed again, and that is counted.

    Where people share a tube it is the code of a new mixed tube of the desk, and the person's step stays.
    Raises Refused `not_measured` before the temperature, `other_pool`, and Done after the swab.
    """
    with transaction.atomic():
        signup = _lock(by, session_id, code, token, facts=_facts_to_issue, lane=lane)
        if signup.is_replay:
            return signup, signup.held
        if signup.status == SignUpStatus.KITTED:
            count_label_print(specimen=Specimen.objects.get(barcode=signup.held), by=by)
            return signup, signup.held
        _may_be_sampled(signup)
        if signup.status != SignUpStatus.MEASURED:
            raise Refused("not_measured", "先测体温，再发条码", said="先测体温")
        now = park_now()
        if shares_a_tube(signup):
            return signup, issue_pool(signup, session_id=session_id, lane=lane or 1, by=by, at=now, token=token)
        write_move(signup, SignUpStatus.KITTED, by=by, at=now, token=token, session_id=session_id, lane=lane)
        specimen = Specimen.objects.create(
            barcode=take_code("YL"), signup=signup, session_id=session_id, lab_id=signup.lab, issued_at=now, lane=lane,
            label_prints=1,
        )  # fmt: skip
        SpecimenMove.objects.create(subject=specimen, to_status=SpecimenStatus.ISSUED, effective_at=now, by=by)
    return signup, specimen.barcode


def _facts_to_issue(session_id: int, lane: int) -> dict[str, Any]:
    return {"held": _held_barcode(), **pool_facts(ScannedTube("", ""), session_id=session_id, lane=lane)}


def _held_barcode() -> Subquery:
    from_tubes = Specimen.objects.live().filter(signup=OuterRef("pk"))
    return Subquery(from_tubes.values("barcode")[:1])


def collect(
    *,
    session_id: int,
    code: str,
    text: str,
    by: Any,
    token: UUID,
    lane: int | None = None,
    done_at: datetime | None = None,
) -> tuple[SignUp, str]:
    """Bind the scanned tube and mark it collected, or mark collected the tube that was printed here.

    `done_at` is when it was scanned, if the scan waited in the browser's queue.

    Every refusal comes by name and before anything changes: `wrong_kind`, `dropped_digit`, `bad_tube`, `tube_void`,
    `tube_used`, `tube_unknown`, `tube_foreign`, `other_tube`, `not_measured`, `stopped`. Done when it was done before.
    """
    tube = read_tube(text)
    for _ in range(PLACE_TRIES):
        try:
            with transaction.atomic():
                now = done_at or park_now()
                return _collect(tube, session_id=session_id, code=code, by=by, token=token, lane=lane, now=now)
        except IntegrityError as fault:
            if not is_place_gone(fault):
                raise _raced(fault, tube, token) from fault
    raise Refused("changed_meanwhile", "几个台同时在扫这支混采管，请再扫一次", said="请再扫一次")


def _collect(
    tube: ScannedTube, *, session_id: int, code: str, by: Any, token: UUID, lane: int | None, now: datetime
) -> tuple[SignUp, str]:
    signup = _lock(by, session_id, code, token, facts=_facts_to_collect, lane=lane, **asdict(tube))
    if signup.is_replay:
        return signup, signup.held or tube.barcode
    _may_be_sampled(signup)
    if signup.status == SignUpStatus.STOPPED:
        raise Refused("stopped", "体温异常，重新测过再采", said="先不要采")
    if signup.status not in {SignUpStatus.MEASURED, SignUpStatus.KITTED}:
        raise Refused("not_measured", "先测体温，再扫试管", said="先测体温")
    if shares_a_tube(signup):
        signup.pool = join_pool(signup, tube, session_id=session_id, lane=lane or 1, by=by, at=now)
        write_move(signup, SignUpStatus.COLLECTED, by=by, at=now, token=token, session_id=session_id, lane=lane)
        return signup, tube.barcode
    if signup.tube_pool:
        raise Refused("pool_excluded", "这位只能一人一管，不能混采", said="不能进混采管")
    refuse_unusable(signup, signup_id=signup.pk, lab_id=signup.lab)
    if signup.held and signup.held != tube.barcode:
        raise Refused("other_tube", f"这位领的是 {signup.held}", said="不是这支管")
    new = () if signup.held else _new_tube(signup, tube, session_id=session_id, by=by, at=now, lane=lane)
    write_move(signup, SignUpStatus.COLLECTED, by=by, at=now, token=token, session_id=session_id, lane=lane, along=new)
    if signup.held:
        _fill_issued(signup, tube, by=by, at=now)
    if signup.to_retest:
        PoolMember.objects.filter(pk=signup.to_retest).update(
            retest=Subquery(Specimen.objects.filter(barcode=tube.barcode).values("pk")[:1])
        )
    return signup, tube.barcode


def _facts_to_collect(session_id: int, lane: int, **scanned: Any) -> dict[str, Any]:
    tube = ScannedTube(**scanned)
    pools = pool_facts(tube, session_id=session_id, lane=lane)
    return {"held": _held_barcode(), "redo": _to_be_redone(), **tube_facts(tube), **pools}


def _to_be_redone() -> Subquery:
    """The tube that was taken from this person before and gave no result."""
    dead = [SpecimenStatus.RECOLLECT, SpecimenStatus.VOID]
    spoilt = Specimen.objects.filter(signup=OuterRef("pk"), status__in=dead, collected_at__isnull=False)
    return Subquery(
        spoilt.filter(recollected_as__isnull=True)
        .exclude(invalid_reason=InvalidReason.UNDONE)
        .order_by("-id")
        .values("pk")[:1]
    )


def _fill_issued(signup: SignUp, tube: ScannedTube, *, by: Any, at: datetime) -> None:
    specimen = Specimen.objects.get(barcode=tube.barcode)
    specimen.collected_at, specimen.collected_by, specimen.recorded_at = at, by, at
    specimen.recollect_of_id = signup.redo
    specimen.move_to(
        SpecimenStatus.COLLECTED, by=by, at=at, save=("collected_at", "collected_by", "recorded_at", "recollect_of_id")
    )


def _new_tube(
    signup: SignUp, tube: ScannedTube, *, session_id: int, by: Any, at: datetime, lane: int | None
) -> tuple[Step, Step]:
    """A pre-printed tube becomes this person's, with the swab in it."""
    specimen = Specimen(
        barcode=tube.barcode, signup_id=signup.pk, session_id=session_id, lab_id=signup.lab, lane=lane,
        status=SpecimenStatus.COLLECTED, issued_at=at, collected_at=at, collected_by_id=by.pk, recorded_at=at,
        recollect_of_id=signup.redo,
    )  # fmt: skip
    issued, collected = SpecimenStatus.ISSUED, SpecimenStatus.COLLECTED
    moves = (
        SpecimenMove(subject=specimen, to_status=issued, effective_at=at, by_id=by.pk),
        SpecimenMove(subject=specimen, from_status=issued, to_status=collected, effective_at=at, by_id=by.pk),
    )
    return inserting(specimen), inserting(*moves)


def _raced(fault: IntegrityError, tube: ScannedTube, token: UUID) -> Refused:
    """Two desks scanned one tube, or one scan came twice at once: the constraint decided."""
    if SignUpMove.objects.filter(token=token).exists():
        return Done("already_collected", "已经采过", token=token)
    if Specimen.objects.filter(barcode=tube.barcode, is_pool=True).exists():
        return Refused("changed_meanwhile", "刚刚有人开了这支混采管，请再扫一次", said="请再扫一次")
    if Specimen.objects.filter(barcode=tube.barcode).exists():
        return Refused("tube_used", "这支管刚刚给了别人", said="这支管不能用")
    raise fault
