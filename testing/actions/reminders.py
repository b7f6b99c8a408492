"""What the schedule asks every five minutes: confirmations of new sign-ups, reminders for tomorrow's swabs."""

from datetime import datetime, time, timedelta

from django.urls import reverse

from parkportal.clock import SHANGHAI, at
from parkportal.messaging import outbox
from parkportal.messaging.models import Message
from testing.actions.notices import confirm, reminder_occasion
from testing.models import SignUp, SignUpStatus, Source
from testing.words import place_words, slot_words

REMIND_AHEAD = timedelta(hours=24)
CONFIRM_WITHIN = timedelta(minutes=30)
EVENING = time(18)


def remind_appointments(now: datetime) -> int:
    """Put what is due into the outbox; what stands there already is left alone. How many messages were new."""
    return _confirm_new(now) + _remind_due(now)


def _confirm_new(now: datetime) -> int:
    fresh = SignUp.objects.filter(
        source=Source.SELF,
        status__in=[SignUpStatus.REGISTERED, SignUpStatus.WAITING],
        created_at__gt=now - CONFIRM_WITHIN,
        created_at__lte=now,
    ).select_related("slot__session__point")
    signups = {f"signup:{signup.pk}": signup for signup in fresh if signup.phone}
    told = _told(["signup_confirmed", "signup_door", "waiting_joined"], list(signups))
    due = [signup for occasion, signup in signups.items() if occasion not in told]
    for signup in due:
        confirm(signup)
    return len(due)


def _remind_due(now: datetime) -> int:
    coming = SignUp.objects.filter(
        status=SignUpStatus.REGISTERED, slot__starts_at__gt=now, slot__starts_at__lte=now + REMIND_AHEAD
    ).select_related("slot__session__point")
    signups = {reminder_occasion(signup, signup.slot_id): signup for signup in coming if signup.phone}
    told = _told(["appointment_reminder"], list(signups))
    due = [(occasion, signup) for occasion, signup in signups.items() if occasion not in told]
    for occasion, signup in due:
        _remind(signup, occasion)
    return len(due)


def _told(purposes: list[str], occasions: list[str]) -> set[str]:
    found: set[str] = set()
    for start in range(0, len(occasions), 500):
        part = occasions[start : start + 500]
        found |= set(Message.objects.filter(purpose__in=purposes, occasion__in=part).values_list("occasion", flat=True))
    return found


def _remind(signup: SignUp, occasion: str) -> None:
    slot = signup.slot
    if slot is None:
        return
    day_before = slot.starts_at.astimezone(SHANGHAI).date() - timedelta(days=1)
    outbox.put(
        "appointment_reminder",
        occasion=occasion,
        to_phone=signup.phone,
        send_after=at(day_before, EVENING),
        expires_at=slot.starts_at,
        values={
            "name": signup.masked_name,
            "when": slot_words(slot),
            "place": place_words(slot.session.point),
            "link": reverse("public:signup_code", args=[signup.public_token]),
        },
        context_id=signup.pk,
    )
