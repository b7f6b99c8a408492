"""The daily report (零报告), and the freeze of each day."""

from collections.abc import Mapping
from datetime import date, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction

from enterprises.actions.chasing import due_at, report_came
from enterprises.models import DailyReport, Enterprise, UnitDay
from parkportal.clock import end_of, park_now, park_today
from parkportal.editing import Spoken, Touched, changes, plainly
from parkportal.records.audit import record
from parkportal.states import Refused, known_by

COUNTS = DailyReport.COUNTS
OLDEST = timedelta(days=7)


def submit_daily_report(
    *,
    enterprise: Enterprise,
    day: date,
    counts: Mapping[str, int],
    note: str = "",
    by: Any,
    token: UUID | None = None,
    correction_reason: str = "",
    seen: str | None = None,
    spoken: Spoken = plainly,
) -> DailyReport:
    """Write the day's report, or correct it by a new version with a reason. Every count is explicit; zero is an answer.

    The same token again gives the first row. `seen` is the mark of the report that the form was drawn from; counts that
    are not said then stay as somebody else has sent them. Raises Refused `future_day`, `too_old` (beyond a week),
    `reason_missing` (a report stands already); EditConflict.
    """
    if token and (found := DailyReport.objects.filter(token=token).first()):
        return found
    _refuse_day(day, today=park_today())
    with transaction.atomic():
        Enterprise.objects.select_for_update().get(pk=enterprise.pk)
        earlier = DailyReport.objects.in_force().filter(enterprise=enterprise, day=day).first()
        said = {"note": note, **counts}
        if seen is not None and earlier is not None:
            current, touched = earlier.facts(), partial(_sent, earlier)
            if not changes(seen=seen, current=current, typed=counts, spoken=spoken, touched=touched):
                return earlier
            said = {**current, **counts}
        if earlier is not None and not correction_reason:
            raise Refused("reason_missing", "这一天的日报已经交过了。要改，请写明更正原因。", field="correction_reason")
        report = _write(enterprise, day, said, earlier, by=by, correction_reason=correction_reason, token=token)
        _came_in(report, by=by)
    return report


def _write(
    enterprise: Enterprise, day: date, said: Mapping[str, Any], earlier: DailyReport | None, **how: Any
) -> DailyReport:
    """The row; one that stood before is replaced, and whether it was late stays as it was."""
    now = park_now()
    if earlier is not None:
        DailyReport.objects.filter(pk=earlier.pk).update(is_replaced=True)
    return DailyReport.objects.create(
        enterprise=enterprise,
        day=day,
        **{name: said[name] for name in (*COUNTS, "note")},
        reported_by=how["by"],
        reported_at=now,
        is_late=earlier.is_late if earlier else now > due_at(day),
        correction_reason=how["correction_reason"],
        corrects=earlier,
        token=how["token"],
    )


def _sent(report: DailyReport) -> Touched:
    return str(report.reported_by), report.reported_at


def _came_in(report: DailyReport, *, by: Any) -> None:
    facts, reason = {"day": str(report.day)}, report.correction_reason[:200]
    act = "report.corrected" if report.corrects_id else "report.filed"
    record(act, by=by, subject=report.enterprise, after=facts, reason=reason)
    report_came(report.enterprise, report.day, by=by)


def _refuse_day(day: date, *, today: date) -> None:
    if day > today:
        raise Refused("future_day", "日期还没有到。", field="day")
    if day < today - OLDEST:
        raise Refused("too_old", "一周以前的日报不再改，请联系管委会。", field="day")


def freeze_unit_days(day: date) -> int:
    """Write how each unit stood at 24:00 of a day that is over; a frozen row is never written again. How many were new."""
    instant = end_of(day)
    units = Enterprise.objects.current().registered_by(instant).with_status_as_of(instant)
    said = dict(DailyReport.objects.of_day(day, by=known_by(instant)).values_list("enterprise", "on_duty"))
    rows = [
        UnitDay(
            enterprise=unit,
            day=day,
            kind=unit.kind,
            squad_id=unit.squad_id,
            sishang_kind=unit.sishang_kind,
            key_level=unit.key_level,
            status=unit.status_then or Enterprise.Status.NOT_RESUMED,
            is_counted=unit.exclusion == "",
            headcount=unit.headcount,
            on_duty=said.get(unit.pk),
            reported=unit.pk in said,
        )
        for unit in units
    ]
    have = UnitDay.objects.filter(day=day).count()
    UnitDay.objects.bulk_create(rows, batch_size=1000, ignore_conflicts=True)
    return UnitDay.objects.filter(day=day).count() - have
