"""What a firm learns of its own staff: who is negative; of everything else only that the swab was taken."""

import pytest
from django.urls import reverse

from enterprises.tests.factories import make_contact, make_enterprise
from parkportal.clock import park_today
from testing import actions
from testing.actions.lab import NewReading
from testing.tests.factories import (
    make_door_round,
    make_lab_user,
    make_pool,
    make_reading,
    make_session,
    make_signup,
    make_specimen,
    make_staff,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def session():
    return make_session(day=park_today())


@pytest.fixture
def tester(session):
    return make_lab_user(session.campaign.lab)


@pytest.fixture
def verifier(session):
    return make_lab_user(session.campaign.lab, "lab_verifier")


@pytest.fixture
def firm():
    return make_enterprise()


@pytest.fixture
def contact(firm):
    return make_contact(firm)


def swabbed(session, firm, **fields):
    return make_signup(session.slots.first(), status="collected", enterprise=firm, **fields)


def read(session, firm, tester, value):
    """A person whose tube waits for the second person."""
    tube = make_specimen(swabbed(session, firm), session=session, status="verifying")
    make_reading(tube, tester=tester, value=value)
    return tube


def released(tube, verifier, value="negative"):
    if value == "negative":
        actions.release_negatives(specimen_ids=[tube.pk], by=verifier)
    else:
        actions.release_one(specimen_id=tube.pk, value=value, by=verifier)
    return tube.signup


def said(client, user, sign_in):
    """sign-up id → what the list of sign-ups says of the result."""
    rows = sign_in(user).get(reverse("testing:signups")).context["page_obj"]
    return {row.pk: getattr(row, "negative_at", None) for row in rows}


def test_a_negative_is_on_the_firms_list_and_everything_else_looks_like_waiting(
    client, sign_in, session, firm, contact, tester, verifier
):
    negative = released(read(session, firm, tester, "negative"), verifier)
    positive = released(read(session, firm, tester, "positive"), verifier, "positive")
    suspect = released(read(session, firm, tester, "suspect"), verifier, "suspect")
    pending = read(session, firm, tester, "negative").signup

    rows = said(client, contact, sign_in)
    pages = {
        one.pk: client.get(reverse("testing:signup_detail", args=[one.pk])).content.decode()
        for one in (negative, positive, suspect, pending)
    }

    tube = negative.specimens.get()
    assert rows[negative.pk] == tube.released_at
    assert {rows[one.pk] for one in (positive, suspect, pending)} == {None}
    assert "<dt>结果</dt>" in pages[negative.pk] and "阴性" in pages[negative.pk]
    for one in (positive, suspect, pending):
        assert not any(word in pages[one.pk] for word in ("<dt>结果</dt>", "阴性", "阳性", "可疑", "发布"))


def test_a_negative_pool_makes_its_people_negative_on_the_list(
    client, sign_in, session, firm, contact, tester, verifier
):
    people = [swabbed(session, firm) for _ in range(3)]
    tube = make_pool(session, people, status="verifying")
    make_reading(tube, tester=tester)
    actions.release_negatives(specimen_ids=[tube.pk], by=verifier)
    assert all(said(client, contact, sign_in).values())

    # when it is corrected to positive, nobody is negative any more
    correction = actions.ask_correction(reading=NewReading(tube.pk, "positive"), reason="两板放反了", by=tester)
    actions.accept_correction(correction=correction, by=verifier)

    assert set(said(client, contact, sign_in).values()) == {None}


def test_a_corrected_negative_is_taken_off_the_list(client, sign_in, session, firm, contact, tester, verifier):
    signup = released(read(session, firm, tester, "negative"), verifier)
    tube = signup.specimens.get()
    correction = actions.ask_correction(reading=NewReading(tube.pk, "suspect"), reason="两管放反了", by=tester)
    assert said(client, contact, sign_in)[signup.pk] is not None

    actions.accept_correction(correction=correction, by=verifier)

    assert said(client, contact, sign_in)[signup.pk] is None


def test_the_sampling_point_and_other_firms_read_no_result(client, sign_in, session, firm, tester, verifier):
    signup = released(read(session, firm, tester, "negative"), verifier)
    clerk = make_staff(session.point)

    assert said(client, clerk, sign_in) == {signup.pk: None}
    assert "<dt>结果</dt>" not in client.get(reverse("testing:signup_detail", args=[signup.pk])).content.decode()
    assert said(client, make_contact(make_enterprise()), sign_in) == {}


def test_the_contact_reads_when_the_team_comes_to_somebodys_door(client, sign_in, session, firm, contact):
    made, stop = make_door_round(session.campaign)
    stop.signup.enterprise = firm
    stop.signup.save()

    page = sign_in(contact).get(reverse("testing:signup_detail", args=[stop.signup_id])).content.decode()

    assert "上门时间" in page and "14:00–16:00" in page
