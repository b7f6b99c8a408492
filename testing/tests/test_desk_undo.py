"""Taking back at the desk what followed from a temperature: nobody is left as measured without one, nobody at the door."""

from datetime import time, timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from parkportal.clock import park_now, park_today
from parkportal.states import Refused
from testing import actions
from testing.models import SignUp
from testing.tests.factories import make_range, make_session, make_signup, make_staff

pytestmark = pytest.mark.django_db
TUBE = "HZ200000001"


@pytest.fixture
def session():
    session = make_session(day=park_today(), start=time(0, 10), end=time(23, 50), minutes=60, places=50)
    make_range(lab=session.campaign.lab)
    return session


@pytest.fixture
def clerk(session):
    return make_staff(session.point)


@pytest.fixture
def desk(session, clerk):
    """What this clerk does at the desk with one person."""

    class Desk:
        def measures(self, person, *temperatures):
            for text in temperatures:
                fields = {"session_id": session.pk, "code": person.code, "by": clerk, "token": uuid4()}
                actions.measure(text=text, **fields)

        def collects(self, person):
            actions.collect(session_id=session.pk, code=person.code, text=TUBE, by=clerk, token=uuid4())

        def takes_back(self):
            return actions.undo_last(session_id=session.pk, by=clerk, token=uuid4(), reason="体温录错")

    return Desk()


@pytest.fixture
def person(session):
    return make_signup(session.slots.first(), group="B4")


def stands(person):
    person = SignUp.objects.get(pk=person.pk)
    return person.status, person.temperature, person.attended_at is not None


@pytest.mark.parametrize("temperatures", [("36.5", "36.9"), ("36.5", "38.2"), ("36.5", "36.7", "36.9")])
def test_nobody_stays_measured_without_a_temperature(desk, person, temperatures):
    desk.measures(person, *temperatures)

    desk.takes_back()

    assert stands(person) == ("registered", None, False)
    with pytest.raises(Refused) as refused:
        desk.collects(person)
    assert refused.value.code == "not_measured"
    desk.measures(person, "36.8")
    desk.collects(person)
    assert stands(person)[0] == "collected"


def test_a_second_fever_that_was_a_slip_brings_the_person_back_to_the_point(
    desk, person, session, clerk, client, sign_in
):
    desk.measures(person, "37.5", "38.5")
    assert SignUp.objects.get(pk=person.pk).is_door

    desk.takes_back()

    # then the first one still stands, the way to the door does not
    now = SignUp.objects.get(pk=person.pk)
    assert (stands(person), now.mode, now.group, now.attended_session) == (
        ("stopped", None, True),
        "point",
        "B4",
        session,
    )
    said = sign_in(clerk).post(
        reverse("testing:station_desk", args=[session.pk]), {"token": uuid4(), "text": person.code},
        headers={"Accept": "application/json"},
    ).json()  # fmt: skip
    assert said["step"] == "temperature" and "休息后重新测" in said["html"] and "None" not in said["html"]
    desk.measures(person, "36.6")
    desk.collects(person)
    assert stands(person)[0] == "collected"


def test_a_second_fever_after_one_taken_back_goes_to_the_door_all_the_same(desk, person):
    desk.measures(person, "37.5", "38.5")
    desk.takes_back()
    with pytest.raises(Refused) as refused:
        desk.takes_back()  # what was taken back is not taken back once more

    desk.measures(person, "37.6")

    assert refused.value.code == "nothing_to_undo"
    now = SignUp.objects.get(pk=person.pk)
    assert (now.mode, now.group) == ("door", "A3")


def test_who_was_stopped_and_has_rested_stays_stopped_when_the_good_temperature_goes(desk, person):
    desk.measures(person, "37.5", "36.8")

    desk.takes_back()

    assert stands(person) == ("stopped", None, True)


def test_a_swab_and_then_its_temperature_are_taken_back_one_after_the_other(desk, person):
    desk.measures(person, "36.5")
    desk.collects(person)

    assert desk.takes_back()[1] == "collected"
    assert stands(person)[0] == "measured"
    assert desk.takes_back()[1] == "measured"
    assert stands(person) == ("registered", None, False)


def test_whoever_comes_again_is_timed_from_the_second_visit(desk, session):
    yesterday = park_now() - timedelta(days=1)
    person = make_signup(
        session.slots.first(), status="recollect", attended_session=session, attended_at=yesterday
    )  # fmt: skip

    desk.measures(person, "36.5")

    assert SignUp.objects.get(pk=person.pk).attended_at > yesterday + timedelta(hours=23)


def test_the_reason_of_an_undo_says_why_and_not_who(session, person, desk, clerk, client, sign_in):
    SignUp.objects.filter(pk=person.pk).update(name="陆青禾")
    desk.measures(person, "36.5")
    url, state = reverse("testing:station_desk", args=[session.pk]), {"step": "reason", "current": person.code}
    sign_in(clerk)

    for words in ("陆青禾不采了", "打 19900008811 问过"):
        form = {"token": uuid4(), "text": words, **state}
        said = client.post(url, form, headers={"Accept": "application/json"}).json()
        assert (said["tone"], said["code"]) == ("refused", "says_who")
    assert stands(person)[0] == "measured"

    client.post(url, {"token": uuid4(), "text": "家里有急事", **state})
    assert stands(person)[0] == "registered"
    assert person.moves.last().reason == "家里有急事"
