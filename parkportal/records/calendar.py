"""Working days: the park's own table first, then the public calendar, then weekdays (handbook §10)."""

from datetime import date, datetime, time, timedelta

import chinese_calendar

from parkportal.clock import SHANGHAI, at
from parkportal.records.models import CalendarDay


def is_working_day(day: date) -> bool:
    own = CalendarDay.objects.filter(day=day).values_list("is_working", flat=True).first()
    if own is not None:
        return own
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return day.weekday() < 5


def next_working_day(day: date) -> date:
    """The first working day after a day."""
    later = day + timedelta(days=1)
    while not is_working_day(later):
        later += timedelta(days=1)
    return later


def due_after_one_working_day(start: datetime, clock: time = time(18)) -> datetime:
    """一个工作日: the end of the next working day after the start, in Shanghai (handbook §10)."""
    return at(next_working_day(start.astimezone(SHANGHAI).date()), clock)
