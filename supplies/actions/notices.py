"""What enterprises are told about their deliveries: when it comes, that it changed, that it waits; and that they read it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Q

from parkportal.clock import SHANGHAI, day_of, local, park_now
from parkportal.editing import Spoken, changes, plainly
from parkportal.messaging import outbox
from parkportal.messaging.models import Message
from parkportal.messaging.purposes import Purpose
from parkportal.quantities import plain
from parkportal.records.audit import last_act, record
from parkportal.states import AlreadyMoved, Refused
from supplies.holders import phone_of
from supplies.models import Delivery, DeliveryLine, DeliveryMove, DeliveryStatus
from supplies.models.delivery import UNDERWAY
from supplies.purposes import (
    DELIVERY_CHANGED,
    DELIVERY_CORRECTED,
    DELIVERY_NOTICE,
    DELIVERY_REMINDER,
    DELIVERY_UNREAD,
)

OVERDUE_AFTER = timedelta(days=1)
UNREAD_AFTER = timedelta(hours=4)
OPEN = (DeliveryStatus.PENDING, *UNDERWAY)
ABOUT_IT = (DELIVERY_NOTICE, DELIVERY_CHANGED, DELIVERY_UNREAD, DELIVERY_REMINDER)
Agreed = tuple[datetime | None, str]  # the time and the place
NAMED = 3  # items that a text message names


def what_of(delivery: Delivery) -> str:
    """口罩100只、酒精5公斤: each item with its quantity; beyond three 等5项."""
    named = [f"{line.lot.item.name}{plain(line.expected)}{line.lot.item.unit}" for line in delivery.lines.all()]
    if not named:
        return "物资"
    return "、".join(named[:NAMED]) + (f"等{len(named)}项" if len(named) > NAMED else "")


def when_of(delivery: Delivery) -> str:
    """2月19日10:00, or that it comes soon."""
    if delivery.planned_at is None:
        return "近日"
    planned = delivery.planned_at.astimezone(SHANGHAI)
    return f"{planned.month}月{planned.day}日{planned:%H:%M}"


def where_of(delivery: Delivery) -> str:
    """Where it is handed over: as agreed, else at the enterprise, else at the warehouse."""
    if delivery.meeting_point:
        return delivery.meeting_point
    return "贵单位" if delivery.squad_id else f"{delivery.warehouse}自取"


def tell(delivery: Delivery, *, by: Any) -> None:
    """The goods have left: what, how much, when, where, by whom. Without a phone there is nobody to tell."""
    who = delivery.squad.name if delivery.squad else str(delivery.warehouse)
    values = {"code": delivery.code, "what": what_of(delivery), "when": when_of(delivery), "where": where_of(delivery)}
    _put(DELIVERY_NOTICE.code, f"delivery:{delivery.pk}", delivery, {**values, "who": who}, by)


def tell_corrected(
    delivery: Delivery, lines: Sequence[DeliveryLine], had: Mapping[int, Decimal], move: DeliveryMove, *, by: Any
) -> None:
    """What the enterprise is said to have received is another number now; `had` maps a line's id to the one before."""
    named = [
        f"{line.lot.item.name}由{plain(had[line.pk])}改为{plain(line.received)}{line.lot.item.unit}"
        for line in lines
        if line.received != had[line.pk]
    ]
    if named:
        what = "、".join(named[:NAMED]) + (f"等{len(named)}项" if len(named) > NAMED else "")
        _put(
            DELIVERY_CORRECTED.code,
            f"delivery:{delivery.pk}:{move.pk}",
            delivery,
            {"code": delivery.code, "what": what},
            by,
        )


def schedule_deliveries(
    *, deliveries: Sequence[Delivery], planned_at: datetime, meeting_point: str = "", by: Any
) -> dict[int, Agreed]:
    """Agree on time and place; what stood before with those that changed. Who was told already is told again.

    Raises Refused `in_the_past`, `ended`.
    """
    if planned_at < park_now():
        raise Refused("in_the_past", "约定的时间已经过去，请重选。", field="planned_at")
    before: dict[int, Agreed] = {}
    with transaction.atomic():
        for one in held_for_agreeing(deliveries):
            if one.status not in OPEN:
                raise Refused("ended", f"配送单 {one} 已经是“{one.get_status_display()}”，不用再约。")
            if (stood := (one.planned_at, one.meeting_point)) != (planned_at, meeting_point):
                before[one.pk] = stood
                agree(one, (planned_at, meeting_point), by)
    return before


@transaction.atomic
def reschedule(
    *, delivery: Delivery, to: Mapping[str, Any], seen: str, spoken: Spoken = plainly, by: Any
) -> dict[int, Agreed]:
    """Agree on time and place of one delivery, as `schedule_deliveries` does; `to` has planned_at and meeting_point, or
    what of them changes, `seen` the mark of `Delivery.agreed()` that the form was drawn from. Raises EditConflict too.
    """
    [held] = held_for_agreeing([delivery])
    stands, touched = held.agreed(), partial(last_act, held, "supplies.delivery_planned")
    changed = changes(seen=seen, current=stands, typed=to, spoken=spoken, touched=touched)
    return schedule_deliveries(deliveries=[held], by=by, **(stands | changed)) if changed else {}


def held_for_agreeing(deliveries: Iterable[Delivery]) -> list[Delivery]:
    rows = Delivery.objects.select_for_update(of=("self",)).select_related("enterprise", "squad", "warehouse")
    rows = rows.filter(pk__in=[one.pk for one in deliveries])
    return list(rows.prefetch_related("lines__lot__item").order_by("pk"))


def agree(one: Delivery, agreed: Agreed, by: Any) -> None:
    """Time and place of a locked delivery; what was read before has to be read again."""
    one.planned_at, one.meeting_point = agreed
    one.notice_read_at = one.notice_read_by = None
    one.save(update_fields=["planned_at", "meeting_point", "notice_read_at", "notice_read_by"])
    said = _said(one.planned_at) if one.planned_at else "没有约"
    record("supplies.delivery_planned", by=by, subject=one, after={"约在": said, "地点": one.meeting_point})
    if one.status == DeliveryStatus.PENDING:
        return
    take_back(one, by=by, reason="又改了约", purposes=(DELIVERY_CHANGED, DELIVERY_UNREAD))
    told = Message.objects.filter(purpose=DELIVERY_CHANGED.code, context_id=one.pk).count()
    values = {"code": one.code, "when": when_of(one), "where": where_of(one)}
    _put(DELIVERY_CHANGED.code, f"delivery:{one.pk}:{told + 1}", one, values, by)


def take_back(delivery: Delivery, *, by: Any, reason: str, purposes: Sequence[Purpose] = ABOUT_IT) -> None:
    """What about this delivery is not yet on its way has lapsed."""
    codes = [purpose.code for purpose in purposes]
    waiting = Message.objects.filter(
        status__in=Message.WITHDRAWABLE, purpose__in=codes, context_id=delivery.pk, occasion__startswith="delivery:"
    )
    for code, occasion in waiting.order_by("id").values_list("purpose", "occasion"):
        outbox.withdraw(code, occasion=occasion, by=by, reason=reason)


def _said(moment: datetime) -> str:
    return f"{moment.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"


@transaction.atomic
def mark_notice_read(*, delivery: Delivery, by: Any) -> Delivery:
    """The enterprise has read when and where it comes. Raises AlreadyMoved with who and when."""
    held = Delivery.objects.select_for_update(of=("self",)).select_related("notice_read_by").get(pk=delivery.pk)
    if held.notice_read_at:
        raise AlreadyMoved("already", f"{held.notice_read_by}已经在 {local(held.notice_read_at):%m-%d %H:%M} 看过。")
    held.notice_read_at, held.notice_read_by = park_now(), by
    held.save(update_fields=["notice_read_at", "notice_read_by"])
    record("supplies.notice_read", by=by, subject=held)
    take_back(held, by=by, reason="已经在工作台上看过", purposes=(DELIVERY_NOTICE, DELIVERY_CHANGED, DELIVERY_UNREAD))
    return held


def remind_unsigned(now: datetime) -> int:
    """Once a day: enterprises whose goods left the warehouse more than a day ago and are not signed for. How many."""
    late = Delivery.objects.unsigned_since(now - OVERDUE_AFTER).for_list()
    late = late.exclude(planned_at__gt=now)
    for one in late:
        values = {"code": one.code, "what": what_of(one)}
        _put(DELIVERY_REMINDER.code, f"delivery:{one.pk}:{day_of(now)}", one, values, None)
    return len(late)


def remind_unread(now: datetime) -> int:
    """Once for each appointment: who has not said 知道了 four hours after being told. Who is late is reminded to sign.

    How many stand unread.
    """
    told_lately = Message.objects.filter(
        purpose=DELIVERY_CHANGED.code, created_at__gt=now - UNREAD_AFTER, context_id__isnull=False
    )
    still_to_come = Q(planned_at__gt=now) | Q(planned_at__isnull=True, issued_at__gte=now - OVERDUE_AFTER)
    rows = Delivery.objects.unread().filter(still_to_come, issued_at__lt=now - UNREAD_AFTER).for_list()
    rows = rows.exclude(pk__in=told_lately.values("context_id"))
    for one in rows:
        values = {"code": one.code, "what": what_of(one), "when": when_of(one), "where": where_of(one)}
        agreed = f"{local(one.planned_at):%Y%m%d%H%M}" if one.planned_at else "soon"
        occasion = f"delivery:{one.pk}:{agreed}:{one.meeting_point}"
        _put(DELIVERY_UNREAD.code, occasion, one, values, None, expires_at=one.planned_at)
    return len(rows)


def _put(
    purpose: str,
    occasion: str,
    delivery: Delivery,
    values: dict[str, str],
    by: Any,
    *,
    expires_at: datetime | None = None,
) -> None:
    phone = phone_of(delivery.enterprise.merged_into or delivery.enterprise)  # the firm that lives is told
    if phone:
        label = f"{delivery.enterprise} {delivery.code}"
        more: dict[str, Any] = {"label": label, "context_id": delivery.pk, "about_id": delivery.enterprise_id}
        outbox.put(purpose, occasion=occasion, values=values, to_phone=phone, by=by, expires_at=expires_at, **more)
