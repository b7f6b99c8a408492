"""What the provider pushes."""

import json

import pytest
from django.urls import reverse

from parkportal.messaging import outbox, tasks
from parkportal.messaging.models import Message, OptOut

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("park_time")]
PHONE = "13800138000"


@pytest.fixture
def push(client, settings):
    settings.SMS_PUSH_TOKEN = "push-token-of-the-test"

    def post(what, content, token="push-token-of-the-test"):
        body = content if isinstance(content, str) else json.dumps(content)
        return client.post(reverse(f"messaging:push_{what}", args=[token]), body, content_type="application/json")

    return post


@pytest.fixture
def sent(provider):
    outbox.put("demo_notice", to_phone=PHONE, occasion="o", values={"name": "王", "time": "9:40"})
    tasks.sweep()
    return Message.objects.get()


def receipt(message, success=True, code="DELIVERED"):
    return {
        "phone_number": PHONE,
        "send_time": "2020-02-18 17:40:00",
        "report_time": "2020-02-18 17:40:03",
        "success": success,
        "err_code": code,
        "err_msg": "",
        "sms_size": "1",
        "biz_id": "biz000001",
        "out_id": message.out_id,
    }


def test_a_receipt_marks_it_delivered_and_again_changes_nothing(push, sent):
    for _ in range(3):
        answer = push("receipts", [receipt(sent)])
        assert (answer.status_code, answer.json()["code"]) == (200, 0)
    sent.refresh_from_db()
    assert sent.status == "delivered" and sent.moves.filter(to_status="delivered").count() == 1


def test_a_receipt_of_failure_calls_a_person(push, sent):
    assert push("receipts", [receipt(sent, False, "MK:0001")]).json()["code"] == 0
    sent.refresh_from_db()
    assert (sent.status, sent.failure) == ("failed", "空号")
    push("receipts", [receipt(sent, False, "MK:0001")])
    assert sent.moves.filter(to_status="failed").count() == 1


@pytest.mark.parametrize("status", ["sending", "unverified", "waiting"])
def test_a_receipt_ends_every_doubt(push, sent, status, provider):
    Message.objects.update(status=status, lease_until=sent.made_at)
    push("receipts", [receipt(sent)])
    tasks.sweep()
    sent.refresh_from_db()
    assert sent.status == "delivered" and len(provider.accepted) == 1


def test_unknown_references_are_answered_and_ignored(push, sent):
    assert push("receipts", [{**receipt(sent), "out_id": "somebody-elses"}, {"success": True}]).json()["code"] == 0
    sent.refresh_from_db()
    assert sent.status == "sent"


@pytest.mark.parametrize("body", ["", "not json", "{}", "[1]", '"x"'])
def test_nonsense_is_refused(push, body):
    assert push("receipts", body).status_code == 400


def test_who_does_not_know_the_token_finds_nothing(push, sent, settings):
    assert push("receipts", [receipt(sent)], token="guess").status_code == 404
    settings.SMS_PUSH_TOKEN = ""
    assert push("receipts", [receipt(sent)], token="guess").status_code == 404
    sent.refresh_from_db()
    assert sent.status == "sent"


@pytest.mark.parametrize(("content", "count"), [("R", 1), (" td ", 1), ("好的", 0), ("", 0)])
def test_a_reply_opts_out(push, content, count):
    for _ in range(2):
        push("replies", [{"phone_number": PHONE, "content": content}])
    assert OptOut.objects.count() == count
