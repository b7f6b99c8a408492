"""A lot taken out of use, called back, let free again; its papers."""

from typing import Any, NamedTuple
from uuid import UUID

from django.db import transaction

from parkportal.clock import park_today
from parkportal.given import given
from parkportal.idempotency import once
from parkportal.messaging import outbox
from parkportal.messaging.purposes import Purpose
from parkportal.quantities import plain
from parkportal.records.audit import record
from parkportal.records.models import StoredFile
from parkportal.states import Refused
from supplies.holders import Holder, hands_of, holders_of, phone_of
from supplies.models import Lot, LotPaper, PlaceKind
from supplies.purposes import LOT_RECALL, LOT_RECALL_HELD


@transaction.atomic
def quarantine(*, lot: Lot, by: Any, reason: str) -> Lot:
    """Nobody is offered this lot any more; what is on its way is shown on the lot's page."""
    return _set_status(lot, Lot.Status.QUARANTINED, by, reason)


class Recalled(NamedTuple):
    """The lot, how many enterprises were told, and how many people of squads and warehouses."""

    lot: Lot
    firms: int
    staff: int


@transaction.atomic
def recall(*, lot: Lot, by: Any, reason: str) -> Recalled:
    """Nobody is offered this lot any more; every enterprise, squad and keeper that still has some is told.

    Raises Refused `reason_missing`, `already`.
    """
    held = _set_status(lot, Lot.Status.RECALLED, by, reason)
    firms = staff = 0
    for holder in holders_of(held):
        if holder.place.kind != PlaceKind.ENTERPRISE:
            for user in hands_of(holder.place, held):
                _tell_recall(LOT_RECALL_HELD, held, holder, by, to_user=user, where=str(holder.place))
                staff += 1
        elif phone := phone_of(given(holder.place.enterprise)):
            _tell_recall(LOT_RECALL, held, holder, by, to_phone=phone)
            firms += 1
    return Recalled(held, firms, staff)


def _tell_recall(
    purpose: Purpose, lot: Lot, holder: Holder, by: Any, *, to_phone: str = "", to_user: Any = None, **more: str
) -> None:
    outbox.put(
        purpose.code,
        occasion=f"recall:{lot.pk}:{holder.place.pk}:{park_today()}",
        values={
            "what": lot.item.name,
            "batch": lot.batch or "没有批号",
            "quantity": f"{plain(holder.amount)}{lot.item.unit}",
            **more,
        },
        to_phone=to_phone,
        to_user=to_user,
        by=by,
        label=f"{holder.place} {lot.item.name}召回",
        context_id=lot.pk,
    )


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
        record("supplies.paper_added", by=by, subject=lot, after={"name": title[:60]})
        return LotPaper.objects.create(lot=lot, file=file, title=title[:60], by=by, token=token)

    return once(LotPaper, token, attach)[0]
