"""After the door: the warehouse learns of a shortage, a remainder is given up, the enterprise says what it thinks."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from parkportal.clock import park_now
from parkportal.idempotency import once
from parkportal.records.audit import record
from parkportal.states import AlreadyMoved, Refused
from supplies.actions.deliveries import give_up
from supplies.models import Delivery, DeliveryStatus, Feedback
from supplies.models.delivery import ENDED, UNDERWAY


@transaction.atomic
def mark_shortage_seen(*, delivery: Delivery, by: Any) -> Delivery:
    """Somebody of the sender's side has taken note of what did not arrive. Raises AlreadyMoved, Refused `no_shortage`."""
    held = Delivery.objects.select_for_update(of=("self",)).select_related("shortage_seen_by").get(pk=delivery.pk)
    if held.status not in {DeliveryStatus.PARTIAL, DeliveryStatus.DECLINED}:
        raise Refused("no_shortage", "这张配送单没有短少。")
    if held.shortage_seen_at:
        raise AlreadyMoved("already", f"{held.shortage_seen_by}已经知道了。")
    held.shortage_seen_at, held.shortage_seen_by = park_now(), by
    held.save(update_fields=["shortage_seen_at", "shortage_seen_by"])
    record("supplies.shortage_seen", by=by, subject=held)
    return held


@transaction.atomic
def close_remainder(*, delivery: Delivery, by: Any, reason: str) -> Delivery:
    """What was to come later will not come: it goes back to the shelf, and the rest of the plan is done.

    Raises Refused: reason_missing, no_remainder, and what the ledger refuses.
    """
    if not reason.strip():
        raise Refused("reason_missing", "请写不再补送的原因。")
    rows = Delivery.objects.select_for_update(of=("self",)).select_related("squad", "warehouse")
    held = rows.prefetch_related("lines__lot__item").get(pk=delivery.pk)
    if held.remainder_of_id is None or held.status not in UNDERWAY:
        raise Refused("no_remainder", "只有还没送到的补送单可以关掉。")
    return give_up(held, by=by, reason=reason, words=f"不再补送：{reason}")


def say_thanks(
    *, delivery: Delivery, kind: str, text: str, by: Any, token: UUID | None = None, at: datetime | None = None
) -> Feedback:
    """What the enterprise says after it signed, once for a delivery. Raises Refused: empty, not_signed, said_already."""
    if not text.strip():
        raise Refused("empty", "请写几个字。")
    if delivery.status not in ENDED:
        raise Refused("not_signed", "签收以后再写反馈。")

    def write() -> Feedback:
        if Feedback.objects.filter(delivery=delivery).exists():
            raise Refused("said_already", "这张配送单已经写过反馈。")
        record("supplies.feedback_given", by=by, subject=delivery)
        return Feedback.objects.create(
            delivery=delivery, kind=kind, text=text.strip()[:300], by=by, token=token, at=at or park_now()
        )

    return once(Feedback, token, write)[0]
