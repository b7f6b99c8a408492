"""The daily report (零报告), the reminder for those who have not sent it, and the freeze of each day."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.urls import reverse

from enterprises.models import DailyReport, Enterprise, EnterpriseContact, UnitDay
from parkportal.accounts.models import User, in_force
from parkportal.clock import at, day_of, end_of, park_now
from parkportal.messaging import outbox
from parkportal.records import settings
from parkportal.states import Refused

COUNTS = ("on_duty", "hubei", "fever", "quarantined", "masks_left")
REMIND_BEFORE = timedelta(hours=2)


def due_at(day: date) -> datetime:
    """When the report of a day is due (setting daily_report_due, 12:00)."""
    return at(day, settings.get_time("daily_report_due"))


def submit_daily_report(
    *,
    enterprise: Enterprise,
    day: date,
    counts: Mapping[str, int],
    note: str = "",
    by: Any,
    token: UUID | None = None,
    correction_reason: str = "",
) -> DailyReport:
    """Write the day's report, or correct it by a new version with a reason. Every count is explicit; zero is an answer.

    The same token again gives the first row. Raises Refused `future_day`, `reason_missing` (a report stands already).
    """
    found = DailyReport.objects.filter(token=token).first() if token else None
    if found is not None:
        return found
    now = park_now()
    if day > day_of(now):
        raise Refused("future_day", "日期还没有到。", field="day")
    with transaction.atomic():
        Enterprise.objects.select_for_update().get(pk=enterprise.pk)
        earlier = DailyReport.objects.in_force().filter(enterprise=enterprise, day=day).first()
        if earlier is not None and not correction_reason:
            raise Refused("reason_missing", "这一天的日报已经交过了。要改，请写明更正原因。", field="correction_reason")
        if earlier is not None:
            DailyReport.objects.filter(pk=earlier.pk).update(is_replaced=True)
        report = DailyReport.objects.create(
            enterprise=enterprise,
            day=day,
            **{name: counts[name] for name in COUNTS},
            note=note,
            reported_by=by,
            reported_at=now,
            is_late=earlier.is_late if earlier else now > due_at(day),
            correction_reason=correction_reason,
            corrects=earlier,
            token=token,
        )
        outbox.withdraw("report_missing", occasion=_occasion(enterprise.pk, day), by=by, reason="日报已经交了")
    return report


def _occasion(enterprise_id: int, day: date) -> str:
    return f"report-{enterprise_id}-{day:%Y%m%d}"


def remind_missing_reports(now: datetime | None = None) -> int:
    """From two hours before the due time on: one message to each contact of an enterprise whose report is missing.

    Called by the schedule every few minutes; the outbox keeps it at one for each person and day. How many stand.
    """
    now = now or park_now()
    day = day_of(now)
    due = due_at(day)
    if not due - REMIND_BEFORE <= now < end_of(day):
        return 0
    missing = Enterprise.objects.report_missing(day, now)
    contacts = EnterpriseContact.objects.filter(in_force(day), enterprise__in=missing, user__is_active=True)
    count = 0
    for contact in contacts.select_related("user", "enterprise").order_by("id"):
        remind(contact.enterprise, contact.user, day=day, due=due, by=None)
        count += 1
    return count


def remind(enterprise: Enterprise, user: User, *, day: date, due: datetime, by: Any) -> None:
    """Put the reminder of a day for one person into the outbox."""
    outbox.put(
        "report_missing",
        occasion=_occasion(enterprise.pk, day),
        to_user=user,
        values={
            "name": user.name,
            "clock": f"{due:%H:%M}",
            "link": reverse("enterprises:daily_report", args=[enterprise.pk]),
        },
        expires_at=end_of(day),
        by=by,
        label=enterprise.name,
        context_id=enterprise.pk,
    )


def freeze_unit_days(day: date) -> int:
    """Write how each unit stood at 24:00 of a day that is over; a frozen row is never written again. How many were new."""
    instant = end_of(day)
    units = Enterprise.objects.current().registered_by(instant).with_status_as_of(instant)
    said = dict(DailyReport.objects.of_day(day, by=instant).values_list("enterprise", "on_duty"))
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
