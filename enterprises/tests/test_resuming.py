"""The dated history of resumption, as of any day."""

from datetime import date, timedelta

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from enterprises.actions import correct_resumption_day, set_resumption_status
from enterprises.models import Enterprise, ResumptionMove
from enterprises.tests.factories import make_enterprise
from parkportal.clock import at, end_of
from parkportal.idempotency import new_token
from parkportal.records import settings as park_settings
from parkportal.states import AlreadyMoved, Refused

pytestmark = pytest.mark.django_db


def status_on(unit, day):
    return Enterprise.objects.with_status_as_of(end_of(day)).get(pk=unit.pk).status_then


def test_a_past_day_counts_from_its_midnight(committee):
    unit = make_enterprise()
    move = set_resumption_status(enterprise=unit, to="resumed", on=date(2020, 2, 14), by=committee)
    unit.refresh_from_db()
    assert move.effective_at == at(date(2020, 2, 14))
    assert (unit.status, unit.resumed_on) == ("resumed", date(2020, 2, 14))


def test_what_is_backfilled_late_is_not_in_a_frozen_day(committee):
    # given a move of 14 February that became known on the 18th
    unit = make_enterprise()
    set_resumption_status(enterprise=unit, to="resumed", on=date(2020, 2, 14), by=committee)

    # then the 15th, as it was known at its cut-off, does not have it; the 18th does
    assert status_on(unit, date(2020, 2, 15)) is None
    assert status_on(unit, date(2020, 2, 18)) == "resumed"


def test_the_same_token_moves_once(committee):
    unit, token = make_enterprise(), new_token()
    first = set_resumption_status(enterprise=unit, to="filed", by=committee, token=token)
    assert set_resumption_status(enterprise=unit, to="filed", by=committee, token=token) == first
    with pytest.raises(AlreadyMoved):
        set_resumption_status(enterprise=unit, to="filed", by=committee, token=new_token())


@pytest.mark.parametrize(
    ("to", "on", "code"),
    [
        ("resumed", date(2020, 2, 19), "future_day"),
        ("resumed", date(2020, 2, 9), "too_early"),
        ("planned", date(2020, 2, 9), "too_early"),
        ("stopped", date(2020, 2, 18), "reason_missing"),
    ],
)
def test_days_and_reasons_are_judged(committee, to, on, code):
    unit = make_enterprise()
    with pytest.raises(Refused) as caught:
        set_resumption_status(enterprise=unit, to=to, on=on, by=committee)
    assert caught.value.code == code
    assert not ResumptionMove.objects.exists()


def test_an_exempt_enterprise_may_resume_before_the_parks_day(committee):
    unit = make_enterprise(exemption="epidemic")
    set_resumption_status(enterprise=unit, to="resumed", on=date(2020, 2, 3), by=committee)
    unit.refresh_from_db()
    assert unit.resumed_on == date(2020, 2, 3)


def test_the_earliest_day_is_a_setting(committee):
    park_settings.put("earliest_resumption_on", "2020-02-17", by=committee)
    with pytest.raises(Refused, match="2月17日"):
        set_resumption_status(enterprise=make_enterprise(), to="resumed", on=date(2020, 2, 16), by=committee)


def test_a_move_may_not_lie_before_the_last_one(committee):
    unit = make_enterprise(status="resumed", resumed_on=date(2020, 2, 14))
    with pytest.raises(Refused) as caught:
        set_resumption_status(enterprise=unit, to="stopped", on=date(2020, 2, 13), by=committee, reason="断料")
    assert caught.value.code == "before_last_move"


@pytest.mark.parametrize("new_day", [date(2020, 2, 11), date(2020, 2, 16)])
def test_a_corrected_day_leaves_the_old_moves_and_reads_right(committee, new_day):
    unit = make_enterprise(status="resumed", resumed_on=date(2020, 2, 14))
    correct_resumption_day(enterprise=unit, on=new_day, by=committee, reason="写错了")
    unit.refresh_from_db()
    assert unit.resumed_on == new_day
    assert ResumptionMove.objects.filter(subject=unit, is_correction=False).count() == 1
    known = unit.moves.filter(effective_at__lte=at(date(2020, 2, 15))).order_by("-effective_at", "-id").first()
    assert (known.to_status == "resumed") == (new_day <= date(2020, 2, 15))


@pytest.mark.both
def test_moves_are_append_only():
    make_enterprise(status="resumed")
    for statement in (
        "UPDATE enterprises_resumptionmove SET to_status = 'stopped'",
        "DELETE FROM enterprises_resumptionmove",
    ):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(["planned", "filed", "resumed", "stopped"]), st.integers(0, 8)), max_size=6))
def test_the_status_always_equals_its_history(committee, wanted):
    # given any sequence of moves that people try
    unit = make_enterprise()
    for to, offset in wanted:
        unit.refresh_from_db()
        try:
            set_resumption_status(
                enterprise=unit, to=to, on=date(2020, 2, 10) + timedelta(days=offset), by=committee, reason="试"
            )
        except Refused:
            continue

    # then the column says what the moves say as of now
    unit = Enterprise.objects.with_status_as_of(end_of(date(2020, 2, 18))).get(pk=unit.pk)
    assert (unit.status_then or "not_resumed") == unit.status
