"""Every refusal that the field would meet has its name: what no other test asks for by name is asked for here."""

from datetime import time
from uuid import uuid4

import pytest

from enterprises.tests.factories import id_number, phone
from parkportal.clock import park_now, park_today
from parkportal.states import Refused
from testing import actions
from testing.actions import Declaration
from testing.actions.lab import NewReading
from testing.actions.tubes import read_tube
from testing.models import Specimen
from testing.tests.factories import (
    make_box,
    make_campaign,
    make_lab_user,
    make_reading,
    make_session,
    make_signup,
    make_specimen,
    make_staff,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def session():
    return make_session(day=park_today(), start=time(0, 10), end=time(23, 50), minutes=60, places=50)


@pytest.fixture
def clerk(session):
    return make_staff(session.point)


def said(work, /, *args, **fields):
    """The code of the refusal."""
    with pytest.raises(Refused) as refusal:
        work(*args, **fields)
    return refusal.value.code


def sign_up(session, slot_id, **fields):
    campaign = session.campaign
    declared = Declaration(name="陆青禾", document_type="id_card", number=id_number(), phone=phone())
    return actions.sign_up(
        **{
            "campaign_id": campaign.pk, "declaration": declared, "group": "C", "slot_id": slot_id,
            "consent_id": campaign.current_consent().pk, "token": uuid4(), **fields,
        }
    )  # fmt: skip


def tube_of(session, status):
    signup = make_signup(session.slots.first(), status="collected", attended_session=session, attended_at=park_now())
    return make_specimen(signup, session=session, status=status)


def test_signing_up(session):
    last = session.slots.order_by("-starts_at").first()
    elsewhere = make_session().slots.first()
    assert said(sign_up, session, elsewhere.pk) == "slot_gone"  # of another campaign
    assert said(sign_up, session, None) == "slot_gone"
    session.campaign.groups = ["B5"]
    session.campaign.save()
    assert said(sign_up, session, last.pk) == "group_not_invited"
    session.campaign.status = "closed"
    session.campaign.save()
    assert said(sign_up, session, last.pk) == "campaign_closed"
    plan = {"enterprise": None, "campaign": session.campaign, "persons": [], "by": None}
    assert said(actions.sign_up_roster, **plan) == "campaign_closed"


def test_a_sitting_without_a_slot(make_user):
    campaign = make_campaign()
    point = make_session(campaign).point
    plan = {"campaign": campaign, "point": point, "day": park_today(), "minutes": 30, "places": 5, "by": make_user()}
    assert said(actions.add_session, start=time(9), end=time(9, 10), **plan) == "no_slot"
    assert said(actions.add_session, start=time(10), end=time(9), **plan) == "no_slot"


@pytest.mark.parametrize("text", ["", "三号管", "AB 12", "HZ-2000"])
def test_what_is_no_tube(text):
    assert said(read_tube, text) == "bad_tube"


def test_a_box_with_nothing_in_it(session, clerk):
    box = actions.open_box(session=session, by=clerk)
    assert said(actions.seal_box, box=box, seal="F001", by=clerk) == "box_empty"
    assert said(actions.pack_tube, box=box, text="三号管", by=clerk, token=uuid4()) == "bad_tube"


def test_receiving(session):
    tubes = [tube_of(session, "handed") for _ in range(2)]
    left = {"status": "handed", "handed_at": tubes[0].handed_at, "handed_by": make_staff(session.point)}
    box = make_box(session, tubes, expected=2, seal="F001", courier="邱实", **left)
    tester = make_lab_user(box.lab)
    assert said(actions.receive_box, box=box, seal_state="intact", by=tester) == "nothing_seen"
    assert said(actions.see_all_tubes, box=box, by=tester, counted=1) == "count_differs"
    assert said(actions.give_up_tube, box=box, specimen=tubes[0], reason="no such", by=tester) == "unknown_reason"
    actions.see_tube(box=box, text=tubes[0].barcode, by=tester, token=uuid4())
    assert said(actions.receive_box, box=box, seal_state="intact", by=tester) == "short_reason"
    tubes[1].refresh_from_db()
    assert tubes[1].status == "handed"


def test_at_the_bench(session):
    tester = make_lab_user(session.campaign.lab)
    verifier = make_lab_user(session.campaign.lab, "lab_verifier")
    early, waiting = tube_of(session, "handed"), tube_of(session, "verifying")
    assert said(actions.record_readings, readings=[NewReading(early.pk, "negative")], by=tester) == "not_testable"
    assert said(actions.release_negatives, specimen_ids=[early.pk], by=verifier) == "not_waiting"
    assert said(actions.release_one, specimen_id=early.pk, value="positive", by=verifier) == "not_waiting"

    make_reading(waiting, tester=tester, value="suspect")
    assert said(actions.release_negatives, specimen_ids=[waiting.pk], by=verifier) == "not_negative"
    assert said(actions.release_one, specimen_id=waiting.pk, value="negative", by=verifier) == "other_value"
    assert said(actions.send_back, specimen_ids=[waiting.pk], by=verifier, reason=" ") == "reason"
    assert Specimen.objects.get(pk=waiting.pk).status == "verifying"


def test_a_step_out_of_order(session, clerk):
    person = make_signup(session.slots.first(), status="registered")
    scan = {"session_id": session.pk, "code": person.code, "by": clerk}
    assert said(actions.collect, text="YL200218000012", token=uuid4(), **scan) == "not_measured"
    assert said(actions.issue_tube, token=uuid4(), **scan) == "not_measured"
    assert said(actions.undo_last, session_id=session.pk, by=clerk, token=uuid4()) == "nothing_to_undo"
    assert said(actions.close_pool, session_id=session.pk, lane=1, by=clerk, token=uuid4()) == "no_pool"


def test_after_the_deadline_the_time_is_fixed():
    soon = make_session(day=park_today(), start=time(0, 10), end=time(0, 30), minutes=10, places=5)
    late, other = soon.slots.all()[:2]
    person = make_signup(late)
    assert said(actions.change_slot, signup=person, slot_id=other.pk) == "not_changeable"
    person.refresh_from_db()
    assert person.slot_id == late.pk
