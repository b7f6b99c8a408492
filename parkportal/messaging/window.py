"""When a message may go out and how often to one number (handbook §7). Queued, never dropped."""

from datetime import datetime, time, timedelta

from django.utils import timezone

from parkportal.clock import SHANGHAI, at, day_of
from parkportal.messaging.models import Message
from parkportal.messaging.purposes import Kind
from parkportal.records import settings as park_settings
from parkportal.states import Refused

CODE_LIMITS = ((timedelta(minutes=1), 1), (timedelta(hours=1), 5), (timedelta(days=1), 10))
DAY_LIMIT = 50


def sending_hours() -> tuple[time, time]:
    """From when until when (exclusive) non-urgent messages go out, in park time."""
    opens, _, closes = park_settings.get("sms_window").partition("-")
    return time.fromisoformat(opens.strip()), time.fromisoformat(closes.strip())


def is_open(now: datetime) -> bool:
    opens, closes = sending_hours()
    return opens <= now.astimezone(SHANGHAI).time() < closes


def earliest(wanted: datetime) -> datetime:
    """The first instant at or after `wanted` that lies within the sending hours."""
    opens, closes = sending_hours()
    day, clock = day_of(wanted), wanted.astimezone(SHANGHAI).time()
    if opens <= clock < closes:
        return wanted
    return at(day if clock < opens else day + timedelta(days=1), opens)


def refuse_too_many_codes(recipient_hash: str) -> None:
    """1 a minute, 5 an hour, 10 a day for one number, in real time. Raises Refused `too_many_codes`."""
    now = timezone.now()
    sent = list(
        Message.objects.filter(
            kind=Kind.CODE, recipient_hash=recipient_hash, made_at__gt=now - CODE_LIMITS[-1][0]
        ).values_list("made_at", flat=True)
    )
    for span, most in CODE_LIMITS:
        if sum(made_at > now - span for made_at in sent) >= most:
            words = {1: "请过 1 分钟再要", 5: "1 小时内已要过 5 次，请稍后再要", 10: "今天已要过 10 次，请明天再要"}
            raise Refused("too_many_codes", f"验证码要得太频繁，{words[most]}。")


def free_again_at(message: Message) -> datetime | None:
    """None while fewer than 50 of this purpose went to this number within 24 hours; else the real time of the next place."""
    latest = list(
        Message.objects.filter(
            purpose=message.purpose,
            recipient_hash=message.recipient_hash,
            sent_at__gt=timezone.now() - timedelta(days=1),
        )
        .order_by("-sent_at")
        .values_list("sent_at", flat=True)[:DAY_LIMIT]
    )
    return latest[-1] + timedelta(days=1) if len(latest) == DAY_LIMIT else None  # type: ignore[operator, return-value]
