"""An appointment as a calendar file (RFC 5545) with a reminder one hour before."""

from datetime import UTC, datetime

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from testing.models import SignUp, Slot
from testing.words import place_words


def appointment(signup: SignUp, slot: Slot) -> bytes:
    """One event. It names place and time and links the person's own page; no name, no document."""
    point = slot.session.point
    link = settings.PORTAL_URL.rstrip("/") + reverse("public:signup_code", args=[signup.public_token])
    lines = [
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//park//sampling//ZH", "METHOD:PUBLISH", "BEGIN:VEVENT",
        f"UID:{signup.public_token}@park",
        f"DTSTAMP:{_utc(signup.created_at)}",
        f"DTSTART:{_utc(slot.starts_at)}",
        f"DTEND:{_utc(slot.ends_at)}",
        f"SUMMARY:{_text(_('核酸采样'))}",
        f"LOCATION:{_text(f'{place_words(point)} {point.place}'.strip())}",
        f"DESCRIPTION:{_text(_('带有效证件，戴口罩，出示采样码'))} {link}",
        f"URL:{link}",
        "BEGIN:VALARM", "ACTION:DISPLAY", f"DESCRIPTION:{_text(_('核酸采样'))}", "TRIGGER:-PT1H", "END:VALARM",
        "END:VEVENT", "END:VCALENDAR",
    ]  # fmt: skip
    return "".join(f"{folded}\r\n" for line in lines for folded in _fold(line)).encode()


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _text(words: str) -> str:
    for mark in "\\;,":
        words = words.replace(mark, f"\\{mark}")
    return words.replace("\n", "\\n")


def _fold(line: str) -> list[str]:
    """At most 75 octets a line, never inside a character; what follows begins with a blank."""
    parts, rest = [], line
    while len(rest.encode()) > 75:
        cut = len(rest.encode()[:74].decode(errors="ignore"))
        parts.append(rest[:cut])
        rest = " " + rest[cut:]
    return [*parts, rest]
