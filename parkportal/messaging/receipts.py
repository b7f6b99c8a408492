"""What the provider pushes: receipts of delivery, and replies that opt out. The same push again changes nothing."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from parkportal.identifiers import IdentifierProblem, normal_phone
from parkportal.messaging.gateways.aliyun import failure_words
from parkportal.messaging.models import Message, OptOut
from parkportal.privacy import lookup_hash

Status = Message.Status
OPT_OUT_WORDS = frozenset({"R", "TD", "T", "退订"})


def take_receipts(reports: list[Mapping[str, Any]]) -> int:
    """Write down receipts (`out_id`, `biz_id`, `success`, `err_code`). How many changed a message."""
    return sum(_take_one(report) for report in reports)


@transaction.atomic
def _take_one(report: Mapping[str, Any]) -> bool:
    out_id = str(report.get("out_id") or "")
    message = Message.objects.select_for_update().filter(out_id=out_id).first() if out_id else None
    if message is None:
        return False
    if report.get("success") in (True, "true"):
        return _delivered(message, str(report.get("biz_id", "")))
    return _failed(message, str(report.get("err_code", "")))


def _delivered(message: Message, provider_id: str) -> bool:
    """Also a message that we thought unsent or doubtful: it is not sent again."""
    if not message.can_move(Status.DELIVERED):
        return False
    message.provider_id = provider_id[:64] or message.provider_id
    message.save(update_fields=["provider_id"])
    message.mark_delivered(reason="运营商回执")
    return True


def _failed(message: Message, code: str) -> bool:
    """The provider had it and could not bring it. A message that waits again is not touched: it goes its way anew."""
    if message.status not in {Status.SENDING, Status.SENT, Status.UNVERIFIED}:
        return False
    message.mark_failed(failure_words(code))
    return True


def take_replies(replies: list[Mapping[str, Any]]) -> int:
    """R or TD from a number: no promotion goes there any more. How many numbers were new."""
    return sum(_opt_out(str(reply.get("phone_number", "")), str(reply.get("content", ""))) for reply in replies)


def _opt_out(phone: str, content: str) -> bool:
    if content.strip().upper() not in OPT_OUT_WORDS:
        return False
    try:
        number = normal_phone(phone)
    except IdentifierProblem:
        return False
    return OptOut.objects.get_or_create(recipient_hash=lookup_hash(number, kind="phone"))[1]
