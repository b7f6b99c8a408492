"""Putting into the outbox and taking back."""

from datetime import timedelta

import pytest
import time_machine
from django.db import transaction

from parkportal.clock import at, park_now
from parkportal.messaging import outbox, window
from parkportal.messaging.models import Message, MessageMove, OptOut
from parkportal.messaging.purposes import Kind
from parkportal.privacy import lookup_hash
from parkportal.records.models import ParkSetting
from parkportal.states import Refused

pytestmark = [pytest.mark.django_db, pytest.mark.both]

PHONE = "13800138000"
NOTICE = {"name": "王小明", "time": "9:40"}


def put(occasion="signup-1", **changes):
    return outbox.put("demo_notice", **{"to_phone": PHONE, "occasion": occasion, "values": NOTICE, **changes})


def test_a_message_is_written_with_its_text_and_first_move(park_time):
    message = put(label="砚池泊", context_id=7)

    stored = Message.objects.get(pk=message.pk)
    assert stored.text == "【岳麓高新区】王小明您好，您预约了9:40的采样，请按时到场。"
    assert (stored.status, stored.segments, stored.label, stored.context_id) == ("waiting", 1, "砚池泊", 7)
    assert stored.address == PHONE and stored.masked_address == "138****8000"
    assert [(move.from_status, move.to_status) for move in stored.moves.all()] == [("", "waiting")]


def test_number_and_text_stand_encrypted_in_the_database():
    message = put()
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT address, text, params FROM messaging_message WHERE id = %s", [message.pk])
        row = cursor.fetchone()
    assert not any(PHONE in value or "王小明" in value for value in row)


def test_the_same_occasion_again_gives_the_first_message():
    first = put()
    again = put(to_phone="+86 138-0013-8000", values={"name": "别人", "time": "8:00"})
    assert again.pk == first.pk and Message.objects.count() == 1
    assert put(occasion="signup-2").pk != first.pk
    assert put(to_phone="13900139000").pk != first.pk


def test_a_message_disappears_with_its_cause():
    with pytest.raises(RuntimeError), transaction.atomic():
        put()
        raise RuntimeError("the cause failed")
    assert not Message.objects.exists() and not MessageMove.objects.exists()


@pytest.mark.parametrize(
    ("moment", "goes_out"),
    [
        ("07:59", at(park_now().date().replace(2020, 2, 18)) + timedelta(hours=8)),
        ("08:00", None),
        ("19:59", None),
        ("20:00", at(park_now().date().replace(2020, 2, 19)) + timedelta(hours=8)),
        ("23:59", at(park_now().date().replace(2020, 2, 19)) + timedelta(hours=8)),
    ],
)
def test_notices_wait_for_the_sending_hours(moment, goes_out):
    with time_machine.travel(f"2020-02-18T{moment}:00+08:00", tick=False):
        message = put()
        assert message.send_after == (goes_out or park_now())
        assert message.expires_at == message.send_after + timedelta(hours=24)
        urgent = outbox.put("demo_urgent", to_phone=PHONE, occasion="x", values={"name": "王"})
        code = outbox.put("demo_code", to_phone=PHONE, occasion="x", values={"code": "123456"})
        assert urgent.send_after == code.send_after == park_now()


def test_the_sending_hours_are_a_setting_of_the_park(park_time):
    ParkSetting.objects.create(key="sms_window", value="09:30-18:00")
    assert window.earliest(at(park_now().date()) + timedelta(hours=9)) == at(park_now().date()) + timedelta(
        hours=9, minutes=30
    )
    assert not window.is_open(at(park_now().date()) + timedelta(hours=18))


def test_a_later_time_is_kept_and_a_past_one_is_now(park_time):
    tomorrow = park_now().replace(hour=10) + timedelta(days=1)
    assert put(send_after=tomorrow).send_after == tomorrow
    assert put(occasion="b", send_after=park_now() - timedelta(days=3)).send_after <= park_now()


@pytest.mark.parametrize("number", ["1380013800", "0731-88990120", "abc"])
def test_a_wrong_number_does_not_stop_the_cause_but_shows(number):
    message = put(to_phone=number)
    assert (message.status, message.failure) == ("failed", "手机号码不对")
    assert list(Message.objects.needing_a_person()) == [message]


def test_an_account_without_a_number_does_not_stop_the_cause_but_shows(make_user):
    message = put(to_phone="", to_user=make_user("contact"))
    assert (message.status, message.failure) == ("failed", "没有手机号")


def test_an_account_gets_it_on_its_number(make_user):
    user = make_user("contact")
    user.set_phone(PHONE)
    user.save()
    message = put(to_phone="", to_user=user)
    assert message.recipient == user and message.address == PHONE
    assert message.recipient_hash == user.phone_hash


def test_codes_are_limited_by_minute_hour_and_day():
    def ask(number):
        return outbox.put("demo_code", to_phone=PHONE, occasion=f"code-{number}", values={"code": "123456"})

    with time_machine.travel("2020-02-18T09:00:00+08:00", tick=False) as clock:
        ask(0)
        with pytest.raises(Refused, match="1 分钟"):
            ask(1)
        for number in range(1, 5):
            clock.shift(timedelta(minutes=2))
            ask(number)
        clock.shift(timedelta(minutes=2))
        with pytest.raises(Refused, match="5 次"):
            ask(5)
        for number in range(5, 10):
            clock.shift(timedelta(minutes=61))
            ask(number)
        clock.shift(timedelta(minutes=61))
        with pytest.raises(Refused, match="10 次"):
            ask(10)
        clock.shift(timedelta(hours=20))
        ask(11)
    assert Message.objects.filter(kind=Kind.CODE).count() == 11


def test_who_opted_out_gets_no_promotion_but_notices():
    OptOut.objects.create(recipient_hash=lookup_hash(PHONE, kind="phone"))
    promotion = outbox.put("demo_promotion", to_phone=PHONE, occasion="x", values={"name": "王"})
    assert promotion.status == "withdrawn"
    assert put().status == "waiting"


def test_a_lapsed_occasion_is_taken_back_for_one_or_for_all(make_user):
    staff = make_user("committee")
    mine, other, elsewhere = put(), put(to_phone="13900139000"), put(occasion="signup-2")

    assert outbox.withdraw("demo_notice", occasion="signup-1", to_phone=PHONE, by=staff, reason="已取消") == 1
    mine.refresh_from_db()
    assert mine.status == "withdrawn" and mine.last_move().by == staff and mine.last_move().reason == "已取消"
    assert outbox.withdraw("demo_notice", occasion="signup-1", by=None, reason="场次取消") == 1
    other.refresh_from_db()
    elsewhere.refresh_from_db()
    assert (other.status, elsewhere.status) == ("withdrawn", "waiting")
    assert outbox.withdraw("demo_notice", occasion="signup-1", reason="再来一次") == 0


def test_what_is_on_its_way_is_not_taken_back():
    message = put()
    Message.objects.filter(pk=message.pk).update(status="sent")
    assert outbox.withdraw("demo_notice", occasion="signup-1", reason="晚了") == 0


def test_programming_mistakes_are_loud():
    with pytest.raises(KeyError):
        outbox.put("no_such_purpose", to_phone=PHONE, occasion="x", values={})
    with pytest.raises(ValueError, match="placeholders"):
        put(values={"name": "王"})
    with pytest.raises(ValueError, match="needs"):
        put(to_phone="")


def test_one_kick_for_a_transaction_however_many_messages(django_capture_on_commit_callbacks, park_time):
    with django_capture_on_commit_callbacks() as callbacks:
        for number in range(5):
            put(occasion=f"signup-{number}")
    assert callbacks == [outbox.kick]


def test_moves_of_messages_cannot_be_changed():
    from django.db import DatabaseError

    move = put().moves.get()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        MessageMove.objects.filter(pk=move.pk).update(reason="x")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        MessageMove.objects.filter(pk=move.pk).delete()
