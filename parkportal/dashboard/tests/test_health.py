"""The doors of whoever watches over the portal: alive, and in order."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from parkportal.celery import app
from parkportal.clock import park_now
from parkportal.messaging import outbox
from parkportal.messaging.models import Message
from tests.servers import free_port

pytestmark = pytest.mark.django_db


def test_alive_asks_nothing_of_the_database(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        answer = client.get("/healthz")
    assert answer.status_code == 200 and answer.content == b"ok" and answer["Cache-Control"] == "no-store"


def test_in_order(client):
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {"database": True, "broker": True, "outbox": True}


@pytest.fixture
def stuck_message(make_user):
    """A message whose sender has been gone for a quarter of an hour."""
    officer = make_user("committee", phone="19900000001")
    message = outbox.put("staff_test", occasion="x", values={"name": "祁月"}, to_user=officer)
    Message.objects.filter(pk=message.pk).update(
        status=Message.Status.SENDING, lease_until=timezone.now() - timedelta(minutes=15)
    )
    return message


def test_a_sender_that_is_gone_is_told(client, stuck_message):
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == {"database": True, "broker": True, "outbox": False}


def test_a_message_being_sent_just_now_is_in_order(client, stuck_message):
    Message.objects.filter(pk=stuck_message.pk).update(lease_until=timezone.now() + timedelta(seconds=30))
    assert client.get("/readyz").status_code == 200


@pytest.fixture
def waiting(make_user, park_time):
    """waiting(minutes, code) → a message that has been due for so long and that nobody has tried."""

    def put(minutes, code="staff_test"):
        officer = make_user("committee", phone="19900000001")
        message = outbox.put(code, occasion=f"{code}-{minutes}", values={"name": "祁月"}, to_user=officer)
        Message.objects.filter(pk=message.pk).update(send_after=park_now() - timedelta(minutes=minutes))
        return message

    return put


def test_a_worker_that_is_gone_is_told_by_what_waits(client, waiting):
    waiting(9)
    assert client.get("/readyz").status_code == 200
    waiting(11)
    assert client.get("/readyz").json() == {"database": True, "broker": True, "outbox": False}


def test_a_long_queue_that_moves_is_in_order(client, waiting):
    waiting(30)
    tried = waiting(31)
    Message.objects.filter(pk=tried.pk).update(tried_at=timezone.now() - timedelta(minutes=1))
    assert client.get("/readyz").status_code == 200


def test_what_waits_for_the_morning_is_in_order(client, waiting, park_time):
    waiting(60)
    Message.objects.update(is_urgent=False)
    for clock in ("23:00", "08:05"):
        park_time.move_to(f"2020-02-19T{clock}:00+08:00")
        Message.objects.update(expires_at=park_now() + timedelta(hours=1))
        assert client.get("/readyz").status_code == 200, clock
    park_time.move_to("2020-02-19T08:20:00+08:00")
    assert client.get("/readyz").status_code == 503


@pytest.fixture
def no_broker():
    """The broker's address leads nowhere."""
    before = app.conf.broker_url
    app.conf.broker_url = app.conf.broker_write_url = f"redis://127.0.0.1:{free_port()}/0"
    yield
    app.conf.broker_url = app.conf.broker_write_url = before


def test_a_broker_that_does_not_answer_is_told(client, no_broker):
    answer = client.get("/readyz")
    assert answer.status_code == 503 and answer.json()["broker"] is False


def test_the_answer_holds_no_name_address_or_version(client, no_broker):
    text = client.get("/readyz").content.decode()
    assert "127.0.0.1" not in text and str(connection.settings_dict["NAME"]) not in text
