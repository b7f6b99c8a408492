"""The person's own page: code, appointment, change, cancel."""

from datetime import UTC, timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from parkportal.clock import park_today
from testing.models import SignUp
from testing.tests.factories import make_campaign, make_party, make_session, make_signup

pytestmark = pytest.mark.django_db


@pytest.fixture
def session():
    return make_session(places=2)


@pytest.fixture
def signup(session):
    return make_signup(session.slots.first(), name="陆青禾")


def url(name, signup):
    return reverse(f"public:{name}", args=[signup.public_token])


def test_code_page_shows_time_place_and_steps(client, signup):
    page = client.get(url("signup_code", signup)).content.decode()

    for word in ("9:00–9:10", signup.slot.session.point.name, "戴口罩", "先测体温", "排队采样", "改时间", "取消登记"):
        assert word in page
    assert signup.number not in page and signup.phone not in page


def test_code_page_of_an_unknown_token_does_not_exist(client):
    assert client.get(reverse("public:signup_code", args=[uuid4()])).status_code == 404


def test_code_page_is_not_kept_in_caches(client, signup):
    assert "no-store" in client.get(url("signup_code", signup))["Cache-Control"]


def test_change_moves_the_place_at_once(client, session, signup):
    first, last = session.slots.first(), session.slots.last()

    page = client.get(url("signup_change", signup)).content.decode()
    client.post(url("signup_change", signup), {"slot": last.pk})

    assert "9:00–9:10" in page
    first.refresh_from_db()
    last.refresh_from_db()
    signup.refresh_from_db()
    assert (first.taken, last.taken, signup.slot) == (0, 1, last)


def test_change_to_a_full_slot_says_so_and_keeps_the_old(client, session, signup):
    last = session.slots.last()
    type(last).objects.filter(pk=last.pk).update(taken=2)

    page = client.post(url("signup_change", signup), {"slot": last.pk}).content.decode()

    assert "刚刚约满" in page
    signup.refresh_from_db()
    assert signup.slot == session.slots.first()


def test_change_to_another_campaigns_slot_is_refused(client, signup):
    foreign = make_session().slots.first()

    page = client.post(url("signup_change", signup), {"slot": foreign.pk}).content.decode()

    assert "不能约了" in page
    foreign.refresh_from_db()
    assert foreign.taken == 0


def test_cancel_asks_once_and_frees_the_place(client, session, signup):
    asked = client.get(url("signup_cancel", signup)).content.decode()
    client.post(url("signup_cancel", signup))
    again = client.post(url("signup_cancel", signup))

    signup.refresh_from_db()
    assert "9:00–9:10" in asked
    assert (signup.status, session.slots.first().taken, again.status_code) == ("cancelled", 0, 302)
    assert "登记已经取消" in client.get(url("signup_code", signup)).content.decode()


@pytest.mark.parametrize("status", ["measured", "collected", "recollect"])
def test_whoever_has_come_changes_nothing_any_more(client, session, status):
    signup = make_signup(session.slots.first(), status=status)

    client.post(url("signup_cancel", signup))

    assert SignUp.objects.get(pk=signup.pk).status == status
    assert client.get(url("signup_change", signup)).status_code == 302


def test_an_appointment_that_has_begun_is_not_cancelled(client):
    past = make_session(day=park_today() - timedelta(days=1))
    signup = make_signup(past.slots.first())

    client.post(url("signup_cancel", signup))

    assert SignUp.objects.get(pk=signup.pk).status == "registered"


def test_picture_is_a_png_that_names_nobody_in_its_file_name(client, signup):
    answer = client.get(url("signup_picture", signup))

    assert answer["Content-Type"] == "image/png"
    assert answer.content.startswith(b"\x89PNG")
    assert "陆" not in answer["Content-Disposition"]


def test_the_appointment_goes_into_the_calendar_without_a_name(client):
    signup = make_signup(make_session().slots.first(), name="陆青禾")

    answer = client.get(reverse("public:signup_calendar", args=[signup.public_token]))

    lines = answer.content.decode().replace("\r\n ", "").split("\r\n")
    assert answer["Content-Type"].startswith("text/calendar")
    assert f"DTSTART:{signup.slot.starts_at.astimezone(UTC):%Y%m%dT%H%M%SZ}" in lines
    assert "SUMMARY:核酸采样" in lines and any(str(signup.public_token) in line for line in lines)
    assert all(len(line.encode()) <= 75 for line in answer.content.decode().split("\r\n"))
    assert "陆" not in answer.content.decode()


def test_who_waits_has_nothing_for_the_calendar(client):
    signup = make_party(make_campaign()).signups.get()

    assert client.get(reverse("public:signup_calendar", args=[signup.public_token])).status_code == 404


def test_the_page_cannot_be_changed_after_the_deadline(client):
    session = make_session(make_campaign(change_hours=48))
    signup = make_signup(session.slots.first())

    page = client.get(reverse("public:signup_code", args=[signup.public_token])).content.decode()
    client.post(reverse("public:signup_cancel", args=[signup.public_token]))

    signup.refresh_from_db()
    assert signup.status == "registered"
    assert "取消登记" not in page
