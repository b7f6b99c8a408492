"""The pages of the outbox."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.urls import reverse

from parkportal.clock import park_now
from parkportal.idempotency import new_token
from parkportal.messaging import outbox, tasks
from parkportal.messaging.models import Message
from parkportal.privacy import lookup_hash
from parkportal.records.models import AuditEntry
from parkportal.records.worklist import entries_for
from tests.scope.pages import Page

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("park_time")]
PHONE = "13800138000"
LIST = "/messages/"


def put(number=1, **changes):
    return outbox.put(
        "demo_notice",
        **{"to_phone": PHONE, "occasion": f"o-{number}", "values": {"name": "王小明", "time": "9:40"}, **changes},
    )


def stuck(status="failed", failure="空号", **changes):
    message = put(**changes)
    Message.objects.filter(pk=message.pk).update(status=status, failure=failure)
    return Message.objects.get(pk=message.pk)


@pytest.fixture
def committee(make_user, sign_in):
    user = make_user("committee", name="池晚")
    user.set_phone("13900139000")
    user.save()
    sign_in(user)
    return user


def handle(client, message, **changes):
    data = {"do": "resend", "reason": "对方说没收到", "token": str(new_token()), **changes}
    return client.post(reverse("messaging:message_handle", args=[message.pk]), data)


# --- the history ------------------------------------------------------------------------------------------


def test_what_needs_a_person_comes_first(client, committee):
    stuck(number=1)
    put(2)
    page = client.get(LIST).content.decode()
    assert "消息：1 条失败" in page and "失败：空号" in page
    assert page.index("失败：空号") < page.index("待发送")
    assert PHONE not in page and "138****8000" in page


def test_an_empty_history_says_so(client, committee):
    assert "还没有消息" in client.get(LIST).content.decode()


def test_tabs_and_filters_narrow_the_history(client, committee):
    stuck(number=1)
    put(2, to_phone="13700137000")
    assert [row.status for row in client.get(LIST, {"tab": "queued"}).context["rows"]] == ["waiting"]
    assert [row.status for row in client.get(LIST, {"tab": "attention"}).context["rows"]] == ["failed"]
    assert len(client.get(LIST, {"purpose": "demo_notice"}).context["rows"]) == 2
    assert len(client.get(LIST, {"purpose": "demo_code"}).context["rows"]) == 0
    assert len(client.get(LIST, {"day": "2020-02-18"}).context["rows"]) == 2
    assert len(client.get(LIST, {"day": "2020-02-17"}).context["rows"]) == 0


@pytest.mark.parametrize(
    "query",
    [{"tab": "x"}, {"day": "31-31"}, {"to": "'; --"}, {"channel": "pigeon"}, {"page": "-4"}, {"purpose": "<b>"}],
)
def test_nonsense_in_the_address_is_ignored(client, committee, query):
    put()
    answer = client.get(LIST, query)
    assert answer.status_code == 200 and "<b>" not in answer.content.decode().split("<main")[1].split("filters")[0]


def test_a_full_number_finds_its_messages_without_standing_in_the_address(client, committee):
    put(1)
    put(2, to_phone="13700137000")
    answer = client.post(reverse("messaging:message_search"), {"phone": "138 0013 8000"}, follow=True)
    address = answer.redirect_chain[-1][0]
    assert PHONE not in address and lookup_hash(PHONE, kind="phone") in address
    assert len(answer.context["rows"]) == 1


def test_half_a_number_is_told_so(client, committee):
    answer = client.post(reverse("messaging:message_search"), {"phone": "1380013"}, follow=True)
    assert "完整的 11 位" in answer.content.decode()


@pytest.mark.parametrize("rows", [1, 100])
def test_the_history_takes_the_same_statements_for_any_number_of_rows(
    client, committee, rows, django_assert_max_num_queries
):
    for number in range(rows):
        put(number)
    client.get(LIST)
    with django_assert_max_num_queries(12):
        client.get(LIST)


def test_others_see_only_what_came_to_them(client, make_user, sign_in):
    contact = make_user("contact")
    contact.set_phone(PHONE)
    contact.save()
    mine, other = put(1, to_phone="", to_user=contact), put(2, to_phone="13700137000")
    sign_in(contact)
    assert [row.pk for row in client.get(LIST).context["rows"]] == [mine.pk]
    assert client.get(reverse("messaging:message_detail", args=[mine.pk])).status_code == 200
    assert client.get(reverse("messaging:message_detail", args=[other.pk])).status_code == 404
    assert handle(client, mine).status_code == 404
    assert client.post(reverse("messaging:message_reveal", args=[mine.pk]), {"reason": "核对号码"}).status_code == 404


def test_nobody_looks_without_signing_in(client):
    message = put()
    for address in (LIST, reverse("messaging:message_detail", args=[message.pk]), reverse("messaging:mailbox")):
        assert client.get(address).status_code == 302


# --- one message ------------------------------------------------------------------------------------------


def test_one_message_says_why_what_and_how_far(client, committee):
    message = put(label="砚池泊")
    page = client.get(reverse("messaging:message_detail", args=[message.pk])).content.decode()
    for words in ("采样提醒", "砚池泊", "预约前一晚提醒", "您预约了9:40的采样", "写入发件箱", "计 1 条"):
        assert words in page
    assert PHONE not in page


def test_the_history_hands_out_no_keys(client, committee):
    link = outbox.put("demo_link", to_phone=PHONE, occasion="l", values={"name": "王", "link": "/signup/code/s3cret/"})
    code = outbox.put("demo_code", to_phone=PHONE, occasion="c", values={"code": "493817"})
    for message, secret in ((link, "s3cret"), (code, "493817")):
        assert secret not in client.get(reverse("messaging:message_detail", args=[message.pk])).content.decode()


def test_a_fragment_is_the_panel_alone(client, committee):
    message = put()
    answer = client.get(reverse("messaging:message_detail", args=[message.pk]), headers={"HX-Request": "true"})
    assert "<html" not in answer.content.decode() and "原文" in answer.content.decode()


def test_a_failed_message_is_sent_again_with_a_reason_and_a_new_reference(client, committee, provider):
    message = stuck()
    assert handle(client, message).status_code == 302
    again = Message.objects.get(pk=message.pk)
    assert again.status == "waiting" and again.out_id != message.out_id
    assert again.last_move().by == committee and "对方说没收到" in again.last_move().reason
    tasks.sweep()
    assert provider.out_ids() == [again.out_id]


def test_the_same_press_twice_sends_once(client, committee, provider):
    message, token = stuck(), str(new_token())
    for _ in range(2):
        assert handle(client, message, token=token).status_code == 302
        tasks.sweep()
    assert len(provider.accepted) == 1


def test_an_unverified_message_keeps_its_reference_when_sent_again(client, committee):
    message = stuck("unverified", "网关没有回答")
    handle(client, message)
    assert Message.objects.get(pk=message.pk).out_id == message.out_id


def test_a_reason_is_asked_for_and_what_was_typed_is_kept(client, committee):
    message = stuck()
    answer = handle(client, message, reason="")
    page = answer.content.decode()
    assert answer.status_code == 422 and "请写明原因" in page and "<title>错误" in page
    assert handle(client, message, do="explode").status_code == 422
    assert handle(client, message, reason="长" * 101).status_code == 422
    assert Message.objects.get(pk=message.pk).status == "failed"


def test_a_message_without_a_usable_number_goes_to_the_telephone(client, committee):
    message = put(to_phone="0731-88990120")
    page = handle(client, message).content.decode()
    assert "没有可用的手机号" in page
    assert handle(client, message, do="call").status_code == 302
    assert list(Message.objects.to_call().values_list("pk", flat=True)) == [message.pk]


def test_the_call_list_is_worked_off(client, committee):
    message = stuck()
    handle(client, message, do="call")
    assert "打电话名单 1 人" in client.get(LIST).content.decode()
    called = reverse("messaging:message_called", args=[message.pk])
    client.post(called, {"answered": "0", "token": str(new_token())})
    assert "打过 1 次，没人接" in client.get(LIST).content.decode()
    client.post(called, {"answered": "1", "token": str(new_token())})
    done = Message.objects.get(pk=message.pk)
    assert done.status == "delivered" and done.last_move().by == committee
    client.post(called, {"answered": "1", "token": str(new_token())})
    client.post(called, {"answered": "?", "token": "?"})
    assert done.moves.filter(to_status="delivered").count() == 1


@pytest.mark.parametrize("pressed", [{}, {"answered": "?"}, {"answered": "长" * 20_000}])
def test_a_call_without_an_outcome_is_asked_again_beside_its_buttons(client, committee, pressed):
    message = stuck()
    handle(client, message, do="call")

    answer = client.post(reverse("messaging:message_called", args=[message.pk]), {**pressed, "token": str(new_token())})
    page = Page(answer.content.decode())

    assert answer.status_code == 422 and page.summary == ["id_called_answered"] and "id_called_answered" in page.ids
    assert "请选通知到了没有。" in "".join(page.words) and "id_called_answered_error" in page.ids
    assert Message.objects.get(pk=message.pk).attempts == 0


def test_whoever_rang_second_reads_what_stands_there_and_keeps_what_was_pressed(client, committee, make_user, sign_in):
    message = stuck()
    handle(client, message, do="call")
    called = reverse("messaging:message_called", args=[message.pk])
    client.post(called, {"answered": "1", "token": str(new_token())})
    sign_in(make_user("committee", name="祁月"))

    answer = client.post(called, {"answered": "0", "token": str(new_token())})
    page = answer.content.decode()

    assert answer.status_code == 422 and Page(page).has_summary and "现在是“已送达”" in page
    assert "您刚填的，没有写入" in page and "没有通知到" in page and committee.name in page
    assert Message.objects.get(pk=message.pk).status == "delivered"


def test_a_waiting_message_is_taken_back_and_a_sent_one_is_not(client, committee):
    waiting, sent = put(1), stuck("sent", "", number=2)
    assert handle(client, waiting, do="withdraw").status_code == 302
    assert Message.objects.get(pk=waiting.pk).status == "withdrawn"
    assert handle(client, sent, do="withdraw").status_code == 422


def test_asking_again_is_possible_only_for_what_is_unclear(client, committee, provider):
    message = stuck("unverified", "网关没有回答")
    client.post(reverse("messaging:message_ask", args=[message.pk]))
    tasks.sweep()
    assert Message.objects.get(pk=message.pk).status == "sent"  # not listed, so sent now
    answer = client.post(reverse("messaging:message_ask", args=[message.pk]), follow=True)
    assert "不用再问" in answer.content.decode()


def test_the_full_number_is_shown_for_a_reason_and_written_down(client, committee):
    message = put()
    reveal = reverse("messaging:message_reveal", args=[message.pk])
    assert PHONE not in client.get(reveal).content.decode()
    assert PHONE not in client.post(reveal, {"reason": ""}).content.decode()
    assert PHONE in client.post(reveal, {"reason": "核对号码"}).content.decode()
    entry = AuditEntry.objects.get(action="message.address_revealed")
    assert entry.by == committee and entry.reason == "核对号码" and PHONE not in json.dumps(entry.after)


def test_staff_send_a_test_to_themselves_once_a_press(client, committee):
    token = str(new_token())
    for _ in range(2):
        client.post(reverse("messaging:message_trial"), {"token": token})
    assert Message.objects.get().recipient == committee


# --- the mailbox ------------------------------------------------------------------------------------------


def test_the_mailbox_shows_what_was_sent_newest_first_with_its_link(client, committee, settings):
    put(1)
    outbox.put("demo_link", to_phone=PHONE, occasion="l", values={"name": "王", "link": "/signup/code/abc/"})
    tasks.sweep()
    page = client.get(reverse("messaging:mailbox")).content.decode()
    assert page.index("请打开") < page.index("采样，请按时到场")
    assert '<a href="/signup/code/abc/">http' in page and "</a> 查看您的登记" in page
    assert PHONE not in page and "138****8000" in page


def test_hostile_words_stay_words_in_the_mailbox(client, committee):
    put(values={"name": "<script>alert(1)</script>", "time": "9:40"})
    tasks.sweep()
    page = client.get(reverse("messaging:mailbox")).content.decode()
    assert "<script>alert" not in page and "&lt;script&gt;" in page


def test_the_mailbox_opens_for_staff_in_charge_and_in_the_demo_for_everybody(client, make_user, sign_in, settings):
    put()
    tasks.sweep()
    sign_in(make_user("contact"))
    assert client.get(reverse("messaging:mailbox")).status_code == 404
    settings.DEMO_MODE = True
    assert "138****8000" in client.get(reverse("messaging:mailbox")).content.decode()
    settings.SMS_GATEWAY = "http"
    assert client.get(reverse("messaging:mailbox")).status_code == 404


# --- worklist and command ------------------------------------------------------------------------------------


def test_the_worklist_names_what_is_stuck(make_user):
    stuck(number=1)
    stuck("unverified", number=2)
    Message.objects.filter(pk=put(3).pk).update(channel="call")
    titles = [entry.title for entry in entries_for(make_user("committee")) if entry.kind == "消息"]
    assert titles == ["2 条短信要人管", "1 个电话要打"]
    assert not [entry for entry in entries_for(make_user("station")) if entry.kind == "消息"]


def test_the_command_counts_by_state_and_purpose():
    stuck(number=1)
    put(2, send_after=park_now() + timedelta(minutes=30))
    oldest = put(3)
    out = StringIO()
    call_command("outbox", "--json", stdout=out)
    found = json.loads(out.getvalue())
    assert found["total"] == 3 and found["states"]["failed"] == 1 and found["needs_a_person"] == 1
    assert found["purposes"] == {"demo_notice": {"failed": 1, "waiting": 2}} and found["due"] == 1
    assert (found["oldest_waiting"]["id"], found["oldest_waiting"]["purpose"]) == (oldest.pk, "demo_notice")
    assert found["oldest_waiting"]["send_after"].endswith("+08:00")
    out = StringIO()
    call_command("outbox", stdout=out)
    assert "采样提醒" in out.getvalue() and PHONE not in out.getvalue()
