"""What enterprises are told about their deliveries: when it comes, that it changed, that it waits; and that they read it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from parkportal.clock import SHANGHAI, day_of, local, park_now
from parkportal.messaging import outbox
from parkportal.quantities import plain
from parkportal.records.audit import record
from parkportal.states import AlreadyMoved, Refused
from supplies.holders import phone_of
from supplies.models import Delivery, DeliveryStatus
from supplies.purposes import DELIVERY_CHANGED, DELIVERY_NOTICE, DELIVERY_REMINDER

OVERDUE_AFTER = timedelta(days=1)
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


def schedule_deliveries(
    *, deliveries: Sequence[Delivery], planned_at: datetime, meeting_point: str = "", by: Any
) -> list[Delivery]:
    """Agree on time and place. Who was told already is told again. Raises Refused `in_the_past`, `ended`."""
    if planned_at < park_now():
        raise Refused("in_the_past", "约定的时间已经过去，请重选。", field="planned_at")
    with transaction.atomic():
        rows = Delivery.objects.select_for_update(of=("self",)).select_related("enterprise", "squad", "warehouse")
        held = list(rows.filter(pk__in=[one.pk for one in deliveries]).prefetch_related("lines__lot__item"))
        for one in held:
            if one.status not in {DeliveryStatus.PENDING, DeliveryStatus.ISSUED, DeliveryStatus.WITH_LIAISON}:
                raise Refused("ended", f"配送单 {one} 已经是“{one.get_status_display()}”，不用再约。")
            if (one.planned_at, one.meeting_point) == (planned_at, meeting_point):
                continue
            one.planned_at, one.meeting_point, one.notice_read_at, one.notice_read_by = (
                planned_at,
                meeting_point,
                None,
                None,
            )
            one.save(update_fields=["planned_at", "meeting_point", "notice_read_at", "notice_read_by"])
            record("supplies.delivery_planned", by=by, subject=one, after={"约在": _said(planned_at)})
            if one.status != DeliveryStatus.PENDING:
                values = {"code": one.code, "when": when_of(one), "where": where_of(one)}
                _put(DELIVERY_CHANGED.code, f"delivery:{one.pk}:{planned_at:%m%d%H%M}", one, values, by)
    return held


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
    return held


def remind_unsigned(now: datetime) -> int:
    """Once a day: enterprises whose goods left the warehouse more than a day ago and are not signed for. How many."""
    late = Delivery.objects.unsigned_since(now - OVERDUE_AFTER).for_list()
    late = late.exclude(planned_at__gt=now)
    for one in late:
        values = {"code": one.code, "what": what_of(one)}
        _put(DELIVERY_REMINDER.code, f"delivery:{one.pk}:{day_of(now)}", one, values, None)
    return len(late)


def _put(purpose: str, occasion: str, delivery: Delivery, values: dict[str, str], by: Any) -> None:
    phone = phone_of(delivery.enterprise)
    if phone:
        label = f"{delivery.enterprise} {delivery.code}"
        more = {"label": label, "context_id": delivery.pk, "about_id": delivery.enterprise_id}
        outbox.put(purpose, occasion=occasion, values=values, to_phone=phone, by=by, **more)
