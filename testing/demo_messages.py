"""The demo park's messages of the day: most arrived, one number is wrong, one answer was never heard, one is rung.

Two people have no phone: staff tell them in person.
"""

from datetime import datetime, timedelta

from django.urls import reverse

from parkportal.demo import Stage
from parkportal.given import given
from parkportal.messaging import actions, outbox
from parkportal.messaging.models import Message, MessageMove
from parkportal.records.triggers import lifted
from testing.actions.notices import tell_person
from testing.models import SignUp, SignUpStatus, Specimen, SpecimenStatus
from testing.words import place_words, slot_words

CONFIRMED, TOLD, IN_PERSON = 14, 12, 2
GATEWAY = "演示"


def plant(stage: Stage) -> None:
    """Confirmations of tomorrow's sign-ups through the morning, news of yesterday's swabs after noon."""
    _tell_in_person(stage)
    morning = stage.now.replace(hour=9, minute=5)
    with lifted("messaging_messagemove"):
        for number, message in enumerate([*_confirmations(), *_news(stage)]):
            _bring(message, number, at=morning + timedelta(minutes=19 * number))
            if number == 11:
                actions.bring_by_phone(message=message, by=stage.users["guanwei2"], reason="号码是座机，改为打电话")


def _tell_in_person(stage: Stage) -> None:
    """Two of yesterday's people gave no phone, and their firms have no contact with an account: staff go to them."""
    news = SignUp.objects.filter(specimens__status=SpecimenStatus.RELEASED, enterprise__contacts=None)
    for signup in news.order_by("-specimens__pk")[:IN_PERSON]:
        signup.set_phone("")
        signup.save(update_fields=["phone", "phone_hash"])
        link = reverse("public:results")
        occasion = f"specimen:{signup.specimens.get(status=SpecimenStatus.RELEASED).pk}"
        tell_person(signup, "result_notice", occasion=occasion, values={"link": link}, by=stage.users["shenhe"])


def _confirmations() -> list[Message]:
    coming = SignUp.objects.filter(status=SignUpStatus.REGISTERED, slot__isnull=False)
    return [
        outbox.put(
            "signup_confirmed",
            occasion=f"signup:{signup.pk}",
            to_phone=signup.phone,
            values={
                "name": signup.masked_name,
                "when": slot_words(given(signup.slot)),
                "place": place_words(given(signup.slot).session.point),
                "link": reverse("public:signup_code", args=[signup.public_token]),
            },
            context_id=signup.pk,
        )
        for signup in coming.select_related("slot__session__point").order_by("pk")[:CONFIRMED]
    ]


def _news(stage: Stage) -> list[Message]:
    released = Specimen.objects.filter(status=SpecimenStatus.RELEASED, signup__phone_hash__gt="").select_related(
        "signup"
    )
    return [
        outbox.put(
            "result_notice",
            occasion=f"specimen:{tube.pk}",
            to_phone=given(tube.signup).phone,
            values={"name": given(tube.signup).masked_name, "link": reverse("public:results")},
            context_id=tube.signup_id,
            by=stage.users["shenhe"],
        )
        for tube in released.order_by("-pk")[:TOLD]
    ]


def _bring(message: Message, number: int, *, at: datetime) -> None:
    """How far it got: the fifth has a wrong number, the ninth was never answered, the twelfth is rung."""
    message.lease(until=at + timedelta(minutes=1), by=GATEWAY)
    if number == 8:
        message.mark_unverified("网关没有回音", ask_at=at + timedelta(days=365))
    elif number in {4, 11}:
        message.mark_failed("号码不对")
    else:
        message.mark_sent(f"DEMO{number:04d}")
        message.mark_delivered(reason="回执：已送达")
    MessageMove.objects.filter(subject=message).update(effective_at=at, recorded_at=at)
    Message.objects.filter(pk=message.pk).update(created_at=at)
