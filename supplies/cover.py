"""For how many days each enterprise still has of what it signed for, from its heads on duty."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Q, QuerySet

from enterprises.models import Enterprise
from parkportal import charts
from parkportal.clock import day_of, park_today
from supplies.claims import Claimant, with_heads
from supplies.models import Item, Line, Movement, PlaceKind, SupplyRequestLine

# upper ends of the groups of the chart, in days
GROUPS = ((1, "不到 1 天"), (3, "1–2 天"), (7, "3–6 天"), (14, "7–13 天"))
MORE, NOTHING_YET = "14 天以上", "没有领过"


@dataclass(frozen=True)
class FirmCover:
    """An enterprise with what it signed for, what should be left of it, and what it said itself the last time it asked.

    `days` is None without heads.
    """

    who: Claimant
    received: Decimal = Decimal(0)
    left: Decimal = Decimal(0)
    days: Decimal | None = None
    last_on: date | None = None
    own_days: int | None = None

    @property
    def bar(self) -> Decimal:
        """The days for a bar that is full at fourteen."""
        return min(self.days or Decimal(0), Decimal(14))


def firm_covers(item: Item, enterprises: QuerySet[Enterprise]) -> list[FirmCover]:
    """The shortest cover first. The item has a daily use; every head on duty is taken to use it since it was signed for.

    Four statements.
    """
    came: dict[int, list[tuple[date, Decimal]]] = defaultdict(list)
    lines = Line.objects.filter(lot__item=item).filter(
        Q(movement__kind=Movement.Kind.SIGNED)
        | Q(movement__kind=Movement.Kind.RETURN, from_place__kind=PlaceKind.ENTERPRISE)
    )
    for to, back, quantity, at in lines.order_by("movement__at", "id").values_list(
        "to_place__enterprise", "from_place__enterprise", "quantity", "movement__at"
    ):
        came[to or back].append((day_of(at), quantity if to else -quantity))
    said = SupplyRequestLine.objects.filter(item=item, days_left__isnull=False).order_by("id")
    own = dict(said.values_list("request__enterprise", "days_left"))
    rows = [_cover(item, who, came[who.enterprise.pk], own.get(who.enterprise.pk)) for who in with_heads(enterprises)]
    return sorted(
        rows, key=lambda row: (row.days is None, row.days or 0, -row.who.heads, row.who.enterprise.pinyin_key)
    )


def _cover(item: Item, who: Claimant, came: Sequence[tuple[date, Decimal]], own_days: int | None) -> FirmCover:
    daily = (item.daily_use or Decimal(0)) * who.heads
    left, since = Decimal(0), came[0][0] if came else park_today()
    for day, quantity in [*came, (park_today(), Decimal(0))]:
        left = max(left - daily * (day - since).days, Decimal(0)) + quantity
        since = day
    left = max(left, Decimal(0))
    return FirmCover(
        who,
        received=sum((quantity for _, quantity in came), Decimal(0)),
        left=left,
        days=(left / daily).quantize(Decimal("0.1")) if daily else None,
        last_on=came[-1][0] if came else None,
        own_days=own_days,
    )


def spread(rows: Sequence[FirmCover]) -> list[charts.Bar]:
    """How many enterprises have cover for how long; the group that is out of it speaks."""
    counts = dict.fromkeys([NOTHING_YET, *(label for _, label in GROUPS), MORE], 0)
    for row in rows:
        if row.days is not None:
            counts[_group(row)] += 1
    return charts.bars(list(counts.items()), now=1)


def _group(row: FirmCover) -> str:
    if row.last_on is None:
        return NOTHING_YET
    return next((label for end, label in GROUPS if (row.days or 0) < end), MORE)
