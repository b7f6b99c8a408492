"""What a person is told about the own sign-up."""

from typing import Any

from django.urls import reverse

from enterprises.models import EnterpriseContact
from parkportal.accounts.models import User, in_force
from parkportal.clock import park_today
from parkportal.messaging import outbox
from parkportal.records import settings
from testing.models import SignUp
from testing.words import place_words, slot_words


def tell_person(signup: SignUp, purpose: str, *, occasion: str, values: dict[str, Any], by: Any) -> None:
    """One message to the person; who has no phone is told by the contacts of the own firm, who find out what on their
    page; who has nobody there either is told in person by staff (decision 96). `values` come without the name."""
    more = {"context_id": signup.pk, "by": by}
    named = {"name": signup.masked_name, **values}
    if signup.phone:
        outbox.put(purpose, occasion=occasion, to_phone=signup.phone, values=named, **more)
        return
    contacts = EnterpriseContact.objects.filter(in_force(), enterprise=signup.enterprise_id, user__is_active=True)
    contacts = contacts.select_related("user")
    for contact in contacts:
        told = {"name": contact.user.name, "link": reverse("testing:signup_detail", args=[signup.pk])}
        outbox.put(
            "phoneless_notice", occasion=passed_on(signup, purpose, occasion), to_user=contact.user, values=told,
            about_id=contact.enterprise_id, **more,
        )  # fmt: skip
    if not contacts:
        label = f"{signup.masked_name} {signup.code}"
        outbox.put(purpose, occasion=occasion, to_person=signup.code, values=named, label=label, **more)


def passed_on(signup: SignUp, purpose: str, occasion: str) -> str:
    """The occasion of the notice to a contact: a mixed tube is one occasion of many people, each has to be told."""
    return f"{purpose}:{occasion}:{signup.pk}"


def reminder_occasion(signup: SignUp, slot_id: int | None) -> str:
    return f"signup:{signup.pk}:slot:{slot_id}"


def forget_reminder(signup: SignUp, slot_id: int | None) -> None:
    """The appointment is no more: a reminder of it that is not sent yet is taken back."""
    if slot_id is not None and signup.phone:
        occasion = reminder_occasion(signup, slot_id)
        outbox.withdraw("appointment_reminder", occasion=occasion, reason="改期或取消", to_phone=signup.phone)


def call_about_fever(signup: SignUp, *, by: Any) -> None:
    """Twice too warm: the named officer, or else the committee, is called; no message says who or how warm."""
    officer = User.objects.filter(username=settings.get("positive_contact"), is_active=True).first()
    link = reverse("testing:signup_detail", args=[signup.pk])
    for user in [officer] if officer else User.objects.with_role("committee"):
        outbox.put(
            "fever_alert", occasion=f"signup:{signup.pk}:fever:{park_today():%Y%m%d}", to_user=user,
            values={"name": user.name, "link": link}, by=by,
        )  # fmt: skip


def confirm(signup: SignUp) -> None:
    """Send the person the way to their own page; once for each sign-up."""
    if not signup.phone:
        return
    values = {"name": signup.masked_name, "link": reverse("public:signup_code", args=[signup.public_token])}
    purpose = "signup_door"
    if signup.status == SignUp.Status.WAITING:
        purpose = "waiting_joined"
    elif signup.slot is not None:
        purpose = "signup_confirmed"
        values |= {"when": slot_words(signup.slot), "place": place_words(signup.slot.session.point)}
    elif not signup.is_door:
        return
    outbox.put(purpose, occasion=f"signup:{signup.pk}", to_phone=signup.phone, values=values, context_id=signup.pk)
