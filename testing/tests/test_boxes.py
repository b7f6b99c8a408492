"""Packing, sealing, handing over and receiving: every tube has a whereabouts."""

import subprocess
from datetime import time, timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from parkportal.clock import at, park_now, park_today
from parkportal.messaging.models import Message
from parkportal.records.codes import take_code
from parkportal.states import AlreadyMoved, Refused
from testing import actions
from testing.actions.boxes import missing_tubes
from testing.models import Box, Specimen, SpecimenStatus
from testing.papers import handover_pdf
from testing.tests.factories import (
    make_box,
    make_lab_user,
    make_point,
    make_session,
    make_signup,
    make_specimen,
    make_staff,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def session():
    return make_session(day=park_today(), start=time(0, 10), end=time(23, 50), minutes=60, places=99)


@pytest.fixture
def clerk(session):
    return make_staff(session.point)


@pytest.fixture
def tester(session):
    return make_lab_user(session.campaign.lab)


def tube(session, minutes_ago=30, **fields):
    signup = make_signup(session.slots.first(), status="collected", attended_session=session, attended_at=park_now())
    return make_specimen(signup, session=session, at_time=park_now() - timedelta(minutes=minutes_ago), **fields)


def pack(box, specimen, by, **fields):
    return actions.pack_tube(box=box, text=specimen.barcode, by=by, token=uuid4(), **fields)


@pytest.fixture
def box(session, clerk):
    return actions.open_box(session=session, by=clerk)


def sealed_box(session, clerk, count=3):
    tubes = [tube(session, minutes_ago=40 - n) for n in range(count)]
    box = actions.open_box(session=session, by=clerk)
    for one in tubes:
        pack(box, one, clerk)
    return actions.seal_box(box=box, seal="FQ0218-001", by=clerk), tubes


def handed_box(session, clerk, count=3):
    box, tubes = sealed_box(session, clerk, count)
    actions.hand_over(box=box, courier="游之", plate="湘A0D18F", temperature_tenths=52, by=clerk)
    return Box.objects.get(pk=box.pk), tubes


def test_tubes_take_places_in_the_order_of_scanning(session, clerk, box):
    first, second = tube(session), tube(session)

    assert [pack(box, one, clerk)[0].position for one in (first, second)] == [1, 2]
    assert Specimen.objects.get(pk=first.pk).status == SpecimenStatus.PACKED


def test_a_tube_scanned_again_keeps_its_place(session, clerk, box):
    one = tube(session)
    pack(box, one, clerk)

    again, is_new = pack(box, one, clerk)

    assert (again.position, is_new) == (1, False)


def test_the_same_packing_scan_again_is_harmless(session, clerk, box):
    one, token = tube(session), uuid4()

    results = [actions.pack_tube(box=box, text=one.barcode, by=clerk, token=token) for _ in range(2)]

    assert [(tube.position, is_new) for tube, is_new in results] == [(1, True), (1, True)]


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda session: tube(session, status="issued"), "not_collected"),
        (lambda session: tube(make_session(session.campaign, point=make_point(), day=park_today())), "other_session"),
        (lambda session: tube(session, status="received"), "tube_used"),
    ],
)
def test_a_tube_that_may_not_go_into_the_box_is_refused_by_name(session, clerk, box, make, code):
    with pytest.raises(Refused) as refused:
        pack(box, make(session), clerk)

    assert refused.value.code == code
    assert not box.specimens.exists()


@pytest.mark.parametrize(
    ("text", "code"),
    [("RY200218000012", "wrong_kind"), ("YL20021800001", "dropped_digit"), ("YL200218000012", "tube_unknown")],
)
def test_a_wrong_scan_at_the_box_is_refused_by_name(clerk, box, text, code):
    with pytest.raises(Refused) as refused:
        actions.pack_tube(box=box, text=text, by=clerk, token=uuid4())

    assert refused.value.code == code


def test_a_tube_in_another_box_says_where(session, clerk, box):
    one = tube(session)
    other = make_box(session, [one], status="sealed", seal="x")
    Specimen.objects.filter(pk=one.pk).update(status="packed")

    with pytest.raises(Refused) as refused:
        pack(box, one, clerk)

    assert other.code in refused.value.text and "第 1 位" in refused.value.text


def test_the_last_tube_is_taken_out_again(session, clerk, box):
    first, second = tube(session), tube(session)
    pack(box, first, clerk)
    pack(box, second, clerk)

    out = actions.take_out_last(box=box, by=clerk)

    assert out.pk == second.pk
    assert list(box.specimens.values_list("pk", flat=True)) == [first.pk]
    assert pack(box, second, clerk)[0].position == 2


def test_a_full_box_refuses_the_next_tube(session, clerk, box):
    Box.objects.filter(pk=box.pk).update(places=1)
    pack(box, tube(session), clerk)

    with pytest.raises(Refused) as refused:
        pack(box, tube(session), clerk)

    assert refused.value.code == "box_full"


def test_a_missing_tube_is_one_that_was_swabbed_no_later_than_the_last_packed(session, clerk, box):
    missing, last, later = tube(session, minutes_ago=50), tube(session, minutes_ago=40), tube(session, minutes_ago=10)
    pack(box, last, clerk)

    assert list(missing_tubes(box)) == [missing]
    assert later not in missing_tubes(box)


def test_nothing_is_sealed_while_a_tube_has_no_whereabouts(session, clerk, box):
    # given a tube that is not in the box
    missing = tube(session, minutes_ago=50)
    pack(box, tube(session, minutes_ago=40), clerk)
    with pytest.raises(Refused) as refused:
        actions.seal_box(box=box, seal="FQ1", by=clerk)
    assert refused.value.code == "tubes_missing"

    # when somebody says that it goes into the next box
    actions.account_for(box=box, specimen=missing, what="next_box", by=clerk)

    # then the box is sealed
    sealed = actions.seal_box(box=box, seal="FQ1", by=clerk)
    assert (sealed.status, sealed.expected) == ("sealed", 1)


def test_a_broken_tube_is_void_and_the_person_is_asked_to_come_again(session, clerk, box):
    broken = tube(session, minutes_ago=50)
    pack(box, tube(session, minutes_ago=40), clerk)

    actions.account_for(box=box, specimen=broken, what="leaked", by=clerk)

    broken.refresh_from_db()
    broken.signup.refresh_from_db()
    assert (broken.status, broken.invalid_reason, broken.signup.status) == ("void", "leaked", "recollect")
    message = Message.objects.get(purpose="recollect_notice")
    assert "漏液" not in message.text
    assert actions.seal_box(box=box, seal="FQ1", by=clerk).status == "sealed"


def test_an_empty_box_is_not_sealed(clerk, box):
    with pytest.raises(Refused):
        actions.seal_box(box=box, seal="FQ1", by=clerk)


def test_a_sealed_box_takes_no_more_until_it_is_reopened(session, clerk):
    box, _ = sealed_box(session, clerk)
    with pytest.raises(Refused) as refused:
        pack(box, tube(session), clerk)
    assert refused.value.code == "box_sealed"

    actions.reopen_box(box=box, by=clerk, reason="漏了一管")
    assert pack(box, tube(session), clerk)[1]


def test_handing_over_moves_every_tube(session, clerk):
    box, tubes = handed_box(session, clerk)

    assert set(Specimen.objects.values_list("status", flat=True)) == {"handed"}
    assert all(Specimen.objects.get(pk=one.pk).handed_at == box.handed_at for one in tubes)
    with pytest.raises(AlreadyMoved):
        actions.hand_over(box=box, courier="x", plate="", temperature_tenths=40, by=clerk)


def see(box, specimen, by, **fields):
    return actions.see_tube(box=box, text=specimen.barcode, by=by, token=uuid4(), **fields)


def test_the_laboratory_receives_a_full_box(session, clerk, tester):
    box, tubes = handed_box(session, clerk)
    for one in tubes:
        see(box, one, tester)

    received = actions.receive_box(box=box, seal_state="intact", by=tester)

    assert (received.status, received.expected, received.actual) == ("received", 3, 3)
    assert set(Specimen.objects.values_list("status", flat=True)) == {"received"}


def test_a_count_receives_the_rest_at_once(session, clerk, tester):
    box, _ = handed_box(session, clerk)

    assert actions.see_all_tubes(box=box, by=tester, counted=box.expected) == 3
    assert actions.receive_box(box=box, seal_state="intact", by=tester).status == "received"


def test_a_missing_tube_blocks_just_itself(session, clerk, tester):
    # given two of three tubes are in the box
    box, tubes = handed_box(session, clerk)
    for one in tubes[:2]:
        see(box, one, tester)
    with pytest.raises(Refused) as refused:
        actions.receive_box(box=box, seal_state="intact", by=tester)
    assert refused.value.code == "short_reason"

    # when it is signed for with the reason
    received = actions.receive_box(box=box, seal_state="intact", short_reason="采样点没有放进箱", by=tester)

    # then two tubes can be tested and the third waits
    assert (received.status, received.actual) == ("short", 2)
    assert list(Specimen.objects.order_by("pk").values_list("status", flat=True)) == ["received", "received", "handed"]

    # and when it turns up, it is received at once and the shortage is closed
    see(received, tubes[2], tester)
    box.refresh_from_db()
    assert (box.status, box.actual) == ("received", 3)


def test_an_unfit_tube_is_not_negative_and_the_person_comes_again(session, clerk, tester):
    box, tubes = handed_box(session, clerk)
    see(box, tubes[0], tester, reason="leaked")
    actions.see_all_tubes(box=box, by=tester, counted=box.expected)

    received = actions.receive_box(box=box, seal_state="intact", by=tester)

    tubes[0].refresh_from_db()
    tubes[0].signup.refresh_from_db()
    assert (tubes[0].status, tubes[0].signup.status, received.actual) == ("recollect", "recollect", 2)
    assert received.status == "received"


def test_a_tube_that_is_not_on_the_sheet_is_not_taken(session, clerk, tester):
    box, _ = handed_box(session, clerk)
    stranger = tube(session)

    with pytest.raises(Refused) as refused:
        see(box, stranger, tester)

    assert refused.value.code == "not_in_box"


def test_a_tube_seen_twice_is_said_and_not_counted_twice(session, clerk, tester):
    box, tubes = handed_box(session, clerk)
    see(box, tubes[0], tester)

    with pytest.raises(Refused) as refused:
        see(box, tubes[0], tester)

    assert refused.value.code == "already_seen"
    assert box.checks.count() == 1


def test_due_time_is_one_working_day_after_reception(session, clerk, tester):
    box, _ = handed_box(session, clerk)
    actions.see_all_tubes(box=box, by=tester, counted=box.expected)
    actions.receive_box(box=box, seal_state="intact", by=tester)

    due = Specimen.objects.first().due_at
    assert due > park_now()
    assert due.astimezone(at(park_today()).tzinfo).hour == 18


# --- pages -----------------------------------------------------------------------------------------------------


def test_box_page_packs_by_scanning(client, sign_in, session, clerk):
    sign_in(clerk)
    one = tube(session)
    opened = client.post(reverse("testing:station_boxes", args=[session.pk]))

    said = client.post(
        opened.url, {"text": one.barcode, "token": str(uuid4())}, headers={"Accept": "application/json"}
    ).json()
    page = client.get(opened.url).content.decode()

    assert "放第 1 位" in said["html"] and said["parts"]["packed"] == "1"
    assert "place-now" in said["parts"]["places"]
    assert "装箱" in page and "封箱" in page


@pytest.mark.parametrize(("late", "status"), [({}, 200), ({"X-Queue-Late": "1"}, 409)])
def test_a_refused_tube_is_a_conflict_when_nobody_looks(client, sign_in, session, clerk, late, status):
    sign_in(clerk)
    opened = client.post(reverse("testing:station_boxes", args=[session.pk]))
    headers = {"Accept": "application/json", **late}

    good = client.post(opened.url, {"text": tube(session).barcode, "token": str(uuid4())}, headers=headers)
    bad = client.post(opened.url, {"text": "HZ200000999", "token": str(uuid4())}, headers=headers)

    assert (good.status_code, bad.status_code) == (200, status)
    assert bad.json()["conflict"] and bad.json()["text"]
    assert 'id="shapes"' in client.get(opened.url).content.decode()


def test_box_page_works_without_a_script(client, sign_in, session, clerk):
    sign_in(clerk)
    one = tube(session)
    opened = client.post(reverse("testing:station_boxes", args=[session.pk]))

    page = client.post(opened.url, {"text": one.barcode}).content.decode()

    assert "放第 1 位" in page


def test_box_gap_names_the_person_and_is_answered(client, sign_in, session, clerk, box):
    sign_in(clerk)
    missing = tube(session, minutes_ago=50)
    pack(box, tube(session, minutes_ago=40), clerk)

    page = client.get(reverse("testing:box", args=[box.code])).content.decode()
    url = reverse("testing:box_gap", args=[box.code, missing.pk])
    asked = client.get(url).content.decode()
    client.post(url, {"what": "next_box"})

    assert missing.signup.name in page and "还有 1 管没装" in page
    assert "这管怎么了" in asked
    assert not missing_tubes(box).exists()


def test_box_seal_and_hand_over_pages(client, sign_in, session, clerk, box):
    sign_in(clerk)
    pack(box, tube(session), clerk)

    client.post(reverse("testing:box_seal", args=[box.code]), {"seal": "FQ0218-009", "token": str(uuid4())})
    url = reverse("testing:box_hand", args=[box.code])
    wrong = client.post(url, {"courier": "", "temperature": "99", "token": str(uuid4())}).content.decode()
    client.post(url, {"courier": "游之", "plate": "湘a12345", "temperature": "5.2", "token": str(uuid4())})

    box.refresh_from_db()
    assert "error-summary" in wrong
    assert (box.status, box.plate, box.temperature_tenths, box.seal) == ("handed", "湘A12345", 52, "FQ0218-009")
    sheet = client.get(reverse("testing:box_sheet", args=[box.code]))
    assert sheet.content.startswith(b"%PDF")


def test_lab_box_page_counts_and_signs(client, sign_in, session, clerk, tester):
    box, tubes = handed_box(session, clerk)
    sign_in(tester)
    url = reverse("testing:lab_box", args=[box.code])

    start = client.get(url).content.decode()
    said = client.post(
        url, {"text": tubes[0].barcode, "token": str(uuid4())}, headers={"Accept": "application/json"}
    ).json()
    short = client.get(url).content.decode()
    client.post(url, {"do": "all", "counted": "3", "token": str(uuid4())})
    done = client.post(reverse("testing:lab_receive", args=[box.code]), {"seal_state": "intact", "token": uuid4()})

    assert "应到 3 管" in start
    assert "收到" in said["html"]
    assert "少 2 管" in short
    assert done.url == reverse("testing:lab_bench", args=[box.code])
    box.refresh_from_db()
    assert box.status == "received"


def test_lab_scan_leads_to_the_box_or_says_why_not(client, sign_in, session, clerk, tester):
    box, _ = handed_box(session, clerk)
    sign_in(tester)

    assert client.post(reverse("testing:lab_scan"), {"code": box.code.lower()}).url == reverse(
        "testing:lab_box", args=[box.code]
    )
    unknown = client.post(reverse("testing:lab_scan"), {"code": take_code("YX")}, follow=True).content.decode()
    wrong = client.post(reverse("testing:lab_scan"), {"code": "RY200218000012"}, follow=True).content.decode()

    assert "不在送到本实验室的箱子里" in unknown
    assert "这一步要扫样本箱的码" in wrong


def test_foreign_boxes_do_not_exist(client, sign_in, session, clerk):
    box, _ = handed_box(session, clerk)
    sign_in(make_staff(make_point()))

    assert client.get(reverse("testing:box", args=[box.code])).status_code == 404
    assert client.get(reverse("testing:station_boxes", args=[session.pk])).status_code == 404


def test_a_box_is_seen_by_the_laboratory_only_after_the_hand_over(client, sign_in, session, clerk, tester):
    box, _ = sealed_box(session, clerk)
    sign_in(tester)

    assert client.get(reverse("testing:lab_box", args=[box.code])).status_code == 404


def test_a_warm_box_leaves_only_with_an_explanation(session, clerk):
    box, _ = sealed_box(session, clerk)
    warm = {"box": box, "courier": "游之", "plate": "湘A0D18F", "temperature_tenths": 123, "by": clerk}

    with pytest.raises(Refused) as refused:
        actions.hand_over(**warm)
    actions.hand_over(**warm, temperature_note="冰袋换过，5 分钟后 7.8 ℃")

    assert (refused.value.code, "2–8 ℃" in refused.value.text) == ("too_warm", True)
    assert Box.objects.get(pk=box.pk).temperature_note.startswith("冰袋")


def test_the_warm_box_is_refused_beside_its_field(client, sign_in, session, clerk):
    box, _ = sealed_box(session, clerk)
    sign_in(clerk)
    answer = {"courier": "游之", "plate": "湘A0D18F", "temperature": "9.0", "token": str(uuid4())}

    wrong = client.post(reverse("testing:box_hand", args=[box.code]), answer)
    right = client.post(reverse("testing:box_hand", args=[box.code]), {**answer, "temperature_note": "路上换冰袋"})

    assert "换冰袋再测，或者写明原因" in wrong.content.decode()
    assert (right.status_code, Box.objects.get(pk=box.pk).status) == (302, "handed")


@pytest.mark.parametrize("typed", [None, "", "三管", "3 管", "-3", "2.5", "9" * 40, "3\x00", "<script>"])
def test_what_is_no_count_receives_nothing(client, sign_in, session, clerk, tester, typed):
    box, _ = handed_box(session, clerk)
    sign_in(tester)

    said = client.post(
        reverse("testing:lab_box", args=[box.code]), {"do": "all", **({} if typed is None else {"counted": typed})}
    ).content.decode()

    assert "没有点数" in said and "填数字" in said
    assert not box.checks.exists()


def test_a_look_that_is_not_on_the_list_does_not_make_a_tube_fit(client, sign_in, session, clerk, tester):
    box, tubes = handed_box(session, clerk)
    sign_in(tester)

    scan = {"text": tubes[0].barcode, "reason": "leakd", "token": str(uuid4())}
    said = client.post(reverse("testing:lab_box", args=[box.code]), scan).content.decode()

    assert "外观没选对" in said and not box.checks.exists()


def test_a_wrong_count_receives_nothing(client, sign_in, session, clerk, tester):
    box, _ = handed_box(session, clerk)
    sign_in(tester)
    url = reverse("testing:lab_box", args=[box.code])

    wrong = client.post(url, {"do": "all", "counted": "2"}).content.decode()
    assert "数量不符" in wrong and "请逐管扫" in wrong
    assert not box.checks.exists()

    client.post(url, {"do": "all", "counted": "3"})
    assert box.checks.count() == 3


def test_a_box_that_was_signed_for_is_not_counted_again(session, clerk, tester):
    box, _ = handed_box(session, clerk)
    actions.see_all_tubes(box=box, by=tester, counted=box.expected)
    actions.receive_box(box=box, seal_state="intact", by=tester)

    with pytest.raises(Refused) as refused:
        actions.see_all_tubes(box=box, by=tester, counted=3)

    assert refused.value.code == "box_received"


def short_box(session, clerk, tester):
    box, tubes = handed_box(session, clerk)
    for one in tubes[:2]:
        actions.see_tube(box=box, text=one.barcode, by=tester, token=uuid4())
    actions.receive_box(box=box, seal_state="intact", short_reason="采样点没有放进箱，等回话", by=tester)
    return Box.objects.get(pk=box.pk), tubes[2]


def test_whoever_handed_a_short_box_over_is_asked_at_once(session, clerk, tester):
    clerk.set_phone("19900000003")
    clerk.save()

    box, missing = short_box(session, clerk, tester)

    message = Message.objects.get(purpose="tubes_missing")
    assert message.recipient == clerk
    assert missing.barcode not in message.text and missing.signup.name not in message.text


def test_a_missing_tube_that_stays_missing_asks_the_person_again(client, sign_in, session, clerk, tester):
    box, missing = short_box(session, clerk, tester)
    sign_in(tester)
    url = reverse("testing:lab_give_up", args=[box.code, missing.pk])

    assert client.post(url, {"reason": "because"}).status_code == 302
    assert Specimen.objects.get(pk=missing.pk).status == "handed"
    client.post(url, {"reason": "lost"})
    client.post(url, {"reason": "lost"})

    missing.refresh_from_db()
    missing.signup.refresh_from_db()
    assert (missing.status, missing.invalid_reason, missing.signup.status) == ("recollect", "lost", "recollect")
    assert Box.objects.get(pk=box.pk).status == "received"


def test_only_a_missing_tube_can_be_given_up(session, clerk, tester):
    box, _ = short_box(session, clerk, tester)
    received = box.specimens.filter(status="received").first()

    with pytest.raises(Refused) as refused:
        actions.give_up_tube(box=box, specimen=received, reason="lost", by=tester)

    assert refused.value.code == "not_short"


def test_a_tube_that_was_given_up_is_not_taken_when_it_turns_up(session, clerk, tester):
    box, missing = short_box(session, clerk, tester)
    actions.give_up_tube(box=box, specimen=missing, reason="lost", by=tester)
    assert Box.objects.get(pk=box.pk).status == "received"

    with pytest.raises(Refused) as refused:
        actions.see_tube(box=box, text=missing.barcode, by=tester, token=uuid4())

    assert (refused.value.code, missing.barcode in refused.value.text) == ("not_expected", True)
    assert not box.checks.filter(specimen=missing).exists()
    assert Specimen.objects.get(pk=missing.pk).status == "recollect"


def test_the_same_scan_of_a_box_that_was_signed_for_meanwhile_gives_its_first_answer(session, clerk, tester):
    box, tubes = handed_box(session, clerk)
    token = uuid4()
    actions.see_tube(box=box, text=tubes[0].barcode, by=tester, token=token)
    actions.receive_box(box=box, seal_state="intact", short_reason="等回话", by=tester)

    assert actions.see_tube(box=box, text=tubes[0].barcode, by=tester, token=token) == (tubes[0], False)


def test_the_hand_over_sheet_says_what_arrived_once_it_is_signed_for(session, clerk, tester):
    box, tubes = handed_box(session, clerk)
    before = words_of(handover_pdf(box))
    for one, reason in ((tubes[0], ""), (tubes[1], "leaked")):
        actions.see_tube(box=box, text=one.barcode, by=tester, token=uuid4(), reason=reason)
    actions.receive_box(box=box, seal_state="broken", short_reason="路上打破或漏液", by=tester)

    after = words_of(handover_pdf(Box.objects.get(pk=box.pk)))

    assert "实装3支" in before and "应装3支" in before
    assert all(f"{place}{one.barcode}" in before for place, one in enumerate(tubes, 1))
    assert "应到3支" in after and "实到完好1支" in after
    for words in (
        f"{tubes[1].barcode}漏液",
        f"{tubes[2].barcode}短少",
        "短少说明：路上打破或漏液",
        "到时封条破损",
        tester.name,
    ):
        assert words in after


def words_of(pdf):
    """The text of a sheet, without blanks."""
    found = subprocess.run(["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True)
    return "".join(found.stdout.decode().split())
