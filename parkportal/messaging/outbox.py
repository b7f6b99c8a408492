"""Putting messages into the outbox and taking them back, in the caller's transaction."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, connection, transaction

from parkportal.clock import park_now
from parkportal.identifiers import IdentifierProblem, normal_phone
from parkportal.messaging import purposes, texts, window
from parkportal.messaging.models import MailboxMessage, Message, MessageMove, OptOut
from parkportal.messaging.purposes import Kind, Purpose
from parkportal.messaging.tasks import send_due
from parkportal.privacy import lookup_hash

Channel, Status = Message.Channel, Message.Status
TOLD_WITHIN = timedelta(days=14)  # who is told in person is not forgotten after the day of a text message


def put(
    purpose_code: str,
    *,
    occasion: str,
    values: Mapping[str, Any],
    to_phone: str = "",
    to_user: Any = None,
    to_email: str = "",
    to_person: str = "",
    send_after: datetime | None = None,
    expires_at: datetime | None = None,
    by: Any = None,
    label: str = "",
    context_id: int | None = None,
    about_id: int | None = None,
) -> Message:
    """Write one message; it is sent after the caller's transaction has committed, and not when it rolls back.

    The same purpose, recipient and occasion again returns the first one as it stands (also a withdrawn one).
    `values` are exactly the template's placeholders, `about_id` the enterprise; `send_after` and `expires_at` are park
    time. Outside the sending hours what is not urgent is queued to the next morning. A missing or wrong number does not
    raise: the message stands as failed. `to_person` is the portal's own code of somebody whom nothing reaches: the
    message is never sent, it stands on the list of whom staff tell in person, `label` says who it is. Raises Refused `too_many_codes`; ValueError, KeyError for a programmer's mistake.
    """
    purpose = purposes.get(purpose_code)
    channel, address, recipient_hash, problem = _destination(to_phone, to_user, to_email, to_person)
    wanted = {"purpose": purpose.code, "recipient_hash": recipient_hash, "occasion": occasion}
    if found := Message.objects.filter(**wanted).first():
        return found
    if purpose.kind == Kind.CODE:
        window.refuse_too_many_codes(recipient_hash)
    about = {"label": label[:120], "context_id": context_id, "about_id": about_id, "by": by}
    message = Message(**wanted, **about, channel=channel, address=address, recipient=to_user)
    _compose(message, purpose, values)
    _plan(message, purpose, send_after, expires_at)
    if not _saved(message, problem):
        return Message.objects.get(**wanted)
    return _kicked_when_due(message)


def _saved(message: Message, problem: str) -> bool:
    """Written with its first move; False when somebody was a moment earlier."""
    try:
        with transaction.atomic():
            message.save(force_insert=True)
            _first_move(message, problem)
    except IntegrityError:
        return False
    return True


def _kicked_when_due(message: Message) -> Message:
    if message.status == Status.WAITING and not message.is_by_person and message.send_after <= park_now():
        kick_on_commit()
    return message


def withdraw(
    purpose_code: str,
    *,
    occasion: str,
    by: Any = None,
    reason: str,
    to_phone: str = "",
    to_user: Any = None,
    to_email: str = "",
) -> int:
    """The occasion has lapsed: what is not yet on its way is taken back, for one recipient or for all. How many were."""
    messages = Message.objects.filter(purpose=purpose_code, occasion=occasion, status__in=Message.WITHDRAWABLE)
    if to_phone or to_user or to_email:
        messages = messages.filter(recipient_hash=_destination(to_phone, to_user, to_email)[2])
    with transaction.atomic():
        found = list(messages.select_for_update().order_by("id"))
        for message in found:
            message.withdraw(by=by, reason=reason)
    return len(found)


def forget(
    *,
    purpose_codes: Collection[str],
    recipient_hashes: Collection[str],
    occasions: Collection[str],
    by: Any = None,
    reason: str,
) -> int:
    """Persons are erased: what was written to them about these occasions loses address, name and text. How many.

    `occasions` name the thing, like `signup:12`; what follows a second colon does not matter. What is not yet on its
    way is taken back; purpose, time and status stay, since they are counted. The caller holds the transaction.
    """
    rows = Message.objects.filter(purpose__in=purpose_codes, recipient_hash__in=recipient_hashes).order_by("id")
    found = [one for one in rows.select_for_update() if ":".join(one.occasion.split(":")[:2]) in occasions]
    for message in found:
        if message.status in Message.WITHDRAWABLE:
            message.withdraw(by=by, reason=reason)
        message.address, message.label, message.params, message.text = "", "", {}, ""
        message.save(update_fields=["address", "label", "params", "text"])
    out_ids = [message.out_id for message in found]
    for kept in MailboxMessage.objects.filter(out_id__in=out_ids):
        kept.address, kept.text = "", ""
        kept.save(update_fields=["address", "text"])
    return len(found)


def person_hash(code: str) -> str:
    """What stands for the address of somebody who is told in person."""
    return lookup_hash(code, kind="person")


def _destination(phone: str, user: Any, email: str, person: str = "") -> tuple[str, str, str, str]:
    """Channel, address, its keyed hash, and what is wrong with it. An explicit number goes before the account's."""
    if person:
        return Channel.PERSON, "", person_hash(person), ""
    if email:
        return Channel.EMAIL, email.strip(), lookup_hash(email, kind="email"), ""
    raw = phone or (user.phone if user is not None else "")
    if not raw:
        if user is None:
            raise ValueError("a message needs to_phone, to_user or to_email")
        return Channel.SMS, "", lookup_hash(str(user.pk), kind="account"), "没有手机号"
    try:
        number = normal_phone(raw)
    except IdentifierProblem:
        return Channel.SMS, raw[:40], lookup_hash(raw, kind="phone"), "手机号码不对"
    return Channel.SMS, number, lookup_hash(number, kind="phone"), ""


def _compose(message: Message, purpose: Purpose, values: Mapping[str, Any]) -> None:
    message.kind, message.is_urgent, message.template = purpose.kind, purpose.any_hour, purpose.code
    message.params = texts.parameters(purpose, values)
    message.text = texts.compose(purpose, message.params)
    message.segments = texts.segments(message.text)


def _plan(message: Message, purpose: Purpose, send_after: datetime | None, expires_at: datetime | None) -> None:
    start = max(send_after, message.created_at) if send_after else message.created_at
    message.send_after = start if purpose.any_hour else window.earliest(start)
    lifetime = max(purpose.lifetime, TOLD_WITHIN) if message.channel == Channel.PERSON else purpose.lifetime
    message.expires_at = expires_at or message.send_after + lifetime


def _first_move(message: Message, problem: str) -> None:
    MessageMove.objects.create(subject=message, to_status=Status.WAITING, by=message.by, reason="写入发件箱")
    if problem:
        message.mark_failed(problem)
    elif message.kind == Kind.PROMOTION and OptOut.objects.filter(recipient_hash=message.recipient_hash).exists():
        message.withdraw(by=None, reason="对方已退订")


def kick() -> None:
    """Wake a worker. When the broker does not answer, the sweep finds the message a few seconds later."""
    send_due.apply_async(retry=False)


def kick_on_commit() -> None:
    """One kick for each transaction, however many messages it writes."""
    if not any(entry[1] is kick for entry in connection.run_on_commit):
        transaction.on_commit(kick, robust=True)
