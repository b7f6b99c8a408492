"""A sitting is moved, ended early or called off; part of it is kept for walk-ins; floors come one after the other."""

from datetime import date, time, timedelta

import pytest
from django.urls import reverse

from enterprises.tests.factories import make_contact, make_employee, make_enterprise
from parkportal.clock import SHANGHAI, at, park_now, park_today
from parkportal.editing import mark_of
from parkportal.messaging.models import Message
from parkportal.records.codes import take_code
from parkportal.states import Refused
from testing import actions
from testing.actions.reminders import remind_appointments
from testing.models import Session, SignUp, Slot, StaggerWindow
from testing.stagger import propose
from testing.tests.factories import make_campaign, make_point, make_session, make_signup, make_specimen, make_staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def committee(make_user):
    return make_user("committee", name="祁月")


@pytest.fixture
def staff(sign_in, committee):
    return sign_in(committee)


def move_data(session, **fields):
    seen = mark_of(actions.where_and_when(session))
    return {
        "point": session.point_id,
        "day": session.day,
        "start": "14:00",
        "reason": "大厅消毒",
        "seen": seen,
        **fields,
    }


def test_session_add_keeps_a_share_for_walk_ins(committee):
    campaign = make_campaign()

    session = actions.add_session(
        campaign=campaign, point=make_point(), day=park_today() + timedelta(days=1), start=time(9), end=time(10),
        minutes=10, places=10, walk_in_percent=25, by=committee,
    )  # fmt: skip

    assert {(slot.places, slot.walk_in) for slot in session.slots.all()} == {(8, 2)}
    counted = Session.objects.with_places().get(pk=session.pk)
    assert (counted.places, counted.walk_in) == (48, 12)


def test_session_walk_in_share_has_a_limit(staff):
    campaign, point = make_campaign(), make_point()
    data = {
        "point": point.pk, "day": park_today() + timedelta(days=1), "start": "09:00", "end": "10:00", "minutes": 10,
        "places": 10, "lanes": 2, "walk_in_percent": 95, "token": "1f0e9d3c-0000-4000-8000-000000000001",
    }  # fmt: skip

    page = staff.post(reverse("testing:session_add", args=[campaign.pk]), data).content.decode()

    assert "现场名额" in page and not Session.objects.exists()


def test_session_move_takes_slots_and_people_along_and_tells_them(staff):
    # given a sitting of six slots with two people
    session = make_session()
    signups = [make_signup(slot) for slot in session.slots.all()[:2]]
    other = make_point("产业园 C4 栋")

    # when it goes to the afternoon, to another building
    staff.post(reverse("testing:session_move", args=[session.pk]), move_data(session, point=other.pk))

    # then every slot moved by the same span, nobody lost the place, and both know
    session.refresh_from_db()
    assert session.point == other
    assert session.starts_at == at(session.day, time(14)) and session.ends_at == at(session.day, time(15))
    assert [slot.starts_at.astimezone(SHANGHAI).minute for slot in session.slots.all()] == [0, 10, 20, 30, 40, 50]
    assert all(SignUp.objects.get(pk=s.pk).slot_id == s.slot_id for s in signups)
    texts = list(Message.objects.filter(purpose="slot_changed").values_list("text", flat=True))
    assert len(texts) == 2
    assert any("14:00–14:10" in text and "C4" in text and "大厅消毒" in text for text in texts)


def test_session_move_by_ten_minutes_does_not_trip_over_its_own_slots(committee):
    for start in (time(9, 10), time(8, 50)):
        session = make_session()
        actions.move_session(
            session=session,
            to={"point": session.point, "day": session.day, "start": start},
            reason="让路",
            by=committee,
        )

    assert Slot.objects.count() == 12


def test_session_move_takes_the_old_reminder_back(committee, park_time):
    session = make_session()
    signup = make_signup(session.slots.first())
    remind_appointments(park_now())
    assert Message.objects.get(purpose="appointment_reminder").status == "waiting"

    actions.move_session(
        session=session, to={"point": session.point, "day": session.day + timedelta(days=1), "start": time(9)}, reason="下雪",
        by=committee,
    )  # fmt: skip

    assert Message.objects.get(purpose="appointment_reminder").status == "withdrawn"
    assert signup.slot.session.pk == session.pk


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"reason": ""}, "为什么改"),
        ({"day": "2199-01-01"}, "不在检测任务的起止日期里"),
        ({"day": "2000-01-01"}, "不在检测任务的起止日期里"),
        ({"start": "25:00"}, "从"),
    ],
)
def test_session_move_says_what_is_wrong(staff, fields, words):
    session = make_session()

    page = staff.post(reverse("testing:session_move", args=[session.pk]), move_data(session, **fields)).content.decode()

    session.refresh_from_db()
    assert 'class="error-summary"' in page and words in page
    assert session.starts_at == at(session.day, time(9))


def test_session_move_into_another_sitting_is_refused(committee):
    session = make_session()
    make_session(session.campaign, point=session.point, start=time(14), end=time(15))

    with pytest.raises(Refused) as refused:
        actions.move_session(
            session=session,
            to={"point": session.point, "day": session.day, "start": time(14, 30)},
            reason="x",
            by=committee,
        )

    assert refused.value.code == "session_taken"


def test_session_move_after_the_first_swab_is_refused(committee):
    session = make_session()
    make_specimen(make_signup(session.slots.first(), status="collected"), session=session)

    with pytest.raises(Refused) as refused:
        actions.move_session(
            session=session,
            to={"point": session.point, "day": session.day, "start": time(14)},
            reason="x",
            by=committee,
        )

    assert refused.value.code == "begun"


def test_session_cancel_leaves_people_signed_up_to_choose_again(client, committee):
    session = make_session()
    later = make_session(session.campaign, point=session.point, start=time(14), end=time(15))
    signup = make_signup(session.slots.first())

    told = actions.cancel_session(session=session, reason="下雪", by=committee)

    signup.refresh_from_db()
    assert told == 1
    assert (signup.slot, signup.status) == (None, "registered")
    assert not session.slots.filter(taken__gt=0).exists()
    page = client.get(reverse("public:signup_code", args=[signup.public_token])).content.decode()
    assert "原来的时段取消了" in page
    client.post(reverse("public:signup_change", args=[signup.public_token]), {"slot": later.slots.first().pk})
    signup.refresh_from_db()
    assert signup.slot == later.slots.first()


def test_session_close_early_sends_home_only_who_has_not_come(staff, park_time):
    # given a sitting that runs now: one was swabbed, one slot is over, one is still to come
    session = make_session(day=park_today(), start=time(17), end=time(19), minutes=30)
    slots = list(session.slots.all())
    done = make_signup(slots[0], status="collected")
    make_specimen(done, session=session)
    past, coming = make_signup(slots[0]), make_signup(slots[3])
    url = reverse("testing:session_cancel", args=[session.pk])

    # when it is ended early
    asked = staff.get(url).content.decode()
    staff.post(url, {"do": "close", "reason": "试剂用完"})

    # then only who would have come later is told
    session.refresh_from_db()
    assert "提前结束" in asked and session.status == "closed"
    assert Message.objects.get(purpose="slot_changed").address == coming.phone
    coming.refresh_from_db()
    past.refresh_from_db()
    assert coming.slot is None and past.slot == slots[0]


def test_session_close_twice_is_refused(committee):
    session = make_session(status="closed")

    with pytest.raises(Refused) as refused:
        actions.close_session(session=session, reason="x", by=committee)

    assert refused.value.code == "not_open"


@pytest.mark.parametrize("name", ["session_move", "session_cancel", "session_stagger"])
def test_session_pages_are_the_committees(client, sign_in, make_user, name):
    session = make_session()
    sign_in(make_user("station"))

    assert client.get(reverse(f"testing:{name}", args=[session.pk])).status_code == 404


# --- who comes when ------------------------------------------------------------------------------------------------


def floors(session):
    """Three people on A1 2 楼, two on A1 5 楼, one in A0, whose name comes first; all of them have to be tested."""
    own = session.point.building
    for building, floor, count in ((own, 5, 2), (own, 2, 3), ("A0", 1, 1)):
        firm = make_enterprise(
            building=building, floor=floor, sishang_kind="IND", status="resumed", resumed_on=date(2020, 2, 10)
        )
        for _ in range(count):
            make_employee(firm)
    return own


def test_stagger_proposes_the_own_building_floor_by_floor(staff, park_time):
    session = make_session(day=park_today() + timedelta(days=1), lanes=1)
    own = floors(session)

    proposal = propose(session, park_now())

    assert [(row.building, row.floor, row.people) for row in proposal.windows] == [
        (own, 2, 3),
        (own, 5, 2),
        ("A0", 1, 1),
    ]
    assert (proposal.pace.seconds, proposal.pace.is_measured) == (60, False)
    assert proposal.projected_end == session.starts_at + timedelta(minutes=6)
    assert proposal.over == 0
    page = staff.get(reverse("testing:session_stagger", args=[session.pk])).content.decode()
    assert "6 人，预计 09:06 采完" in page


def test_stagger_uses_the_measured_seconds_and_says_who_does_not_fit(park_time):
    # given twenty people took forty seconds each at this point today
    point = make_point()
    today = make_session(point=point, day=park_today(), start=time(8), end=time(17), places=50)
    for _ in range(20):
        signup = make_signup(today.slots.first(), status="collected", attended_session=today, attended_at=park_now())
        signup.moves.create(
            to_status="collected", session=today, effective_at=signup.attended_at + timedelta(seconds=40)
        )
    session = make_session(today.campaign, point=point, start=time(9), end=time(9, 10), lanes=1, places=40)
    for _ in range(20):
        make_signup(session.slots.first())

    # when a proposal is made for tomorrow's ten minutes
    proposal = propose(session, park_now() + timedelta(minutes=2))

    # then twenty people need 800 seconds, 200 too many
    assert (proposal.pace.seconds, proposal.pace.measured) == (40, 20)
    assert proposal.projected_end == session.starts_at + timedelta(seconds=800)
    assert proposal.over == 5


def test_stagger_decided_tells_the_contacts_of_the_floor_once(staff):
    session = make_session(lanes=1)
    firm = make_enterprise(building=session.point.building, floor=3, sishang_kind="IND", status="resumed")
    contact = make_contact(firm)
    make_employee(firm)
    url = reverse("testing:session_stagger", args=[session.pk])

    for _ in range(2):
        staff.post(url)

    window = session.windows.get()
    assert (window.floor, window.people) == (3, 1)
    message = Message.objects.get(purpose="stagger_notice")
    assert message.recipient == contact and "3 楼" in message.text


def test_stagger_gives_a_firm_slots_in_its_own_window(committee):
    session = make_session(places=2, lanes=1)
    own = session.point.building
    low = make_enterprise(building=own, floor=1, sishang_kind="IND", status="resumed")
    high = make_enterprise(building=own, floor=9, sishang_kind="IND", status="resumed")
    for firm, count in ((low, 12), (high, 2)):
        for _ in range(count):
            make_employee(firm)
    actions.decide_stagger(session=session, by=committee)

    plan = actions.plan_roster(enterprise=high, campaign=session.campaign)

    assert [row.slot.starts_at - session.starts_at for row in plan.rows] == [timedelta(minutes=10)] * 2


def test_stagger_without_people_is_refused(committee):
    with pytest.raises(Refused) as refused:
        actions.decide_stagger(session=make_session(), by=committee)

    assert refused.value.code == "nobody"


# --- everybody concerned


def concerned(session):
    """A clerk of the point, a contact whose floor has a time, one who waits, one without a phone."""
    clerk = make_staff(session.point, name="易安")
    firm = make_enterprise(building="A1", floor=3)
    contact = make_contact(firm)
    StaggerWindow.objects.create(
        session=session, building="A1", floor=3, people=9, starts_at=session.starts_at, ends_at=session.ends_at,
        seconds_each=60, decided_by=clerk,
    )  # fmt: skip
    phoneless = make_signup(session.slots.first(), enterprise=firm, phone="")
    waiting = SignUp(
        campaign=session.campaign, code=take_code("RY"), name="候补人", number="439900199202290033",
        document_hash="w" * 32, source="contact",
    )  # fmt: skip
    waiting.set_phone("13900000077")
    Slot.objects.filter(session=session).update(places=1, taken=1)
    actions.join_waiting(campaign=session.campaign, signups=[waiting], session=session)
    return clerk, contact, phoneless


def told(purpose):
    rows = Message.objects.filter(purpose=purpose)
    return {row.recipient: row.text for row in rows}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda s, by: actions.cancel_session(session=s, reason="大厅消毒", by=by), "采样取消（大厅消毒）"),
        (lambda s, by: actions.close_session(session=s, reason="大厅消毒", by=by), "采样提前结束（大厅消毒）"),
        (
            lambda s, by: actions.move_session(
                session=s, to={"point": s.point, "day": s.day, "start": time(14)}, reason="大厅消毒", by=by
            ),
            "采样改到",
        ),
    ],
    ids=["cancelled", "closed", "moved"],
)
def test_everybody_concerned_by_a_sitting_is_told(committee, change, words):
    session = make_session()
    clerk, contact, phoneless = concerned(session)

    change(session, committee)

    texts = told("sitting_changed")
    assert set(texts) == {clerk, contact, None}  # the one who waits has a phone and no account
    assert all(words in text and "大厅消毒" in text for text in texts.values())
    assert "您候补的" in texts[None]
    # who has no phone is told by the firm's contact, without a name
    passed_on = told("phoneless_notice")
    assert set(passed_on) == {contact} and phoneless.name not in passed_on[contact]
