"""Working days: the vectors of handbook §10, the park's own table, and years that no calendar knows."""

from datetime import UTC, date, datetime, time

import pytest

from parkportal.clock import at
from parkportal.records.calendar import (
    day_after_working_days,
    due_after_one_working_day,
    is_working_day,
    next_working_day,
    working_days_after,
)
from parkportal.records.models import CalendarDay

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("day", "works"),
    [
        ("2020-01-19", True),
        *[(f"2020-01-{day}", False) for day in range(24, 32)],
        ("2020-02-01", False),
        ("2020-02-02", False),
        ("2020-02-03", True),
        ("2020-02-22", False),
        ("2020-02-29", False),
        ("2020-04-04", False),
        ("2020-04-06", False),
        ("2020-04-26", True),
        *[(f"2020-05-0{day}", False) for day in range(1, 6)],
        ("2020-05-09", True),
    ],
)
def test_days_off_and_worked_of_2020(day, works):
    assert is_working_day(date.fromisoformat(day)) is works


@pytest.mark.parametrize(
    ("received", "due"),
    [
        ("2020-02-18", "2020-02-19"),
        ("2020-02-21", "2020-02-24"),
        ("2020-02-22", "2020-02-24"),
        ("2020-02-23", "2020-02-24"),
        ("2020-02-28", "2020-03-02"),
        ("2020-04-03", "2020-04-07"),
        ("2020-04-25", "2020-04-26"),
    ],
)
def test_one_working_day_ends_at_six_of_the_next_working_day(received, due):
    start = at(date.fromisoformat(received), time(16, 30))
    assert due_after_one_working_day(start) == at(date.fromisoformat(due), time(18))


def test_the_day_of_reception_is_the_days_in_shanghai():
    late_on_monday_in_london = datetime(2020, 2, 17, 17, tzinfo=UTC)
    assert due_after_one_working_day(late_on_monday_in_london) == at(date(2020, 2, 19), time(18))


def test_what_the_park_writes_down_goes_before_the_public_calendar():
    CalendarDay.objects.create(day="2020-02-19", is_working=False, note="停电")
    CalendarDay.objects.create(day="2020-02-22", is_working=True, note="实验室值班")
    assert next_working_day(date(2020, 2, 18)) == date(2020, 2, 20)
    assert next_working_day(date(2020, 2, 21)) == date(2020, 2, 22)


def test_a_year_that_no_calendar_knows_goes_by_weekdays():
    assert is_working_day(date(2099, 6, 1)) and not is_working_day(date(2099, 6, 6))


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        ("2020-02-18", 1, "2020-02-19"),
        ("2020-02-21", 1, "2020-02-24"),  # Friday to Monday
        ("2020-02-13", 5, "2020-02-20"),
        ("2020-01-23", 1, "2020-02-03"),  # the prolonged spring festival
        ("2020-04-03", 1, "2020-04-07"),
        ("2020-04-24", 1, "2020-04-26"),  # a worked Sunday
        ("2020-02-18", 0, "2020-02-18"),
    ],
)
def test_a_term_in_working_days_ends_where_counting_back_finds_it(start, count, end):
    first, last = date.fromisoformat(start), date.fromisoformat(end)
    assert day_after_working_days(first, count) == last
    assert working_days_after(first, last) == count


def test_terms_go_by_what_the_park_wrote_down():
    CalendarDay.objects.create(day="2020-02-19", is_working=False, note="停电")
    CalendarDay.objects.create(day="2020-02-22", is_working=True, note="值班")
    assert day_after_working_days(date(2020, 2, 18), 3) == date(2020, 2, 22)
    assert working_days_after(date(2020, 2, 18), date(2020, 2, 23)) == 3
    assert working_days_after(date(2020, 2, 18), date(2020, 2, 18)) == 0
