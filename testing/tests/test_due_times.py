"""一个工作日: the vectors of handbook §10."""

from datetime import date, datetime, time

import pytest

from parkportal.clock import at
from parkportal.records.calendar import due_after_one_working_day

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("received", "due"),
    [
        (date(2020, 2, 18), date(2020, 2, 19)),
        (date(2020, 2, 21), date(2020, 2, 24)),
        (date(2020, 2, 22), date(2020, 2, 24)),
        (date(2020, 2, 23), date(2020, 2, 24)),
        (date(2020, 2, 28), date(2020, 3, 2)),
        (date(2020, 4, 3), date(2020, 4, 7)),
        (date(2020, 4, 25), date(2020, 4, 26)),
    ],
)
@pytest.mark.parametrize("clock", [time(0, 0), time(18, 5), time(23, 59)])
def test_due_is_the_end_of_the_next_working_day(received, due, clock):
    assert due_after_one_working_day(at(received, clock)) == at(due, time(18))


def test_24_hours_belongs_to_the_next_day():
    midnight = datetime.fromisoformat("2020-02-19T00:00:00+08:00")

    assert due_after_one_working_day(midnight) == at(date(2020, 2, 20), time(18))
