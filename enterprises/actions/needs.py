"""A need from the first word to the enterprise's answer: registered, passed on, closed, confirmed or opened again."""

from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction

from enterprises.actions.chasing import tell_need_closed
from enterprises.models import Enterprise, Need, NeedMove
from parkportal.clock import park_today
from parkportal.editing import Spoken, Touched, changes, mark_of, plainly
from parkportal.idempotency import once
from parkportal.records.calendar import day_after_working_days
from parkportal.records.models import Term
from parkportal.states import Refused

DAYS_TO_SOLVE = 3  # working days, where the dictionary says nothing else
SUPPLIES = "supplies"  # the code of 防疫物资 in the dictionary need_kind


def due_day(kind: str, start: date | None = None) -> date:
    """When a need of a kind has to be closed: its dictionary's `days` in working days from a day on."""
    term = Term.objects.filter(kind="need_kind", code=kind).first()
    days = int((term.settings if term else {}).get("days", DAYS_TO_SOLVE))
    return day_after_working_days(start or park_today(), days)


def register_need(
    *,
    enterprise: Enterprise,
    kind: str,
    description: str,
    by: Any,
    department: str = "",
    owner: Any = None,
    due_on: date | None = None,
    token: UUID | None = None,
) -> Need:
    """登记. The same token again gives the first row. Raises Refused `past_due` for a due day that is over."""
    if due_on is not None and due_on < park_today():
        raise Refused("past_due", "办结期限已经过去，请选今天或以后的日期。", field="due_on")

    def create() -> Need:
        need = Need.objects.create(
            enterprise=enterprise,
            kind=kind,
            description=description,
            department=department,
            owner=owner,
            due_on=due_on or due_day(kind),
            registered_by=by,
            token=token,
        )
        need.moves.create(to_status=Need.Status.REGISTERED, by=by, department=department, owner=owner)
        return need

    return once(Need, token, create)[0]


def pass_need(
    *,
    need: Need,
    by: Any,
    department: str,
    owner: Any = None,
    due_on: date | None = None,
    reason: str = "",
    token: UUID | None = None,
    seen: str | None = None,
    spoken: Spoken = plainly,
) -> Need:
    """转办 to a department, and to a person there; as often as it takes.

    `seen` is the mark of `need.handling()` that the form was drawn from. Raises Refused `past_due`, `forbidden_move`;
    EditConflict.
    """
    if due_on is not None and due_on < park_today():
        raise Refused("past_due", "办结期限已经过去，请选今天或以后的日期。", field="due_on")
    with transaction.atomic():
        locked, done = _locked(need, token)
        if done:
            return locked
        current, typed = (
            locked.handling(),
            {"department": department, "owner": owner, "due_on": due_on or locked.due_on},
        )
        mark = mark_of(current) if seen is None else seen
        changes(seen=mark, current=current, typed=typed, spoken=spoken, touched=partial(_passed, locked))
        locked.department, locked.owner, locked.due_on = department, owner, typed["due_on"]
        locked.escalated_at = None if due_on else locked.escalated_at
        save = ("department", "owner", "due_on", "escalated_at")
        _move(locked, Need.Status.PASSED, by=by, reason=reason, token=token, save=save)
    return locked


def close_need(*, need: Need, outcome: str, by: Any, token: UUID | None = None) -> Need:
    """办结, with what came of it. Also what supplies calls when the goods are handed over.

    The same token again gives the first outcome. Raises Refused `no_outcome`, `forbidden_move`; AlreadyMoved.
    """
    if not outcome.strip():
        raise Refused("no_outcome", "请写明办理结果，企业会看到。", field="outcome")
    with transaction.atomic():
        locked, done = _locked(need, token)
        if done:
            return locked
        locked.outcome = outcome.strip()[:300]
        _move(locked, Need.Status.DONE, by=by, reason=locked.outcome[:200], token=token, save=("outcome",))
        tell_need_closed(locked, by=by)
    return locked


def confirm_need(*, need: Need, by: Any, words: str = "", token: UUID | None = None) -> Need:
    """回访: the enterprise says that it is solved, itself or on the phone. Raises Refused `forbidden_move`; AlreadyMoved."""
    with transaction.atomic():
        locked, done = _locked(need, token)
        if not done:
            _move(locked, Need.Status.CONFIRMED, by=by, reason=words, token=token)
    return locked


def reopen_need(*, need: Need, by: Any, reason: str, token: UUID | None = None) -> Need:
    """Not solved: it goes back to the same department with a new term. Raises Refused `reason_missing`, `forbidden_move`."""
    if not reason.strip():
        raise Refused("reason_missing", "请写明还有什么没有解决。", field="reason")
    with transaction.atomic():
        locked, done = _locked(need, token)
        if done:
            return locked
        locked.due_on, locked.escalated_at = due_day(locked.kind), None
        _move(locked, Need.Status.REOPENED, by=by, reason=reason, token=token, save=("due_on", "escalated_at"))
    return locked


def void_need(*, need: Need, by: Any, reason: str, token: UUID | None = None) -> Need:
    """Written down twice or by mistake; the row stays. Raises Refused `reason_missing`, `forbidden_move`."""
    if not reason.strip():
        raise Refused("reason_missing", "请写明作废的原因。", field="reason")
    with transaction.atomic():
        locked, done = _locked(need, token)
        if not done:
            _move(locked, Need.Status.VOID, by=by, reason=reason, token=token)
    return locked


def _passed(need: Need) -> Touched:
    last = need.last_move()
    return (str(last.by or "系统"), last.recorded_at) if last else ("系统", need.registered_at)


def _locked(need: Need, token: UUID | None) -> tuple[Need, bool]:
    """The row under its lock, and whether a move of this token has been made already."""
    locked = Need.objects.select_for_update().get(pk=need.pk)
    return locked, token is not None and NeedMove.objects.filter(subject=locked, token=token).exists()


def _move(need: Need, to: str, *, by: Any, reason: str, token: UUID | None, save: tuple[str, ...] = ()) -> None:
    also = {"department": need.department, "owner": need.owner}
    need.move_to(to, by=by, reason=reason[:200], token=token, save=save, also=also)
