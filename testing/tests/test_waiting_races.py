"""Places that become free at once, and offers taken and expiring at once: each place has one holder. With its control."""

import threading
from collections import Counter
from datetime import time, timedelta
from uuid import uuid4

import pytest
from django.db.models import F

from enterprises.tests.factories import id_number, phone
from parkportal.clock import park_now
from testing import actions
from testing.actions import Declaration
from testing.invariants import check
from testing.models import SignUp, Slot, WaitingParty
from testing.tests.factories import make_session, make_signup
from testing.tests.test_races import at_once

pytestmark = [pytest.mark.both, pytest.mark.django_db(transaction=True)]


def wait(session):
    declared = Declaration(name="米禾", document_type="id_card", number=id_number(), phone=phone())
    return actions.sign_up(
        campaign_id=session.campaign_id, declaration=declared, group="C", slot_id=None,
        consent_id=session.campaign.current_consent().pk, wait=session.pk, token=uuid4(),
    )  # fmt: skip


def test_places_freed_at_once_go_to_as_many_who_wait():
    session = make_session(places=4, end=time(9, 10))
    holders = [make_signup(session.slots.first()) for _ in range(4)]
    waiting = [wait(session) for _ in range(3)]

    outcomes = at_once(4, lambda n: actions.cancel_signup(signup=holders[n]).status)

    assert outcomes == ["cancelled"] * 4
    assert Counter(WaitingParty.objects.values_list("status", flat=True)) == {"offered": 3}
    assert SignUp.objects.filter(pk__in=[one.pk for one in waiting], slot=session.slots.first()).count() == 3
    assert session.slots.first().taken == 3
    assert check() == []


def test_cancelling_and_public_sign_ups_at_once_oversell_nothing():
    session = make_session(places=2, end=time(9, 10))
    holders = [make_signup(session.slots.first()) for _ in range(2)]
    wait(session)
    slot, campaign = session.slots.first(), session.campaign
    consent = campaign.current_consent().pk
    people = [Declaration(name="白檀", document_type="id_card", number=id_number(), phone=phone()) for _ in range(4)]

    def work(n):
        if n < 2:
            return actions.cancel_signup(signup=holders[n]).status
        actions.sign_up(
            campaign_id=campaign.pk, declaration=people[n - 2], group="C", slot_id=slot.pk, consent_id=consent,
            token=uuid4(),
        )  # fmt: skip
        return "won"

    outcomes = Counter(at_once(6, work))

    assert outcomes["cancelled"] == 2 and set(outcomes) <= {"cancelled", "won", "slot_full"}
    slot.refresh_from_db()
    assert WaitingParty.objects.get().status == "offered"
    assert slot.taken == outcomes["won"] + 1 <= 2
    assert check() == []


def test_an_offer_taken_and_expiring_at_once_has_one_end():
    session = make_session(places=1, end=time(9, 10))
    holder = make_signup(session.slots.first())
    first, second = wait(session), wait(session)
    actions.cancel_signup(signup=holder)
    WaitingParty.objects.filter(pk=first.party_id).update(offer_until=park_now() - timedelta(seconds=1))

    at_once(4, lambda n: actions.accept_offer(party=first.party) if n % 2 else actions.tend_waiting(park_now()))

    first.party.refresh_from_db()
    second.party.refresh_from_db()
    assert (first.party.status, second.party.status) == ("lapsed", "offered")
    assert session.slots.first().taken == 1
    assert check() == []


def test_one_offer_confirmed_many_times_is_one_place():
    session = make_session(places=1, end=time(9, 10))
    holder = make_signup(session.slots.first())
    signup = wait(session)
    actions.cancel_signup(signup=holder)

    outcomes = at_once(4, lambda n: len(actions.accept_offer(party=signup.party)))

    assert outcomes == [1] * 4
    assert session.slots.first().taken == 1 and check() == []


def test_control_offering_without_holding_the_campaign_keeps_one_place_for_nobody():
    """What must not be done: look who is first, then take a place and write the offer, without a lock."""
    session = make_session(places=2, end=time(9, 10))
    slot = session.slots.first()
    for signup in [make_signup(slot), make_signup(slot)]:
        SignUp.objects.filter(pk=signup.pk).update(status="cancelled")
    Slot.objects.filter(pk=slot.pk).update(taken=0)
    Slot.objects.filter(pk=slot.pk).update(places=0)
    first, second = wait(session), wait(session)
    Slot.objects.filter(pk=slot.pk).update(places=2)
    gate = threading.Barrier(2)

    def naive(n):
        party = WaitingParty.objects.in_line().first()
        gate.wait(30)
        Slot.objects.filter(pk=slot.pk).update(taken=F("taken") + 1)
        SignUp.objects.filter(party=party).update(slot=slot)
        return party.pk

    outcomes = at_once(2, naive)

    slot.refresh_from_db()
    assert outcomes == [first.party_id] * 2 and second.party_id not in outcomes
    assert slot.taken == 2
    assert check() == [f"时段 {slot.pk} 记 2 人，实有 1 人"]
