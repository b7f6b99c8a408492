"""The dated history of resumption: moves are added, never overwritten."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from enterprises.models import Enterprise, ResumptionMove, ResumptionStatus
from parkportal.clock import at, day_of, park_now, park_today
from parkportal.records import settings
from parkportal.records.audit import record
from parkportal.states import Refused


def set_resumption_status(
    *,
    enterprise: Enterprise,
    to: str,
    on: date | None = None,
    by: Any,
    reason: str = "",
    token: UUID | None = None,
) -> ResumptionMove:
    """Move the enterprise to a status as of a day; a day that is past counts from its 00:00 in Shanghai.

    For 拟复工 `on` is the planned day, and the move counts from now. The same token again gives the first move. Raises
    Refused: `future_day`, `too_early` (before the park's earliest day without an exemption), `before_last_move`,
    `reason_missing` (再停工), `forbidden_move`, `changed_meanwhile`; AlreadyMoved.
    """
    found = ResumptionMove.objects.filter(token=token).first() if token else None
    if found is not None:
        return found
    with transaction.atomic():
        locked = Enterprise.objects.select_for_update().get(pk=enterprise.pk)
        moved_at = _effective(locked, to, on)
        if to == ResumptionStatus.STOPPED and not reason:
            raise Refused("reason_missing", "请写明再停工的原因。")
        save = _dates(locked, to, on, moved_at)
        return locked.move_to(to, by=by, at=moved_at, reason=reason, token=token, save=save)  # type: ignore[return-value]


def refuse_too_early(day: date, *, exemption: str) -> None:
    """Not before the park's earliest day, unless one of the exempt kinds is given (handbook §10)."""
    earliest = settings.get_date("earliest_resumption_on")
    if earliest and day < earliest and not exemption:
        raise Refused(
            "too_early",
            f"园区最早可复工日是 {earliest.month}月{earliest.day}日。属于豁免类别的，请先选豁免类别。",
            field="planned_on",
        )


def _effective(enterprise: Enterprise, to: str, on: date | None) -> datetime:
    """The instant from which the move counts, after the rules about its day."""
    now = park_now()
    if to == ResumptionStatus.PLANNED or on is None:
        day, moved_at = (on or day_of(now)), now
    else:
        day, moved_at = on, at(on)
        if on > day_of(now):
            raise Refused("future_day", "日期还没有到，请选今天或以前的日期。", field="on")
    if to in {ResumptionStatus.RESUMED, ResumptionStatus.PLANNED}:
        refuse_too_early(day, exemption=enterprise.exemption)
    last = enterprise.last_move()
    if last is not None and moved_at < last.effective_at:
        if day < day_of(last.effective_at):
            when = f"{day_of(last.effective_at):%Y-%m-%d}"
            raise Refused("before_last_move", f"上一次变动是 {when}，不能早于那一天。", field="on")
        moved_at = last.effective_at  # the same day: after what was written before
    return moved_at


def _dates(enterprise: Enterprise, to: str, on: date | None, moved_at: datetime) -> tuple[str, ...]:
    """Keep the day that people ask for beside the status."""
    if to == ResumptionStatus.RESUMED:
        enterprise.resumed_on = day_of(moved_at)
        return ("resumed_on",)
    if to == ResumptionStatus.PLANNED:
        enterprise.planned_on = on
        return ("planned_on",)
    return ()


def plan_resumption(*, enterprise: Enterprise, on: date, by: Any, reason: str = "") -> bool:
    """The enterprise says when it wants to resume: 拟复工, or another day for the same plan. False when it works already.

    Raises Refused `too_early`, `future_day`.
    """
    with transaction.atomic():
        locked = Enterprise.objects.select_for_update().get(pk=enterprise.pk)
        if locked.status == ResumptionStatus.NOT_RESUMED:
            set_resumption_status(enterprise=locked, to=ResumptionStatus.PLANNED, on=on, by=by, reason=reason)
            return True
        if locked.status not in {ResumptionStatus.PLANNED, ResumptionStatus.FILED}:
            return False
        refuse_too_early(on, exemption=locked.exemption)
        if locked.planned_on != on:
            before = {"planned_on": str(locked.planned_on or "")}
            Enterprise.objects.filter(pk=locked.pk).update(planned_on=on)
            record("enterprise.planned", by=by, subject=locked, before=before, after={"planned_on": str(on)})
    return True


def correct_resumption_day(*, enterprise: Enterprise, on: date, by: Any, reason: str) -> None:
    """The day of resumption was written down wrong: two moves marked as correction, the old ones stay.

    Raises Refused `not_resumed`, `future_day`, `before_last_move`.
    """
    with transaction.atomic():
        locked = Enterprise.objects.select_for_update().get(pk=enterprise.pk)
        if locked.status != ResumptionStatus.RESUMED:
            raise Refused("not_resumed", "还没有复工，没有可以更正的复工日期。")
        if on > park_today():
            raise Refused("future_day", "日期还没有到，请选今天或以前的日期。", field="on")
        for move in redating_moves(locked, on, by=by, reason=reason):
            move.save()
        Enterprise.objects.filter(pk=locked.pk).update(resumed_on=on)


def redating_moves(enterprise: Enterprise, on: date, *, by: Any, reason: str) -> list[ResumptionMove]:
    """The correction moves that make a resumed enterprise resumed from another day; unsaved.

    Later than before: from the old instant it had not resumed. Earlier: it had resumed already then.
    """
    last = enterprise.last_move(ResumptionStatus.RESUMED)
    common = {"subject": enterprise, "by": by, "reason": reason, "is_correction": True}
    moves = []
    if last is not None and at(on) > last.effective_at:
        back = last.from_status or ResumptionStatus.NOT_RESUMED
        moves.append(
            ResumptionMove(from_status=last.to_status, to_status=back, effective_at=last.effective_at, **common)
        )
    before = moves[-1].to_status if moves else enterprise.status
    return [
        *moves,
        ResumptionMove(from_status=before, to_status=ResumptionStatus.RESUMED, effective_at=at(on), **common),
    ]
