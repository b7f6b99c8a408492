"""A person looks the result up: three facts agree, everything else gets one answer."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from parkportal.clock import park_now, park_today
from testing.models import LookupLock, Result
from testing.tests.factories import make_lab_user, make_reading, make_session, make_signup, make_specimen

pytestmark = pytest.mark.django_db
NUMBER, PHONE = "439900199202290033", "13800138000"
NO_MATCH = "这三样对不上，或者还没有登记，请核对后再查。"


@pytest.fixture
def signup():
    session = make_session(day=park_today())
    return make_signup(session.slots.first(), name="陆青禾", number=NUMBER, phone=PHONE, status="collected")


@pytest.fixture
def tube(signup):
    return make_specimen(signup, status="released")


def release(tube, value="negative"):
    tester, verifier = make_lab_user(tube.lab, name="褚星河"), make_lab_user(tube.lab, "lab_verifier", name="陆观澜")
    reading = make_reading(tube, tester=tester, value=value)
    return Result.objects.create(
        specimen=tube, reading=reading, value=value, tester=tester, tester_name=tester.name, tested_at=tube.tested_at,
        verifier=verifier, released_at=tube.released_at,
    )  # fmt: skip


def ask(browser, code, **fields):
    data = {"code": code, "document_type": "id_card", "number": NUMBER, "phone": PHONE, **fields}
    return browser.post(reverse("public:results"), data)


def shown(browser, code):
    answer = ask(browser, code)
    assert answer.url == reverse("public:results_shown")
    return browser.get(answer.url).content.decode()


def test_a_negative_is_shown_with_times_lab_and_both_names(client, signup, tube):
    release(tube)

    page = shown(client, signup.code)

    for word in ("阴性", tube.lab.name, "褚星河", "陆观澜", "陆**", "439***********0033"):
        assert word in page
    assert "陆青禾" not in page and NUMBER not in page


def test_the_tubes_code_works_too_and_spaces_do_not_matter(client, signup, tube):
    release(tube)

    assert "阴性" in shown(client, f" {tube.barcode[:2]} {tube.barcode[2:8]} {tube.barcode[8:]} ".lower())


@pytest.mark.parametrize("value", ["positive", "suspect"])
def test_positives_and_suspects_are_withheld(client, signup, tube, value):
    release(tube, value)

    page = shown(client, signup.code)

    assert "请等待工作人员联系" in page
    assert not any(word in page for word in ("阳性", "可疑", "阴性"))


def test_a_pending_specimen_says_when_it_is_expected(client, signup):
    make_specimen(signup, status="received", due_at=park_now() + timedelta(days=1))

    assert "还没有出结果" in shown(client, signup.code)


def test_a_rejected_specimen_asks_for_another_swab(client, signup):
    tube = make_specimen(signup, status="received")
    type(tube).objects.filter(pk=tube.pk).update(status="recollect", invalid_reason="leaked")

    page = shown(client, signup.code)

    assert "请重新采样" in page and "不是阴性" in page


def test_earlier_tests_are_listed(client, signup, tube):
    release(tube)
    earlier = make_signup(make_session(day=park_today()).slots.first(), number=NUMBER, phone=PHONE, status="collected")
    release(make_specimen(earlier, status="released", at_time=park_now() - timedelta(days=5)))

    assert "以前的检测" in shown(client, signup.code)


@pytest.mark.parametrize(
    "fields",
    [{"phone": "13900000009"}, {"number": "439900198001010010"}, {"code": "RY200218000012"}, {"code": "HZ200000001"}],
)
def test_whatever_does_not_agree_gets_the_same_answer(client, signup, tube, fields, django_assert_num_queries):
    release(tube)
    code = fields.pop("code", signup.code)

    page = ask(client, code, **fields)

    assert NO_MATCH in page.content.decode()
    assert page.status_code == 200


def test_unknown_and_known_take_the_same_statements(signup, tube, django_assert_num_queries):
    release(tube)
    first, second = Client(), Client()
    first.get(reverse("public:results"))

    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from testing.results import Claim, look_up

    counts = []
    for phone in (PHONE, "13900000009"):
        with CaptureQueriesContext(
            connection,
        ) as seen:
            look_up(Claim(signup.code, "id_card", NUMBER, phone), address=f"10.0.0.{len(counts)}")
        counts.append(len(seen))
    assert counts[0] == counts[1]
    assert second is not first


def test_too_many_tries_shut_the_door_for_everybody_who_knows_the_document(client, signup, tube):
    release(tube)
    for _ in range(5):
        ask(client, signup.code, phone="13900000009")

    locked = ask(client, signup.code)

    assert locked.status_code == 429
    assert "30 分钟以后再查" in locked.content.decode()
    with time_machine.travel(park_now() + timedelta(minutes=31)):
        assert ask(Client(), signup.code).status_code == 302


def test_a_good_look_up_forgets_the_failed_ones(client, signup, tube):
    release(tube)
    ask(client, signup.code, phone="13900000009")
    ask(client, signup.code)

    assert not LookupLock.objects.filter(failures__gt=0).exists()


def test_the_page_is_gone_after_a_quarter_of_an_hour(client, signup, tube):
    release(tube)
    ask(client, signup.code)

    with time_machine.travel(park_now() + timedelta(minutes=16)):
        assert client.get(reverse("public:results_shown")).status_code == 302


def test_the_page_belongs_to_the_browser_that_asked(client, signup, tube):
    release(tube)
    ask(client, signup.code)

    assert Client().get(reverse("public:results_shown")).status_code == 302


def test_a_corrected_result_is_shown_as_such(client, signup, tube):
    first = release(tube)
    Result.objects.create(
        specimen=tube, reading=first.reading, value="negative", tester=first.tester, tester_name="褚星河",
        tested_at=tube.tested_at, verifier=first.verifier, version=2, correction_reason="检验者姓名写错",
    )  # fmt: skip

    assert "第 2 版，更正" in shown(client, signup.code)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"code": ""}, "请填写采样码或条码号"),
        ({"code": "??"}, "6 至 20 位"),
        ({"number": "1"}, "身份证号码应为 18 位"),
        ({"phone": "1"}, "11 位"),
    ],
)
def test_look_up_says_what_is_wrong_with_the_typing(client, fields, words):
    page = ask(client, fields.pop("code", "RY200218000012"), **fields).content.decode()

    assert words in page and 'class="error-summary"' in page
