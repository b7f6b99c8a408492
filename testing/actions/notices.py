"""What a person is told about the own sign-up."""

from django.urls import reverse

from parkportal.messaging import outbox
from testing.models import SignUp
from testing.words import place_words, slot_words


def reminder_occasion(signup: SignUp, slot_id: int | None) -> str:
    return f"signup:{signup.pk}:slot:{slot_id}"


def forget_reminder(signup: SignUp, slot_id: int | None) -> None:
    """The appointment is no more: a reminder of it that is not sent yet is taken back."""
    if slot_id is not None and signup.phone:
        occasion = reminder_occasion(signup, slot_id)
        outbox.withdraw("appointment_reminder", occasion=occasion, reason="改期或取消", to_phone=signup.phone)


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
