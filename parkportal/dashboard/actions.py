"""Freezing of days and weeks, and the signing of a week."""

import hashlib
from datetime import date, timedelta
from typing import Any

from django.db import transaction

from enterprises.actions import freeze_unit_days
from parkportal.clock import end_of, iso_week, park_now, park_today, week_days
from parkportal.dashboard import narrative
from parkportal.dashboard.models import WeeklyIssue
from parkportal.dashboard.weekly import build_workbook
from parkportal.records import figures
from parkportal.records.audit import record
from parkportal.records.files import keep
from parkportal.records.models import FigureSnapshot
from parkportal.states import Refused, known_by

LOOK_BACK = 7
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def is_over(day: date) -> bool:
    """Whether 24时 has come and what was on its way by then has been waited for."""
    return known_by(end_of(day)) <= park_now()


def freeze_day(day: date) -> None:
    """Freeze units and figures of a day that is over; a second call changes nothing."""
    if not is_over(day):
        raise Refused("day_runs", "这一天还没有过完，不能定稿。")
    with transaction.atomic():
        freeze_unit_days(day)
        figures.freeze(day)


def freeze_due_days() -> None:
    """Freeze every day of the last week that is over and not frozen yet, then weeks that are over."""
    today = park_today()
    days = [today - timedelta(days=back) for back in range(LOOK_BACK, 0, -1)]
    done = set(FigureSnapshot.objects.filter(day__in=days, is_frozen=True).values_list("day", flat=True))
    for day in days:
        if day not in done and is_over(day):
            freeze_day(day)
    last_sunday = today - timedelta(days=today.isoweekday())
    if is_over(last_sunday):
        freeze_week(iso_week(last_sunday))


def freeze_week(week: str) -> WeeklyIssue:
    """Write the issue of a week that is over, once; later calls answer the same issue."""
    found = WeeklyIssue.objects.filter(week=week).first()
    if found:
        return found
    _, sunday = week_days(week)
    freeze_day(sunday)
    with transaction.atomic():
        values = figures.of_day(sunday)
        content = build_workbook(week, values)
        stored = keep(content, name=f"{week}.xlsx", purpose="weekly", owner=None)
        return WeeklyIssue.objects.create(
            week=week,
            number=WeeklyIssue.objects.count() + 1,
            as_of=end_of(sunday),
            narrative=narrative.text(values),
            figures={code: value.as_json() for code, value in values.items()},
            workbook=stored,
            checksum=hashlib.sha256(content).hexdigest(),
            frozen_at=park_now(),
        )


def sign_week(issue: WeeklyIssue, *, by: Any) -> None:
    """The leader's or the committee's signature under a frozen issue, once."""
    if not WeeklyIssue.objects.filter(pk=issue.pk, signed_at__isnull=True).update(signed_at=park_now(), signed_by=by):
        raise Refused("signed", "这一期已经签发过了。")
    record("weekly.signed", by=by, subject=issue)
