"""Confirmations and reminders go through the outbox once, and are taken back when the occasion lapses."""

from datetime import time, timedelta

import pytest

from enterprises.tests.factories import make_contact, make_enterprise
from parkportal.clock import at, park_now, park_today
from parkportal.messaging.models import Message
from testing import actions
from testing.tests.factories import make_session, make_signup

pytestmark = pytest.mark.django_db


def put():
    return actions.remind_appointments(park_now())


def old(signup):
    type(signup).objects.filter(pk=signup.pk).update(created_at=park_now() - timedelta(hours=2))
    return signup


def test_tomorrows_appointment_is_reminded_once():
    session = make_session()
    signup = old(make_signup(session.slots.first(), name="陆青禾"))
    now = signup.slot.starts_at - timedelta(hours=20)

    assert actions.remind_appointments(now) == 1
    assert actions.remind_appointments(now) == 0
    message = Message.objects.get()
    assert message.purpose == "appointment_reminder"
    assert "陆青禾" not in message.text and str(signup.public_token) in message.text
    assert message.expires_at == signup.slot.starts_at


def test_an_appointment_in_three_days_is_not_reminded_yet():
    old(make_signup(make_session(day=park_today() + timedelta(days=3)).slots.first()))

    assert put() == 0


def test_a_new_sign_up_is_confirmed_once():
    signup = make_signup(make_session(day=park_today() + timedelta(days=3)).slots.first())

    assert (put(), put()) == (1, 0)
    assert Message.objects.get().purpose == "signup_confirmed"
    assert str(signup.public_token) in Message.objects.get().text


def test_whoever_is_visited_is_told_to_wait():
    session = make_session(day=park_today() + timedelta(days=3))
    make_signup(None, campaign=session.campaign, mode="door", group="A3")

    put()

    assert Message.objects.get().purpose == "signup_door"


def test_a_cancelled_appointment_takes_its_reminder_back():
    signup = old(make_signup(make_session().slots.first()))
    actions.remind_appointments(signup.slot.starts_at - timedelta(hours=20))
    Message.objects.update(send_after=park_now() + timedelta(hours=5))

    actions.cancel_signup(signup=signup)

    assert Message.objects.get().status == "withdrawn"


def test_a_changed_appointment_is_reminded_for_its_new_time():
    session = make_session()
    signup = old(make_signup(session.slots.first()))
    now = signup.slot.starts_at - timedelta(hours=20)
    actions.remind_appointments(now)

    actions.change_slot(signup=signup, slot_id=session.slots.last().pk)
    actions.remind_appointments(now)

    assert sorted(Message.objects.values_list("status", flat=True))[-1] in {"waiting", "withdrawn"}
    assert Message.objects.filter(purpose="appointment_reminder").count() == 2


def test_somebody_without_a_phone_gets_no_message():
    make_signup(make_session(day=park_today() + timedelta(days=3)).slots.first(), phone="")

    assert put() == 0


@pytest.mark.usefixtures("park_time")
def test_the_contact_is_reminded_once_of_all_who_have_no_phone():
    # given two of a firm without a phone and one with a phone are due tomorrow, one more only the day after
    session = make_session()
    later = make_session(session.campaign, point=session.point, day=park_today() + timedelta(days=2))
    firm, other = make_enterprise(), make_enterprise()
    contact = make_contact(firm)
    for fields in (
        {"phone": ""},
        {"phone": ""},
        {},
        {"phone": "", "enterprise": other},
        {"phone": "", "enterprise": None},
    ):
        old(make_signup(session.slots.first(), **{"enterprise": firm, **fields}))
    old(make_signup(later.slots.first(), phone="", enterprise=firm))
    evening = at(park_today(), time(17, 35))

    actions.remind_appointments(evening - timedelta(minutes=10))
    assert not Message.objects.filter(purpose="phoneless_reminder").exists()
    for _ in range(2):
        actions.remind_appointments(evening)

    message = Message.objects.get(purpose="phoneless_reminder")
    assert (message.recipient, message.send_after) == (contact, at(park_today(), time(18)))
    assert "2位" in message.text and f"/testing/roster/{firm.pk}/{session.campaign_id}/" in message.text
