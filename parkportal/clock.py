"""Park time: what the portal's rules call now.

Domain code asks `park_now()`; sessions, tokens, leases and lock-outs use real time. In the demo the
clock is shifted so that the first start is 2020-02-18 17:40 in Shanghai, and it runs on from there.
"""

from datetime import date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from django.apps import apps
from django.conf import settings
from django.utils import timezone

SHANGHAI = ZoneInfo("Asia/Shanghai")
DEMO_CLOCK_KEY = "demo_started_at"


@cache
def _demo_offset(database_name: str) -> timedelta:
    setting = apps.get_model("records", "ParkSetting").objects.filter(key=DEMO_CLOCK_KEY).first()
    if setting is None:
        return timedelta()
    return datetime.fromisoformat(settings.DEMO_PARK_START) - datetime.fromisoformat(setting.value)


def forget_demo_clock() -> None:
    """After the demo data was made anew in this process."""
    _demo_offset.cache_clear()


def park_now() -> datetime:
    """The present instant of the park, aware, in Asia/Shanghai."""
    now = timezone.now().astimezone(SHANGHAI)
    if settings.DEMO_MODE:
        return now + _demo_offset(str(settings.DATABASES["default"]["NAME"]))
    return now


def as_park_time(instant: datetime) -> datetime:
    """A real instant (a session, a token, a job) as the park's clock shows it; outside the demo the same instant."""
    return instant.astimezone(SHANGHAI) + (park_now() - timezone.now())


def park_today() -> date:
    """The present day of the park."""
    return park_now().date()


def not_to_come(day: date) -> date:
    """The day itself. Raises ValueError for one that lies ahead: nothing is known of it yet."""
    if day > park_today():
        raise ValueError(f"{day} has not come yet; the park's day is {park_today()}")
    return day


def at(day: date, clock: time = time()) -> datetime:
    """The aware instant of a wall-clock time in Shanghai."""
    return datetime.combine(day, clock, tzinfo=SHANGHAI)


def end_of(day: date) -> datetime:
    """24时 of a day, which is 00:00 of the next (handbook §10)."""
    return at(day + timedelta(days=1))


def last_moment(instant: datetime) -> datetime:
    """24时 belongs to the day that ends with it: for a midnight the moment before, else the instant itself."""
    local = instant.astimezone(SHANGHAI)
    return instant - timedelta(microseconds=1) if local.timetz().replace(tzinfo=None) == time() else instant


def local(instant: datetime) -> datetime:
    """The instant on the wall clock in Shanghai: databases give instants in UTC, and people read them here."""
    return instant.astimezone(SHANGHAI)


def day_of(instant: datetime) -> date:
    """The Shanghai day in which an instant lies."""
    return instant.astimezone(SHANGHAI).date()


def iso_week(day: date) -> str:
    """The ISO week of a day, as 2020-W08."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02d}"


def week_days(week: str) -> tuple[date, date]:
    """Monday and Sunday of an ISO week written 2020-W08. Raises ValueError for anything else."""
    monday = date.fromisoformat(f"{week}-1") if len(week) == 8 else None
    if monday is None:
        raise ValueError(f"not an ISO week: {week!r}")
    return monday, monday + timedelta(days=6)
