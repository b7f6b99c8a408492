"""What the schedule asks every five minutes: confirmations of new sign-ups, reminders for tomorrow's swabs.

Who has no phone is reminded through the contacts of the own firm, one message a firm and day (decision 99).
"""

from datetime import datetime, time, timedelta
from typing import Any

from django.db.models import Count
from django.urls import reverse

from enterprises.models import EnterpriseContact
from parkportal.accounts.models import in_force
from parkportal.clock import SHANGHAI, at, day_of
from parkportal.messaging import outbox
from parkportal.messaging.models import Message
from testing.actions.notices import confirm, reminder_occasion
from testing.models import SignUp, SignUpStatus, Source
from testing.words import day_words, place_words, slot_words

REMIND_AHEAD = timedelta(hours=24)
CONFIRM_WITHIN = timedelta(minutes=30)
EVENING, GATHERED = time(18), time(17, 30)


def remind_appointments(now: datetime) -> int:
    """Put what is due into the outbox; what stands there already is left alone. How many messages were new."""
    return _confirm_new(now) + _remind_due(now) + _remind_contacts(now)


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


def _remind_contacts(now: datetime) -> int:
    """In the evening the contacts hear how many of theirs without a phone are to be swabbed tomorrow."""
    if now < at(day_of(now), GATHERED):
        return 0
    tomorrow = day_of(now) + timedelta(days=1)
    coming = SignUp.objects.filter(
        status=SignUpStatus.REGISTERED, slot__session__day=tomorrow, phone_hash="", enterprise__isnull=False
    )
    firms = coming.order_by().values("enterprise", "enterprise__name", "campaign").annotate(people=Count("pk"))
    rows = {f"campaign:{row['campaign']}:{row['enterprise']}:{tomorrow:%Y%m%d}": row for row in firms}
    told = _told(["phoneless_reminder"], list(rows))
    return sum(_remind_firm(row, occasion, now) for occasion, row in rows.items() if occasion not in told)


def _remind_firm(row: Any, occasion: str, now: datetime) -> int:
    today, firm = day_of(now), row["enterprise"]
    link = reverse("testing:roster_done", args=[firm, row["campaign"]])
    contacts = EnterpriseContact.objects.filter(in_force(), enterprise=firm).select_related("user")
    for contact in contacts:
        values = {
            "name": contact.user.name, "count": str(row["people"]), "day": day_words(today + timedelta(days=1)),
            "link": link,
        }  # fmt: skip
        outbox.put(
            "phoneless_reminder", occasion=occasion, to_user=contact.user, values=values, send_after=at(today, EVENING),
            label=row["enterprise__name"], about_id=firm,
        )  # fmt: skip
    return len(contacts)
