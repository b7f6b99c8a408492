"""For how many days each enterprise still has of an item: what it said it had, what it signed for since, its heads on duty."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Count, Q, QuerySet, Sum

from enterprises.models import DailyReport, Enterprise
from parkportal import charts
from parkportal.clock import day_of, park_now, park_today
from supplies.claims import heads_of, scoped
from supplies.models import KIT_KINDS, Cover, DeliveryLine, Item, Line, PlaceKind, SupplyRequestLine
from supplies.models.delivery import DeliveryStatus

# upper ends of the groups of the chart, in days
GROUPS = ((1, "不到 1 天"), (3, "1–2 天"), (7, "3–6 天"), (14, "7–13 天"))
MORE, NOTHING_YET = "14 天以上", "没有领过"
KEPT = ("heads", "received", "left", "days", "last_on", "said_stock", "said_days", "said_on")
REPORTS = timedelta(days=7)  # how far back the daily reports are asked
STALE_AFTER = timedelta(minutes=3)  # the schedule comes each minute
ANSWER = ("own_stock", "days_left", "request__created_at")
UNDER_WAY = (DeliveryStatus.PENDING, DeliveryStatus.ISSUED, DeliveryStatus.WITH_LIAISON)


@dataclass(frozen=True)
class Said:
    """What an enterprise said of its own stock when it asked or reported: so much, or enough for so many days; and on which day."""

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
    """An enterprise's id with what it signed for, what should be there, for how many days, and what it said itself.

    `days` is None without heads.
    """

    firm: int
    heads: int
    received: Decimal = Decimal(0)
    left: Decimal = Decimal(0)
    days: Decimal | None = None
    last_on: date | None = None
    said: Said | None = None

    def row(self, item: Item) -> Cover:
        """The same to be kept for the list."""
        said = (
            {"stock": None, "days": None, "on": None} if self.said is None else vars(self.said) | {"on": self.said.on}
        )
        return Cover(
            item=item,
            enterprise_id=self.firm,
            heads=self.heads,
            received=self.received,
            left=self.left,
            days=self.days,
            rank=Cover.NOBODY if self.days is None else self.days,
            last_on=self.last_on,
            **{f"said_{name}": said[name] for name in ("stock", "days", "on")},
        )


def covered_items() -> QuerySet[Item]:
    """What is used up daily by everybody on duty."""
    return Item.objects.in_use().filter(daily_use__gt=0).exclude(kind__in=KIT_KINDS)


def firm_covers(item: Item) -> list[FirmCover]:
    """Every enterprise that has resumed; every head on duty is taken to use the item. Seven statements."""
    return covers_of(item, heads_of(scoped({})))


def covers_of(item: Item, heads: Mapping[int, int]) -> list[FirmCover]:
    """The covers of enterprises (id → heads) in their order. Five statements."""
    known, nothing, today = known_of(item), Known(), park_today()
    return [cover(item, firm, count, known.get(firm, nothing), today) for firm, count in heads.items()]


def refresh_covers(item: Item) -> int:
    """What the list shows is computed aside and kept; how many rows changed. Called each minute by the schedule."""
    fresh = {row.firm: row.row(item) for row in firm_covers(item)}
    kept = {row[0]: row[1:] for row in Cover.objects.filter(item=item).values_list("enterprise", *KEPT)}
    changed = [row for firm, row in fresh.items() if kept.get(firm) != tuple(getattr(row, name) for name in KEPT)]
    gone = kept.keys() - fresh.keys()
    with transaction.atomic():
        Cover.objects.bulk_create(
            changed,
            update_conflicts=True,
            unique_fields=["item", "enterprise"],
            update_fields=[*KEPT, "rank"],
            batch_size=500,
        )
        if gone:
            Cover.objects.filter(item=item, enterprise__in=gone).delete()
        Item.objects.filter(pk=item.pk).update(covered_at=park_now())
    return len(changed) + len(gone)


def kept_covers(item: Item, user: Any) -> QuerySet[Cover]:
    """The rows of the list, the shortest cover first; computed at once when the schedule has not been there lately."""
    if item.covered_at is None or not timedelta(0) <= park_now() - item.covered_at < STALE_AFTER:
        refresh_covers(item)
        item.refresh_from_db(fields=["covered_at"])
    rows = Cover.objects.visible_to(user).filter(item=item).select_related("enterprise__squad")
    return rows.order_by("rank", "-heads", "enterprise_id")


def known_of(item: Item) -> dict[int, Known]:
    """enterprise id → what is known of it, under merged names, too. Five statements."""
    known: dict[int, Known] = defaultdict(Known)
    lives = Enterprise.objects.followed()
    at_firms = Q(to_place__kind=PlaceKind.ENTERPRISE) | Q(from_place__kind=PlaceKind.ENTERPRISE)
    lines = Line.objects.filter(at_firms, lot__item=item)
    for to, back, quantity, at in lines.order_by("movement__at", "id").values_list(
        "to_place__enterprise", "from_place__enterprise", "quantity", "movement__at"
    ):
        firm = to or back
        known[lives.get(firm, firm)].came.append((at, quantity if to else -quantity))
    answers = _answers(SupplyRequestLine.objects.filter(item=item))
    for firm, *words in answers.values_list("request__enterprise", *ANSWER):
        known[firm].said = _later(known[firm].said, Said(*words))
    if item.pk == the_masks():
        for firm, said in masks_reported(DailyReport.objects.all()).items():
            known[firm].said = _newer(known[firm].said, said)
    return known


def the_masks() -> int | None:
    """The id of the item that the masks of a daily report can only mean: the one kind of them that is counted in pieces."""
    found = list(Item.objects.in_use().filter(kind="masks", unit="只").values_list("pk", flat=True)[:2])
    return found[0] if len(found) == 1 else None


def masks_reported(reports: QuerySet[DailyReport]) -> dict[int, Said]:
    """enterprise id → the masks of its daily reports of the last week. Zero says nothing: the form begins with it."""
    lately = reports.filter(is_replaced=False, day__gt=park_today() - REPORTS, day__lte=park_today(), masks_left__gt=0)
    said: dict[int, Said] = {}
    rows = lately.order_by("day", "id").values_list("enterprise", "masks_left", "reported_at")
    for firm, masks, at in rows:
        said[firm] = _later(said.get(firm), Said(Decimal(masks), None, at))
    return said


def said_by(enterprise: Enterprise) -> dict[int, Said]:
    """item id → what the enterprise said about it the last time: nobody is asked the same thing twice. Three statements."""
    said: dict[int, Said] = {}
    answers = _answers(SupplyRequestLine.objects.filter(request__enterprise=enterprise))
    for item, *words in answers.values_list("item", *ANSWER):
        said[item] = _later(said.get(item), Said(*words))
    reported = masks_reported(DailyReport.objects.filter(enterprise=enterprise)).get(enterprise.pk)
    if reported and (masks := the_masks()):
        said[masks] = _newer(said.get(masks), reported)
    return said


def _answers(lines: QuerySet[SupplyRequestLine]) -> QuerySet[SupplyRequestLine]:
    said = lines.exclude(own_stock__isnull=True, days_left__isnull=True)
    return said.order_by("request__created_at", "id")


def _later(before: Said | None, after: Said) -> Said:
    """The form is filled in from the last time: who leaves it as it is has not counted anew."""
    return before if before and (before.stock, before.days) == (after.stock, after.days) else after


def _newer(one: Said | None, other: Said) -> Said:
    return one if one and one.at >= other.at else other


def coming(item: Item) -> dict[int, Decimal]:
    """enterprise id → what approved deliveries that nobody signed for will still bring of an item. Two statements."""
    lines = DeliveryLine.objects.filter(lot__item=item, delivery__status__in=UNDER_WAY).order_by()
    sums = lines.values("delivery__enterprise").annotate(total=Sum("expected"))
    lives, found = Enterprise.objects.followed(), defaultdict[int, Decimal](Decimal)
    for firm, total in sums.values_list("delivery__enterprise", "total"):
        found[lives.get(firm, firm)] += total
    return found


def cover(item: Item, firm: int, heads: int, known: Known, today: date) -> FirmCover:
    """Day by day down to now. What the enterprise said is a count of everything there: it takes the place of the estimate."""
    daily = (item.daily_use or Decimal(0)) * heads
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
        firm,
        heads,
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


@dataclass(frozen=True)
class Spread:
    """How many enterprises have cover for how long, the group that is out of it speaks; all enterprises, all heads."""

    bars: list[charts.Bar]
    firms: int
    heads: int


def spread(rows: QuerySet[Cover]) -> Spread:
    """One statement."""
    groups = {NOTHING_YET: Q(last_on__isnull=True, said_on__isnull=True)}
    below = Decimal(0)
    for end, label in (*GROUPS, (None, MORE)):
        groups[label] = ~groups[NOTHING_YET] & Q(days__gte=below) & (Q(days__lt=end) if end else Q())
        below = Decimal(end or 0)
    counted = {
        f"group_{n}": Count("pk", filter=Q(days__isnull=False) & group) for n, group in enumerate(groups.values())
    }
    found = rows.order_by().aggregate(firms=Count("pk"), all_heads=Sum("heads"), **counted)
    bars = charts.bars([(label, found[f"group_{n}"]) for n, label in enumerate(groups)], now=1)
    return Spread(bars, found["firms"], found["all_heads"] or 0)
