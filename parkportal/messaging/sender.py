"""How a message leaves the house: claim with a lease, call the gateway, write down what it said.

The database is not held during the call. Whoever dies in between leaves a lease that runs out; then the gateway is
asked about the message's own reference before anything is tried again. Leases are real time, sending times park time.
"""

import logging
import os
import socket
import uuid
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from time import monotonic

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from parkportal.clock import park_now
from parkportal.messaging import window
from parkportal.messaging.gateways import Answer, Gateway, NotHeard, NotReached, Receipt, RefusedByGateway, gateway_for
from parkportal.messaging.models import Message, OptOut
from parkportal.messaging.purposes import Kind
from parkportal.states import Refused

logger = logging.getLogger(__name__)
Status = Message.Status

MOST_REFUSALS = 5
NEVER_LEFT, NEVER_ARRIVED = "连不上网关，没有发出", "问过网关：没有收下，可以再发"
ASK_AGAIN = (timedelta(seconds=30), timedelta(minutes=2), timedelta(minutes=5), timedelta(minutes=15))
NOT_REACHED_AGAIN = (timedelta(seconds=15), timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=10))


def lease_length() -> timedelta:
    return timedelta(seconds=settings.OUTBOX_LEASE_SECONDS)


def new_holder() -> str:
    """Who holds a lease: readable for staff, unique for each claim."""
    return f"{socket.gethostname()[:30]}:{os.getpid()}:{uuid.uuid4().hex[:12]}"


def _backoff(steps: tuple[timedelta, ...], count: int) -> timedelta:
    return steps[min(max(count, 1), len(steps)) - 1]


def _let_go_of_database() -> None:
    """Give the connection back for the time of the call; inside a caller's transaction it has to stay."""
    if not connection.in_atomic_block:
        connection.close()


def send_batch(most: int) -> int:
    """Send up to `most` due messages, one after the other. How many were taken; fewer than `most`: none is left."""
    for taken in range(most):
        message = claim()
        if message is None:
            return taken
        deliver(message)
    return most


def claim() -> Message | None:
    """Take the next due message with a lease, or None. Two workers never take the same."""
    now = park_now()
    while True:
        with transaction.atomic():
            message = (
                Message.objects.due(now=now, window_open=window.is_open(now), real_now=timezone.now())
                .select_for_update(skip_locked=True)
                .first()
            )
            if message is None:
                return None
            if not _held_back(message):
                message.lease(until=timezone.now() + lease_length(), by=new_holder())
                return message


def _held_back(message: Message) -> bool:
    """The number's daily limit is reached: queued until there is a place. Or its owner wants no more promotions."""
    if message.kind == Kind.PROMOTION and OptOut.objects.filter(recipient_hash=message.recipient_hash).exists():
        message.withdraw(by=None, reason="对方已退订")
        return True
    free_at = window.free_again_at(message)
    if free_at is None:
        return False
    message.retry_at, message.failure = free_at, f"24 小时内已发 {window.DAY_LIMIT} 条，排队"
    message.save(update_fields=["retry_at", "failure"])
    return True


def deliver(message: Message) -> None:
    """Hand one leased message to its gateway and write down the answer."""
    started, lease = monotonic(), lease_length().total_seconds()
    gateway = gateway_for(message)
    _let_go_of_database()
    if monotonic() - started > lease - settings.SMS_TIMEOUT_SECONDS:
        return  # stalled: whoever finds the lease run out asks first
    _finish(message, _call(gateway, message))


def _call(gateway: Gateway, message: Message) -> Callable[[Message], None]:
    """Call the gateway; what to write down about it."""
    try:
        receipt = gateway.send(message.out_id, message.address, message.text, message.template, message.params)
    except RefusedByGateway as refusal:
        return partial(_refused, refusal=refusal)
    except NotReached:
        return _not_reached
    except NotHeard:
        return _not_heard
    return partial(_accept, receipt=receipt)


def _finish(message: Message, write: Callable[[Message], None]) -> None:
    """Write the outcome if the lease is still ours; a receipt or another worker may have been quicker."""
    with transaction.atomic():
        fresh = Message.objects.select_for_update().get(pk=message.pk)
        if fresh.status == Status.SENDING and fresh.lease_by == message.lease_by:
            write(fresh)
            logger.info("message %s %s %s %s", fresh.pk, fresh.template, fresh.masked_address, fresh.status)


def _accept(message: Message, receipt: Receipt, *, reason: str = "") -> None:
    message.mark_sent(receipt.provider_id, reason=reason)
    if receipt.delivered:
        message.mark_delivered(reason="网关回执")
    elif receipt.delivered is False:
        message.mark_failed(receipt.failure or "没有送到")


def _refused(message: Message, refusal: RefusedByGateway) -> None:
    # only refusals count: that the network was gone before says nothing about the provider's patience
    back = message.moves.filter(from_status=Status.SENDING, to_status=Status.WAITING)
    before = back.exclude(reason__in=[NEVER_LEFT, NEVER_ARRIVED]).count()
    if refusal.again_after is None or before + 1 >= MOST_REFUSALS:
        message.mark_failed(refusal.failure)
    else:
        message.put_back(reason=refusal.failure, retry_at=timezone.now() + refusal.again_after)


def _not_reached(message: Message) -> None:
    wait = _backoff(NOT_REACHED_AGAIN, message.attempts)
    message.put_back(reason=NEVER_LEFT, retry_at=timezone.now() + wait)


def _not_heard(message: Message) -> None:
    ask_at = timezone.now() + timedelta(seconds=settings.SMS_SETTLE_SECONDS)
    message.mark_unverified("网关没有回答，不知道收没收下", ask_at=ask_at)


def recover(most: int) -> int:
    """Ask the gateways about messages whose lease ran out and about unverified ones. How many were asked about."""
    for asked in range(most):
        message = _claim_question()
        if message is None:
            return asked
        _ask(message)
    return most


def _claim_question() -> Message | None:
    """The next message to ask about, its lease or question renewed in our name."""
    now = timezone.now()
    with transaction.atomic():
        message = Message.objects.unanswered(real_now=now).select_for_update(skip_locked=True).first()
        if message is None:
            return None
        message.lease_until = message.retry_at = now + lease_length()
        message.lease_by, message.asked_at, message.asks = new_holder(), now, message.asks + 1
        message.save(update_fields=["lease_until", "retry_at", "lease_by", "asked_at", "asks"])
    return message


def _ask(message: Message) -> None:
    gateway = gateway_for(message)
    _let_go_of_database()
    try:
        answer = gateway.find(message.out_id, phone=message.address, tried_at=message.tried_at or message.made_at)
    except (NotReached, NotHeard, RefusedByGateway):
        answer = None
    with transaction.atomic():
        fresh = Message.objects.select_for_update().get(pk=message.pk)
        if fresh.lease_by == message.lease_by and fresh.status in {Status.SENDING, Status.UNVERIFIED}:
            _write_answer(fresh, answer)


def _write_answer(message: Message, answer: Answer | None) -> None:
    """Found: sent. Not found and the gateway is sure: waiting again. No answer: unverified, and asked again later."""
    if answer is not None and answer.receipt is not None:
        _accept(message, answer.receipt, reason="问过网关：已收下")
    elif answer is not None and answer.sure:
        message.put_back(reason=NEVER_ARRIVED)
    else:
        _still_unknown(message, "已向网关查询，还没有回答" if answer is None else "网关还不能肯定收没收下")


def _still_unknown(message: Message, words: str) -> None:
    ask_at = timezone.now() + _backoff(ASK_AGAIN, message.asks)
    if message.status == Status.SENDING:
        message.mark_unverified(words, ask_at=ask_at)
    elif message.expires_at <= park_now():
        message.move_to(Status.EXPIRED, reason="过了作废时间仍问不清，不再发")
    else:
        message.retry_at, message.failure, message.lease_by = ask_at, words, ""
        message.save(update_fields=["retry_at", "failure", "lease_by"])


def expire() -> int:
    """What was not sent in time is of no use any more. How many."""
    with transaction.atomic():
        lapsed = list(Message.objects.lapsed(now=park_now()).select_for_update(skip_locked=True)[:500])
        for message in lapsed:
            _expire_one(message)
    return len(lapsed)


def _expire_one(message: Message) -> None:
    try:
        message.move_to(Status.EXPIRED, reason="过了作废时间，没有发")
    except Refused:
        logger.info("message %s moved on before it expired", message.pk)
