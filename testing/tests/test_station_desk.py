"""The sampling desk: find, temperature, tube, collected; every refusal by name before anything changes."""

from datetime import time, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.urls import reverse

from enterprises.tests.factories import id_number
from parkportal.clock import park_now, park_today
from parkportal.messaging.models import Message
from parkportal.records.codes import take_code
from parkportal.records.models import AuditEntry
from parkportal.states import Refused
from testing import worklist
from testing.actions import desk, tubes
from testing.actions.desk_find import counts
from testing.models import SignUp, SignUpMove, SignUpStatus, Specimen, SpecimenMove, SpecimenStatus
from testing.tests.factories import (
    make_box,
    make_campaign,
    make_lab,
    make_point,
    make_range,
    make_session,
    make_signup,
    make_specimen,
    make_staff,
)

pytestmark = pytest.mark.django_db
PRINTED = "HZ200000007"


@pytest.fixture
def session():
    session = make_session(
        day=park_today(), start=time(0, 10), end=time(23, 50), minutes=60, places=50, point=make_point("产业园 A1 栋")
    )
    make_range(lab=session.campaign.lab)
    return session


@pytest.fixture
def clerk(session):
    return make_staff(session.point, name="易安")


@pytest.fixture
def person(session):
    return make_signup(session.slots.first(), name="陆青禾", number="439900199202290033")


@pytest.fixture
def at_desk(client, sign_in, session, clerk):
    """at_desk("36.5", step="temperature", current=code) → what the desk says, as its script hears it."""
    sign_in(clerk)
    url = reverse("testing:station_desk", args=[session.pk])
    state = {}

    def scan(text="", **fields):
        data = {"token": str(uuid4()), "text": text, "lane": "2", **state, **fields}
        said = client.post(url, data, headers={"Accept": "application/json"}).json()
        state.update({name: said[name] for name in ("step", "current", "found_at", "measured_at")})
        return said

    scan.state = state
    return scan


def measured(at_desk, person, text="36.5"):
    at_desk(person.code)
    return at_desk(text)


def test_a_person_goes_from_code_to_collected_in_three_scans(at_desk, person, session, clerk):
    # when the code, the temperature and a pre-printed tube come one after the other
    found = at_desk(person.code)
    warm = at_desk("36.5")
    done = at_desk(PRINTED)

    # then the desk asked for each step and says so in words, tone and colour
    assert (found["step"], warm["step"], done["step"]) == ("temperature", "tube", "find")
    assert (done["tone"], done["sound"], done["delta"]) == ("done", "done", 1)
    assert "已采样" in done["html"] and "陆青禾" in done["html"] and "证件尾号 0033" in done["html"]
    person.refresh_from_db()
    assert (person.status, person.temperature, person.attended_session) == ("collected", Decimal("36.5"), session)
    tube = Specimen.objects.get()
    assert (tube.barcode, tube.status, tube.signup, tube.collected_by, tube.lane) == (
        PRINTED,
        "collected",
        person,
        clerk,
        2,
    )
    assert [move.to_status for move in tube.moves.all()] == ["issued", "collected"]


def test_finding_somebody_writes_nothing(at_desk, person):
    at_desk(person.code)

    assert SignUpMove.objects.filter(subject=person).count() == 1


def test_an_own_label_is_printed_stuck_on_and_scanned(at_desk, person):
    measured(at_desk, person)
    printed = at_desk(do="issue")
    code = Specimen.objects.get().barcode
    again = at_desk(do="issue")
    done = at_desk(code)

    assert "贴条码" in printed["html"]
    assert printed["labels"].count("<svg") == 2
    assert again["labels"] and Specimen.objects.count() == 1
    assert Specimen.objects.get().label_prints == 2
    assert AuditEntry.objects.get(action="labels.printed").after == {"prints": 2}
    assert done["tone"] == "done"
    assert Specimen.objects.get().status == SpecimenStatus.COLLECTED


def test_the_same_scan_again_gives_the_same_answer_and_counts_once(at_desk, person):
    measured(at_desk, person)
    token, state = str(uuid4()), dict(at_desk.state)

    first = at_desk(PRINTED, token=token)
    second = at_desk(PRINTED, token=token, **state)

    assert first["tone"] == second["tone"] == "done"
    assert Specimen.objects.count() == 1
    assert SignUpMove.objects.filter(subject=person).count() == 3


def test_a_temperature_sent_twice_is_written_once(at_desk, person):
    at_desk(person.code)
    token, state = str(uuid4()), dict(at_desk.state)

    at_desk("36.5", token=token)
    at_desk("36.5", token=token, **state)

    assert SignUpMove.objects.filter(subject=person, to_status="measured").count() == 1


def test_a_second_scan_says_when_where_and_by_whom(at_desk, person):
    measured(at_desk, person)
    at_desk(PRINTED)

    again = at_desk(person.code)

    tube = Specimen.objects.get()
    assert again["tone"] == "before"
    assert "已经采过" in again["html"]
    assert "产业园 A1 栋 2 号台，易安采样" in again["html"]
    assert f"{tube.collected_at.astimezone().strftime('%M')}" in again["html"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("YL20021800001", "条码少读了 1 位"),
        ("YL2002180000123", "条码多了 1 位"),
        ("YL200218000013", "条码校验位不对"),
        ("YL200218000012", "没有登记过这个号段的管"),
        ("HZ200009999", "没有登记过这个号段的管"),
        ("YX200218000012", "样本箱号"),
        ("GH200218000012", "工作证号"),
        ("PS200218000012", "配送单号"),
        ("??", "这不是试管条码"),
    ],
)
def test_a_wrong_tube_is_refused_by_name_and_changes_nothing(at_desk, person, text, words):
    measured(at_desk, person)

    said = at_desk(text)

    assert (said["tone"], said["sound"]) == ("refused", "refused")
    assert words in said["html"]
    assert not Specimen.objects.exists()
    person.refresh_from_db()
    assert person.status == SignUpStatus.MEASURED


def test_after_a_refused_tube_the_person_is_still_there(at_desk, person):
    measured(at_desk, person)
    refused = at_desk("YL20021800001")

    assert "陆青禾 的登记还在，什么都没有改" in refused["html"]
    assert (refused["step"], refused["current"]) == ("tube", person.code)
    assert at_desk(PRINTED)["tone"] == "done"


def test_a_used_tube_is_refused(at_desk, person, session):
    other = make_signup(session.slots.first(), status="collected")
    used = make_specimen(other, session=session, barcode=PRINTED)
    measured(at_desk, person)

    said = at_desk(used.barcode)

    assert said["tone"] == "refused" and "这支管已经给了别人" in said["html"]


def test_a_void_tube_is_refused(at_desk, person, clerk):
    tubes.void_tube(barcode=PRINTED, reason="broken", by=clerk)
    measured(at_desk, person)

    said = at_desk(PRINTED)

    assert said["code"] == "tube_void" and "这支管已经作废" in said["html"]


def test_another_laboratorys_tube_is_refused(at_desk, person):
    make_range(lab=make_lab(), first="QW10000001", last="QW10000999")
    measured(at_desk, person)

    assert at_desk("QW10000005")["code"] == "tube_foreign"


def test_another_persons_own_label_is_refused(at_desk, person, session):
    other = make_signup(session.slots.first())
    measured(at_desk, other)
    at_desk(do="issue")
    label = Specimen.objects.get().barcode
    measured(at_desk, person)

    assert at_desk(label)["code"] == "tube_used"


def test_whoever_got_a_label_is_not_given_another_tube(at_desk, person):
    measured(at_desk, person)
    at_desk(do="issue")

    said = at_desk(PRINTED)

    assert said["code"] == "other_tube"
    assert Specimen.objects.filter(status="issued").count() == 1


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("RY20021800001", "只读到 13 位"),
        ("RY200218000013", "校验位不对"),
        ("YL200218000012", "请先扫人员码"),
        ("hello", "这不是人员码"),
        ("439900199202290034", "校验位不对"),
    ],
)
def test_a_wrong_person_code_is_refused(at_desk, text, words):
    said = at_desk(text)

    assert said["tone"] == "refused" and words in said["html"]


def test_somebody_of_another_campaign_is_refused(at_desk):
    other = make_signup(make_session(day=park_today()).slots.first())

    assert at_desk(other.code)["code"] == "unknown_person"


def test_a_full_id_number_finds_the_person_too(at_desk, person):
    assert "陆青禾" in at_desk("439900199202290033")["html"]


def test_a_chinese_input_method_cannot_corrupt_a_code(at_desk, person):
    wide = "".join(chr(ord(c) + 0xFEE0) for c in person.code.lower())

    assert at_desk(wide)["current"] == person.code
    assert at_desk("３６。５")["step"] == "tube"
    assert at_desk("".join(chr(ord(c) + 0xFEE0) for c in PRINTED))["tone"] == "done"


@pytest.mark.parametrize(
    ("text", "value"),
    [("36.5", "36.5"), ("365", "36.5"), ("36。5", "36.5"), ("34", "34"), ("42.0", "42.0"), ("36.5℃", "36.5")],
)
def test_temperatures_that_are_understood(text, value):
    assert desk.read_temperature(text) == Decimal(value)


@pytest.mark.parametrize("text", ["33.9", "42.1", "36.55", "abc", "", "-36", "1e1", "nan", "Infinity"])
def test_temperatures_that_are_refused(text):
    with pytest.raises(Refused):
        desk.read_temperature(text)


@pytest.mark.parametrize(("text", "tone"), [("37.2", "waiting"), ("37.3", "warn"), ("39.8", "warn")])
def test_fever_stops_the_person(at_desk, person, text, tone):
    said = measured(at_desk, person, text)

    person.refresh_from_db()
    assert said["tone"] == tone
    assert person.status == ("stopped" if tone == "warn" else "measured")
    if tone == "warn":
        assert f"体温 {text} ℃，请停一下" in said["html"]
        assert said["step"] == "find"


def test_whoever_was_stopped_is_measured_again_after_a_rest(at_desk, person):
    measured(at_desk, person, "37.5")
    again = at_desk(person.code)
    warm = at_desk("36.9")

    assert "上次 37.5 ℃" in again["html"]
    assert warm["step"] == "tube"


def test_a_stopped_person_gets_no_tube(at_desk, person):
    measured(at_desk, person, "38.0")

    said = at_desk(PRINTED, step="tube", current=person.code)

    assert said["code"] == "stopped"
    assert not Specimen.objects.exists()


def test_a_tube_before_the_temperature_is_refused(at_desk, person):
    at_desk(person.code)

    assert at_desk("YL200218000012")["code"] == "not_measured"
    assert at_desk(PRINTED, step="tube")["code"] == "not_measured"


def test_a_tube_that_is_scanned_before_the_desk_said_that_the_person_was_measured_is_taken(at_desk, person):
    measured(at_desk, person)

    # when the person's code is scanned again and the tube follows at once, from where a new person stands
    at_desk(person.code)
    said = at_desk(PRINTED, step="temperature", current=person.code)

    assert said["tone"] == "done"
    assert Specimen.objects.get().signup == person


def test_a_printed_tube_before_the_temperature_says_what_is_missing(at_desk, person):
    at_desk(person.code)

    assert at_desk(PRINTED, step="temperature", current=person.code)["code"] == "not_measured"


def test_a_door_person_is_not_sampled_here(at_desk, session):
    sick = make_signup(None, campaign=session.campaign, mode="door", group="A3")

    said = at_desk(sick.code)

    assert said["tone"] == "warn" and "这位要上门采样" in said["html"]
    assert at_desk("36.5", step="temperature", current=sick.code)["code"] == "door_only"


def test_a_cancelled_sign_up_is_refused(at_desk, session):
    gone = make_signup(session.slots.first(), status="cancelled")

    assert at_desk(gone.code)["code"] == "cancelled"


def test_somebody_of_another_sitting_is_called_to_attention_and_may_go_on(at_desk, session):
    later = make_session(session.campaign, point=session.point)
    early = make_signup(later.slots.first())

    said = at_desk(early.code)

    assert said["tone"] == "warn" and "约的不是这一场" in said["html"]
    assert at_desk("36.5")["step"] == "tube"


def test_undo_takes_the_swab_back_and_voids_the_tube(at_desk, person):
    measured(at_desk, person)
    at_desk(PRINTED)

    said = at_desk(do="undo", reason="扫错了人")

    person.refresh_from_db()
    tube = Specimen.objects.get()
    assert (person.status, tube.status, tube.invalid_reason) == ("measured", "void", "undone")
    assert said["delta"] == -1
    assert SignUpMove.objects.filter(subject=person, is_correction=True).count() == 1
    assert SpecimenMove.objects.filter(subject=tube, is_correction=True).count() == 1
    assert at_desk(PRINTED)["code"] == "tube_void"
    assert at_desk("HZ200000008")["tone"] == "done"


def test_undo_takes_the_temperature_back(at_desk, person):
    measured(at_desk, person, "38.2")

    at_desk(do="undo", reason="扫错了人")

    person.refresh_from_db()
    assert (person.status, person.temperature, person.attended_at) == ("registered", None, None)


def test_undo_sent_twice_takes_one_step_back(at_desk, person):
    measured(at_desk, person)
    at_desk(PRINTED)
    token = str(uuid4())

    at_desk(do="undo", reason="扫错了人", token=token)
    at_desk(do="undo", reason="扫错了人", token=token)

    person.refresh_from_db()
    assert person.status == SignUpStatus.MEASURED


def test_undo_of_a_packed_tube_is_refused(at_desk, person, session):
    measured(at_desk, person)
    at_desk(PRINTED)
    tube = Specimen.objects.get()
    box = make_box(session, [tube])
    Specimen.objects.filter(pk=tube.pk).update(status="packed", box=box)

    assert at_desk(do="undo", reason="扫错了人")["code"] == "packed"


def test_undo_with_nothing_to_undo_says_so(at_desk):
    assert at_desk(do="undo", reason="扫错了人")["code"] == "nothing_to_undo"


def test_whoever_has_to_be_swabbed_again_gets_a_tube_linked_to_the_first(at_desk, person, session):
    SignUp.objects.filter(pk=person.pk).update(status="recollect")
    first = make_specimen(person, session=session)
    Specimen.objects.filter(pk=first.pk).update(status="recollect", invalid_reason="leaked")

    measured(at_desk, person)
    at_desk(PRINTED)

    assert Specimen.objects.get(barcode=PRINTED).recollect_of == first


def test_without_a_script_the_form_works_too(client, sign_in, clerk, session, person):
    sign_in(clerk)
    url = reverse("testing:station_desk", args=[session.pk])

    page = client.get(url).content.decode()
    found = client.post(url, {"token": str(uuid4()), "text": person.code, "step": "find"}).content.decode()

    assert "请扫人员码" in page and "autofocus" in page
    assert 'name="step" value="temperature"' in found and "陆青禾" in found
    assert f'name="current" value="{person.code}"' in found


def test_the_desk_of_another_point_does_not_exist(client, sign_in, session, person):
    sign_in(make_staff(make_point(), name="时雨"))
    url = reverse("testing:station_desk", args=[session.pk])

    assert client.get(url).status_code == 404
    said = client.post(url, {"token": str(uuid4()), "text": person.code}, headers={"Accept": "application/json"}).json()
    assert said["code"] == "unknown_person" and "陆青禾" not in said["html"]


def test_the_desk_counts_done_and_expected(client, sign_in, clerk, session, person):
    make_specimen(make_signup(session.slots.first(), status="collected"), session=session)
    sign_in(clerk)

    assert client.get(reverse("testing:station_count", args=[session.pk])).json() == {
        "done": 1,
        "expected": 2,
        "waiting": 1,
        "seconds": 0,
    }


def test_the_seconds_each_are_the_median_of_the_last_twenty_from_code_to_tube(clerk, session):
    """From the scanned code to the labelled tube; what was taken back and who was never found do not count."""
    now, found = park_now(), SignUpStatus.COLLECTED
    spans = [500] * 5 + [30] * 9 + [50] * 2 + [90] * 9  # the first five are older than the last twenty
    for span in spans:
        one = make_signup(
            session.slots.first(), status=found, attended_at=now - timedelta(seconds=span), attended_session=session
        )
        SignUpMove.objects.create(subject=one, to_status=found, session=session, effective_at=now, by=clerk)
    undone = make_signup(session.slots.first(), attended_at=now - timedelta(seconds=7), attended_session=session)
    SignUpMove.objects.create(
        subject=undone, to_status=found, session=session, effective_at=now, by=clerk, is_correction=True
    )
    elsewhere = make_signup(session.slots.first(), status=found)
    SignUpMove.objects.create(subject=elsewhere, to_status=found, session=session, effective_at=now, by=clerk)

    assert counts(session.pk)["seconds"] == 50


@pytest.mark.both
def test_collect_is_within_ten_statements(client, sign_in, clerk, session, person, django_assert_max_num_queries):
    sign_in(clerk)
    url = reverse("testing:station_desk", args=[session.pk])

    def scan(**fields):
        data = {"token": str(uuid4()), "current": person.code, "lane": "2", **fields}
        return client.post(url, data, headers={"Accept": "application/json"})

    scan(text="36.5", step="temperature")
    with django_assert_max_num_queries(10):
        said = scan(text=PRINTED, step="tube").json()

    assert said["tone"] == "done"


def test_label_page_of_a_tube_has_two_labels(client, sign_in, clerk, session):
    tube = make_specimen(make_signup(session.slots.first(), status="collected"), session=session)
    sign_in(clerk)

    answer = client.post(reverse("testing:tube_labels", args=[tube.barcode]))

    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF")


def test_a_code_of_a_label_run_can_be_used(at_desk, person, clerk):
    _, codes = tubes.issue_label_run(count=3, by=clerk)
    measured(at_desk, person)

    assert at_desk(codes[1])["tone"] == "done"


def test_a_code_beyond_a_label_run_is_unknown(at_desk, person, clerk):
    tubes.issue_label_run(count=3, by=clerk)
    measured(at_desk, person)

    assert at_desk(take_code("YL"))["code"] == "tube_unknown"


def test_document_numbers_do_not_reach_other_campaigns(at_desk):
    number = id_number()
    make_signup(make_session(make_campaign()).slots.first(), number=number)

    assert at_desk(number)["code"] == "unknown_person"


def test_twice_too_warm_goes_to_the_door_and_to_the_committees_list(at_desk, person, make_user):
    at_desk(person.code)
    first = at_desk("37.5")
    at_desk(person.code)
    second = at_desk("37.6")

    person.refresh_from_db()
    assert "休息 10 分钟" in first["html"] and "已转为上门采样" in second["html"]
    assert (person.status, person.group, person.mode, person.slot) == ("stopped", "A3", "door", None)
    assert [move.to_status for move in person.moves.all()][-2:] == ["stopped", "stopped"]
    assert at_desk(person.code)["code"] == "door_only"
    assert "两次体温异常" in worklist.too_warm(make_user("committee"), 5)[0].title


def test_undo_asks_why_first_and_keeps_the_reason(at_desk, person):
    measured(at_desk, person)
    asked = at_desk(do="undo")
    person.refresh_from_db()
    assert (asked["step"], person.status) == ("reason", "measured")

    at_desk("2")
    person.refresh_from_db()
    assert person.status == "registered"
    assert person.moves.last().reason == "体温录错"


def test_a_code_instead_of_a_reason_takes_nothing_back(at_desk, person):
    measured(at_desk, person)
    at_desk(do="undo")
    said = at_desk(person.code)
    person.refresh_from_db()
    assert (said["step"], person.status) == ("tube", "measured")


def test_what_waited_in_the_queue_is_written_with_the_time_of_the_scan_and_its_refusal_is_a_conflict(
    client, sign_in, session, clerk, person
):
    sign_in(clerk)
    url = reverse("testing:station_desk", args=[session.pk])
    late = {"Accept": "application/json", "X-Queue-Late": "1", "X-Queue-Age": "600"}

    def send(**data):
        return client.post(url, {"token": uuid4(), "lane": "1", **data}, headers=late)

    warm = send(step="temperature", current=person.number, text="36.5")
    done = send(step="tube", current=person.code, text=PRINTED)
    other = make_signup(session.slots.first(), status="measured")
    conflict = send(step="tube", current=other.code, text=PRINTED)

    assert (warm.status_code, done.status_code, conflict.status_code) == (200, 200, 409)
    assert "已经给了别人" in conflict.json()["text"]
    assert timedelta(minutes=9) < park_now() - Specimen.objects.get().collected_at < timedelta(minutes=11)


def test_a_fever_that_nobody_saw_is_a_conflict_and_one_that_somebody_saw_says_so(
    client, sign_in, session, clerk, person
):
    sign_in(clerk)
    url = reverse("testing:station_desk", args=[session.pk])
    scan = {"token": uuid4(), "lane": "1", "step": "temperature", "current": person.code, "text": "38.6"}
    json = {"Accept": "application/json"}

    seen = client.post(url, scan, headers=json)
    late = client.post(url, scan, headers={**json, "X-Queue-Late": "1"})

    assert (seen.status_code, late.status_code) == (200, 409)
    assert all(said.json()["conflict"] and said.json()["recorded"] for said in (seen, late))
    assert person.name in late.json()["text"]


def test_twice_too_warm_calls_the_committee_without_a_name_or_a_temperature(at_desk, person, make_user):
    staff = make_user("committee", phone="19900009901")
    for _ in range(2):
        at_desk(person.code)
        at_desk("38.6")

    called = Message.objects.get(purpose="fever_alert")
    assert called.recipient == staff
    assert person.name not in called.text and "38.6" not in called.text
