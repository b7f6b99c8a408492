"""The last place kept for walk-ins: two desks at once do not both take it. With the control that must fail."""

import threading
from collections import Counter
from datetime import time
from uuid import uuid4

import pytest

from parkportal.clock import park_today
from parkportal.states import Refused
from testing import actions
from testing.actions.walkin import walk_in_places
from testing.models import SignUp, Source
from testing.tests.factories import make_point, make_session, make_staff
from testing.tests.test_races import at_once, declaration

pytestmark = [pytest.mark.both, pytest.mark.django_db(transaction=True)]
CROWD, KEPT = 8, 3


@pytest.fixture
def session():
    session = make_session(day=park_today(), start=time(0, 1), end=time(23, 59), minutes=1438, point=make_point())
    session.slots.update(walk_in=KEPT)
    return session


def test_the_places_kept_for_walk_ins_go_to_exactly_as_many_people(session):
    clerk, people = make_staff(session.point), [declaration(n) for n in range(CROWD)]

    def walk_in(n):
        actions.sign_up_walk_in(session=session, declaration=people[n], by=clerk, token=uuid4())
        return "won"

    assert Counter(at_once(CROWD, walk_in)) == {"won": KEPT, "walk_in_full": CROWD - KEPT}
    assert walk_in_places(session) == (KEPT, KEPT)


def test_control_without_the_lock_on_the_sitting_takes_more_than_are_kept(session):
    clerk, people = make_staff(session.point), [declaration(n) for n in range(KEPT + 1)]
    gate, consent = threading.Barrier(KEPT + 1), session.campaign.current_consent()

    def naive(n):
        """What must not be done: look first, sign up later."""
        kept, used = walk_in_places(session)
        gate.wait(30)
        if used >= kept:
            raise Refused("walk_in_full", "满了")
        actions.sign_up(
            campaign_id=session.campaign_id, declaration=people[n], group="C", slot_id=None, consent_id=consent.pk,
            token=uuid4(), source=Source.DESK, by=clerk,
        )  # fmt: skip
        return "won"

    assert at_once(KEPT + 1, naive) == ["won"] * (KEPT + 1)
    assert SignUp.objects.filter(source=Source.DESK).count() == KEPT + 1
