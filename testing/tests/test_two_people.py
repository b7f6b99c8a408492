"""Two people who edit one round or one sitting: the second sees both values, and writes only what was chosen."""

from datetime import date, time, timedelta

import pytest
from django.urls import reverse

from enterprises.tests.pages import chosen, drawn, page_of, shown
from parkportal.messaging.models import Message
from testing import actions
from testing.models import Campaign, Session
from testing.tests.factories import make_campaign, make_point, make_session, make_signup
from testing.tests.test_campaigns import campaign_data

pytestmark = pytest.mark.django_db


@pytest.fixture
def first(make_user):
    return make_user("committee", name="祁月")


@pytest.fixture
def second(make_user, sign_in):
    """The browser of the one who comes second."""
    return sign_in(make_user("committee", name="沈知遥"))


def test_a_round_of_testing(first, second, sign_in, client):
    # given a second person who has opened the form before the first one saved
    campaign = make_campaign(slug="fugong", status="draft")
    path = reverse("testing:campaign_edit", args=[campaign.pk])
    said = campaign_data(lab=campaign.lab_id, title="一线人员检测")
    opened = drawn(second, path)
    other = type(client)()
    sign_in(first, other)
    theirs = {**said, **drawn(other, path), "payer": "企业", "consent": "第一人的说明", "groups": ["B4"]}
    assert other.post(path, theirs).status_code == 302

    # when the second saves
    answer = second.post(path, {**said, **opened, "payer": "区财政", "consent": "第二人的说明", "retention_days": 90})

    # then both values stand side by side, and nothing was written
    assert "祁月" in page_of(answer)
    both = shown(answer)
    assert both["payer"] == ("企业", "区财政") and both["retention_days"] == ("60", "90")
    assert both["consent"] == ("第一人的说明", "第二人的说明") and "B4" not in both["groups"][0] != ""
    campaign.refresh_from_db()
    assert (campaign.payer, campaign.retention_days) == ("企业", 60)

    # and what was chosen is written, the rest stays as the first one has it
    assert second.post(path, chosen(answer, payer="theirs", retention_days="mine")).status_code == 302
    campaign = Campaign.objects.get()
    assert (campaign.payer, campaign.retention_days, campaign.groups) == ("企业", 90, ["B4"])
    assert campaign.current_consent().text == "第一人的说明"


def test_halves_that_do_not_fit_are_refused(first, second, sign_in, client):
    campaign = make_campaign(slug="fugong", status="draft", starts_on=date(2020, 2, 10), ends_on=date(2020, 2, 29))
    path = reverse("testing:campaign_edit", args=[campaign.pk])
    said = campaign_data(lab=campaign.lab_id, starts_on="2020-02-10", ends_on="2020-02-29")
    opened = drawn(second, path)
    other = type(client)()
    sign_in(first, other)
    other.post(path, {**said, **drawn(other, path), "ends_on": "2020-02-20"})
    answer = second.post(path, {**said, **opened, "starts_on": "2020-02-25"})
    page = second.post(path, chosen(answer, starts_on="mine"))
    assert page.status_code != 302
    campaign.refresh_from_db()
    assert (campaign.starts_on, campaign.ends_on) == (date(2020, 2, 10), date(2020, 2, 20))


def test_a_sitting_that_somebody_moved(first, second):
    session = make_session()
    make_signup(session.slots.first())
    path = reverse("testing:session_move", args=[session.pk])
    opened = drawn(second, path)
    there = {"point": make_point(name="C4 栋大厅"), "day": session.day, "start": time(14)}
    actions.move_session(session=session, to=there, reason="大厅消毒", by=first)
    told = Message.objects.count()

    typed = {"point": session.point_id, "day": session.day + timedelta(days=1), "start": "09:00", "reason": "下雪"}
    answer = second.post(path, {**opened, **typed})

    assert "祁月" in page_of(answer) and shown(answer)["start"] == ("14:00", "09:00")
    assert shown(answer)["point"][0] == "C4 栋大厅"
    assert Session.objects.get().day == session.day and Message.objects.count() == told
    # of the other's place and hour and the own day
    assert second.post(path, chosen(answer, day="mine")).status_code == 302
    moved = Session.objects.get()
    assert (moved.point, moved.day) == (there["point"], session.day + timedelta(days=1))
    assert Message.objects.filter(purpose="slot_changed").count() == 2

    # and who keeps everything of the first one tells nobody anything
    answer = second.post(path, {**opened, **typed})
    assert second.post(path, chosen(answer)).status_code == 302
    assert Message.objects.filter(purpose="slot_changed").count() == 2
