"""一个工作日: the vectors of handbook §10, by the park's calendar and by a laboratory's own."""

from datetime import date, datetime, time

import pytest

from parkportal.clock import at
from parkportal.records.calendar import due_after_one_working_day
from testing.actions.money import agree_terms, set_lab_day
from testing.due import LabClock, by_due_time, lab_clock
from testing.models import LabTerms, Specimen
from testing.tests.factories import make_lab

pytestmark = pytest.mark.django_db

TUESDAY, FRIDAY = date(2020, 2, 18), date(2020, 2, 21)
VECTORS = [
    (date(2020, 2, 18), date(2020, 2, 19)),
    (date(2020, 2, 21), date(2020, 2, 24)),
    (date(2020, 2, 22), date(2020, 2, 24)),
    (date(2020, 2, 23), date(2020, 2, 24)),
    (date(2020, 2, 28), date(2020, 3, 2)),
    (date(2020, 2, 29), date(2020, 3, 2)),
    (date(2020, 4, 3), date(2020, 4, 7)),
    (date(2020, 4, 25), date(2020, 4, 26)),
]


def agreed(lab, by=None, **fields):
    plain = {
        "valid_from": date(2020, 1, 1), "price_fen": 12000, "due_from": "received", "due_clock": time(18),
        "cut_off": None, "works_every_day": False,
    }  # fmt: skip
    return agree_terms(lab=lab, by=by, **{**plain, **fields})


@pytest.mark.parametrize(("received", "due"), VECTORS)
@pytest.mark.parametrize("clock", [time(0, 0), time(18, 5), time(23, 59)])
def test_due_is_the_end_of_the_next_working_day(received, due, clock):
    assert due_after_one_working_day(at(received, clock)) == at(due, time(18))


@pytest.mark.parametrize(("received", "due"), VECTORS)
def test_a_laboratory_without_an_agreement_keeps_the_parks_calendar(received, due):
    assert lab_clock(make_lab().pk, received).due(at(received, time(10))) == at(due, time(18))


def test_24_hours_belongs_to_the_next_day():
    midnight = datetime.fromisoformat("2020-02-19T00:00:00+08:00")

    assert due_after_one_working_day(midnight) == at(date(2020, 2, 20), time(18))
    assert LabClock(time(18)).due(midnight) == at(date(2020, 2, 20), time(18))


@pytest.mark.parametrize(
    ("received", "due"),
    [
        (at(TUESDAY, time(16, 59)), at(date(2020, 2, 19), time(18))),
        (at(TUESDAY, time(17)), at(date(2020, 2, 20), time(18))),
        (at(FRIDAY, time(17, 30)), at(date(2020, 2, 24), time(18))),
        (at(date(2020, 2, 23), time(17, 30)), at(date(2020, 2, 25), time(18))),
    ],
)
def test_after_the_cut_off_a_tube_counts_as_the_next_days(received, due):
    assert LabClock(time(18), cut_off=time(17)).due(received) == due


@pytest.mark.parametrize(
    ("received", "due"),
    [(FRIDAY, date(2020, 2, 22)), (date(2020, 2, 22), date(2020, 2, 23)), (date(2020, 4, 3), date(2020, 4, 4))],
)
def test_a_laboratory_that_works_every_day_has_no_weekend(received, due):
    lab = make_lab()
    agreed(lab, works_every_day=True, due_clock=time(12))

    assert lab_clock(lab.pk, received).due(at(received, time(9))) == at(due, time(12))


@pytest.mark.parametrize(
    ("day", "is_working", "due"),
    [(date(2020, 2, 22), True, date(2020, 2, 22)), (date(2020, 2, 24), False, date(2020, 2, 25))],
)
def test_a_laboratorys_own_day_goes_before_every_calendar(day, is_working, due):
    lab = make_lab()
    set_lab_day(lab=lab, day=day, is_working=is_working, by=None)

    assert lab_clock(lab.pk, FRIDAY).due(at(FRIDAY, time(9))) == at(due, time(18))


@pytest.mark.parametrize(
    ("due_from", "due"),
    [("collected", date(2020, 2, 18)), ("handed", date(2020, 2, 19)), ("received", date(2020, 2, 20))],
)
def test_the_time_runs_from_the_agreed_event(due_from, due):
    tube = Specimen(
        collected_at=at(date(2020, 2, 17), time(17)), handed_at=at(TUESDAY, time(8)), received_at=at(date(2020, 2, 19))
    )

    assert list(by_due_time(LabClock(time(18), due_from=due_from), [tube])) == [at(due, time(18))]


def test_the_agreement_of_the_day_holds():
    lab = make_lab()
    agreed(lab, due_clock=time(12))
    agreed(lab, valid_from=TUESDAY, due_clock=time(20))

    assert lab_clock(lab.pk, date(2020, 2, 17)).due_clock == time(12)
    assert lab_clock(lab.pk, TUESDAY).due_clock == time(20)
    assert LabTerms.objects.in_force(TUESDAY).first().due_clock == time(20)
