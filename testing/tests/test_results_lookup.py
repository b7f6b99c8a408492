"""A person looks the result up: three facts agree, everything else gets one answer."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from enterprises.models.people import number_hash
from enterprises.tests.factories import id_number
from parkportal.clock import park_now, park_today
from parkportal.messaging.models import Message
from testing.models import LookupLock, PhoneCode, Result
from testing.results import find_lost
from testing.tasks import deliver_phone_code
from testing.tests.factories import make_lab_user, make_reading, make_session, make_signup, make_specimen

pytestmark = pytest.mark.django_db
NUMBER, PHONE = "439900199202290033", "13800138000"
NO_MATCH = "验证码不对或者过期了"


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
    """The first page: code and document."""
    data = {"code": code, "document_type": "id_card", "number": NUMBER, **fields}
    return browser.post(reverse("public:results"), data)


def digits_of(browser):
    """What the worker would have sent."""
    code = PhoneCode.objects.get(public_token=browser.session["result_code"])
    deliver_phone_code(code.pk)
    return code.digits


def prove(browser, digits=None):
    return browser.post(reverse("public:results_code"), {"digits": digits or digits_of(browser)})


def shown(browser, code):
    assert ask(browser, code).url == reverse("public:results_code")
    answer = prove(browser)
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


def test_the_digits_go_to_the_phone_of_the_sign_up_and_say_nothing_of_the_result(client, signup, tube):
    release(tube)
    ask(client, signup.code)

    digits = digits_of(client)

    message = Message.objects.get(purpose="result_code")
    assert message.address == PHONE and digits in message.text
    assert "阴性" not in message.text and signup.code not in message.text


@pytest.mark.parametrize(
    "fields", [{"number": "439900198001010010"}, {"code": "RY200218000012"}, {"code": "HZ200000001"}]
)
def test_whatever_does_not_agree_gets_the_same_pages_and_no_message(client, signup, tube, fields):
    # given one browser asks for what agrees and one for what does not
    release(tube)
    known, unknown = Client(), Client()
    code = fields.pop("code", signup.code)

    # when both go on to the digits
    first, second = ask(known, signup.code), ask(unknown, code, **fields)
    digits_of(unknown)
    pages = [browser.get(reverse("public:results_code")).content for browser in (known, unknown)]
    refused = [prove(browser, "000000").content.decode() for browser in (known, unknown)]

    # then nothing tells them apart, and nobody was sent anything for the second
    assert (first.status_code, first.url) == (second.status_code, second.url)
    plain = [re.sub(rb'name="csrfmiddlewaretoken" value="[^"]+"', b"", page) for page in pages]
    assert plain[0] == plain[1]
    assert all(NO_MATCH in page for page in refused)
    assert not Message.objects.exists()


def test_the_digits_of_nobody_open_nothing(client, signup):
    ask(client, "RY200218000012")

    assert NO_MATCH in prove(client).content.decode()


@pytest.mark.both
def test_unknown_and_known_take_the_same_statements(signup, tube):
    release(tube)
    seen = []
    for number, code in ((NUMBER, signup.code), ("439900198001010010", signup.code), (NUMBER, "RY200218000012")):
        browser = Client()
        browser.get(reverse("public:results"))
        with CaptureQueriesContext(connection) as queries:
            ask(browser, code, number=number)
        seen.append([re.sub(r"'[^']*'|[0-9]+|NULL|%s", "?", query["sql"])[:60] for query in queries])

    assert seen[0] == seen[1] == seen[2]


@pytest.mark.both
def test_a_lost_code_takes_the_same_statements_for_known_and_unknown(signup):
    seen = []
    for address, (number, phone) in enumerate(
        ((NUMBER, signup.phone), ("439900198001010010", signup.phone), (NUMBER, "13900009999"))
    ):
        with CaptureQueriesContext(connection) as queries:
            find_lost(number_hash("id_card", number), phone, address=f"10.0.0.{address}")
        seen.append([re.sub(r"'[^']*'|[0-9]+|NULL|%s", "?", query["sql"])[:60] for query in queries])

    assert seen[0] == seen[1] == seen[2]


def test_nothing_of_the_claim_stands_in_an_address(client, signup, tube):
    release(tube)

    addresses = [ask(client, signup.code).url, prove(client).url]

    assert addresses == ["/results/code/", "/results/shown/"]


def test_digits_work_once_and_not_for_ever(client, signup, tube):
    release(tube)
    ask(client, signup.code)
    digits = digits_of(client)
    token = client.session["result_code"]
    prove(client, digits)
    other = Client()
    ask(other, signup.code)
    session = other.session
    session["result_code"] = token
    session.save()

    assert NO_MATCH in prove(other, digits).content.decode()

    ask(other, signup.code)
    late = digits_of(other)
    with time_machine.travel(park_now() + timedelta(minutes=11)):
        assert NO_MATCH in prove(other, late).content.decode()


def test_digits_cannot_be_guessed(client, signup, tube):
    release(tube)
    ask(client, signup.code)
    digits = digits_of(client)
    wrong = "000000" if digits != "000000" else "000001"
    for _ in range(5):
        prove(client, wrong)

    assert NO_MATCH in prove(client, digits).content.decode()


def test_too_many_tries_shut_the_door_also_for_what_agrees(client, signup, tube):
    release(tube)
    for _ in range(5):
        ask(client, "RY200218000012")

    locked = ask(Client(), signup.code)

    assert locked.status_code == 429
    assert "30 分钟以后再查" in locked.content.decode()
    with time_machine.travel(park_now() + timedelta(minutes=31)):
        assert ask(Client(), signup.code).status_code == 302


def test_a_good_look_up_forgets_the_failed_ones(client, signup, tube):
    release(tube)
    ask(client, "RY200218000012")
    shown(client, signup.code)

    assert not LookupLock.objects.filter(failures__gt=0).exists()


def test_many_people_behind_one_address_are_not_shut_out(signup, tube):
    for n in range(12):
        ask(Client(), f"RY20021800{n:04d}", number=id_number())

    assert ask(Client(), signup.code).status_code == 302


def test_without_having_asked_there_is_no_page_for_digits(client):
    assert client.get(reverse("public:results_code")).url == reverse("public:results")


# --- a lost code ---------------------------------------------------------------------------------------------------


def lose(browser, **fields):
    data = {"document_type": "id_card", "number": NUMBER, "phone": PHONE, **fields}
    return browser.post(reverse("public:signup_lost"), data)


def test_a_lost_code_is_sent_to_the_phone_it_was_made_with(client, signup):
    answer = lose(client)
    deliver_phone_code(PhoneCode.objects.get().pk)

    assert answer.url == reverse("public:signup_lost_sent")
    message = Message.objects.get(purpose="signup_link")
    assert message.address == PHONE and str(signup.public_token) in message.text
    page = client.get(answer.url).content.decode()
    assert signup.code not in page and signup.masked_name not in page


@pytest.mark.parametrize("fields", [{"number": "439900198001010010"}, {"phone": "13900000009"}])
def test_a_lost_code_of_somebody_else_gets_the_same_answer_and_nothing_is_sent(client, signup, fields):
    answer = lose(client, **fields)
    deliver_phone_code(PhoneCode.objects.get().pk)

    assert answer.url == reverse("public:signup_lost_sent")
    assert not Message.objects.exists()


def test_a_lost_code_cannot_be_hunted_for(client, signup):
    for n in range(5):
        lose(client, phone=f"1390000000{n}")

    assert lose(client).status_code == 429


def test_the_page_is_gone_after_a_quarter_of_an_hour(client, signup, tube):
    release(tube)
    shown(client, signup.code)

    with time_machine.travel(park_now() + timedelta(minutes=16)):
        assert client.get(reverse("public:results_shown")).status_code == 302


def test_the_page_belongs_to_the_browser_that_asked(client, signup, tube):
    release(tube)
    shown(client, signup.code)

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
    ],
)
def test_look_up_says_what_is_wrong_with_the_typing(client, fields, words):
    page = ask(client, fields.pop("code", "RY200218000012"), **fields).content.decode()

    assert words in page and 'class="error-summary"' in page
