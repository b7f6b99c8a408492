"""Group A is swabbed at the door: a round in building order, its team, its hours, and what became of each door."""

from datetime import time, timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from parkportal.clock import park_now, park_today
from parkportal.messaging.models import Message
from parkportal.records.models import AuditEntry
from parkportal.records.worklist import entries_for
from parkportal.states import Refused
from testing import actions
from testing.actions.rounds import RoundPlan, in_building_order, waiting_at_the_door
from testing.models import DoorRound, Session, SignUp, Specimen
from testing.tests.factories import (
    make_campaign,
    make_door_round,
    make_point,
    make_range,
    make_session,
    make_signup,
    make_staff,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("park_time")]
ADDRESSES = ["麓谷公寓 12 栋 201", "麓谷公寓 3 栋 1103", "", "麓谷公寓 3 栋 201"]


@pytest.fixture
def committee(make_user):
    return make_user("committee", name="祁月")


@pytest.fixture
def walker(make_user):
    return make_user("squad", name="沈知遥")


def at_home(campaign, count=4):
    return [make_signup(campaign=campaign, mode="door", group="A3", address=address) for address in ADDRESSES[:count]]


def plan(campaign, walker, signups, **fields):
    return RoundPlan(
        **{
            "point": make_point(), "day": park_today(), "start": time(19), "end": time(20), "team": [walker],
            "signups": signups, **fields,
        }
    )  # fmt: skip


def test_doors_come_in_the_order_of_buildings_and_rooms():
    campaign = make_campaign()

    order = [signup.address for signup in in_building_order(at_home(campaign))]

    assert order == ["麓谷公寓 3 栋 201", "麓谷公寓 3 栋 1103", "麓谷公寓 12 栋 201", ""]


def test_a_round_is_planned_on_the_page_and_the_people_are_told(client, sign_in, committee, walker):
    campaign = make_campaign()
    signups, point = at_home(campaign), make_point()
    make_signup(make_session(campaign).slots.first())
    sign_in(committee)
    data = {
        "signups": [s.pk for s in signups], "team": [walker.pk], "point": point.pk, "day": park_today(),
        "start": "19:00", "end": "20:30", "note": "穿防护服", "squad": "", "token": str(uuid4()),
    }  # fmt: skip

    for _ in range(2):
        client.post(reverse("testing:door_plan", args=[campaign.pk]), data)

    made = DoorRound.objects.get()
    walked = [stop.signup.address for stop in made.stops.all()]
    assert walked == ["麓谷公寓 3 栋 201", "麓谷公寓 3 栋 1103", "麓谷公寓 12 栋 201", ""]
    assert (made.session.kind, made.session.slots.count(), list(made.team.all())) == ("door", 0, [walker])
    assert Message.objects.filter(purpose="door_visit").count() == 4
    assert not waiting_at_the_door(campaign).exists()


def test_the_walker_swabs_at_the_door_also_with_a_fever(client, sign_in, committee, walker):
    campaign = make_campaign()
    make_range(lab=campaign.lab)
    made = actions.plan_round(campaign=campaign, plan=plan(campaign, walker, at_home(campaign, 2)), by=committee)
    sign_in(walker)
    first = made.stops.first()
    url = reverse("testing:door_stop", args=[made.pk, first.pk])
    data = {"temperature": "38.2", "tube": "HZ200000001", "token": str(uuid4())}

    page = client.get(reverse("testing:door_round", args=[made.pk])).content.decode()
    for _ in range(2):
        client.post(url, data)

    first.refresh_from_db()
    tube = Specimen.objects.get()
    assert "N95" in page and first.signup.address in page
    assert (first.outcome, first.signup.status, str(first.signup.temperature)) == ("done", "collected", "38.2")
    assert (tube.barcode, tube.session, tube.signup) == ("HZ200000001", made.session, first.signup)


def test_who_is_not_at_home_waits_for_another_round(client, sign_in, committee, walker):
    campaign = make_campaign()
    made = actions.plan_round(campaign=campaign, plan=plan(campaign, walker, at_home(campaign, 1)), by=committee)
    sign_in(walker)

    client.post(reverse("testing:door_stop", args=[made.pk, made.stops.get().pk]), {"outcome": "absent"})

    assert waiting_at_the_door(campaign).count() == 1
    again = actions.plan_round(
        campaign=campaign, plan=plan(campaign, walker, list(waiting_at_the_door(campaign))), by=committee
    )
    assert again.stops.count() == 1


def test_group_a_is_on_the_committees_list_until_somebody_is_on_the_way(committee, walker):
    campaign = make_campaign(title="复工人员检测")
    signups = at_home(campaign, 2)
    at_home(make_campaign(status="closed"), 1)
    (entry,) = entries_for(committee)
    assert (entry.title, entry.href) == (
        "复工人员检测 有 2 人等上门",
        reverse("testing:door_plan", args=[campaign.pk]),
    )

    made = actions.plan_round(campaign=campaign, plan=plan(campaign, walker, signups), by=committee)
    assert entries_for(committee) == [] == entries_for(walker)

    # and again when nobody was at home
    actions.leave_stop(stop=made.stops.first(), outcome="absent", by=walker)
    assert [entry.title for entry in entries_for(committee)] == ["复工人员检测 有 1 人等上门"]


def test_whoever_was_too_warm_twice_at_a_desk_is_visited(client, sign_in, committee, walker):
    campaign = make_campaign()
    session = make_session(campaign, day=park_today(), start=time(0, 10), end=time(23, 50), minutes=60)
    make_range(lab=campaign.lab)
    person, clerk = make_signup(session.slots.first(), name="陆青禾"), make_staff(session.point)
    for text in ("37.5", "37.9"):
        actions.measure(session_id=session.pk, code=person.code, text=text, by=clerk, token=uuid4())

    # then the campaign counts them, their page leads to the plan, and the plan offers them
    sign_in(committee)
    page = client.get(reverse("testing:campaign", args=[campaign.pk]))
    detail = client.get(reverse("testing:signup_detail", args=[person.pk])).content.decode()
    assert page.context["door"] == 1 and "还没有排，去安排上门" in detail
    assert "体温异常" in {entry.kind for entry in entries_for(committee)}
    assert "陆** " in client.get(reverse("testing:door_plan", args=[campaign.pk])).content.decode().replace("　", " ")

    # and the team swabs them, still warm
    made = actions.plan_round(
        campaign=campaign, plan=plan(campaign, walker, list(waiting_at_the_door(campaign))), by=committee
    )
    assert "体温异常" not in {entry.kind for entry in entries_for(committee)}
    assert "还没有排" not in client.get(reverse("testing:signup_detail", args=[person.pk])).content.decode()
    stop = actions.collect_at_door(
        stop=made.stops.get(), temperature="38.1", tube="HZ200000001", by=walker, token=uuid4()
    )
    assert (stop.outcome, SignUp.objects.get(pk=person.pk).status) == ("done", "collected")


def test_a_visit_that_a_slip_of_the_desk_planned_is_dropped_with_it(committee, walker):
    campaign = make_campaign()
    session = make_session(campaign, day=park_today(), start=time(0, 10), end=time(23, 50), minutes=60)
    person, clerk = make_signup(session.slots.first()), make_staff(session.point)
    for text in ("37.5", "38.9"):
        actions.measure(session_id=session.pk, code=person.code, text=text, by=clerk, token=uuid4())
    made = actions.plan_round(
        campaign=campaign, plan=plan(campaign, walker, list(waiting_at_the_door(campaign))), by=committee
    )

    actions.undo_last(session_id=session.pk, by=clerk, token=uuid4(), reason="体温录错")

    assert (made.stops.get().outcome, made.stops.get().outcome_by) == ("dropped", clerk)
    assert not waiting_at_the_door(campaign).exists()


def test_a_walk_in_point_still_refuses_group_a(committee):
    made, stop = make_door_round(make_campaign())
    session = make_session(made.session.campaign, day=park_today())

    with pytest.raises(Refused) as refused:
        actions.measure(session_id=session.pk, code=stop.signup.code, text="36.5", by=committee, token=uuid4())

    assert refused.value.code == "door_only"
    assert SignUp.objects.get(pk=stop.signup_id).slot is None


@pytest.mark.parametrize(
    ("fields", "code"),
    [({"end": time(18)}, "times"), ({"team": []}, "no_team"), ({"signups": []}, "nobody")],
)
def test_a_round_says_what_is_wrong(committee, walker, fields, code):
    campaign = make_campaign()

    with pytest.raises(Refused) as refused:
        actions.plan_round(
            campaign=campaign, plan=plan(campaign, walker, at_home(campaign, 1), **fields) if "signups" not in fields
            else plan(campaign, walker, []), by=committee,
        )  # fmt: skip

    assert refused.value.code == code and not DoorRound.objects.exists()


def test_one_person_is_not_in_two_rounds(committee, walker):
    campaign = make_campaign()
    signups = at_home(campaign, 2)
    actions.plan_round(campaign=campaign, plan=plan(campaign, walker, signups[:1]), by=committee)

    with pytest.raises(Refused) as refused:
        actions.plan_round(campaign=campaign, plan=plan(campaign, walker, signups), by=committee)

    assert refused.value.code == "elsewhere"


def test_another_teams_round_does_not_exist(client, sign_in, make_user):
    made, stop = make_door_round(make_campaign())
    sign_in(make_user("squad"))

    assert client.get(reverse("testing:door_round", args=[made.pk])).status_code == 404
    assert client.post(reverse("testing:door_stop", args=[made.pk, stop.pk]), {"outcome": "absent"}).status_code == 404


def test_a_door_that_waited_in_the_phone_is_written_when_it_was_done(client, sign_in, committee, walker):
    campaign = make_campaign()
    make_range(lab=campaign.lab)
    made = actions.plan_round(campaign=campaign, plan=plan(campaign, walker, at_home(campaign, 2)), by=committee)
    first, second = made.stops.order_by("position")
    sign_in(walker)
    queued = {"Accept": "application/json", "X-Queue-Age": "600"}

    def send(stop, **data):
        return client.post(reverse("testing:door_stop", args=[made.pk, stop.pk]), data, headers=queued)

    token = str(uuid4())
    said = send(first, temperature="36.5", tube="HZ200000001", token=token)
    again = send(first, temperature="36.5", tube="HZ200000001", token=token)
    gone = [send(second, outcome="absent").status_code for _ in range(2)]

    assert (said.status_code, again.status_code, gone) == (200, 200, [200, 200])
    first.refresh_from_db()
    assert abs((park_now() - first.outcome_at).total_seconds() - 600) < 60
    assert Specimen.objects.get().collected_at == first.outcome_at

    # and what is refused late comes back to be looked at
    refused = send(second, temperature="36.5", tube="HZ200000001", token=str(uuid4()))
    assert refused.status_code == 409 and "管" in refused.json()["text"]


def test_a_phone_may_keep_the_list_of_todays_round_and_a_page_without_anybody(client, sign_in, committee):
    made, stop = make_door_round(make_campaign())
    sign_in(committee)

    kit = client.post(reverse("testing:door_kit", args=[made.pk]))
    shell = client.get(reverse("testing:door_shell", args=[made.pk])).content.decode()

    assert stop.signup.name in kit.json()["html"] and "<html" not in kit.json()["html"]
    assert 0 < kit.json()["seconds_left"] <= 24 * 3600
    assert stop.signup.name not in shell and stop.signup.masked_name not in shell
    entry = AuditEntry.objects.get(action="kit.made")
    assert (entry.subject_id, entry.after) == (str(made.session_id), {"people": 1})


def test_the_list_of_a_day_that_is_over_is_not_given_to_be_kept(client, sign_in, committee):
    made, _ = make_door_round(make_campaign())
    Session.objects.filter(pk=made.session_id).update(day=park_today() - timedelta(days=1))
    sign_in(committee)

    answer = client.post(reverse("testing:door_kit", args=[made.pk]))

    assert (answer.status_code, "过了" in answer.json()["text"]) == (409, True)


def test_a_round_of_others_is_not_kept(client, sign_in, walker):
    made, _ = make_door_round(make_campaign())
    sign_in(walker)

    assert client.post(reverse("testing:door_kit", args=[made.pk])).status_code == 404
