"""How messages leave the house, through a provider on loopback that checks signatures and can be told to fail."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone
from hypothesis import HealthCheck, example, given
from hypothesis import settings as rules
from hypothesis import strategies as st

from parkportal.clock import park_now
from parkportal.messaging import outbox, sender, tasks, window
from parkportal.messaging.models import MailboxMessage, Message, OptOut
from parkportal.privacy import lookup_hash

pytestmark = [pytest.mark.django_db, pytest.mark.both, pytest.mark.usefixtures("park_time")]

PHONE = "13800138000"


def put(number=1, **changes):
    return outbox.put(
        "demo_notice",
        **{"to_phone": PHONE, "occasion": f"o-{number}", "values": {"name": "王小明", "time": "9:40"}, **changes},
    )


def now_read(message):
    return Message.objects.get(pk=message.pk)


def let_time_pass(message):
    """Leases and pauses of this message are over."""
    past = timezone.now() - timedelta(seconds=1)
    Message.objects.filter(pk=message.pk).update(retry_at=past)
    Message.objects.filter(pk=message.pk, status="sending").update(lease_until=past)


def steps(message):
    return [move.to_status for move in message.moves.order_by("id")]


def test_a_due_message_is_accepted_once_under_its_own_reference(provider):
    message = put()
    tasks.send_due()
    tasks.send_due()

    sent = now_read(message)
    assert (sent.status, sent.provider_id, sent.attempts) == ("sent", "biz000001", 1)
    assert provider.out_ids() == [message.out_id]
    call = provider.accepted[0]
    assert (call["PhoneNumbers"], call["SignName"], call["TemplateCode"]) == (PHONE, "岳麓高新区", "demo_notice")
    assert call["TemplateParam"] == '{"name":"王小明","time":"9:40"}'
    assert steps(message) == ["waiting", "sending", "sent"]


def test_the_providers_own_template_code_is_used(provider, settings):
    settings.SMS_TEMPLATES = {"demo_notice": "SMS_154950909"}
    put()
    tasks.send_due()
    assert provider.accepted[0]["TemplateCode"] == "SMS_154950909"


def test_a_wrong_secret_is_refused_by_the_provider(provider, settings):
    settings.SMS_ACCESS_SECRET = "not-the-secret"
    message = put()
    tasks.send_due()
    assert provider.rejected == ["SignatureDoesNotMatch"] and provider.accepted == []
    assert now_read(message).status == "failed"


def test_what_is_not_due_stays(provider):
    put(send_after=park_now() + timedelta(minutes=1))
    tasks.send_due()
    assert provider.accepted == []


def test_what_was_queued_in_the_evening_goes_in_the_morning(provider):
    with time_machine.travel("2020-02-18T20:30:00+08:00") as clock:
        notice = put()
        urgent = outbox.put("demo_urgent", to_phone=PHONE, occasion="u", values={"name": "王"})
        tasks.sweep()
        assert provider.out_ids() == [urgent.out_id]
        clock.move_to("2020-02-19T08:00:01+08:00")
        tasks.sweep()
    assert provider.out_ids() == [urgent.out_id, notice.out_id]


def test_a_notice_that_a_slow_worker_meets_after_hours_waits_too(provider):
    with time_machine.travel("2020-02-18T19:59:50+08:00") as clock:
        message = put()
        clock.move_to("2020-02-18T20:00:10+08:00")
        tasks.sweep()
    assert provider.accepted == [] and now_read(message).status == "waiting"


def test_what_came_too_late_expires_instead_of_being_sent(provider):
    message = put(expires_at=park_now() + timedelta(minutes=5))
    with time_machine.travel(park_now() + timedelta(minutes=6)):
        tasks.sweep()
    assert now_read(message).status == "expired" and provider.accepted == []


def test_a_refusal_for_good_is_told_to_a_person(provider):
    provider.behave("refuse", code="isv.MOBILE_NUMBER_ILLEGAL")
    message = put()
    tasks.sweep()
    assert (now_read(message).status, now_read(message).failure) == ("failed", "号码不对")


def test_a_passing_refusal_is_tried_again_later_but_not_for_ever(provider):
    provider.behave("refuse", code="isv.BUSINESS_LIMIT_CONTROL")
    message = put()
    tasks.sweep()
    waiting = now_read(message)
    assert waiting.status == "waiting" and waiting.retry_at > timezone.now() + timedelta(minutes=4)
    tasks.sweep()
    assert now_read(message).attempts == 1
    for _ in range(sender.MOST_REFUSALS - 1):
        let_time_pass(message)
        tasks.sweep()
    assert (now_read(message).status, now_read(message).attempts) == ("failed", 5)


def test_a_passing_refusal_ends_well(provider):
    provider.behave("refuse", code="isv.BUSINESS_LIMIT_CONTROL", times=2)
    message = put()
    for _ in range(3):
        tasks.sweep()
        let_time_pass(message)
    assert now_read(message).status == "sent" and provider.out_ids() == [message.out_id]


def test_a_gateway_that_cannot_be_reached_is_tried_again(provider, settings):
    right, settings.SMS_GATEWAY_URL = settings.SMS_GATEWAY_URL, "http://127.0.0.1:9/"
    message = put()
    tasks.sweep()
    assert now_read(message).status == "waiting" and now_read(message).retry_at > timezone.now()
    settings.SMS_GATEWAY_URL = right
    let_time_pass(message)
    tasks.sweep()
    assert provider.out_ids() == [message.out_id]


@pytest.mark.parametrize("mode", ["drop", "fault"])
def test_accepted_but_not_heard_is_asked_about_and_not_sent_again(provider, mode):
    provider.behave(mode, times=1)
    message = put()
    tasks.send_due()
    assert now_read(message).status == "unverified"

    let_time_pass(message)
    tasks.sweep()
    assert now_read(message).status == "sent" and now_read(message).provider_id == "biz000001"
    assert provider.out_ids() == [message.out_id]


def test_a_slow_gateway_is_asked_instead_of_sent_to_twice(provider, settings):
    settings.SMS_TIMEOUT_SECONDS = 0.2
    provider.behave("delay", times=1, seconds=0.6)
    message = put()
    tasks.send_due()
    assert now_read(message).status == "unverified"
    let_time_pass(message)
    tasks.sweep()
    assert now_read(message).status == "sent" and len(provider.accepted) == 1


def test_lost_before_the_gateway_is_found_out_and_sent(provider):
    provider.behave("break", times=1)
    message = put()
    tasks.send_due()
    let_time_pass(message)
    tasks.sweep()
    assert now_read(message).status == "sent" and provider.out_ids() == [message.out_id]
    assert steps(message) == ["waiting", "sending", "unverified", "waiting", "sending", "sent"]


def test_no_answer_about_it_leaves_it_unverified_and_asks_less_and_less(provider):
    provider.behave("drop", times=1)
    message = put()
    tasks.send_due()
    provider.behave("mute")
    waits = []
    for _ in range(3):
        let_time_pass(message)
        tasks.sweep()
        doubtful = now_read(message)
        assert doubtful.status == "unverified"
        waits.append(doubtful.retry_at - timezone.now())
    assert waits == sorted(waits) and len(provider.accepted) == 1
    assert now_read(message).asks == 3


def test_not_listed_is_not_believed_before_the_provider_has_settled(provider, settings):
    settings.SMS_SETTLE_SECONDS = 60
    provider.behave("drop", times=1)
    message = put()
    tasks.send_due()
    provider.behave("unlisted")
    let_time_pass(message)
    tasks.sweep()
    assert now_read(message).status == "unverified"
    provider.behave("normal")
    let_time_pass(message)
    tasks.sweep()
    assert now_read(message).status == "sent" and len(provider.accepted) == 1


def test_what_stays_unclear_past_its_time_is_given_up(provider):
    provider.behave("drop", times=1)
    message = put(expires_at=park_now() + timedelta(minutes=5))
    tasks.send_due()
    provider.behave("mute")
    with time_machine.travel(park_now() + timedelta(minutes=6)):
        let_time_pass(message)
        tasks.sweep()
    assert now_read(message).status == "expired" and len(provider.accepted) == 1


def test_a_worker_that_died_before_the_call_loses_nothing(provider):
    message = put()
    assert sender.claim().pk == message.pk  # and dies here
    tasks.sweep()
    assert now_read(message).status == "sending" and provider.accepted == []
    let_time_pass(message)
    tasks.sweep()
    assert now_read(message).status == "sent" and provider.out_ids() == [message.out_id]


def test_a_worker_that_died_after_the_call_doubles_nothing(provider):
    message = put()
    claimed = sender.claim()
    sender._call(sender.gateway_for(claimed), claimed)  # and dies before it writes the outcome
    let_time_pass(message)
    tasks.sweep()
    tasks.sweep()
    assert now_read(message).status == "sent" and provider.out_ids() == [message.out_id]


def test_a_worker_that_wakes_up_after_its_lease_does_not_overwrite(provider):
    message = put()
    claimed = sender.claim()
    outcome = sender._call(sender.gateway_for(claimed), claimed)
    let_time_pass(message)
    sender.recover(10)
    before = steps(message)
    sender._finish(claimed, outcome)
    assert steps(message) == before and now_read(message).status == "sent"


def test_fifty_a_day_to_one_number_and_the_rest_is_queued(provider):
    first = put(0)
    Message.objects.bulk_create(
        Message(
            purpose="demo_notice",
            kind="notice",
            occasion=f"before-{number}",
            recipient_hash=first.recipient_hash,
            address=PHONE,
            template="demo_notice",
            text="x",
            status="delivered",
            expires_at=park_now() + timedelta(days=1),
            sent_at=timezone.now() - timedelta(hours=23, minutes=number),
        )
        for number in range(window.DAY_LIMIT)
    )
    other = put(0, to_phone="13900139000")
    tasks.sweep()
    assert provider.out_ids() == [other.out_id]
    held = now_read(first)
    assert held.status == "waiting" and "50" in held.failure
    assert held.retry_at <= timezone.now() + timedelta(minutes=15)
    with time_machine.travel(timezone.now() + timedelta(minutes=15)):
        tasks.sweep()
    assert now_read(first).status == "sent"


def test_who_opts_out_meanwhile_gets_no_promotion(provider):
    message = outbox.put("demo_promotion", to_phone=PHONE, occasion="p", values={"name": "王"})
    OptOut.objects.create(recipient_hash=lookup_hash(PHONE, kind="phone"))
    tasks.sweep()
    assert now_read(message).status == "withdrawn" and provider.accepted == []


def test_a_withdrawn_message_is_not_sent(provider):
    put()
    outbox.withdraw("demo_notice", occasion="o-1", reason="已取消")
    tasks.sweep()
    assert provider.accepted == []


def test_what_stands_on_the_call_list_is_left_to_people(provider):
    message = put()
    Message.objects.filter(pk=message.pk).update(channel="call")
    tasks.sweep()
    assert provider.accepted == [] and list(Message.objects.to_call()) == [now_read(message)]


def test_a_full_batch_hands_on(provider, settings, monkeypatch):
    monkeypatch.setattr(tasks, "BATCH", 3)
    settings.CELERY_TASK_ALWAYS_EAGER = True
    for number in range(7):
        put(number)
    handed_on = 0
    while tasks.sender.send_batch(3) == 3:
        handed_on += 1
    assert handed_on == 2 and len(set(provider.out_ids())) == 7


def test_the_mailbox_takes_each_reference_once(settings):
    settings.SMS_GATEWAY = "mailbox"
    message = put()
    claimed = sender.claim()
    gateway = sender.gateway_for(claimed)
    gateway.send(claimed.out_id, claimed.address, claimed.text, claimed.template, claimed.params)
    let_time_pass(message)
    tasks.sweep()
    assert MailboxMessage.objects.count() == 1
    assert now_read(message).status == "delivered"
    assert MailboxMessage.objects.get().text == message.text


def test_an_email_goes_through_the_mail_server(provider, settings, mailoutbox):
    message = put(to_phone="", to_email="guest@example.org")
    tasks.sweep()
    assert [(mail.to, mail.subject) for mail in mailoutbox] == [(["guest@example.org"], "采样提醒")]
    assert now_read(message).status == "sent" and provider.accepted == []
    assert now_read(message).masked_address == "g***@example.org"


def test_logs_hold_no_number_and_no_text(provider, caplog):
    caplog.set_level("INFO")
    put()
    tasks.sweep()
    assert "138****8000" in caplog.text
    assert PHONE not in caplog.text and "王小明" not in caplog.text


FAULTS = st.sampled_from(["ok", "drop", "break", "fault", "throttle", "mute", "die before", "die after"])


@rules(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(["break"] * 4 + ["throttle"])
@example(["throttle"] * 6)
@given(st.lists(FAULTS, max_size=6))
def test_whatever_goes_wrong_in_whatever_order_it_arrives_once(provider, faults):
    provider.accepted.clear()
    Message.objects.exclude(status="sent").update(status="withdrawn")
    number = Message.objects.count()
    message = put(number, to_phone=f"1380013{number:04d}")  # a number of its own: one number gets so many a day
    for fault in faults:
        _one_round(provider, fault)
        let_time_pass(message)
    provider.behave("normal")
    for _ in range(3):
        tasks.sweep()
        let_time_pass(message)
    status = now_read(message).status
    assert status == "sent" or (status == "failed" and faults.count("throttle") >= sender.MOST_REFUSALS)
    assert provider.out_ids() == ([message.out_id] if status == "sent" else [])


def _one_round(provider, fault):
    if fault in {"die before", "die after"}:
        provider.behave("normal")
        claimed = sender.claim()
        if claimed is not None and fault == "die after":
            sender._call(sender.gateway_for(claimed), claimed)
        return
    if fault == "throttle":
        provider.behave("refuse", times=1, code="isv.BUSINESS_LIMIT_CONTROL")
    else:
        provider.behave({"ok": "normal"}.get(fault, fault), times=0 if fault == "ok" else 1)
    tasks.sweep()
