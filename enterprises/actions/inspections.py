"""Inspections: recorded on the spot, rectification ordered, evidence sent, re-inspected, overdue orders reminded."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.urls import reverse

from enterprises.models import Enterprise, Finding, Inspection, InspectionPhoto
from parkportal.accounts.models import User, in_force
from parkportal.clock import day_of, end_of, park_now, park_today
from parkportal.idempotency import once
from parkportal.messaging import outbox
from parkportal.records.audit import record
from parkportal.records.files import keep
from parkportal.records.sniffing import PICTURES
from parkportal.states import Refused

Stage = InspectionPhoto.Stage
Status = Inspection.Status
CONCLUSIONS = (Status.CLOSED, Status.RECTIFYING, Status.CONTINUED)


def record_inspection(
    *,
    enterprise: Enterprise,
    answers: Sequence[Mapping[str, Any]],
    findings: Sequence[Mapping[str, str]],
    photos: Sequence[UploadedFile],
    by: Any,
    facts: Mapping[str, Any],
    token: UUID | None = None,
) -> tuple[Inspection, bool]:
    """One inspection and whether it is new: without findings 合格, else 限期整改 with `due_on` and `responsible`.

    `findings` hold item, severity, words, demand; `facts` place, met_name, note, due_on, responsible. The same token
    again gives the first row. Raises Refused `order_incomplete`, and what `keep` refuses.
    """
    due_on, responsible = facts.get("due_on"), facts.get("responsible", "")
    if findings and not (due_on and responsible):
        raise Refused("order_incomplete", "有问题的，要写明整改期限和责任人。")

    def create() -> Inspection:
        inspection = Inspection.objects.create(
            enterprise=enterprise,
            by=by,
            answers=list(answers),
            status=Status.RECTIFYING if findings else Status.PASSED,
            due_on=due_on if findings else None,
            responsible=responsible if findings else "",
            token=token,
            **{name: facts.get(name, "") for name in ("place", "met_name", "note")},
        )
        Finding.objects.bulk_create([Finding(inspection=inspection, **row) for row in findings])
        _keep(inspection, photos, Stage.FOUND, by)
        inspection.moves.create(to_status=inspection.status, by=by)
        if findings:
            _tell(inspection, "rectification_ordered", occasion=f"order-{inspection.pk}", by=by)
        return inspection

    with transaction.atomic():
        return once(Inspection, token, create)


def send_evidence(
    *, inspection: Inspection, words: str, photos: Sequence[UploadedFile], by: Any, token: UUID | None = None
) -> Inspection:
    """The enterprise says what was put right, with pictures; it waits for the re-inspection. Reminders are taken back.

    Raises Refused `forbidden_move`; AlreadyMoved; what `keep` refuses.
    """
    with transaction.atomic():
        locked = Inspection.objects.select_for_update().get(pk=inspection.pk)
        if token is not None and locked.moves.filter(token=token).exists():
            return locked
        _keep(locked, photos, Stage.EVIDENCE, by)
        locked.move_to(Status.SUBMITTED, by=by, reason=words, token=token)
        outbox.withdraw("rectification_overdue", occasion=_overdue(locked), by=by, reason="整改材料交了")
    return locked


def reinspect(
    *,
    inspection: Inspection,
    conclusion: str,
    words: str,
    photos: Sequence[UploadedFile],
    by: Any,
    due_on: date | None = None,
    token: UUID | None = None,
) -> Inspection:
    """复查结论: 合格 closes it, 限期整改 and 继续整改 set a new term (`due_on`, after today).

    Who comes before any evidence was sent puts it to 待复查 by coming. Raises Refused `term_missing`, `forbidden_move`.
    """
    if conclusion not in CONCLUSIONS:
        raise Refused("no_conclusion", "请选复查结论。")
    if conclusion != Status.CLOSED and (due_on is None or due_on <= park_today()):
        raise Refused("term_missing", "没有改好的，要写明新的期限，在今天以后。")
    with transaction.atomic():
        locked = Inspection.objects.select_for_update().get(pk=inspection.pk)
        if token is not None and locked.moves.filter(token=token).exists():
            return locked
        if locked.status in {Status.RECTIFYING, Status.CONTINUED}:
            locked.move_to(Status.SUBMITTED, by=by, reason="到场复查")
        outbox.withdraw("rectification_overdue", occasion=_overdue(locked), by=by, reason="复查过了")
        _keep(locked, photos, Stage.SEEN_AGAIN, by)
        if due_on is not None and conclusion != Status.CLOSED:
            locked.due_on = due_on
        move = locked.move_to(conclusion, by=by, reason=words, token=token, save=("due_on",))
        if conclusion != Status.CLOSED:
            _tell(locked, "rectification_ordered", occasion=f"order-{locked.pk}-{move.pk}", by=by)
    return locked


def void_inspection(*, inspection: Inspection, reason: str, by: Any) -> Inspection:
    """Entered by mistake: it stays readable and counts no more. Raises Refused `no_reason`, `forbidden_move`."""
    if not reason.strip():
        raise Refused("no_reason", "请写明为什么作废。")
    with transaction.atomic():
        locked = Inspection.objects.select_for_update().get(pk=inspection.pk)
        locked.move_to(Status.VOID, by=by, reason=reason.strip()[:200])
        outbox.withdraw("rectification_ordered", occasion=f"order-{locked.pk}", by=by, reason="检查作废")
        record("inspection.voided", by=by, subject=locked, reason=reason[:200])
    return locked


def remind_overdue_rectifications(now: datetime | None = None) -> int:
    """One message to the enterprise's people and to the inspector for each order whose term is over. How many stand.

    Called by the schedule every few minutes; the outbox keeps it at one for each person and term.
    """
    now = now or park_now()
    count = 0
    rows = Inspection.objects.overdue(day_of(now)).select_related("enterprise", "by")
    for inspection in rows.order_by("id"):
        count += _tell(inspection, "rectification_overdue", occasion=_overdue(inspection), by=None, inspector=True)
    return count


def _overdue(inspection: Inspection) -> str:
    return f"overdue-{inspection.pk}-{inspection.due_on}"


def _keep(inspection: Inspection, photos: Sequence[UploadedFile], stage: str, by: Any) -> None:
    for upload in photos:
        kept = keep(upload, name="检查照片", purpose="inspection_photo", owner=None, allow=PICTURES)
        InspectionPhoto.objects.create(inspection=inspection, file=kept, stage=stage, by=by)


def _tell(inspection: Inspection, purpose: str, *, occasion: str, by: Any, inspector: bool = False) -> int:
    """One message to each contact in force (and the inspector); how many."""
    contacts = inspection.enterprise.contacts.filter(in_force()).values("user")
    people = list(User.objects.filter(pk__in=contacts, is_active=True).order_by("id"))
    if inspector and inspection.by.is_active and inspection.by not in people:
        people.append(inspection.by)
    due = inspection.due_on or park_today()
    for user in people:
        outbox.put(
            purpose,
            occasion=occasion,
            to_user=user,
            values={
                "name": user.name,
                "day": f"{due.month}月{due.day}日",
                "link": reverse("enterprises:inspection_detail", args=[inspection.pk]),
            },
            expires_at=max(end_of(due), end_of(park_today())),
            by=by,
            label=inspection.enterprise.name,
            about_id=inspection.enterprise_id,
            context_id=inspection.pk,
        )
    return len(people)
