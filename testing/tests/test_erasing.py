"""When its time is over a campaign forgets who the people were; every figure stays what it was."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from enterprises.tests.factories import make_employee, make_enterprise
from parkportal.clock import park_now, park_today
from parkportal.messaging.models import Message
from parkportal.states import Refused
from testing import actions, figures
from testing.actions.erasing import _checksum, is_genuine
from testing.actions.lab import tell_there_is_news
from testing.actions.notices import confirm
from testing.models import Alert, DoorStop, ErasureReport, Reconciliation, Result, SignUp, Specimen
from testing.tests.factories import (
    make_campaign,
    make_door_round,
    make_lab_user,
    make_pool,
    make_reading,
    make_session,
    make_signup,
    make_specimen,
)  # fmt: skip

pytestmark = pytest.mark.django_db


@pytest.fixture
def committee(make_user):
    return make_user("committee", name="祁月")


@pytest.fixture
def over():
    """A campaign that ended 61 days ago: one person with a negative result, who is also in a campaign that runs."""
    today = park_today()
    campaign = make_campaign(
        starts_on=today - timedelta(days=80), ends_on=today - timedelta(days=61), status="closed", slug="over"
    )
    person = make_employee(make_enterprise(sishang_kind="IND", status="resumed"))
    for one in (campaign, make_campaign()):
        session = make_session(one, day=today)
        signup = make_signup(
            session.slots.first(), number=person.number, status="collected", person=person, address="麓谷 3 栋",
            declared={"symptoms": ["咳嗽"]}, temperature_tenths=365,
        )  # fmt: skip
        tube = make_specimen(signup, status="released", session=session)
        tester = make_lab_user(tube.lab)
        Result.objects.create(
            specimen=tube, reading=make_reading(tube, tester=tester), value="negative", tester=tester,
            tested_at=tube.tested_at, verifier=make_lab_user(tube.lab, "lab_verifier"), released_at=tube.released_at,
        )  # fmt: skip
    return campaign


def all_figures(now):
    return {figure.code: (figure.value(now).numerator, figure.value(now).denominator) for figure in figures.ALL}


def test_erasing_empties_the_persons_and_leaves_every_figure(over, committee):
    now = park_now()
    before = all_figures(now)
    assert before["persons_sampled"][0] == 1 and before["tests_collected"][0] == 2

    report = actions.erase_campaign(campaign=over, by=committee)

    signup = SignUp.objects.get(campaign=over)
    assert all_figures(now) == before
    assert (signup.name, signup.number, signup.phone, signup.phone_hash, signup.address) == ("", "", "", "", "")
    assert (signup.declared, signup.temperature, signup.person) == ({}, None, None)
    assert signup.erased_at is not None
    assert SignUp.objects.exclude(campaign=over).get().name != ""
    assert report.counts == {"signups": 1, "persons": 1, "specimens": 1, "results": 1}
    assert report.figures_before == report.figures_after


def test_what_staff_wrote_in_words_of_their_own_goes_too(over, committee):
    signup = SignUp.objects.get(campaign=over)
    tube = signup.specimens.get()
    Alert.objects.create(
        result=tube.results.get(), specimen=tube, acknowledged_at=park_now(), acknowledged_by=committee,
        note="已电话告知邬小满",
    )  # fmt: skip
    walked, door = make_door_round(over)
    other, elsewhere = make_door_round(make_campaign())
    DoorStop.objects.update(note="邬小满发热，在家", outcome="absent", outcome_at=park_now(), outcome_by=committee)
    gaps = {signup.code: "邬小满先走了", tube.barcode: "邬小满的管打破了", "kit": "账上 20 套，实有 15：掉地上"}
    for session in (signup.slot.session, elsewhere.round.session):
        Reconciliation.objects.create(session=session, arrived=2, bound=1, packed=0, gaps=gaps, done_by=committee)

    actions.erase_campaign(campaign=over, by=committee)

    door.refresh_from_db()
    elsewhere.refresh_from_db()
    assert (Alert.objects.get().note, door.note, door.outcome) == ("", "", "absent")
    assert elsewhere.note == "邬小满发热，在家"
    said = {row.session: row.gaps for row in Reconciliation.objects.all()}
    assert said[signup.slot.session] == {signup.code: "到期删除", tube.barcode: "到期删除", "kit": gaps["kit"]}
    assert said[elsewhere.round.session] == gaps


def test_the_report_is_signed_and_cannot_be_changed(client, sign_in, over, committee):
    actions.erase_campaign(campaign=over, by=committee)
    report = ErasureReport.objects.get()
    assert is_genuine(report)

    kept = report.checksum
    report.checksum = "0" * 64
    assert not is_genuine(report)
    report.checksum, report.counts = kept, {**report.counts, "signups": 0}
    assert not is_genuine(report)
    report.checksum = _checksum(
        report.campaign, report.counts, report.figures_before, report.figures_after, report.erased_at
    )
    assert not is_genuine(report)  # whoever changes a line can make its checksum, but not sign it
    with pytest.raises(DatabaseError), transaction.atomic():
        report.save()
    sign_in(committee)
    page = client.get(reverse("testing:campaign_erase", args=[over.pk])).content.decode()
    assert kept in page and "与保存的签名一致" in page


def test_erasing_twice_gives_the_first_report(over, committee):
    assert actions.erase_campaign(campaign=over, by=committee) == actions.erase_campaign(campaign=over, by=committee)


def test_old_links_and_look_ups_open_nothing_any_more(client, over, committee):
    signup = SignUp.objects.get(campaign=over)
    address = reverse("public:signup_code", args=[signup.public_token])
    assert client.get(address).status_code == 200

    actions.erase_campaign(campaign=over, by=committee)

    signup.refresh_from_db()
    assert str(signup.public_token) not in address  # the key is thrown away, not the lock alone
    assert client.get(address).status_code == 404
    assert client.get(reverse("public:signup_code", args=[signup.public_token])).status_code == 404


def test_staff_pages_still_open_with_what_is_left(client, sign_in, over, committee):
    actions.erase_campaign(campaign=over, by=committee)
    signup = SignUp.objects.get(campaign=over)
    sign_in(committee)

    assert client.get(reverse("testing:signup_detail", args=[signup.pk])).status_code == 200
    assert client.get(reverse("testing:signups"), {"campaign": over.pk}).status_code == 200


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"status": "open"}, "not_closed"),
        ({"is_on_hold": True}, "on_hold"),
        ({"retention_days": 61}, "not_due"),
    ],
)
def test_erasing_too_early_is_refused(over, committee, fields, code):
    for name, value in fields.items():
        setattr(over, name, value)
    over.save()

    with pytest.raises(Refused) as refused:
        actions.erase_campaign(campaign=over, by=committee)

    assert refused.value.code == code and SignUp.objects.filter(name="").count() == 0


def test_erasing_waits_for_results(over, committee):
    session = make_session(over)
    make_specimen(make_signup(session.slots.first(), status="collected"), session=session)

    with pytest.raises(Refused) as refused:
        actions.erase_campaign(campaign=over, by=committee)

    assert refused.value.code == "pending"


def test_erasing_waits_for_a_mixed_tube_at_the_laboratory_and_then_counts_it(over, committee):
    session = make_session(over)
    tube = make_pool(
        session, [make_signup(session.slots.first(), status="collected") for _ in range(2)], status="testing"
    )

    with pytest.raises(Refused) as refused:
        actions.erase_campaign(campaign=over, by=committee)
    assert (refused.value.code, refused.value.text) == ("pending", "还有标本没有出结果，出了结果再删除。")

    # when its result is out
    tester, now = make_lab_user(tube.lab), park_now()
    Specimen.objects.filter(pk=tube.pk).update(status="released", tested_at=now, released_at=now)
    Result.objects.create(
        specimen=tube, reading=make_reading(tube, tester=tester, tested_at=now), value="negative", tester=tester,
        tested_at=now, verifier=make_lab_user(tube.lab, "lab_verifier"), released_at=now,
    )  # fmt: skip

    counts = actions.erase_campaign(campaign=over, by=committee).counts
    assert counts == {"signups": 3, "persons": 3, "specimens": 2, "results": 2}


def test_the_schedule_erases_what_is_due_and_nothing_else(over):
    today = park_today()
    make_campaign(status="closed")
    make_campaign(status="closed", starts_on=today - timedelta(days=40), ends_on=today - timedelta(days=30))

    assert actions.erase_due_campaigns(park_now()) == 1
    assert ErasureReport.objects.get().erased_by is None


def test_erase_page_names_what_goes(client, sign_in, over, committee):
    sign_in(committee)
    url = reverse("testing:campaign_erase", args=[over.pk])

    asked = client.get(url).content.decode()
    for _ in range(2):
        client.post(url)

    assert "1 份登记里的个人信息" in asked
    assert ErasureReport.objects.count() == 1


def test_what_the_outbox_said_to_them_goes_too(over, committee):
    # given messages about this campaign, one of them still waiting, and one about the campaign that runs
    signup = SignUp.objects.get(campaign=over)
    other = SignUp.objects.exclude(campaign=over).get()
    other.set_phone(signup.phone)
    other.save()
    for one in (signup, other):
        confirm(one)
        tell_there_is_news(one.specimens.get(), by=None)
    texts = {message.occasion: message.text for message in Message.objects.all()}
    assert len(texts) == 4 and all(texts.values())

    actions.erase_campaign(campaign=over, by=committee)

    # then theirs say nothing any more and are not sent; the others are whole, also to the same phone
    mine = {f"signup:{signup.pk}", f"specimen:{signup.specimens.get().pk}"}
    for message in Message.objects.all():
        if message.occasion in mine:
            assert (message.text, message.address, message.label, message.params) == ("", "", "", {})
            assert message.status == "withdrawn"
        else:
            assert message.text == texts[message.occasion] and message.address and message.status == "waiting"
