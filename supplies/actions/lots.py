"""A lot taken out of use, called back, let free again; its papers; the shelf on which an item lies."""

from typing import Any
from uuid import UUID

from django.db import transaction

from parkportal.clock import park_today
from parkportal.idempotency import once
from parkportal.messaging import outbox
from parkportal.quantities import plain
from parkportal.records.audit import record
from parkportal.records.models import StoredFile
from parkportal.states import Refused
from supplies.holders import holders_of, phone_of
from supplies.models import Item, Lot, LotPaper, Place, PlaceKind, Shelf
from supplies.purposes import LOT_RECALL


@transaction.atomic
def quarantine(*, lot: Lot, by: Any, reason: str) -> Lot:
    """Nobody is offered this lot any more; what is on its way is shown on the lot's page."""
    return _set_status(lot, Lot.Status.QUARANTINED, by, reason)


@transaction.atomic
def recall(*, lot: Lot, by: Any, reason: str) -> tuple[Lot, int]:
    """Nobody is offered this lot, and every enterprise that was given some is told. How many were told.

    Raises Refused `reason_missing`, `already`.
    """
    held = _set_status(lot, Lot.Status.RECALLED, by, reason)
    told = 0
    for holder in holders_of(held):
        phone = phone_of(holder.place.enterprise) if holder.place.kind == PlaceKind.ENTERPRISE else ""
        if not phone:
            continue
        outbox.put(
            LOT_RECALL.code,
            occasion=f"recall:{lot.pk}:{park_today()}",
            values={
                "what": lot.item.name,
                "batch": lot.batch or "没有批号",
                "quantity": f"{plain(holder.amount)}{lot.item.unit}",
            },
            to_phone=phone,
            by=by,
            label=f"{holder.place} {lot.item.name}召回",
            context_id=lot.pk,
        )
        told += 1
    return held, told


@transaction.atomic
def release(*, lot: Lot, by: Any, reason: str) -> Lot:
    """The lot may be handed out again."""
    return _set_status(lot, Lot.Status.OK, by, reason)


def _set_status(lot: Lot, status: str, by: Any, reason: str) -> Lot:
    if not reason.strip():
        raise Refused("reason_missing", "请写原因。")
    held = Lot.objects.select_for_update(of=("self",)).select_related("item").get(pk=lot.pk)
    if held.status == status:
        raise Refused("already", f"这一批已经是“{held.get_status_display()}”。")
    before = held.status
    held.status, held.status_reason = status, "" if status == Lot.Status.OK else reason
    held.save(update_fields=["status", "status_reason"])
    record(
        f"supplies.lot_{status}", by=by, subject=lot, before={"status": before}, after={"status": status}, reason=reason
    )
    lot.status, lot.status_reason = held.status, held.status_reason
    return lot


def add_paper(*, lot: Lot, file: StoredFile, title: str, by: Any, token: UUID | None = None) -> LotPaper:
    """Keep a certificate, an invoice or a photo with the lot. The same token gives the first one."""

    def attach() -> LotPaper:
        return LotPaper.objects.create(lot=lot, file=file, title=title[:60], by=by, token=token)

    return once(LotPaper, token, attach)[0]


@transaction.atomic
def put_on_shelf(*, place: Place, item: Item, label: str, by: Any) -> None:
    """Where the item lies in this warehouse; an empty label takes the shelf away."""
    before = Shelf.objects.filter(place=place, item=item).values_list("label", flat=True).first() or ""
    if not label:
        Shelf.objects.filter(place=place, item=item).delete()
    else:
        Shelf.objects.update_or_create(place=place, item=item, defaults={"label": label})
    if before != label:
        record("supplies.shelf_changed", by=by, subject=item, before={"shelf": before}, after={"shelf": label})
