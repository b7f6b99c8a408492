"""A released result is never changed in place: somebody asks, somebody else decides, both versions stay."""

from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from parkportal.clock import park_now, park_today
from parkportal.messaging.models import Message
from parkportal.states import Refused
from testing import actions
from testing.actions.lab import NewReading
from testing.doors import TubeHoldings
from testing.models import Alert, Correction, Result, Specimen
from testing.results import shown_to_person
from testing.tests.factories import make_lab, make_lab_user, make_reading, make_session, make_signup, make_specimen
from testing.worklist import waiting_corrections

pytestmark = pytest.mark.django_db


@pytest.fixture
def session():
    return make_session(day=park_today())


@pytest.fixture
def tester(session):
    return make_lab_user(session.campaign.lab, name="褚星河")


@pytest.fixture
def verifier(session):
    return make_lab_user(session.campaign.lab, "lab_verifier", name="陆观澜")


def waiting(session, tester, value="negative"):
    signup = make_signup(session.slots.first(), status="collected")
    tube = make_specimen(signup, session=session, status="verifying")
    make_reading(tube, tester=tester, value=value)
    return tube


@pytest.fixture
def released(session, tester, verifier):
    tube = waiting(session, tester)
    actions.release_negatives(specimen_ids=[tube.pk], by=verifier)
    return Specimen.objects.get(pk=tube.pk)


def ask(tube, by, value="suspect", reason="两管放反了", **fields):
    return actions.ask_correction(reading=NewReading(tube.pk, value), reason=reason, by=by, **fields)


def test_a_correction_counts_only_when_somebody_else_agrees(released, tester, verifier, make_user):
    officer = make_user("committee", name="祁月")
    officer.set_phone("19900000002")
    officer.save()

    correction = ask(released, tester)
    assert Result.objects.get(specimen=released).value == "negative"

    result = actions.accept_correction(correction=correction, by=verifier)

    assert list(Result.objects.filter(specimen=released).order_by("version").values_list("version", "value")) == [
        (1, "negative"), (2, "suspect"),
    ]  # fmt: skip
    assert (result.correction_reason, result.verifier) == ("两管放反了", verifier)
    assert Alert.objects.get(result=result).specimen == released
    assert Message.objects.get(purpose="result_notice").status == "withdrawn"
    assert shown_to_person(released.signup)[0].word == "wait_for_staff"


def test_corrected_to_negative_is_news_once_more(session, tester, verifier):
    tube = waiting(session, tester, "positive")
    actions.release_one(specimen_id=tube.pk, value="positive", by=verifier)

    actions.accept_correction(correction=ask(tube, tester, "negative"), by=verifier)

    assert Message.objects.filter(purpose="result_notice", occasion=f"specimen:{tube.pk}:v2").count() == 1
    assert shown_to_person(tube.signup)[0].word == "negative"


def test_corrected_to_invalid_asks_the_person_again(released, tester, verifier):
    correction = actions.ask_correction(
        reading=NewReading(released.pk, "invalid", note="漏液"), reason="整板作废", by=tester
    )
    actions.accept_correction(correction=correction, by=verifier)

    released.refresh_from_db()
    released.signup.refresh_from_db()
    assert released.invalid_reason == "leaked"
    assert (released.status, released.signup.status) == ("recollect", "recollect")
    assert shown_to_person(released.signup)[0].word == "again"


def test_declined_leaves_the_result(released, tester, verifier):
    correction = actions.decline_correction(correction=ask(released, tester), by=verifier)

    assert (correction.status, Result.objects.filter(specimen=released).count()) == ("declined", 1)


@pytest.mark.parametrize(
    ("change", "code"),
    [({"reason": "  "}, "reason"), ({"value": "negative"}, "same_result"), ({"value": "invalid"}, "no_reason")],
)
def test_a_correction_that_says_nothing_is_refused(released, tester, change, code):
    with pytest.raises(Refused) as refused:
        ask(released, tester, **change)

    assert refused.value.code == code
    assert not Correction.objects.exists()


def test_what_is_not_released_is_not_corrected(session, tester):
    with pytest.raises(Refused) as refused:
        ask(waiting(session, tester), tester)

    assert refused.value.code == "not_released"


def test_another_laboratory_cannot_correct(released):
    with pytest.raises(Refused):
        ask(released, make_lab_user(make_lab()))


def test_one_correction_at_a_time_and_the_same_form_again_is_harmless(released, tester):
    token = uuid4()
    first = ask(released, tester, token=token)

    assert ask(released, tester, token=token) == first
    with pytest.raises(Refused) as refused:
        ask(released, tester)
    assert refused.value.code == "asked_already"


def test_nobody_decides_the_own_correction(released, verifier):
    correction = ask(released, verifier)

    with pytest.raises(Refused) as refused:
        actions.accept_correction(correction=correction, by=verifier)
    with pytest.raises(IntegrityError) as fault, transaction.atomic():
        Correction.objects.filter(pk=correction.pk).update(
            status="declined", decided_by=verifier, decided_at=park_now()
        )

    assert refused.value.code == "own_correction"
    assert "correction_second_person" in str(fault.value)


def test_decided_is_decided(released, tester, verifier):
    correction = ask(released, tester)
    actions.decline_correction(correction=correction, by=verifier)

    with pytest.raises(Refused) as refused:
        actions.accept_correction(correction=correction, by=verifier)

    assert refused.value.code == "decided"


def test_a_file_meets_the_corrected_result(released, tester, verifier):
    ask(released, tester)
    key = (released.barcode,)
    assert TubeHoldings(tester).present([key])[key]["result"] == "阴性"

    actions.accept_correction(correction=Correction.objects.get(), by=verifier)

    assert TubeHoldings(tester).present([key])[key]["result"] == "可疑"


def test_correction_pages(client, sign_in, released, tester, verifier):
    sign_in(tester)
    url = reverse("testing:correction_ask", args=[released.pk])
    wrong = client.post(url, {"value": "", "reason": "", "token": str(uuid4())})
    unsaid = client.post(url, {"value": "invalid", "reason": "整板作废", "token": str(uuid4())})
    assert unsaid.status_code == 422 and "请选为什么无效" in unsaid.content.decode()
    form = {"value": "suspect", "ct_n": "37.8", "reason": "两管放反了", "token": str(uuid4())}
    assert client.post(url, form).status_code == 302
    assert client.post(url, form).status_code == 302
    assert (wrong.status_code, Correction.objects.count()) == (422, 1)
    assert client.post(reverse("testing:correction_decide", args=[Correction.objects.get().pk])).status_code == 404

    # when the second person opens the list and agrees
    sign_in(verifier)
    listed = client.get(reverse("testing:lab_corrections")).content.decode()
    assert [entry.verb for entry in waiting_corrections(verifier, 5)] == ["审核"]
    client.post(reverse("testing:correction_decide", args=[Correction.objects.get().pk]), {"do": "accept"})

    assert "出第 2 版" in listed and released.signup.name not in listed
    page = client.get(reverse("testing:specimen_detail", args=[released.pk])).content.decode()
    assert "第 2 版" in page and "已被更正" in page and "两管放反了" in page


def test_corrections_of_another_laboratory_do_not_exist(client, sign_in, released, tester):
    correction = ask(released, tester)
    sign_in(make_lab_user(make_lab(), "lab_verifier"))

    assert client.get(reverse("testing:correction_ask", args=[released.pk])).status_code == 404
    assert client.post(reverse("testing:correction_decide", args=[correction.pk])).status_code == 404


def test_the_list_of_corrections_takes_the_same_statements_for_many(
    client, sign_in, session, tester, verifier, django_assert_max_num_queries
):
    for _ in range(6):
        tube = waiting(session, tester)
        actions.release_negatives(specimen_ids=[tube.pk], by=verifier)
        ask(tube, tester)
    sign_in(verifier)

    with django_assert_max_num_queries(12):
        client.get(reverse("testing:lab_corrections"))
