"""Who finds no place waits; a place that becomes free is offered at once, in turn, for a while; groups stay together."""

from datetime import time, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.urls import reverse

from enterprises.tests.factories import id_number, make_contact, make_employee, make_enterprise, phone
from parkportal.clock import park_now
from parkportal.messaging.models import Message
from parkportal.states import Refused
from testing import actions
from testing.actions import Declaration
from testing.actions.waiting import LOOK_AT, _shares
from testing.invariants import check
from testing.models import SignUp, Slot, WaitingParty
from testing.tests.factories import make_campaign, make_party, make_session, make_signup
from testing.tests.test_signup import fill, submit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("park_time")]


def full_session(places=1, count=1, **fields):
    """A sitting of one slot whose places are all taken, and who has them."""
    session = make_session(places=places, end=time(9, 10), **fields)
    return session, [make_signup(session.slots.first()) for _ in range(count)]


def wait(session, **fields):
    campaign = session.campaign
    declared = Declaration(name="米禾", document_type="id_card", number=id_number(), phone=phone())
    return actions.sign_up(
        campaign_id=campaign.pk, declaration=declared, group="C", slot_id=None, consent_id=campaign.current_consent().pk,
        wait=fields.pop("wait", session.pk), token=uuid4(), **fields,
    )  # fmt: skip


def group_of(session, size, **fields):
    """A firm whose people wait together."""
    firm = make_enterprise(sishang_kind="IND", status="resumed")
    contact = make_contact(firm)
    for _ in range(size):
        make_employee(firm)
    actions.sign_up_roster(
        enterprise=firm, campaign=session.campaign, persons=None, by=contact, together=True, **fields
    )
    return WaitingParty.objects.get(enterprise=firm), contact


def test_a_person_waits_from_the_public_form(client):
    # given the only sitting is full
    make_enterprise(name="湖南砚池泊精密机械有限公司", short_name="砚池泊", sishang_kind="IND", status="resumed")
    session, _ = full_session(campaign=make_campaign(slug="fugong"))

    # when somebody chooses to wait for it
    place = f"w{session.pk}"
    page = client.get(reverse("public:signup", args=["fugong"])).content.decode()
    fill(client, session, place={"slot": place})
    answer = submit(client)

    # then the sign-up waits, holds no place, and its page says so
    signup = SignUp.objects.get(party__isnull=False)
    assert "0 个名额" in page
    assert (signup.status, signup.slot, signup.party.session) == ("waiting", None, session)
    assert "您在候补名单里" in client.get(answer.url).content.decode()
    assert session.slots.first().taken == 1


def test_a_full_sitting_offers_waiting_with_the_number_ahead(client):
    session, _ = full_session(campaign=make_campaign(slug="fugong"))
    wait(session)
    make_enterprise(name="湖南砚池泊精密机械有限公司")
    fill(client, session, place={"slot": "x"})

    page = client.get(reverse("public:signup_step", args=["fugong", "place"])).content.decode()

    assert f'value="w{session.pk}"' in page and "前面 1 人" in page and 'value="w0"' in page


def test_a_cancelled_place_is_offered_at_once_to_whom_waits_longest(client):
    session, (holder,) = full_session()
    first, second = wait(session), wait(session)

    actions.cancel_signup(signup=holder)

    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.slot, first.status, first.party.status) == (session.slots.first(), "waiting", "offered")
    assert (second.slot, second.party.status) == (None, "waiting")
    assert session.slots.first().taken == 1
    message = Message.objects.get(purpose="waiting_offer")
    assert message.address == first.phone and "9:00–9:10" in message.text
    assert first.party.offer_until == pytest.approx(park_now() + timedelta(minutes=30), abs=timedelta(seconds=5))
    assert check() == []


def test_the_offered_place_is_taken_by_confirming(client):
    session, (holder,) = full_session()
    signup = wait(session)
    actions.cancel_signup(signup=holder)
    url = reverse("public:signup_offer", args=[signup.party.public_token])

    page = client.get(url).content.decode()
    for _ in range(2):
        client.post(url, {"do": "accept"})

    signup.refresh_from_db()
    assert "给您留了名额" in page and signup.name not in page
    assert (signup.status, signup.slot, signup.party.status) == ("registered", session.slots.first(), "placed")
    assert Message.objects.get(purpose="signup_confirmed").address == signup.phone
    assert session.slots.first().taken == 1


def test_an_offer_expires_and_the_next_one_is_asked():
    session, (holder,) = full_session()
    first, second = wait(session), wait(session)
    actions.cancel_signup(signup=holder)

    with time_machine.travel(park_now() + timedelta(minutes=31)):
        assert actions.tend_waiting(park_now()) == 1

    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.status, first.slot, first.party.status) == ("cancelled", None, "lapsed")
    assert (second.party.status, second.slot) == ("offered", session.slots.first())
    assert Message.objects.get(purpose="waiting_over").address == first.phone
    assert session.slots.first().taken == 1
    assert check() == []


def test_confirming_too_late_is_told_and_the_place_goes_on(client):
    session, (holder,) = full_session()
    first, second = wait(session), wait(session)
    actions.cancel_signup(signup=holder)

    with time_machine.travel(park_now() + timedelta(minutes=31)):
        page = client.post(
            reverse("public:signup_offer", args=[first.party.public_token]), {"do": "accept"}, follow=True
        ).content.decode()

    second.party.refresh_from_db()
    assert "过了确认时间" in page
    assert second.party.status == "offered"


def test_an_offer_made_at_night_is_kept_until_the_morning_message():
    session, (holder,) = full_session()
    signup = wait(session)

    with time_machine.travel("2020-02-18T22:00:00+08:00", tick=True):
        actions.cancel_signup(signup=holder)

    signup.party.refresh_from_db()
    assert signup.party.offer_until.isoformat().startswith("2020-02-19T00:30")  # 8:30 in Shanghai
    assert Message.objects.get(purpose="waiting_offer").send_after.isoformat().startswith("2020-02-19T00:00")


def test_moving_away_frees_the_place_for_the_list():
    session, (holder,) = full_session()
    later = make_session(session.campaign, point=session.point, start=time(14), end=time(15))
    signup = wait(session)

    actions.change_slot(signup=holder, slot_id=later.slots.first().pk)

    signup.party.refresh_from_db()
    assert signup.party.status == "offered"


def test_a_new_sitting_is_offered_to_who_would_take_any(make_user):
    session, _ = full_session()
    signup = wait(session, wait=0)

    actions.add_session(
        campaign=session.campaign, point=session.point, day=session.day, start=time(15), end=time(16), minutes=10,
        places=3, by=make_user("committee"),
    )  # fmt: skip

    signup.refresh_from_db()
    assert signup.party.status == "offered" and signup.slot.session != session


def test_who_waits_may_step_out(client):
    session, (holder,) = full_session()
    signup, second = wait(session), wait(session)

    client.post(reverse("public:signup_cancel", args=[signup.public_token]))
    client.post(reverse("public:signup_offer", args=[second.party.public_token]), {"do": "leave"})
    actions.cancel_signup(signup=holder)

    for row in (signup, second):
        row.refresh_from_db()
        row.party.refresh_from_db()
        assert (row.status, row.party.status) == ("cancelled", "withdrawn")
    assert session.slots.first().taken == 0
    assert not Message.objects.filter(purpose="waiting_offer").exists()


def test_declining_an_offer_asks_the_next_one(client):
    session, (holder,) = full_session()
    first, second = wait(session), wait(session)
    actions.cancel_signup(signup=holder)

    client.post(reverse("public:signup_offer", args=[first.party.public_token]), {"do": "leave"})

    second.party.refresh_from_db()
    assert second.party.status == "offered"
    assert session.slots.first().taken == 1


def test_a_group_waits_until_all_of_it_fits_and_a_person_may_pass():
    # given four hold the places of a sitting; a group of three and then one person wait
    session, holders = full_session(places=4, count=4)
    party, contact = group_of(session, 3)
    single = wait(session)
    assert (party.status, party.size, party.signups.filter(status="waiting").count()) == ("waiting", 3, 3)

    # when one place becomes free, the group does not fit and the person is asked
    actions.cancel_signup(signup=holders[0])
    party.refresh_from_db()
    single.party.refresh_from_db()
    assert (party.status, single.party.status) == ("waiting", "offered")

    # when three more are free, the group is asked as one, through its contact
    for holder in holders[1:]:
        actions.cancel_signup(signup=holder)
    party.refresh_from_db()
    assert party.status == "offered"
    assert Message.objects.get(purpose="waiting_offer", recipient=contact).text.count("3人") == 1
    assert session.slots.first().taken == 4
    actions.accept_offer(party=party)
    assert party.signups.filter(status="registered", slot__session=session).count() == 3
    assert check() == []


def test_a_group_is_offered_nothing_when_a_place_went_while_it_was_looked_at():
    """The public sign-up takes places without the campaign's row: what was counted may be gone when the slots are held."""
    session = make_session(places=2, end=time(9, 10))

    assert _shares(make_party(session.campaign, size=3), session) == []
    assert [share.count for share in _shares(make_party(session.campaign, size=2), session)] == [2]


def test_nobody_starves_behind_groups_that_do_not_fit():
    # given more groups wait than are looked at, and then one person
    session, holders = full_session(places=4, count=4)
    for _ in range(LOOK_AT + 1):
        make_party(session.campaign, size=2)
    single = wait(session)

    actions.cancel_signup(signup=holders[0])

    single.party.refresh_from_db()
    assert single.party.status == "offered"
    assert WaitingParty.objects.filter(status="offered").count() == 1


def test_a_group_that_does_not_confirm_gives_all_its_places_to_the_next_ones():
    # given a group of three holds an offer and two people wait behind it
    session, holders = full_session(places=3, count=3)
    party, contact = group_of(session, 3)
    for holder in holders:
        actions.cancel_signup(signup=holder)
    later = [wait(session), wait(session)]
    party.refresh_from_db()
    assert (party.status, session.slots.first().taken) == ("offered", 3)

    with time_machine.travel(park_now() + timedelta(minutes=31)):
        actions.tend_waiting(park_now())

    # then its people are out, the contact is told once, and each of the two is asked
    party.refresh_from_db()
    assert party.status == "lapsed" and set(party.signups.values_list("status", "slot")) == {("cancelled", None)}
    assert Message.objects.get(purpose="waiting_over").recipient == contact
    assert [WaitingParty.objects.get(pk=one.party_id).status for one in later] == ["offered", "offered"]
    assert session.slots.first().taken == 2 and check() == []


def test_a_group_that_may_be_split_is_told_so():
    session, holders = full_session(places=1, count=1)
    other = make_session(session.campaign, point=session.point, start=time(14), end=time(14, 10), places=1)
    blocker = make_signup(other.slots.first())
    party, contact = group_of(session, 2)
    WaitingParty.objects.filter(pk=party.pk).update(may_split=True)

    actions.cancel_signup(signup=holders[0])
    actions.cancel_signup(signup=blocker)

    party.refresh_from_db()
    assert party.status == "offered"
    assert "分在2场" in Message.objects.get(purpose="waiting_offer", recipient=contact).text


def test_the_rest_of_a_batch_waits_when_asked_to():
    session = make_session(places=2, end=time(9, 10))
    firm = make_enterprise(sishang_kind="IND", status="resumed")
    contact = make_contact(firm)
    for _ in range(5):
        make_employee(firm)

    plan = actions.sign_up_roster(enterprise=firm, campaign=session.campaign, persons=None, by=contact, wait_rest=True)

    assert (plan.new, plan.count("waiting"), plan.count("full")) == (2, 3, 0)
    assert WaitingParty.objects.get().may_split
    assert SignUp.objects.filter(status="waiting").count() == 3


def test_a_cancelled_sitting_puts_its_offers_back_into_the_line(make_user):
    session, (holder,) = full_session()
    signup = wait(session)
    actions.cancel_signup(signup=holder)

    actions.cancel_session(session=session, reason="下雪", by=make_user("committee"))

    signup.refresh_from_db()
    assert (signup.slot, signup.status, signup.party.status, signup.party.session) == (None, "waiting", "waiting", None)
    assert Message.objects.get(purpose="waiting_offer").status == "withdrawn"
    assert not Slot.objects.filter(taken__gt=0).exists()


def test_the_end_of_a_campaign_tells_who_still_waits(make_user):
    session, _ = full_session()
    signup = wait(session)

    actions.close_campaign(campaign=session.campaign, by=make_user("committee"))

    signup.refresh_from_db()
    assert signup.status == "cancelled"
    assert "结束登记" in Message.objects.get(purpose="waiting_over").text


def test_one_document_waits_once():
    session, _ = full_session()
    number = id_number()
    declared = Declaration(name="米禾", document_type="id_card", number=number, phone=phone())
    args = {"campaign_id": session.campaign_id, "declaration": declared, "group": "C", "slot_id": None, "wait": 0}
    consent = session.campaign.current_consent().pk

    actions.sign_up(**args, consent_id=consent, token=uuid4())
    with pytest.raises(actions.AlreadySignedUp):
        actions.sign_up(**args, consent_id=consent, token=uuid4())

    assert WaitingParty.objects.count() == 1


def test_without_an_offer_there_is_nothing_to_accept():
    session, _ = full_session()

    with pytest.raises(Refused) as refused:
        actions.accept_offer(party=wait(session).party)

    assert refused.value.code == "no_offer"


def test_waiting_list_page_is_masked_and_constant(client, sign_in, make_user, django_assert_max_num_queries):
    session, _ = full_session()
    for _ in range(5):
        wait(session)
    sign_in(make_user("committee"))

    with django_assert_max_num_queries(12):
        page = client.get(reverse("testing:waiting", args=[session.campaign_id])).content.decode()

    assert "候补 5 组" in page and "米*" in page and "米禾" not in page
    sign_in(make_user("contact"))
    assert client.get(reverse("testing:waiting", args=[session.campaign_id])).status_code == 404
