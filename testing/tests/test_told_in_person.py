"""Who has no phone is told by the firm's contact; who has nobody there either is told in person by staff."""

from datetime import time, timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from enterprises.tests.factories import make_contact, make_enterprise
from parkportal.clock import park_now, park_today
from parkportal.messaging import tasks
from parkportal.messaging.models import Message
from parkportal.records.worklist import entries_for
from testing import actions
from testing.actions.lab import NewReading
from testing.actions.rounds import RoundPlan
from testing.tests.factories import (
    make_campaign,
    make_lab_user,
    make_point,
    make_pool,
    make_reading,
    make_session,
    make_signup,
    make_specimen,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("park_time")]
LIST = "/messages/"


@pytest.fixture
def session():
    return make_session(day=park_today())


@pytest.fixture
def committee(make_user):
    return make_user("committee", name="祁月")


def read(session, signups, value="negative"):
    """A tube of one or of several whose reading waits for the second person, and that person."""
    for signup in signups:
        signup.status = "collected"
        signup.save()
    alone = len(signups) == 1
    tube = (
        make_specimen(signups[0], session=session, status="verifying")
        if alone
        else make_pool(session, signups, status="verifying")
    )
    make_reading(tube, tester=make_lab_user(tube.lab), value=value)
    return tube, make_lab_user(tube.lab, "lab_verifier")


def result_is_out(signup, committee):
    tube, verifier = read(signup.slot.session, [signup])
    actions.release_negatives(specimen_ids=[tube.pk], by=verifier)


def tube_is_unfit(signup, committee):
    tube, verifier = read(signup.slot.session, [signup], "invalid")
    actions.release_one(specimen_id=tube.pk, value="invalid", by=verifier, reason="leaked")


def sitting_is_off(signup, committee):
    actions.cancel_session(session=signup.slot.session, reason="大厅消毒", by=committee)


def team_comes(signup, committee):
    signup.slot, signup.mode, signup.group, signup.address = None, "door", "A3", "麓谷公寓 3 栋 201"
    signup.save()
    plan = RoundPlan(make_point(), park_today(), time(19), time(20), team=[committee], signups=[signup])
    actions.plan_round(campaign=signup.campaign, plan=plan, by=committee, token=uuid4())


HAPPENINGS = [
    (result_is_out, "result_notice"), (tube_is_unfit, "recollect_notice"), (sitting_is_off, "slot_changed"),
    (team_comes, "door_visit"),
]  # fmt: skip
each = pytest.mark.parametrize(("happens", "purpose"), HAPPENINGS, ids=[purpose for _, purpose in HAPPENINGS])


@each
def test_the_contact_passes_it_on_and_the_message_names_nobody(session, committee, happens, purpose):
    firm = make_enterprise()
    contact = make_contact(firm)
    signup = make_signup(session.slots.first(), phone="", enterprise=firm, name="陆青禾")

    happens(signup, committee)

    told = Message.objects.get(recipient=contact, purpose="phoneless_notice")
    assert told.occasion.startswith(f"{purpose}:")
    assert f"/testing/signups/{signup.pk}/" in told.text
    assert not any(word in told.text for word in ("陆", "阴性", "重采"))
    assert not Message.objects.to_tell().exists()


@each
@pytest.mark.parametrize("firm", [None, "without a contact", "whose contact has no account any more"])
def test_whoever_has_nobody_is_on_the_list_of_whom_staff_tell(
    client, sign_in, session, committee, happens, purpose, firm
):
    enterprise = make_enterprise() if firm else None
    if firm and firm.startswith("whose"):
        contact = make_contact(enterprise)
        contact.is_active = False
        contact.save()
    signup = make_signup(session.slots.first(), phone="", enterprise=enterprise, name="陆青禾")

    happens(signup, committee)
    tasks.sweep()
    tasks.send_due()

    # it is written, never sent, and stands on the worklist and the list
    message = Message.objects.to_tell().get()
    assert (message.purpose, message.status, message.attempts) == (purpose, "waiting", 0)
    assert [e.title for e in entries_for(committee) if e.href.endswith("#persons")] == ["1 个人要当面告诉"]
    page = sign_in(committee).get(LIST).content.decode()
    assert "当面告诉 1 人" in page and f"陆** {signup.code}" in page and "陆青禾" not in page
    assert reverse("testing:signup_detail", args=[signup.pk]) in page
    assert message.expires_at >= park_now() + timedelta(days=13)

    # not met, then told: off the list, with who did it
    url = reverse("messaging:message_called", args=[message.pk])
    client.post(url, {"answered": "0", "token": str(uuid4())})
    assert "找过 1 次，没有见到" in client.get(LIST).content.decode()
    client.post(url, {"answered": "1", "token": str(uuid4())})
    message.refresh_from_db()
    assert (message.status, message.last_move().by, message.last_move().reason) == (
        "delivered",
        committee,
        "当面告诉了",
    )
    assert not [e for e in entries_for(committee) if e.href.endswith("#persons")]


def test_of_a_mixed_tube_everybody_without_a_phone_is_passed_on(session, committee):
    firm = make_enterprise()
    contact = make_contact(firm)
    people = [make_signup(session.slots.first(), phone="", enterprise=firm) for _ in range(2)]
    alone = [make_signup(session.slots.first(), phone="") for _ in range(2)]
    tube, verifier = read(session, [*people, *alone])

    actions.release_negatives(specimen_ids=[tube.pk], by=verifier)

    passed_on = Message.objects.filter(purpose="phoneless_notice", recipient=contact)
    assert {message.context_id for message in passed_on} == {one.pk for one in people}
    assert {message.context_id for message in Message.objects.to_tell()} == {one.pk for one in alone}


def test_news_that_are_wrong_by_now_are_not_passed_on(session):
    firm = make_enterprise()
    make_contact(firm)
    tubes = []
    for fields in ({"enterprise": firm}, {}):
        tube, verifier = read(session, [make_signup(session.slots.first(), phone="", **fields)])
        actions.release_negatives(specimen_ids=[tube.pk], by=verifier)
        tubes.append((tube, verifier))

    for tube, verifier in tubes:
        reading = NewReading(tube.pk, "positive")
        correction = actions.ask_correction(reading=reading, reason="两板放反了", by=make_lab_user(tube.lab))
        actions.accept_correction(correction=correction, by=verifier)

    told = Message.objects.filter(purpose__in=["phoneless_notice", "result_notice"])
    assert [message.status for message in told] == ["withdrawn", "withdrawn"]


def test_a_positive_is_not_told_that_way_either(session, committee):
    tube, verifier = read(session, [make_signup(session.slots.first(), phone="")], "positive")

    actions.release_one(specimen_id=tube.pk, value="positive", by=verifier)

    assert set(Message.objects.values_list("purpose", flat=True)) == {"positive_alert"}


def test_who_is_erased_is_off_the_list(committee):
    today = park_today()
    campaign = make_campaign(
        starts_on=today - timedelta(days=80), ends_on=today - timedelta(days=61), status="closed", slug="over"
    )
    signup = make_signup(make_session(campaign, day=today).slots.first(), phone="")
    result_is_out(signup, committee)
    assert Message.objects.to_tell().exists()

    actions.erase_campaign(campaign=campaign, by=committee)

    message = Message.objects.get(purpose="result_notice")
    assert (message.status, message.label, message.text) == ("withdrawn", "", "")
