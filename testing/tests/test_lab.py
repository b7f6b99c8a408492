"""The bench: results come in, a second person releases, positives are withheld and raise an alert."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from parkportal.clock import park_now, park_today
from parkportal.messaging.models import Message
from parkportal.records import settings as park_settings
from parkportal.records.models import AuditEntry
from parkportal.states import Refused
from testing import actions
from testing.actions.lab import NewReading
from testing.doors import TubeHoldings, take_in_results
from testing.models import Alert, Reading, Result, Specimen
from testing.tests.factories import (
    make_box,
    make_lab,
    make_lab_user,
    make_reading,
    make_session,
    make_signup,
    make_specimen,
)

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


def tube(session, status="received", **fields):
    signup = make_signup(session.slots.first(), status="collected")
    return make_specimen(signup, session=session, status=status, **fields)


def waiting(session, tester, value="negative", **fields):
    one = tube(session, status="verifying")
    make_reading(one, tester=tester, value=value, **fields)
    return one


def test_a_reading_waits_for_the_second_person(session, tester):
    one = tube(session)

    actions.record_readings(readings=[NewReading(one.pk, "negative")], by=tester)

    one.refresh_from_db()
    assert (one.status, one.tested_at is not None) == ("verifying", True)
    assert [move.to_status for move in one.moves.all()][-2:] == ["testing", "verifying"]
    assert not Result.objects.exists()


def test_times_stay_monotonic_whatever_the_file_says(session, tester):
    one = tube(session)
    told = one.received_at - timedelta(hours=3)

    actions.record_readings(readings=[NewReading(one.pk, "negative", tested_at=told)], by=tester)

    one.refresh_from_db()
    assert one.tested_at == one.received_at
    assert Reading.objects.get().tested_at == told


def test_a_time_that_a_file_dates_ahead_of_the_clock_keeps_nobody_from_releasing(session, tester, verifier):
    one, now = tube(session), park_now()
    told = now + timedelta(hours=5)

    actions.record_readings(readings=[NewReading(one.pk, "negative", tested_at=told)], by=tester)
    actions.release_negatives(specimen_ids=[one.pk], by=verifier)

    one.refresh_from_db()
    assert now <= one.tested_at <= one.released_at <= park_now()
    assert Reading.objects.get().tested_at == told


def test_a_released_tube_takes_no_reading(session, tester):
    one = tube(session, status="released")

    with pytest.raises(Refused) as refused:
        actions.record_readings(readings=[NewReading(one.pk, "negative")], by=tester)

    assert one.barcode in refused.value.text


def test_another_laboratory_cannot_enter_results(session):
    one = tube(session)

    with pytest.raises(Refused):
        actions.record_readings(readings=[NewReading(one.pk, "negative")], by=make_lab_user(make_lab()))


def test_negatives_are_released_in_one_batch_and_everybody_is_told_there_is_news(session, tester, verifier):
    tubes = [waiting(session, tester) for _ in range(3)]

    count = actions.release_negatives(specimen_ids=[one.pk for one in tubes], by=verifier)

    assert count == 3
    assert set(Specimen.objects.values_list("status", flat=True)) == {"released"}
    result = Result.objects.first()
    assert (result.tester, result.verifier, result.value) == (tester, verifier, "negative")
    messages = Message.objects.filter(purpose="result_notice")
    assert messages.count() == 3
    assert not any(word in message.text for message in messages for word in ("阴性", "阳性", "可疑"))


def test_the_tester_cannot_verify(session, verifier):
    one = waiting(session, verifier)

    with pytest.raises(Refused) as refused:
        actions.release_negatives(specimen_ids=[one.pk], by=verifier)

    assert refused.value.code == "own_reading"


def test_the_database_refuses_one_person_in_both_roles(session, tester):
    one = waiting(session, tester)
    reading = Reading.objects.get(specimen=one)

    with pytest.raises(IntegrityError), transaction.atomic():
        Result.objects.create(
            specimen=one, reading=reading, value="negative", tester=tester, verifier=tester, tested_at=reading.tested_at
        )


def test_a_suspect_cannot_slip_into_the_batch(session, tester, verifier):
    tubes = [waiting(session, tester), waiting(session, tester, "suspect")]

    with pytest.raises(Refused):
        actions.release_negatives(specimen_ids=[one.pk for one in tubes], by=verifier)

    assert not Result.objects.exists()


@pytest.mark.parametrize("value", ["positive", "suspect"])
def test_a_positive_is_withheld_and_the_named_officer_is_called(session, tester, verifier, make_user, value):
    # given the park has named an officer
    officer = make_user("committee", username="guanwei2", name="祁月")
    officer.set_phone("19900000002")
    officer.save()
    make_user("committee")  # who hears nothing while there is a named officer
    park_settings.put("positive_contact", "guanwei2", by=officer)
    one = waiting(session, tester, value)

    # when the second person confirms it
    actions.release_one(specimen_id=one.pk, value=value, by=verifier)

    # then there is an alert, the officer's message says no result, and the person hears nothing
    alert = Alert.objects.get()
    assert (alert.officer, alert.specimen) == (officer, one)
    message = Message.objects.get()
    assert (message.purpose, message.recipient) == ("positive_alert", officer)
    assert not any(word in message.text for word in ("阳性", "可疑", one.barcode))


def test_an_invalid_reading_gives_no_result_and_the_person_comes_again(session, tester, verifier):
    one = waiting(session, tester, "invalid")

    with pytest.raises(Refused) as refused:
        actions.release_one(specimen_id=one.pk, value="invalid", by=verifier)
    assert refused.value.code == "no_reason"

    assert actions.release_one(specimen_id=one.pk, value="invalid", by=verifier, reason="leaked") is None

    one.refresh_from_db()
    assert one.invalid_reason == "leaked"
    assert (one.status, one.signup.__class__.objects.get(pk=one.signup_id).status) == ("recollect", "recollect")
    assert not Result.objects.exists()


@pytest.mark.parametrize(
    ("note", "reason"), [("复检仍为量不足", "too_little"), ("漏液", "leaked"), ("条码不清", "unreadable")]
)
def test_an_invalid_reading_takes_the_reason_that_the_file_names(session, tester, verifier, note, reason):
    one = tube(session)
    actions.record_readings(readings=[NewReading(one.pk, "invalid", note=note)], by=tester)

    actions.release_one(specimen_id=one.pk, value="invalid", by=verifier)

    one.refresh_from_db()
    assert one.invalid_reason == reason


def test_a_reading_that_is_not_negative_cannot_be_released_as_negative(session, tester, verifier):
    one = waiting(session, tester, "suspect")

    with pytest.raises(Refused):
        actions.release_one(specimen_id=one.pk, value="negative", by=verifier)


def test_sent_back_tubes_get_another_reading(session, tester, verifier):
    one = waiting(session, tester, "suspect")

    actions.send_back(specimen_ids=[one.pk], by=verifier, reason="原管复检")
    actions.record_readings(readings=[NewReading(one.pk, "negative")], by=tester)

    assert Reading.objects.filter(specimen=one).count() == 2
    assert actions.release_negatives(specimen_ids=[one.pk], by=verifier) == 1


def test_an_alert_is_acknowledged_once(session, tester, verifier, make_user):
    one = waiting(session, tester, "positive")
    actions.release_one(specimen_id=one.pk, value="positive", by=verifier)
    officer, other = make_user("committee"), make_user("committee")
    alert = Alert.objects.get()

    actions.acknowledge_alert(alert=alert, note="已电话告知", by=officer)
    with pytest.raises(Refused):
        actions.acknowledge_alert(alert=alert, note="", by=other)

    alert.refresh_from_db()
    assert (alert.acknowledged_by, alert.note) == (officer, "已电话告知")
    entry = AuditEntry.objects.get(action="alert.acknowledged")  # for ever, and so without words about the person
    assert (entry.by, entry.reason) == (officer, "")


def test_results_are_never_changed_in_place(session, tester, verifier):
    one = waiting(session, tester)
    actions.release_negatives(specimen_ids=[one.pk], by=verifier)

    with pytest.raises(IntegrityError), transaction.atomic():
        Result.objects.update(value="positive")
    with pytest.raises(IntegrityError), transaction.atomic():
        Reading.objects.all().delete()


def test_the_file_door_knows_what_is_held(session, tester):
    received, pending = tube(session), waiting(session, tester)
    held = TubeHoldings(tester).present([(received.barcode,), (pending.barcode,), ("YL200218000012",)])

    assert held == {
        (received.barcode,): {"status": "已接收", "result": None},
        (pending.barcode,): {"status": "待审核", "result": "阴性"},
    }


def test_the_file_door_holds_nothing_of_other_laboratories(session):
    one = tube(session)

    assert TubeHoldings(make_lab_user(make_lab())).present([(one.barcode,)]) == {}


def test_rows_of_a_file_become_readings(session, tester):
    class Row:
        values = {"条码号": "", "结果": "可疑", "检验时间": None, "检验者": "卜元", "CT值N": None, "备注": None}

    one = tube(session)
    row = Row()
    row.values = Row.values | {"条码号": one.barcode}

    report = take_in_results([row], by=tester, params={}, source_file=None, progress=None)

    reading = Reading.objects.get()
    assert (report.created, reading.value, reading.tester_name, reading.tester) == (1, "suspect", "卜元", tester)


def test_overdue_counts_only_tubes_without_a_result(session, tester):
    late = tube(session)
    Specimen.objects.filter(pk=late.pk).update(due_at=park_now() - timedelta(minutes=1))
    done = tube(session, status="released")
    Specimen.objects.filter(pk=done.pk).update(due_at=park_now() - timedelta(minutes=1))

    assert list(Specimen.objects.overdue_as_of(park_now())) == [late]


# --- pages -----------------------------------------------------------------------------------------------------


@pytest.fixture
def box(session, tester):
    tubes = [waiting(session, tester), waiting(session, tester), waiting(session, tester, "suspect", ct_n="37.80")]
    return make_box(
        session, tubes, status="received", seal="FQ1", expected=3, actual=3, handed_at=park_now() - timedelta(hours=3),
        handed_by=tester, received_at=park_now() - timedelta(hours=2), received_by=tester,
    )  # fmt: skip


def test_lab_page_closes_the_equation(client, sign_in, tester, box):
    page = sign_in(tester).get(reverse("testing:lab")).content.decode()

    assert "合计相符" in page
    assert "待审核" in page


def test_lab_bench_takes_results_by_keyboard(client, sign_in, session, tester):
    one = tube(session)
    box = make_box(session, [one], status="received", seal="x", expected=1, handed_at=park_now(), handed_by=tester)
    sign_in(tester)
    url = reverse("testing:lab_bench", args=[box.code])

    wrong = client.post(url, {f"t{one.pk}-value": "negative", f"t{one.pk}-ct_n": "99"}).content.decode()
    client.post(url, {f"t{one.pk}-value": "negative", f"t{one.pk}-ct_n": "38.1"})

    assert "field-error" in wrong
    assert str(Reading.objects.get().ct_n) == "38.10"


def test_an_invalid_tubes_reason_goes_from_the_plate_to_the_second_person(client, sign_in, session, tester, verifier):
    one, other = tube(session), tube(session)
    box = make_box(session, [one, other], status="received", seal="x", handed_at=park_now(), handed_by=tester)
    sign_in(tester)
    url = reverse("testing:lab_bench", args=[box.code])

    page = client.get(url).content.decode()
    assert "1</kbd>量不足" in page and f'name="t{one.pk}-note"' in page
    alone = client.post(url, {f"t{other.pk}-note": "漏液"})
    assert alone.status_code == 422 and "还没有选结果" in alone.content.decode()
    long = client.post(url, {f"t{one.pk}-value": "invalid", f"t{one.pk}-note": "漏" * 201})
    assert long.status_code == 422 and not Reading.objects.exists()
    client.post(url, {f"t{one.pk}-value": "invalid", f"t{one.pk}-note": "漏液，管壁有裂"})

    # then the note stands beside the choice, and the reason is chosen already
    sign_in(verifier)
    page = client.get(reverse("testing:lab_verify", args=[box.code])).content.decode()
    assert "漏液，管壁有裂" in page and '<option value="leaked" selected>' in page
    client.post(reverse("testing:lab_verify", args=[box.code]), {"do": "invalid", "specimen": one.pk, "invalid": ""})
    one.refresh_from_db()
    assert (one.status, one.invalid_reason) == ("recollect", "leaked")


def test_the_tubes_of_a_box_go_on_the_machine_together(client, sign_in, session, tester):
    fresh, done = tube(session), tube(session, status="released")
    box = make_box(session, [fresh, done], status="received", seal="x", handed_at=park_now(), handed_by=tester)
    sign_in(tester)

    for _ in range(2):
        client.post(reverse("testing:lab_bench", args=[box.code]), {"do": "start"})

    fresh.refresh_from_db()
    done.refresh_from_db()
    assert (fresh.status, done.status) == ("testing", "released")
    assert fresh.moves.filter(to_status="testing").count() == 1


def test_lab_verify_releases_negatives_and_frames_the_suspect(client, sign_in, verifier, box):
    sign_in(verifier)
    url = reverse("testing:lab_verify", args=[box.code])

    page = client.get(url).content.decode()
    client.post(url, {"do": "release"})
    suspect = box.specimens.get(status="verifying")
    client.post(url, {"do": "suspect", "specimen": suspect.pk})

    assert "发布 2 管阴性" in page and "定为可疑，上报" in page and "37.80" in page
    assert Result.objects.filter(value="negative").count() == 2
    assert Alert.objects.count() == 1


def test_lab_verify_shows_no_buttons_for_own_readings(client, sign_in, session, verifier):
    one = waiting(session, verifier)
    box = make_box(session, [one], status="received", seal="x", handed_at=park_now(), handed_by=verifier)
    sign_in(verifier)

    page = client.get(reverse("testing:lab_verify", args=[box.code])).content.decode()
    client.post(reverse("testing:lab_verify", args=[box.code]), {"do": "release"})

    assert "另有 1 管是您自己检验的" in page
    assert not Result.objects.exists()


def test_lab_verify_is_for_verifiers(client, sign_in, tester, box):
    assert sign_in(tester).get(reverse("testing:lab_verify", args=[box.code])).status_code == 404


def test_alert_page_is_for_the_committee(client, sign_in, make_user, session, tester, verifier):
    one = waiting(session, tester, "positive")
    actions.release_one(specimen_id=one.pk, value="positive", by=verifier)
    url = reverse("testing:alert", args=[Alert.objects.get().pk])
    sign_in(make_user("committee"))

    page = client.get(url).content.decode()
    client.post(url, {"note": "已联系疾控"})

    assert one.signup.name not in page and one.signup.masked_name in page
    assert Alert.objects.get().note == "已联系疾控"
    sign_in(make_user("leader"))
    assert client.get(url).status_code == 404


def test_laboratory_pages_name_nobody(client, sign_in, tester, session, box):
    sign_in(tester)
    names = [tube.signup.name for tube in box.specimens.select_related("signup")]
    pages = [
        client.get(reverse(name, args=args)).content.decode()
        for name, args in [
            ("testing:lab", []),
            ("testing:lab_bench", [box.code]),
            ("testing:lab_box", [box.code]),
            ("testing:specimens", []),
            ("testing:specimen_detail", [box.specimens.first().pk]),
        ]
    ]

    assert not any(name in page for name in names for page in pages)
