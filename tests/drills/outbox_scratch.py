"""Scratch senders that show what the outbox is for: one marks before it sends, one after. Only the kill drill runs them.

CONTROL=mark_before celery -A tests.drills.outbox_scratch worker
python -m tests.drills.outbox_scratch put 200      writes that many messages in the environment's database
python -m tests.drills.outbox_scratch sign_up 60   signs that many people up within a day; the reminder run writes to them
python -m tests.drills.outbox_scratch out_ids      prints the references of all messages, one a line
"""

import os
import sys
import time
from datetime import time as clock
from datetime import timedelta

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "parkportal.settings")
django.setup()

from celery.signals import worker_ready  # noqa: E402
from django.db import transaction  # noqa: E402

from parkportal.celery import app  # noqa: E402
from parkportal.clock import SHANGHAI, park_now  # noqa: E402
from parkportal.messaging import outbox, sender  # noqa: E402
from parkportal.messaging.models import Message  # noqa: E402
from parkportal.records.models import ParkSetting  # noqa: E402
from testing.tests.factories import make_session, make_signup  # noqa: E402

PAUSE = float(os.environ.get("PAUSE", "0.3"))  # what a slow network would take between the two steps


def _waiting():
    return Message.objects.filter(status=Message.Status.WAITING).order_by("id")


def _mark(message):
    with transaction.atomic():
        message.lease(until=sender.timezone.now() + sender.lease_length(), by="scratch")
        message.mark_sent("scratch")


def _call(message):
    sender.gateway_for(message).send(message.out_id, message.address, message.text, message.template, message.params)


@app.task(name="drill.mark_before")
def mark_before():
    for message in _waiting():
        _mark(message)
        time.sleep(PAUSE)
        _call(message)


@app.task(name="drill.mark_after")
def mark_after():
    for message in _waiting():
        _call(message)
        time.sleep(PAUSE)
        _mark(message)


@worker_ready.connect
def begin(**kwargs):
    if os.environ.get("CONTROL"):
        app.send_task(f"drill.{os.environ['CONTROL']}")


def put(count):
    for start in range(0, count, 50):
        with transaction.atomic():
            for number in range(start, min(start + 50, count)):
                phone = f"139{number % 97:08d}"  # no phone gets the fifty that it may get in a day
                outbox.put("staff_test", to_phone=phone, occasion=f"drill-{number}", values={"name": "演练"})


def sign_up(count):
    ParkSetting.objects.update_or_create(key="sms_window", defaults={"value": "00:00-23:59"})
    then = (park_now() + timedelta(hours=12)).astimezone(SHANGHAI)
    hour = {"start": clock(then.hour), "end": clock(then.hour, 50), "minutes": 50}
    session = make_session(day=then.date(), **hour, places=99)
    slot = session.slots.get()
    for _ in range(count):
        make_signup(slot, source="contact")


if __name__ == "__main__":
    if sys.argv[1] in {"put", "sign_up"}:
        {"put": put, "sign_up": sign_up}[sys.argv[1]](int(sys.argv[2]))
    else:
        print("\n".join(Message.objects.order_by("id").values_list("out_id", flat=True)))
