"""What the first page of supplies and the list of receivers show, each in a constant number of statements."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, Min, Q, QuerySet, Sum

from enterprises.models import Enterprise
from parkportal.clock import park_today
from supplies.models import (
    Balance,
    DeliveryLine,
    DeliveryStatus,
    Item,
    Line,
    Movement,
    PlaceKind,
    RequestStatus,
    SupplyRequestLine,
)

SOON = timedelta(days=30)
NOTHING = Decimal(0)


@dataclass
class ItemStock:
    """An item as it stands in the warehouses that somebody reaches."""

    item: Item
    total: Decimal = NOTHING
    promised: Decimal = NOTHING
    expired: Decimal = NOTHING
    quarantined: Decimal = NOTHING
    soon: Decimal = NOTHING
    on_the_way: Decimal = NOTHING
    first_expiry: date | None = None

    @property
    def free(self) -> Decimal:
        """What may still be promised."""
        return self.total - self.expired - self.quarantined - self.promised

    @property
    def is_low(self) -> bool:
        return bool(self.item.minimum_stock) and self.free < self.item.minimum_stock


def item_stocks(warehouses: QuerySet) -> list[ItemStock]:
    """Every item in use with its stock, what is promised, expired, about to expire, and on the way. Four statements."""
    today = park_today()
    stocks = {item.pk: ItemStock(item) for item in Item.objects.in_use()}
    expired, ok = Q(lot__expires_on__lt=today), Q(lot__status="ok")
    soon = ok & Q(lot__expires_on__gte=today, lot__expires_on__lt=today + SOON)
    sums = Balance.objects.filter(place__in=warehouses, amount__gt=0).order_by().values("lot__item")
    for row in sums.annotate(
        total=Sum("amount"),
        expired=Sum("amount", filter=expired),
        quarantined=Sum("amount", filter=~ok & ~expired),
        soon=Sum("amount", filter=soon),
        first_expiry=Min("lot__expires_on", filter=ok & ~expired),
    ):
        stock = stocks.get(row.pop("lot__item"))
        for name, value in row.items() if stock else ():
            setattr(stock, name, value if value is not None or name == "first_expiry" else NOTHING)
    _add(
        stocks, "promised", DeliveryLine.objects.filter(delivery__warehouse__in=warehouses, delivery__status="pending")
    )
    under_way = [DeliveryStatus.ISSUED, DeliveryStatus.WITH_LIAISON]
    _add(
        stocks,
        "on_the_way",
        DeliveryLine.objects.filter(delivery__warehouse__in=warehouses, delivery__status__in=under_way),
    )
    return list(stocks.values())


def _add(stocks: dict[int, ItemStock], name: str, lines: QuerySet) -> None:
    for item, total in (
        lines.order_by().values("lot__item").annotate(total=Sum("expected")).values_list("lot__item", "total")
    ):
        if item in stocks:
            setattr(stocks[item], name, total)


@dataclass
class Receiver:
    """An enterprise with what it signed for: by kind where that is counted in one unit, all the rest by item."""

    enterprise: Enterprise
    by_kind: dict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    by_item: dict[tuple[str, str], Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    last_at: Any = None

    @property
    def others(self) -> list[tuple[str, Decimal, str]]:
        """(name, quantity, unit) of what has no column of its own."""
        return [(name, total, unit) for (name, unit), total in sorted(self.by_item.items())]


def receivers(enterprises: list[Enterprise], columns: Collection[tuple[str, str]]) -> list[Receiver]:
    """What these enterprises signed for, under merged names, too; in two statements. `columns` are the kinds with their units."""
    found = {enterprise.pk: Receiver(enterprise) for enterprise in enterprises}
    merged = {old: found[key] for old, key in Enterprise.objects.followed().items() if key in found}
    by_name = found | merged
    lines = Line.objects.standing().filter(
        movement__kind=Movement.Kind.SIGNED, to_place__kind=PlaceKind.ENTERPRISE, to_place__enterprise__in=list(by_name)
    )
    what = ("to_place__enterprise", "lot__item__kind", "lot__item__unit", "lot__item__name", "quantity", "movement__at")
    for enterprise, kind, unit, name, quantity, at in lines.order_by("movement__at").values_list(*what):
        if (kind, unit) in columns:
            by_name[enterprise].by_kind[kind] += quantity
        else:
            by_name[enterprise].by_item[name, unit] += quantity
        by_name[enterprise].last_at = at
    return list(found.values())


def asked_for() -> list[dict[str, Any]]:
    """What open requests still ask for, an item each: item, how many enterprises, how much. Two statements."""
    lines = SupplyRequestLine.objects.filter(request__status=RequestStatus.OPEN, granted__isnull=True).order_by()
    sums = lines.values("item").annotate(total=Sum("quantity"), firms=Count("request__enterprise", distinct=True))
    items = Item.objects.in_bulk([row["item"] for row in sums])
    rows = [{**row, "item": items[row["item"]]} for row in sums]
    return sorted(rows, key=lambda row: (row["item"].pinyin_key, row["item"].pk))
