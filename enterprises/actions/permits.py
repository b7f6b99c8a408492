"""绿色通道: a permit is taken in with its terms, led from stage to stage, decided with the working days it took."""

from collections.abc import Mapping
from datetime import date, time
from typing import Any
from uuid import UUID

from django.db import transaction
from django.urls import reverse

from enterprises.models import Enterprise, PermitCase
from enterprises.models.permits import FINISHED, PermitStatus
from parkportal.accounts.models import in_force
from parkportal.clock import at, day_of, park_now, park_today
from parkportal.idempotency import once
from parkportal.messaging import outbox
from parkportal.records.calendar import day_after_working_days, working_days_after
from parkportal.records.models import Term
from parkportal.states import Refused

NOON = time(12)
TOLD = (PermitStatus.SUPPLEMENT, *FINISHED)  # of what the enterprise hears by message
EXPLAINED = (PermitStatus.SUPPLEMENT, PermitStatus.DENIED, PermitStatus.WITHDRAWN)


def terms_of(kind: str) -> dict[str, Any]:
    """What the dictionary says of a kind of permit: `label`, `office`, `statutory` and `promised` in working days."""
    term = Term.objects.filter(kind="permit_kind", code=kind).first()
    return {"label": term.label, **term.settings} if term else {"label": ""}


def open_permit(
    *, enterprise: Enterprise, facts: Mapping[str, Any], by: Any, token: UUID | None = None
) -> tuple[PermitCase, bool]:
    """受理, with the promised day by the park's calendar. The same token again gives the first case.

    `facts`: name, office, statutory_days, promised_days, accepted_on, owner, note. Raises Refused `day_to_come`.
    """
    accepted_on = facts["accepted_on"]
    if accepted_on > park_today():
        raise Refused("day_to_come", "受理日期不能在今天以后。", field="accepted_on")

    def create() -> PermitCase:
        due_on = day_after_working_days(accepted_on, facts["promised_days"])
        permit = PermitCase.objects.create(enterprise=enterprise, due_on=due_on, token=token, **facts)
        permit.moves.create(to_status=permit.status, by=by, effective_at=_moment(accepted_on))
        return permit

    with transaction.atomic():
        return once(PermitCase, token, create)


def move_permit(
    *, permit: PermitCase, to: str, on: date, by: Any, reason: str = "", token: UUID | None = None
) -> PermitCase:
    """The next stage, on the day it happened. A decision writes how many working days it took since 受理.

    Raises Refused `day_to_come`, `before_last_step`, `no_reason`, `forbidden_move`; AlreadyMoved.
    """
    if on > park_today():
        raise Refused("day_to_come", "日期不能在今天以后。", field="on")
    if to in EXPLAINED and not reason.strip():
        raise Refused("no_reason", "请写明要补什么，或者为什么。", field="reason")
    with transaction.atomic():
        locked = PermitCase.objects.select_for_update().get(pk=permit.pk)
        if token is not None and locked.moves.filter(token=token).exists():
            return locked
        last = locked.last_move()
        if last is not None and on < day_of(last.effective_at):
            words = f"上一步在 {day_of(last.effective_at):%Y-%m-%d}，这一步不能更早。"
            raise Refused("before_last_step", words, field="on")
        if to in FINISHED:
            locked.finished_on, locked.finished_at = on, park_now()
            locked.actual_days = working_days_after(locked.accepted_on, on)
        saved = ("finished_on", "finished_at", "actual_days")
        move = locked.move_to(to, by=by, at=_moment(on), reason=reason.strip()[:200], token=token, save=saved)
        if to in TOLD:
            _tell(locked, occasion=f"permit-{locked.pk}-{move.pk}", by=by)
    return locked


def _moment(day: date) -> Any:
    """Noon of the day, as the office names no hour; of today not later than now."""
    return min(at(day, NOON), park_now())


def _tell(permit: PermitCase, *, occasion: str, by: Any) -> None:
    contacts = permit.enterprise.contacts.filter(in_force(), user__is_active=True).select_related("user")
    for contact in contacts:
        outbox.put(
            "permit_moved",
            occasion=occasion,
            to_user=contact.user,
            values={
                "name": contact.user.name,
                "what": permit.name,
                "stage": permit.get_status_display(),
                "link": reverse("enterprises:permit_detail", args=[permit.pk]),
            },
            by=by,
            label=permit.enterprise.name,
            about_id=permit.enterprise_id,
            context_id=permit.pk,
        )
