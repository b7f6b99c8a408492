"""Working days: the park's own table first, then the public calendar, then weekdays (handbook §10)."""

from datetime import date, datetime, time, timedelta
from typing import Any

import chinese_calendar
from django.db import transaction

from parkportal.clock import SHANGHAI, at
from parkportal.records.audit import record
from parkportal.records.models import CalendarDay

PUBLIC_CALENDAR_ENDS = (NotImplementedError,)  # what the library raises for years it does not know


def is_working_day(day: date) -> bool:
    own = CalendarDay.objects.filter(day=day).values_list("is_working", flat=True).first()
    if own is not None:
        return own
    return _public(day)


def _public(day: date) -> bool:
    try:
        return bool(chinese_calendar.is_workday(day))
    except PUBLIC_CALENDAR_ENDS:
        return day.weekday() < 5


def next_working_day(day: date) -> date:
    """The first working day after a day."""
    later = day + timedelta(days=1)
    while not is_working_day(later):
        later += timedelta(days=1)
    return later


def day_after_working_days(start: date, count: int) -> date:
    """The last day of a term of `count` working days; the day after the start is the first. One statement."""
    own = dict(CalendarDay.objects.filter(day__gt=start).values_list("day", "is_working"))
    day = start
    while count > 0:
        day += timedelta(days=1)
        count -= own[day] if day in own else _public(day)
    return day


def working_days_after(start: date, end: date) -> int:
    """How many working days a thing took from one day to another: the start does not count, the end does. One statement."""
    days = [start + timedelta(days=n) for n in range(1, (end - start).days + 1)]
    own = dict(CalendarDay.objects.filter(day__gt=start, day__lte=end).values_list("day", "is_working"))
    return sum(own[day] if day in own else _public(day) for day in days)


def due_after_one_working_day(start: datetime, clock: time = time(18)) -> datetime:
    """一个工作日: the end of the next working day after the start, in Shanghai (handbook §10)."""
    return at(next_working_day(start.astimezone(SHANGHAI).date()), clock)


def month_around(day: date) -> list[tuple[date, bool]]:
    """Five whole weeks from the Monday before a day, each day with whether it is worked. Two statements or fewer."""
    monday = day - timedelta(days=day.weekday() + 7)
    days = [monday + timedelta(days=n) for n in range(35)]
    own = dict(CalendarDay.objects.filter(day__in=days).values_list("day", "is_working"))
    return [(one, own[one] if one in own else _public(one)) for one in days]


def set_day(entry: CalendarDay, *, by: Any) -> CalendarDay:
    """The park works or rests on this day, whatever the public calendar says. The same entry again changes nothing."""
    if has_entry(entry):
        return entry
    with transaction.atomic():
        entry.save()
        record("calendar.changed", by=by, subject=entry, after={"day": str(entry.day), "is_working": entry.is_working})
    return entry


def has_entry(entry: CalendarDay) -> bool:
    """Whether the calendar says exactly this already."""
    return CalendarDay.objects.filter(day=entry.day, is_working=entry.is_working, note=entry.note).exists()


def remove_day(entry: CalendarDay, *, by: Any) -> None:
    """The public calendar holds again."""
    with transaction.atomic():
        before = {"day": str(entry.day), "is_working": entry.is_working}
        record("calendar.removed", by=by, subject=entry, before=before)
        entry.delete()
