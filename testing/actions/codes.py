"""A code or a link on its way to a phone; only here it shows whether there is anybody to send it to."""

from django.urls import reverse

from parkportal.clock import park_today
from parkportal.messaging import outbox
from parkportal.states import Refused
from testing.models import PhoneCode, SignUp

PURPOSES = {PhoneCode.Purpose.SIGNUP: "signup_code", PhoneCode.Purpose.RESULT: "result_code"}


def deliver(code: PhoneCode) -> bool:
    """Put the message into the outbox, if there is a phone; too many codes for one number are dropped. Whether it was."""
    signup = code.signup
    phone = code.phone or (signup.phone if signup else "")
    if not phone:
        return False
    try:
        if code.purpose == PhoneCode.Purpose.LOST:
            _send_link(signup, phone)
        else:
            outbox.put(
                PURPOSES[PhoneCode.Purpose(code.purpose)], occasion=f"code:{code.pk}", to_phone=phone,
                values={"code": code.digits},
            )  # fmt: skip
    except Refused:
        return False
    return True


def _send_link(signup: SignUp | None, phone: str) -> None:
    if signup is not None:
        outbox.put(
            "signup_link",
            occasion=f"signup:{signup.pk}:{park_today():%Y%m%d}",
            to_phone=phone,
            values={"name": signup.masked_name, "link": reverse("public:signup_code", args=[signup.public_token])},
        )
