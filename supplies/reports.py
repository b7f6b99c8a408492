"""Where the money and the goods went: cover, expiry, cost by source and by enterprise.

Everything is summed from the ledger's lines within the warehouses that somebody reaches; costs in yuan.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet, Sum

from enterprises.models import Enterprise
from parkportal.given import given
from supplies.claims import heads_of, scoped
from supplies.models import Balance, Item, Line, Movement, Place, PlaceKind

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
    heads = sum(heads_of(scoped({})).values())
    stock = Balance.objects.filter(place__in=warehouses, amount__gt=0).usable().order_by()
    sums = dict(stock.values("lot__item").annotate(total=Sum("amount")).values_list("lot__item", "total"))
    items = Item.objects.in_use().filter(daily_use__isnull=False)
    return [Cover(item, sums.get(item.pk, Decimal(0)), heads) for item in items]


def expiry_calendar(warehouses: QuerySet[Place]) -> list[tuple[date, list[Balance]]]:
    """Month by month what expires, the earliest first; what is expired already comes with its own month. One statement."""
    rows = Balance.objects.filter(place__in=warehouses, amount__gt=0, lot__expires_on__isnull=False)
    months: dict[date, list[Balance]] = defaultdict(list)
    for row in rows.select_related("lot__item", "place").order_by("lot__expires_on", "lot_id", "place_id"):
        months[given(row.lot.expires_on).replace(day=1)].append(row)
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


def costs(warehouses: QuerySet[Place]) -> list[tuple[int, Decimal]]:
    """Each enterprise's id with what it signed for, less what it gave back, at the price of its lots; the largest first.

    What came under a merged name counts with the living one. Three statements, whatever the number of entries.
    """
    lives = Enterprise.objects.followed()
    lines = Line.objects.standing().filter(lot__unit_price__isnull=False).order_by()
    signed = lines.filter(movement__kind=Kind.SIGNED, movement__delivery__warehouse__in=warehouses)
    back = lines.filter(movement__kind=Kind.RETURN, from_place__kind=PlaceKind.ENTERPRISE, to_place__in=warehouses)
    sums: dict[int, Decimal] = defaultdict(Decimal)
    for rows, end, sign in ((signed, "to_place", 1), (back, "from_place", -1)):
        groups = rows.values(f"{end}__enterprise", "lot__unit_price").annotate(total=Sum("quantity"))
        for firm, price, total in groups.values_list(f"{end}__enterprise", "lot__unit_price", "total"):
            sums[lives.get(firm, firm)] += sign * total * price
    return sorted(((firm, cost.quantize(CENT)) for firm, cost in sums.items()), key=lambda row: (-row[1], row[0]))


def named(pairs: Sequence[tuple[int, Decimal]]) -> list[dict[str, Any]]:
    """The enterprises of some of these rows, with their squads. One statement."""
    firms = Enterprise.objects.select_related("squad").in_bulk([firm for firm, _ in pairs])
    return [{"enterprise": firms[firm], "cost": cost} for firm, cost in pairs]


def cost_by_enterprise(warehouses: QuerySet[Place]) -> list[dict[str, Any]]:
    """All of them."""
    return named(costs(warehouses))
