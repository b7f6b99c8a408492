"""Where the money and the goods went: cover, expiry, cost by source and by enterprise, what became of each donation.

Everything is summed from the ledger's lines within the warehouses that somebody reaches; costs in yuan.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet, Sum

from enterprises.models import Enterprise
from supplies.claims import scoped, with_heads
from supplies.models import Balance, Item, Line, Lot, Movement, Place, PlaceKind

CENT = Decimal("0.01")
Kind = Movement.Kind


@dataclass(frozen=True)
class Cover:
    """For how many days the park's stock of an item lasts everybody on duty in the enterprises that have resumed."""

    item: Item
    amount: Decimal
    heads: int

    @property
    def days(self) -> Decimal | None:
        if not self.item.daily_use or not self.heads:
            return None
        return (self.amount / self.heads / self.item.daily_use).quantize(Decimal("0.1"))

    @property
    def bar(self) -> Decimal:
        """The days for a bar that is full at thirty."""
        return min(self.days or Decimal(0), Decimal(30))


def days_of_cover(warehouses: QuerySet[Place]) -> list[Cover]:
    """Usable stock of everything that is used up daily, over the heads on duty of who has resumed. Four statements."""
    heads = sum(who.heads for who in with_heads(scoped({})))
    stock = Balance.objects.filter(place__in=warehouses, amount__gt=0).usable().order_by()
    sums = dict(stock.values("lot__item").annotate(total=Sum("amount")).values_list("lot__item", "total"))
    items = Item.objects.in_use().filter(daily_use__isnull=False)
    return [Cover(item, sums.get(item.pk, Decimal(0)), heads) for item in items]


def expiry_calendar(warehouses: QuerySet[Place]) -> list[tuple[date, list[Balance]]]:
    """Month by month what expires, the earliest first; what is expired already comes with its own month. One statement."""
    rows = Balance.objects.filter(place__in=warehouses, amount__gt=0, lot__expires_on__isnull=False)
    months: dict[date, list[Balance]] = defaultdict(list)
    for row in rows.select_related("lot__item", "place").order_by("lot__expires_on", "lot_id", "place_id"):
        months[row.lot.expires_on.replace(day=1)].append(row)
    return sorted(months.items())


def cost_by_source(warehouses: QuerySet[Place]) -> list[dict[str, Any]]:
    """What came in from whom, what it cost, and how much of it had no price. One statement."""
    received = Line.objects.standing().filter(movement__kind=Kind.RECEIPT, to_place__in=warehouses)
    sums: dict[str, dict[str, Any]] = {}
    for line in received.select_related("lot"):
        source = line.lot.get_source_display() or "没有写来源"
        row = sums.setdefault(source, {"source": source, "cost": Decimal(0), "lots": set(), "unpriced": set()})
        row["lots"].add(line.lot_id)
        if line.lot.unit_price is None:
            row["unpriced"].add(line.lot_id)
        else:
            row["cost"] += line.quantity * line.lot.unit_price
    rows = [
        {**row, "lots": len(row["lots"]), "unpriced": len(row["unpriced"]), "cost": row["cost"].quantize(CENT)}
        for row in sums.values()
    ]
    return sorted(rows, key=lambda row: (-row["cost"], row["source"]))


def cost_by_enterprise(warehouses: QuerySet[Place]) -> list[dict[str, Any]]:
    """What each enterprise signed for, less what it gave back, at the price of its lots; the largest first."""
    lines = Line.objects.standing().filter(lot__unit_price__isnull=False).select_related("lot")
    signed = lines.filter(movement__kind=Kind.SIGNED, movement__delivery__warehouse__in=warehouses)
    back = lines.filter(movement__kind=Kind.RETURN, from_place__kind=PlaceKind.ENTERPRISE, to_place__in=warehouses)
    sums: dict[int | None, Decimal] = defaultdict(Decimal)
    for line in signed.select_related("lot", "to_place"):
        sums[line.to_place.enterprise_id] += line.quantity * line.lot.unit_price
    for line in back.select_related("lot", "from_place"):
        sums[line.from_place.enterprise_id] -= line.quantity * line.lot.unit_price
    firms = Enterprise.objects.in_bulk([pk for pk in sums if pk is not None])
    rows = [{"enterprise": firms[pk], "cost": cost.quantize(CENT)} for pk, cost in sums.items() if pk is not None]
    return sorted(rows, key=lambda row: (-row["cost"], row["enterprise"].pinyin_key))


def donor_statement(warehouses: QuerySet[Place]) -> list[dict[str, Any]]:
    """Each donation: what was given, how much enterprises have signed for, how many, and what is still there."""
    lots = Lot.objects.filter(source=Lot.Source.DONATION, lines__to_place__in=warehouses).distinct()
    found = {lot.pk: _donation(lot) for lot in lots.select_related("item").order_by("supplier", "received_on", "id")}
    for line in (
        Line.objects.standing().filter(lot__in=list(found)).select_related("movement", "to_place", "from_place")
    ):
        row = found[line.lot_id]
        if line.movement.kind == Kind.RECEIPT:
            row["given"] += line.quantity
        elif line.movement.kind == Kind.SIGNED:
            row["signed"] += line.quantity
            row["firms"].add(line.to_place_id)
    held = Balance.objects.filter(lot__in=list(found)).exclude(place__kind=PlaceKind.ENTERPRISE).order_by()
    for lot, total in held.values("lot").annotate(total=Sum("amount")).values_list("lot", "total"):
        found[lot]["left"] = total
    return [{**row, "firms": len(row["firms"])} for row in found.values()]


def _donation(lot: Lot) -> dict[str, Any]:
    return {"lot": lot, "given": Decimal(0), "signed": Decimal(0), "left": Decimal(0), "firms": set()}
