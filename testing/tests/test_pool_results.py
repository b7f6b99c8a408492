"""What becomes of the people of a mixed tube: all negative, or everybody again alone, with nobody told a result."""

from datetime import time
from uuid import uuid4

import pytest
from django.urls import reverse

from enterprises.tests.factories import make_contact, make_enterprise, make_squad, make_squad_member
from parkportal.clock import park_today
from parkportal.messaging.models import Message
from parkportal.states import Refused
from testing import actions, reports
from testing.actions.lab import NewReading
from testing.models import Alert, Box, PoolMember, Result, SignUp, Specimen
from testing.results import shown_to_person
from testing.tests.factories import (
    make_campaign,
    make_lab_user,
    make_point,
    make_range,
    make_session,
    make_signup,
    make_staff,
)
from testing.worklist import single_retests

pytestmark = pytest.mark.django_db
TUBE, SINGLE = "HZ200000001", "HZ200000050"
RESULT_WORDS = ("阴性", "阳性", "可疑", "异常")


@pytest.fixture
def session():
    session = make_session(
        make_campaign(pool_size=5), day=park_today(), start=time(0, 10), end=time(23, 50), minutes=60, places=50, point=make_point()
    )  # fmt: skip
    make_range(lab=session.campaign.lab)
    return session


@pytest.fixture
def clerk(session):
    return make_staff(session.point)


@pytest.fixture
def tester(session):
    return make_lab_user(session.campaign.lab, name="褚星河")


@pytest.fixture
def verifier(session):
    return make_lab_user(session.campaign.lab, "lab_verifier", name="陆观澜")


@pytest.fixture
def firm():
    return make_enterprise(squad=make_squad(3))


def swab(session, clerk, signup, tube=TUBE):
    actions.collect(session_id=session.pk, code=signup.code, text=tube, by=clerk, token=uuid4(), lane=1)


def to_the_bench(session, clerk, tester, barcode=TUBE):
    """Packed, sealed, handed over, received."""
    box = actions.open_box(session=session, by=clerk)
    actions.pack_tube(box=box, text=barcode, by=clerk, token=uuid4())
    actions.seal_box(box=box, seal=f"FQ-{barcode}", by=clerk)
    actions.hand_over(box=box, courier="游之", plate="湘A0D18F", temperature_tenths=50, by=clerk)
    box = Box.objects.get(pk=box.pk)
    actions.see_all_tubes(box=box, by=tester, counted=1)
    actions.receive_box(box=box, seal_state="intact", by=tester)
    return Specimen.objects.get(barcode=barcode)


@pytest.fixture
def people(session, clerk, firm):
    signups = [
        make_signup(session.slots.first(), status="measured", group="C", enterprise=firm) for _ in range(5)
    ]  # fmt: skip
    for signup in signups:
        swab(session, clerk, signup)
    return signups


def read(tube, value, tester, verifier):
    actions.record_readings(readings=[NewReading(tube.pk, value)], by=tester)
    if value == "negative":
        return actions.release_negatives(specimen_ids=[tube.pk], by=verifier)
    reason = "too_little" if value == "invalid" else ""
    return actions.release_one(specimen_id=tube.pk, value=value, by=verifier, reason=reason)


def test_a_negative_pool_makes_everybody_negative_and_tells_each(session, clerk, tester, verifier, people):
    read(to_the_bench(session, clerk, tester), "negative", tester, verifier)

    assert [shown_to_person(person)[0].word for person in people] == ["negative"] * 5
    assert Message.objects.filter(purpose="result_notice").count() == 5
    assert reports.report_pdf(Specimen.objects.get(), people[0])[:4] == b"%PDF"


@pytest.mark.parametrize("value", ["positive", "suspect"])
def test_of_a_pool_that_is_not_negative_everybody_is_under_review(session, clerk, tester, verifier, people, value):
    read(to_the_bench(session, clerk, tester), value, tester, verifier)

    assert set(SignUp.objects.values_list("status", flat=True)) == {"recollect"}
    assert {member.standing for member in PoolMember.objects.all()} == {"待复核，等单管重采"}
    assert not Message.objects.filter(purpose="result_notice").exists()
    assert [shown_to_person(person)[0].word for person in people] == ["again"] * 5
    assert Alert.objects.get().specimen.is_pool


def test_squad_and_contact_are_called_without_result_or_name(session, clerk, tester, verifier, people, firm):
    liaison, contact = make_squad_member(firm.squad), make_contact(firm)
    stranger = make_contact(make_enterprise())

    read(to_the_bench(session, clerk, tester), "positive", tester, verifier)

    called = Message.objects.filter(purpose="pool_recheck")
    assert set(called.values_list("recipient", flat=True)) == {liaison.pk, contact.pk}
    for message in Message.objects.exclude(purpose="positive_alert"):
        assert not any(word in message.text for word in RESULT_WORDS)
        assert not any(person.name in message.text for person in people)
    assert [entry.title for entry in single_retests(contact, 5)] == [f"{firm.name} 有 5 人要单独重采"]
    assert single_retests(stranger, 5) == []


def test_a_persons_result_comes_from_the_single_tube_alone(session, clerk, tester, verifier, people):
    read(to_the_bench(session, clerk, tester), "positive", tester, verifier)
    person = people[2]
    SignUp.objects.filter(pk=person.pk).update(status="measured")

    with pytest.raises(Refused) as refused:
        swab(session, clerk, person, TUBE)
    swab(session, clerk, person, SINGLE)
    single = to_the_bench(session, clerk, tester, SINGLE)
    assert shown_to_person(person)[0].word == "pending"
    read(single, "negative", tester, verifier)

    member = PoolMember.objects.get(signup=person)
    assert refused.value.code in {"tube_used", "pool_excluded"}
    assert (single.is_pool, member.retest, member.standing) == (False, single, "复核已出")
    assert [row.word for row in shown_to_person(person)] == ["negative", "again"]
    assert shown_to_person(people[0])[0].word == "again"
    assert Message.objects.filter(purpose="result_notice").count() == 1


def test_an_unfit_pool_asks_all_its_people_again_and_they_may_be_mixed_again(session, clerk, tester, verifier, people):
    read(to_the_bench(session, clerk, tester), "invalid", tester, verifier)

    assert set(PoolMember.objects.values_list("left_why", flat=True)) == {"unfit"}
    assert Message.objects.filter(purpose="recollect_notice").count() == 5
    assert not Result.objects.exists()


def test_a_pool_corrected_to_positive_takes_the_negatives_back(session, clerk, tester, verifier, people):
    tube = to_the_bench(session, clerk, tester)
    read(tube, "negative", tester, verifier)
    correction = actions.ask_correction(reading=NewReading(tube.pk, "positive"), reason="读错了孔", by=tester)

    actions.accept_correction(correction=correction, by=verifier)

    assert {message.status for message in Message.objects.filter(purpose="result_notice")} == {"withdrawn"}
    assert [shown_to_person(person)[0].word for person in people] == ["again"] * 5


def test_pages_of_a_pool_list_its_people_to_the_committee_and_nobody_to_the_laboratory(
    client, sign_in, make_user, session, clerk, tester, verifier, people
):
    tube = to_the_bench(session, clerk, tester)
    read(tube, "positive", tester, verifier)
    sign_in(make_user("committee"))

    for url in (
        reverse("testing:specimen_detail", args=[tube.pk]),
        reverse("testing:alert", args=[Alert.objects.get().pk]),
    ):
        assert "混采 5 人" in client.get(url).content.decode()
    assert client.get(reverse("testing:specimen_report", args=[tube.pk])).status_code == 302

    sign_in(tester)
    assert "混采 5 人" not in client.get(reverse("testing:specimen_detail", args=[tube.pk])).content.decode()
