"""What people do about messages: send again, ask the gateway, ring instead, take back; what receipts and replies do."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from parkportal.clock import park_now
from parkportal.identifiers import IdentifierProblem, normal_phone
from parkportal.messaging import outbox, purposes, window
from parkportal.messaging.models import Message, MessageMove, new_out_id
from parkportal.messaging.tasks import sweep
from parkportal.records.audit import record
from parkportal.states import Refused

Channel, Status = Message.Channel, Message.Status
OUTCOMES = {
    Channel.CALL.value: ("打通了", "打过 {} 次，没人接"),
    Channel.PERSON.value: ("当面告诉了", "找过 {} 次，没有见到"),
}


def may_act(user: Any) -> bool:
    """Whether a person may send again, take back, ring; who else sees a message only reads it."""
    return user.has_role("admin", "committee")


def _locked(message: Message) -> Message:
    return Message.objects.select_for_update(of=("self",)).get(pk=message.pk)


def _done_before(token: UUID | None) -> bool:
    """The same press of the same button: its first outcome stands."""
    return token is not None and MessageMove.objects.filter(token=token).exists()


def _useful_again(message: Message) -> None:
    """A message that a person brings back gets its whole lifetime anew when the old one is over."""
    now = park_now()
    message.send_after = now if message.is_urgent else window.earliest(now)
    if message.expires_at <= message.send_after:
        lifetime = purposes.get(message.purpose).lifetime
        message.expires_at = message.send_after + lifetime
    message.save(update_fields=["send_after", "expires_at"])


@transaction.atomic
def resend(*, message: Message, by: Any, reason: str, token: UUID | None = None) -> Message:
    """A person decides that it is to be sent again. Raises Refused `no_number`, or `forbidden_move` in another state.

    What failed for certain goes under a new reference; what nobody knows about keeps its own, so that a provider
    which has it already can tell.
    """
    fresh = _locked(message)
    if _done_before(token):
        return fresh
    if fresh.channel == Channel.SMS and not _reachable(fresh.address):
        raise Refused("no_number", "没有可用的手机号，请改为打电话，或改好号码后从原来的业务里再发。")
    if fresh.status == Status.FAILED:
        fresh.out_id = new_out_id()
    fresh.attempts = fresh.asks = 0
    fresh.put_back(reason=f"再发：{reason}", by=by, token=token)
    fresh.save(update_fields=["out_id", "attempts", "asks"])
    _useful_again(fresh)
    outbox.kick_on_commit()
    return fresh


def _reachable(address: str) -> bool:
    try:
        return bool(normal_phone(address))
    except IdentifierProblem:
        return False


@transaction.atomic
def ask_again(*, message: Message, by: Any) -> Message:
    """Ask the gateway now instead of later. Raises Refused when the message is not unverified."""
    fresh = _locked(message)
    if fresh.status != Status.UNVERIFIED:
        raise Refused("not_unverified", f"现在是“{fresh.get_status_display()}”，不用再问。")
    fresh.retry_at = timezone.now()
    fresh.save(update_fields=["retry_at"])
    record("message.asked", by=by, subject=fresh)
    transaction.on_commit(lambda: sweep.apply_async(retry=False), robust=True)
    return fresh


@transaction.atomic
def bring_by_phone(*, message: Message, by: Any, reason: str, token: UUID | None = None) -> Message:
    """A text message will not do: it goes onto the call list."""
    fresh = _locked(message)
    if _done_before(token):
        return fresh
    fresh.put_back(reason=f"改为打电话：{reason}", by=by, token=token)
    fresh.channel, fresh.attempts = Channel.CALL, 0
    fresh.save(update_fields=["channel", "attempts"])
    _useful_again(fresh)
    return fresh


@transaction.atomic
def note_call(*, message: Message, by: Any, answered: bool, token: UUID | None = None) -> Message:
    """The call, or the walk to somebody without a phone, was made. Answered: the message is delivered; otherwise it
    stays on the list, one try more."""
    fresh = _locked(message)
    if _done_before(token):
        return fresh
    if fresh.channel not in Message.BY_PERSON:
        raise Refused("not_on_call_list", "这一条不在打电话名单里。")
    reached, missed = OUTCOMES[fresh.channel]
    if answered:
        fresh.mark_delivered(reason=reached, by=by, token=token)
    elif fresh.status != Status.WAITING:
        raise Refused("call_over", f"现在是“{fresh.get_status_display()}”，不用再打。")
    else:
        fresh.attempts += 1
        fresh.failure = missed.format(fresh.attempts)
        fresh.save(update_fields=["attempts", "failure"])
        record("message.call_unanswered", by=by, subject=fresh, after={"times": fresh.attempts})
    return fresh


@transaction.atomic
def take_back(*, message: Message, by: Any, reason: str, token: UUID | None = None) -> Message:
    """Withdrawn by hand. Raises Refused `too_late` for what is on its way."""
    fresh = _locked(message)
    if not _done_before(token):
        fresh.withdraw(by=by, reason=reason, token=token)
    return fresh


def reveal(*, message: Message, by: Any, reason: str) -> str:
    """The full number or address, for a reason; leaves an audit row."""
    record("message.address_revealed", by=by, subject=message, after={"address": message.masked_address}, reason=reason)
    return message.address


def send_test(*, by: Any, token: UUID) -> Message:
    """A message to the own number, to see that the way is open."""
    return outbox.put(
        "staff_test", to_user=by, occasion=f"test-{token.hex}", values={"name": by.name}, by=by, label="测试短信通道"
    )
