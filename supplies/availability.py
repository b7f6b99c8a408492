"""What may still be promised: usable stock of a warehouse less what approved deliveries have spoken for."""

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import F, Sum

from supplies.models import Balance, DeliveryLine, DeliveryStatus, Item, Lot, Place


@dataclass
class LotStock:
    """How much of a lot lies in the warehouse, and how much of that nobody has spoken for."""

    lot: Lot
    amount: Decimal
    free: Decimal


def free_lots(item: Item, warehouse: Place) -> list[LotStock]:
    """The usable lots of an item, the first to expire first. Expired and quarantined ones are not among them."""
    balances = (
        Balance.objects.filter(place=warehouse, lot__item=item, amount__gt=0)
        .usable()
        .select_related("lot__item")
        .order_by(F("lot__expires_on").asc(nulls_last=True), F("lot__received_on").asc(nulls_last=True), "lot_id")
    )
    rows = list(balances)
    spoken_for = promised(warehouse, {row.lot_id for row in rows})
    return [LotStock(row.lot, row.amount, row.amount - spoken_for.get(row.lot_id, Decimal(0))) for row in rows]


def promised(warehouse: Place, lots: Collection[int] | None = None) -> dict[int, Decimal]:
    """lot id → what approved deliveries that have not left the warehouse will take of it."""
    lines = DeliveryLine.objects.filter(delivery__warehouse=warehouse, delivery__status=DeliveryStatus.PENDING)
    if lots is not None:
        lines = lines.filter(lot__in=lots)
    return dict(lines.values("lot").annotate(total=Sum("expected")).values_list("lot", "total"))


def free_quantity(item: Item, warehouse: Place) -> Decimal:
    """Everything of an item that may still be promised."""
    return sum((stock.free for stock in free_lots(item, warehouse)), Decimal(0))


def take_first_expired(stocks: list[LotStock], quantity: Decimal) -> list[tuple[Lot, Decimal]]:
    """Take a quantity from the lots in their order and lower what is free. The caller has checked that it is enough."""
    taken = []
    for stock in stocks:
        part = min(stock.free, quantity)
        if part > 0:
            stock.free -= part
            quantity -= part
            taken.append((stock.lot, part))
        if not quantity:
            break
    return taken
