"""What may still be promised: usable stock of a warehouse less what approved deliveries have spoken for."""

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import F, Sum

from supplies.models import Balance, DeliveryLine, DeliveryStatus, Item, Lot, Place, PlaceKind


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


def lots_in(warehouse: Place, items: Collection[Item]) -> dict[int, dict[int, Lot]]:
    """item's id → {lot's id: lot} of everything of these items that lies in the warehouse, usable or not."""
    rows = Balance.objects.filter(place=warehouse, lot__item__in=items, amount__gt=0).select_related("lot__item")
    found: dict[int, dict[int, Lot]] = {}
    for row in rows.order_by("lot_id"):
        found.setdefault(row.lot.item_id, {})[row.lot_id] = row.lot
    return found


def promised(warehouse: Place, lots: Collection[int] | None = None) -> dict[int, Decimal]:
    """lot id → what approved deliveries that have not left the warehouse will take of it."""
    lines = DeliveryLine.objects.filter(delivery__warehouse=warehouse, delivery__status=DeliveryStatus.PENDING)
    if lots is not None:
        lines = lines.filter(lot__in=lots)
    return dict(lines.values("lot").annotate(total=Sum("expected")).values_list("lot", "total"))


def spoken_for(place: Place, lot: Lot) -> Decimal:
    """How much of a lot in a place belongs to deliveries: waiting in the warehouse, or in the bag of the squad."""
    lines = DeliveryLine.objects.filter(lot=lot)
    if place.kind == PlaceKind.WAREHOUSE:
        lines = lines.filter(delivery__warehouse=place, delivery__status=DeliveryStatus.PENDING)
    elif place.kind == PlaceKind.SQUAD:
        lines = lines.filter(delivery__squad=place.squad_id, delivery__status=DeliveryStatus.WITH_LIAISON)
    else:
        return Decimal(0)
    return lines.aggregate(total=Sum("expected"))["total"] or Decimal(0)


def left_with_squads() -> list[Balance]:
    """What squads hold beyond what they still have to bring: returned by firms, to go back to the warehouse."""
    carried = DeliveryLine.objects.filter(delivery__status=DeliveryStatus.WITH_LIAISON).order_by()
    sums = {
        (squad, lot): total
        for squad, lot, total in carried.values("delivery__squad", "lot")
        .annotate(total=Sum("expected"))
        .values_list("delivery__squad", "lot", "total")
    }
    rows = Balance.objects.filter(place__kind=PlaceKind.SQUAD, amount__gt=0).select_related("place", "lot__item")
    over = []
    for row in rows.order_by("place", "lot"):
        row.surplus = row.amount - sums.get((row.place.squad_id or 0, row.lot_id), Decimal(0))
        if row.surplus > 0:
            over.append(row)
    return over


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
