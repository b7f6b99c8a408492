"""A contact signs the firm's people up in one go: preview first, groups together, nobody twice."""

from datetime import time
from uuid import uuid4

import pytest
from django.urls import reverse

from enterprises.tests.factories import make_contact, make_employee, make_enterprise, make_flag
from parkportal.messaging.models import Message
from testing import actions
from testing.models import SignUp, Slot
from testing.tests.factories import make_campaign, make_session, make_signup

pytestmark = pytest.mark.django_db


@pytest.fixture
def firm():
    return make_enterprise(sishang_kind="IND", status="resumed")


@pytest.fixture
def contact(firm):
    return make_contact(firm)


def people(firm, count):
    return [make_employee(firm, name="陆青禾") for _ in range(count)]


def test_slots_are_given_in_order_and_the_group_stays_in_one_sitting(firm, contact):
    # given the first sitting has two places and the second twenty
    campaign = make_campaign()
    small = make_session(campaign, places=1, end=time(9, 20))
    large = make_session(campaign, point=small.point, start=time(14), end=time(15), places=4)
    people(firm, 5)

    # when five people are signed up
    plan = actions.sign_up_roster(enterprise=firm, campaign=campaign, persons=None, by=contact)

    # then all of them are in the second, filling its slots in order
    assert plan.together and plan.new == 5
    assert [slot.taken for slot in large.slots.all()][:3] == [4, 1, 0]
    assert not small.slots.filter(taken__gt=0).exists()
    assert SignUp.objects.filter(source="contact", created_by=contact).count() == 5
    assert Message.objects.filter(purpose="signup_confirmed").count() == 5


def test_a_group_that_fits_nowhere_is_spread_and_told_so(firm, contact):
    campaign = make_campaign()
    make_session(campaign, places=1, end=time(9, 20))
    make_session(campaign, places=1, end=time(9, 20))
    people(firm, 5)

    plan = actions.sign_up_roster(enterprise=firm, campaign=campaign, persons=None, by=contact)

    assert not plan.together
    assert (plan.new, plan.count("full")) == (4, 1)
    assert SignUp.objects.count() == 4


def test_nobody_is_signed_up_twice(firm, contact):
    session = make_session()
    person = people(firm, 2)[0]
    make_signup(session.slots.first(), number=person.number)

    first = actions.sign_up_roster(enterprise=firm, campaign=session.campaign, persons=None, by=contact)
    second = actions.sign_up_roster(enterprise=firm, campaign=session.campaign, persons=None, by=contact)

    assert (first.new, first.count("already"), second.new, second.count("already")) == (1, 1, 0, 2)
    assert SignUp.objects.count() == 2
    assert sum(Slot.objects.values_list("taken", flat=True)) == 2


def test_group_a_of_a_roster_is_sampled_at_the_door(firm, contact):
    session = make_session()
    person = people(firm, 1)[0]
    make_flag(person, "three_classes")

    plan = actions.sign_up_roster(enterprise=firm, campaign=session.campaign, persons=None, by=contact)

    signup = SignUp.objects.get()
    assert (plan.count("door"), signup.mode, signup.slot, signup.group) == (1, "door", None, "A1")
    assert Message.objects.get().purpose == "signup_door"


def test_preview_writes_nothing_and_is_masked(client, sign_in, firm, contact):
    session = make_session()
    people(firm, 3)
    sign_in(contact)

    page = client.get(reverse("testing:roster_signup", args=[firm.pk])).content.decode()

    assert "3 人可以登记：还没有写入" in page
    assert "陆**" in page and "陆青禾" not in page
    assert not SignUp.objects.exists()
    assert session.slots.first().taken == 0


def test_only_ticked_people_are_signed_up(client, sign_in, firm, contact):
    session = make_session()
    chosen, left = people(firm, 2)
    sign_in(contact)

    answer = client.post(
        reverse("testing:roster_signup", args=[firm.pk]),
        {"campaign": session.campaign_id, "pick": [chosen.pk], "token": str(uuid4())},
        follow=True,
    ).content.decode()

    assert SignUp.objects.get().person == chosen
    assert "登记了 1 人" in answer and "已登记 1 人" in answer
    assert left.pk != chosen.pk


def test_people_of_another_firm_are_not_signed_up(firm, contact):
    session = make_session()
    stranger = make_employee(make_enterprise())

    plan = actions.sign_up_roster(enterprise=firm, campaign=session.campaign, persons=[stranger.pk], by=contact)

    assert plan.rows == [] and not SignUp.objects.exists()


def test_another_firms_roster_does_not_exist(client, sign_in, contact):
    make_session()
    sign_in(contact)

    assert client.get(reverse("testing:roster_signup", args=[make_enterprise().pk])).status_code == 404


def test_without_an_open_campaign_the_page_says_so(client, sign_in, firm, contact):
    sign_in(contact)

    assert "现在没有报名中的检测" in client.get(reverse("testing:roster_signup", args=[firm.pk])).content.decode()
