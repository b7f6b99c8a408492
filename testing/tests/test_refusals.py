"""Every refusal that the field would meet has its name: what no other test asks for by name is asked for here."""

from datetime import time, timedelta
from uuid import uuid4

import pytest

from enterprises.tests.factories import id_number, make_employee, make_enterprise, phone
from parkportal.clock import park_now, park_today
from parkportal.states import Refused
from testing import actions
from testing.actions import Declaration
from testing.actions.boxes import read_box
from testing.actions.custody import advance
from testing.actions.desk import write_move
from testing.actions.lab import NewReading
from testing.actions.reconcile import reconcile
from testing.actions.rounds import RoundPlan
from testing.actions.tubes import read_tube
from testing.models import Pool, SignUp, Specimen
from testing.tests.factories import (
    make_box,
    make_campaign,
    make_door_round,
    make_exemption,
    make_lab_user,
    make_party,
    make_point,
    make_pool,
    make_range,
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


# --- sittings and the waiting list -------------------------------------------------------------------------------------


def test_a_change_of_a_sitting_says_why_and_comes_in_time(session, make_user):
    by, point = make_user("committee"), session.point
    silent = {"session": session, "reason": "  ", "by": by}
    assert said(actions.cancel_session, **silent) == "reason"
    assert said(actions.close_session, **silent) == "reason"
    there = {"point": point, "day": park_today() + timedelta(days=1), "start": time(9)}
    to = {"to": there, "by": by}
    assert said(actions.move_session, session=session, reason=" ", **to) == "reason"
    gone = {"to": {**there, "day": park_today() - timedelta(days=1)}, "by": by}
    assert said(actions.move_session, session=session, reason="大厅消毒", **gone) == "past"

    actions.close_session(session=session, reason="大厅消毒", by=by)
    assert said(actions.move_session, session=session, reason="大厅消毒", **to) == "not_open"
    assert said(actions.decide_stagger, session=session, by=by) == "not_open"


def test_a_campaign_without_a_sitting_does_not_begin(make_user):
    campaign = make_campaign(status="draft")
    make_session(campaign, status="cancelled")
    assert said(actions.open_campaign, campaign=campaign, by=make_user("committee")) == "no_sessions"
    campaign.refresh_from_db()
    assert campaign.status == "draft"


def test_whoever_left_the_line_has_left_it(session):
    party = make_party(session.campaign)
    actions.leave_waiting(party=party)
    assert said(actions.leave_waiting, party=party) == "not_waiting"


def test_an_offer_that_lapsed_says_so_also_later(session):
    party = make_party(session.campaign)
    party.status, party.offered_at = "offered", park_now() - timedelta(hours=1)
    party.offer_until = park_now() - timedelta(minutes=30)
    party.save()
    assert said(actions.accept_offer, party=party) == "offer_lapsed"
    assert said(actions.accept_offer, party=party) == "offer_lapsed"


def test_an_exemption_is_withdrawn_once(make_user):
    exemption = make_exemption(make_employee(make_enterprise()))
    by = make_user("committee")
    actions.withdraw_exemption(exemption=exemption, by=by)
    assert said(actions.withdraw_exemption, exemption=exemption, by=by) == "withdrawn"


# --- the desk -----------------------------------------------------------------------------------------------------------


def test_who_is_cancelled_or_out_of_turn_is_not_sampled(session, clerk):
    cancelled = make_signup(session.slots.first(), status="cancelled")
    scan = {"session_id": session.pk, "code": cancelled.code, "by": clerk}
    assert said(actions.measure, text="36.5", token=uuid4(), **scan) == "cancelled"
    person = make_signup(session.slots.first(), status="registered")
    step = {"by": clerk, "at": park_now(), "token": uuid4(), "session_id": session.pk, "lane": 1}
    assert said(write_move, person, "collected", **step) == "wrong_step"

    SignUp.objects.filter(pk=person.pk).update(status="stopped")  # another desk was a moment earlier
    assert said(write_move, person, "measured", **step) == "changed_meanwhile"


def test_an_own_tube_is_not_filled_twice(session, clerk):
    make_range(lab=session.campaign.lab)
    person = make_signup(session.slots.first(), status="recollect")
    make_specimen(person, session=session, status="collected", barcode="HZ200000001")
    actions.measure(session_id=session.pk, code=person.code, text="36.5", by=clerk, token=uuid4())
    fields = {"session_id": session.pk, "code": person.code, "text": "HZ200000001", "by": clerk, "token": uuid4()}
    assert said(actions.collect, **fields) == "tube_used"


def test_a_mixed_tube_that_is_void_or_packed(session, clerk):
    session.campaign.pool_size = 5
    session.campaign.save()
    person = make_signup(session.slots.first(), status="measured", attended_session=session, attended_at=park_now())
    tube = make_pool(session, [make_signup(session.slots.first(), status="collected")])
    Specimen.objects.filter(pk=tube.pk).update(status="void")
    fields = {"session_id": session.pk, "code": person.code, "text": tube.barcode, "by": clerk, "token": uuid4()}
    assert said(actions.collect, **fields) == "tube_void"

    make_range(lab=session.campaign.lab)
    actions.collect(**{**fields, "text": "HZ200000002"})
    packed = Specimen.objects.get(barcode="HZ200000002")
    assert Pool.objects.get(specimen=packed).is_open
    Specimen.objects.filter(pk=packed.pk).update(status="packed", collected_at=park_now())
    assert said(actions.undo_last, session_id=session.pk, by=clerk, token=uuid4()) == "packed"


def test_a_badge_is_for_who_works_at_a_point(make_user):
    by = make_user("committee")
    assert said(actions.issue_badge, holder=make_user("station"), by=by) == "no_point_staff"


def test_the_day_is_reconciled_once(session, clerk):
    reconcile(session=session, gaps={}, by=clerk)
    assert said(reconcile, session=session, gaps={}, by=clerk) == "reconciled"


# --- tubes and boxes ----------------------------------------------------------------------------------------------------


def test_a_label_run_of_no_size(clerk):
    for count in (0, 5001):
        assert said(actions.issue_label_run, count=count, by=clerk) == "run_size"


def test_a_new_label_needs_a_reason_and_comes_before_the_hand_over(session, clerk):
    fields = {"why": "淋湿了", "by": clerk, "token": uuid4()}
    fresh, gone = tube_of(session, "collected"), tube_of(session, "handed")
    assert said(actions.reissue_tube, specimen=fresh, reason="because", **fields) == "no_reason"
    assert said(actions.move_to_tube, specimen=fresh, text="YL200218000012", reason="?", **fields) == "no_reason"
    assert said(actions.reissue_tube, specimen=gone, reason="unreadable", **fields) == "handed"


@pytest.mark.parametrize(
    ("text", "code"), [("RY200218000012", "wrong_kind"), ("YX20021800001", "bad_box"), ("三号箱", "bad_box")]
)
def test_what_is_no_box(text, code):
    assert said(read_box, text) == code


def test_a_box_takes_no_void_tube_and_gives_none_back_when_it_is_sealed(session, clerk):
    void = tube_of(session, "collected")
    Specimen.objects.filter(pk=void.pk).update(status="void")
    box = actions.open_box(session=session, by=clerk)
    assert said(actions.pack_tube, box=box, text=void.barcode, by=clerk, token=uuid4()) == "tube_void"
    assert said(actions.take_out_last, box=box, by=clerk) == "box_empty"

    packed, other = tube_of(session, "collected"), tube_of(session, "collected")
    actions.pack_tube(box=box, text=packed.barcode, by=clerk, token=uuid4())
    assert said(actions.account_for, box=box, specimen=other, what="stolen", by=clerk) == "unknown_reason"
    actions.account_for(box=box, specimen=other, what="next_box", by=clerk)
    actions.seal_box(box=box, seal="F001", by=clerk)
    assert said(actions.take_out_last, box=box, by=clerk) == "box_sealed"

    actions.hand_over(box=box, courier="邱实", plate="", temperature_tenths=48, by=clerk)
    assert said(actions.reopen_box, box=box, by=clerk, reason="少装一管") == "box_handed"
    tester = make_lab_user(box.lab)
    actions.see_all_tubes(box=box, by=tester, counted=1)
    actions.receive_box(box=box, seal_state="intact", by=tester)
    assert said(actions.receive_box, box=box, seal_state="intact", by=tester) == "box_received"


def test_a_tube_that_may_not_go_there_moves_nobody_elses(session, clerk):
    good, bad = tube_of(session, "packed"), tube_of(session, "released")
    with pytest.raises(Refused) as refusal:
        advance([good, bad], "handed", by=clerk, at=park_now(), handed_at=park_now())
    assert (refusal.value.code, bad.barcode in refusal.value.text) == ("forbidden_move", True)
    good.refresh_from_db()
    assert good.status == "packed"


def test_an_alert_is_taken_in_hand_once(session, make_user):
    tester, verifier = make_lab_user(session.campaign.lab), make_lab_user(session.campaign.lab, "lab_verifier")
    waiting = tube_of(session, "verifying")
    make_reading(waiting, tester=tester, value="positive")
    alert = actions.release_one(specimen_id=waiting.pk, value="positive", by=verifier).alert
    actions.acknowledge_alert(alert=alert, note="", by=make_user("committee"))
    assert said(actions.acknowledge_alert, alert=alert, note="", by=make_user("committee")) == "acknowledged"


# --- rounds from door to door -------------------------------------------------------------------------------------------


def test_a_round_and_its_doors(session, make_user):
    by, campaign = make_user("committee"), session.campaign
    late = RoundPlan(make_point(), campaign.ends_on + timedelta(days=1), time(9), time(10), team=[by], signups=[])
    assert said(actions.plan_round, campaign=campaign, plan=late, by=by) == "outside"
    _, stop = make_door_round(campaign)
    assert said(actions.leave_stop, stop=stop, outcome="asleep", by=by) == "outcome"
    actions.leave_stop(stop=stop, outcome="absent", by=by)
    assert said(actions.leave_stop, stop=stop, outcome="refused", by=by) == "closed"
