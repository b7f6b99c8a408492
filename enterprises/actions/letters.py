"""慰问信 / 暖心短信 / 问候: a batch addressed by the register's filter, each contact kept with its enterprise."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.urls import reverse

from enterprises.models import Enterprise, Greeting, GreetingContact, GreetingKind
from enterprises.models.letters import MESSAGES, Addressee
from parkportal.clock import park_now
from parkportal.idempotency import once
from parkportal.messaging import outbox
from parkportal.messaging.models import Message
from parkportal.records import jobs
from parkportal.records.audit import record
from parkportal.records.models import Job
from parkportal.states import Refused

SEND, PRINT = "greeting_messages", "greeting_letters"
LETTER_PURPOSE = "letter_sent"


def send_greeting(
    *, facts: Mapping[str, Any], enterprises: Iterable[Enterprise], query: str, by: Any, token: UUID | None = None
) -> tuple[Greeting, bool]:
    """One contact for each enterprise at once; letters and text messages go out by a job, calls and visits are to be made.

    `facts`: kind, title, body, addressee, and for a text message its purpose. The same token again gives the first batch.
    Raises Refused `no_addressees`.
    """
    units = list(enterprises)
    if not units:
        raise Refused("no_addressees", "按这个筛选没有企业，请回名录改筛选。")

    def create() -> Greeting:
        purpose = LETTER_PURPOSE if facts["kind"] == GreetingKind.LETTER else facts.get("purpose", "")
        greeting = Greeting.objects.create(**{**facts, "purpose": purpose}, query=query, by=by, token=token)
        GreetingContact.objects.bulk_create(
            [GreetingContact(greeting=greeting, enterprise=unit) for unit in units], 1000
        )
        record("greeting.sent", by=by, subject=greeting, after={"家数": len(units), "方式": greeting.kind})
        if greeting.kind in MESSAGES:
            _start(greeting, by=by, total=len(units))
        return greeting

    with transaction.atomic():
        return once(Greeting, token, create)


def send_rest(*, greeting: Greeting, by: Any) -> Job:
    """Go on with a batch whose job was stopped or whose numbers were entered later. Raises Refused `nothing_left`."""
    left = greeting.contacts.to_send().count()
    if not left:
        raise Refused("nothing_left", "能发的都发了。")
    with transaction.atomic():
        return _start(greeting, by=by, total=left)


def _start(greeting: Greeting, *, by: Any, total: int) -> Job:
    job = jobs.start(
        SEND,
        title=f"发慰问：{greeting.title}",
        by=by,
        params={"greeting": greeting.pk},
        lock_key=f"greeting-{greeting.pk}",
        total=total,
    )
    Greeting.objects.filter(pk=greeting.pk).update(job=job)
    return job


def print_letters(*, greeting: Greeting, by: Any) -> Job:
    """A page for each enterprise, to be signed and carried there. Raises Refused `no_letter`."""
    if greeting.kind != GreetingKind.LETTER:
        raise Refused("no_letter", "只有慰问信可以打印。")
    title, total, params = f"打印慰问信：{greeting.title}", greeting.contacts.count(), {"greeting": greeting.pk}
    return jobs.start(PRINT, title=title, by=by, params=params, total=total, lock_key=jobs.wish_key(PRINT, by, params))


def tell_greeting(contact: GreetingContact, account: Any, *, by: Any) -> bool:
    """The message of one contact, to the register's number; one person gets one message of a batch. Was it written?

    Not when the contact was reached meanwhile, nor to a number that cannot be one: the failed message stays beside the
    contact until the register has another number.
    """
    greeting = contact.greeting
    name, phone = contact.addressee
    values = {"name": name or Addressee(greeting.addressee).label}
    if greeting.kind == GreetingKind.LETTER:
        values["link"] = reverse("enterprises:greeting_detail", args=[greeting.pk])
    with transaction.atomic():
        held = GreetingContact.objects.select_for_update(of=("self",)).get(pk=contact.pk)
        if GreetingContact.objects.reached().filter(pk=held.pk).exists():
            return False
        held.message = outbox.put(
            greeting.purpose,
            occasion=f"greeting-{greeting.pk}",
            to_phone=phone,
            to_user=account,
            values=values,
            by=by,
            label=contact.enterprise.name,
            about_id=contact.enterprise_id,
            context_id=greeting.pk,
        )
        is_written = held.message.status != Message.Status.FAILED
        if is_written:
            held.done_at, held.done_by = park_now(), by
        held.save(update_fields=["message", "done_at", "done_by"])
    return is_written


def make_greeting(*, contact: GreetingContact, words: str, by: Any) -> GreetingContact:
    """Somebody phoned or came by, or carried the letter there. Raises Refused `not_by_person`, `already_made`."""
    if contact.greeting.kind == GreetingKind.SMS:
        raise Refused("not_by_person", "这一批是发短信，不用登记。")
    fresh = GreetingContact.objects.not_reached().filter(pk=contact.pk)
    with transaction.atomic():
        if not fresh.update(message=None, done_at=park_now(), done_by=by, words=words.strip()[:200]):
            raise Refused("already_made", "这一家已经送到了。")
        record("greeting.made", by=by, subject=contact.enterprise, after={"批次": str(contact.greeting)})
    contact.refresh_from_db()
    return contact
