"""For how many days each enterprise still has of an item: what it said it had, what it signed for since, its heads on duty."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Q, QuerySet, Sum

from enterprises.models import Enterprise
from parkportal import charts
from parkportal.clock import day_of, park_today
from supplies.claims import Claimant, with_heads
from supplies.models import DeliveryLine, Item, Line, PlaceKind, SupplyRequestLine
from supplies.models.delivery import DeliveryStatus

# upper ends of the groups of the chart, in days
GROUPS = ((1, "不到 1 天"), (3, "1–2 天"), (7, "3–6 天"), (14, "7–13 天"))
MORE, NOTHING_YET = "14 天以上", "没有领过"
ANSWER = ("own_stock", "days_left", "request__created_at")
UNDER_WAY = (DeliveryStatus.PENDING, DeliveryStatus.ISSUED, DeliveryStatus.WITH_LIAISON)


@dataclass(frozen=True)
class Said:
    """What an enterprise said of its own stock when it asked: so much, or enough for so many days; and on which day."""

    stock: Decimal | None
    days: int | None
    at: datetime

    @property
    def on(self) -> date:
        return day_of(self.at)


@dataclass
class Known:
    """What the portal knows of an enterprise and an item: what came (or went back, negative) when, and what it said."""

    came: list[tuple[datetime, Decimal]] = field(default_factory=list)
    said: Said | None = None


@dataclass(frozen=True)
class FirmCover:
    """An enterprise with what it signed for, what should be there, for how many days, and what it said itself.

    `days` is None without heads.
    """

    who: Claimant
    received: Decimal = Decimal(0)
    left: Decimal = Decimal(0)
    days: Decimal | None = None
    last_on: date | None = None
    said: Said | None = None

    @property
    def bar(self) -> Decimal:
        """The days for a bar that is full at fourteen."""
        return min(self.days or Decimal(0), Decimal(14))


def firm_covers(item: Item, enterprises: QuerySet[Enterprise]) -> list[FirmCover]:
    """The shortest cover first. The item has a daily use; every head on duty is taken to use it. Four statements."""
    rows = covers_of(item, with_heads(enterprises))
    return sorted(
        rows, key=lambda row: (row.days is None, row.days or 0, -row.who.heads, row.who.enterprise.pinyin_key)
    )


def covers_of(item: Item, people: Iterable[Claimant]) -> list[FirmCover]:
    """The cover of these enterprises in their order. Two statements."""
    known, nothing, today = known_of(item), Known(), park_today()
    return [cover(item, who, known.get(who.enterprise.pk, nothing), today) for who in people]


def known_of(item: Item) -> dict[int, Known]:
    """enterprise id → what is known of it. Two statements."""
    known: dict[int, Known] = defaultdict(Known)
    at_firms = Q(to_place__kind=PlaceKind.ENTERPRISE) | Q(from_place__kind=PlaceKind.ENTERPRISE)
    lines = Line.objects.filter(at_firms, lot__item=item)
    for to, back, quantity, at in lines.order_by("movement__at", "id").values_list(
        "to_place__enterprise", "from_place__enterprise", "quantity", "movement__at"
    ):
        known[to or back].came.append((at, quantity if to else -quantity))
    answers = _answers(SupplyRequestLine.objects.filter(item=item))
    for firm, *words in answers.values_list("request__enterprise", *ANSWER):
        known[firm].said = _later(known[firm].said, Said(*words))
    return known


def said_by(enterprise: Enterprise) -> dict[int, Said]:
    """item id → what the enterprise said about it the last time: nobody is asked the same thing twice. One statement."""
    said: dict[int, Said] = {}
    answers = _answers(SupplyRequestLine.objects.filter(request__enterprise=enterprise))
    for item, *words in answers.values_list("item", *ANSWER):
        said[item] = _later(said.get(item), Said(*words))
    return said


def _answers(lines: QuerySet[SupplyRequestLine]) -> QuerySet[SupplyRequestLine]:
    said = lines.exclude(own_stock__isnull=True, days_left__isnull=True)
    return said.order_by("request__created_at", "id")


def _later(before: Said | None, after: Said) -> Said:
    """The form is filled in from the last time: who leaves it as it is has not counted anew."""
    return before if before and (before.stock, before.days) == (after.stock, after.days) else after


def coming(item: Item) -> dict[int, Decimal]:
    """enterprise id → what approved deliveries that nobody signed for will still bring of an item. One statement."""
    lines = DeliveryLine.objects.filter(lot__item=item, delivery__status__in=UNDER_WAY).order_by()
    sums = lines.values("delivery__enterprise").annotate(total=Sum("expected"))
    return dict(sums.values_list("delivery__enterprise", "total"))


def cover(item: Item, who: Claimant, known: Known, today: date) -> FirmCover:
    """Day by day down to now. What the enterprise said is a count of everything there: it takes the place of the estimate."""
    daily = (item.daily_use or Decimal(0)) * who.heads
    left, received, since = Decimal(0), Decimal(0), today
    counts = [(known.said.at, _count(known.said, daily), True)] if known.said else []
    steps = sorted([*((at, quantity, False) for at, quantity in known.came), *counts], key=lambda step: step[0])
    for number, (at, quantity, is_count) in enumerate(steps):
        since = day_of(at) if not number else since
        left = _used(left, daily, since, day_of(at))
        left, since = quantity if is_count else max(left + quantity, Decimal(0)), day_of(at)
        received += Decimal(0) if is_count else quantity
    left = _used(left, daily, since, today)
    return FirmCover(
        who,
        received=received,
        left=left,
        days=(left / daily).quantize(Decimal("0.1")) if daily else None,
        last_on=day_of(known.came[-1][0]) if known.came else None,
        said=known.said,
    )


def _used(left: Decimal, daily: Decimal, since: date, until: date) -> Decimal:
    return max(left - daily * (until - since).days, Decimal(0))


def _count(said: Said, daily: Decimal) -> Decimal:
    """The pieces that were said to be there; who knows only the days has so many days' worth."""
    return said.stock if said.stock is not None else daily * (said.days or 0)


def spread(rows: Sequence[FirmCover]) -> list[charts.Bar]:
    """How many enterprises have cover for how long; the group that is out of it speaks."""
    counts = dict.fromkeys([NOTHING_YET, *(label for _, label in GROUPS), MORE], 0)
    for row in rows:
        if row.days is not None:
            counts[_group(row)] += 1
    return charts.bars(list(counts.items()), now=1)


def _group(row: FirmCover) -> str:
    if row.last_on is None and row.said is None:
        return NOTHING_YET
    return next((label for end, label in GROUPS if (row.days or 0) < end), MORE)
