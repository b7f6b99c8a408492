"""Park time: 24时, ISO weeks, and the clock that the demo shifts."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from parkportal import clock
from parkportal.records.models import ParkSetting

TUESDAY = date(2020, 2, 18)


def test_24_o_clock_is_midnight_of_the_next_day():
    assert clock.end_of(TUESDAY) == clock.at(date(2020, 2, 19))
    assert clock.end_of(date(2020, 2, 29)).isoformat() == "2020-03-01T00:00:00+08:00"


def test_a_wall_clock_time_is_shanghai_time():
    assert clock.at(TUESDAY, time(9, 30)).astimezone(UTC) == datetime(2020, 2, 18, 1, 30, tzinfo=UTC)


def test_late_evening_in_london_lies_in_the_next_day_of_the_park():
    assert clock.day_of(datetime(2020, 2, 18, 15, 59, tzinfo=UTC)) == TUESDAY
    assert clock.day_of(datetime(2020, 2, 18, 16, 0, tzinfo=UTC)) == date(2020, 2, 19)


@pytest.mark.parametrize(
    ("day", "week"),
    [
        (TUESDAY, "2020-W08"),
        (date(2020, 2, 16), "2020-W07"),
        (date(2019, 12, 30), "2020-W01"),
        (date(2021, 1, 3), "2020-W53"),
    ],
)
def test_weeks_are_iso_weeks(day, week):
    assert clock.iso_week(day) == week
    monday, sunday = clock.week_days(week)
    assert monday <= day <= sunday


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_every_day_lies_in_its_own_week(day):
    monday, sunday = clock.week_days(clock.iso_week(day))
    assert monday <= day <= sunday and (monday.weekday(), sunday.weekday()) == (0, 6)


@pytest.mark.parametrize("text", ["", "2020-8", "2020-W8", "2020-W54", "2021-W53", "2020-02-1", "周八", "2020-W08-1"])
def test_what_is_no_week_is_refused(text):
    with pytest.raises(ValueError, match=r".*"):
        clock.week_days(text)


@pytest.fixture
def demo_clock(db, settings):
    """The demo park was made at this real instant."""
    settings.DEMO_MODE = True
    ParkSetting.objects.create(key=clock.DEMO_CLOCK_KEY, value="2026-11-03T10:00:00+00:00")
    clock.forget_demo_clock()
    yield
    clock.forget_demo_clock()


def test_the_demo_starts_at_twenty_to_six_and_runs_on(demo_clock):
    with time_machine.travel("2026-11-03T10:00:00+00:00", tick=False) as traveller:
        assert clock.park_now().isoformat() == "2020-02-18T17:40:00+08:00"
        traveller.shift(timedelta(hours=7))
        assert clock.park_now().isoformat() == "2020-02-19T00:40:00+08:00"
        assert clock.park_today() == date(2020, 2, 19)


def test_a_real_instant_is_shown_on_the_demos_clock(demo_clock):
    with time_machine.travel("2026-11-03T12:00:00+00:00", tick=False):
        shown = clock.as_park_time(datetime(2026, 11, 3, 11, tzinfo=UTC))
    assert shown.isoformat() == "2020-02-18T18:40:00+08:00"


def test_outside_the_demo_park_time_is_the_time(demo_clock, settings):
    settings.DEMO_MODE = False
    with time_machine.travel("2026-11-03T10:00:00+00:00", tick=False):
        assert clock.park_now().isoformat() == "2026-11-03T18:00:00+08:00"
