"""What is looked at rather than read: the calendar of expiries, and the course of a lot through the park's hands."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Q, QuerySet, Sum
from django.db.models.functions import TruncDate

from parkportal import charts
from parkportal.clock import SHANGHAI, at, park_now, park_today
from parkportal.quantities import plain
from supplies.models import Balance, Item, Line, Lot, Place, PlaceKind

MONTHS = 24
HANDS = (
    (PlaceKind.WAREHOUSE, "仓库"),
    (PlaceKind.TRANSIT, "在途"),
    (PlaceKind.SQUAD, "小分队"),
    (PlaceKind.ENTERPRISE, "企业"),
    (PlaceKind.POINT, "采样点"),
    (PlaceKind.CONSUMPTION, "已用掉"),
    (PlaceKind.LOSS, "损耗"),
)


def expiry_chart(months: Sequence[tuple[date, Sequence[Balance]]]) -> charts.Lanes | None:
    """The calendar of `reports.expiry_calendar`: a row for each item, how much of it expires in which month."""
    sums: dict[Item, dict[date, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    today = park_today()
    last = date(today.year + (today.month + MONTHS - 2) // 12, (today.month + MONTHS - 2) % 12 + 1, 1)
    for month, rows in months:
        for row in rows:
            sums[row.lot.item][min(max(month, today.replace(day=1)), last)] += row.amount
    items = sorted(sums, key=lambda item: (item.pinyin_key, item.pk))
    return charts.calendar(
        [
            (item.name[:9], [(month, plain(amount)) for month, amount in sorted(sums[item].items())], item.unit)
            for item in items
        ],
        today=today,
        months=MONTHS,
    )


def lot_chart(lot: Lot) -> charts.Lanes | None:
    """How much of the lot was in whose hands, from the first entry to now; hands that never held any are left out."""
    courses = lot_courses(lot)
    rows = [
        (label, list(course.items()), f"{plain(course[max(course)])} {lot.item.unit}")
        for kind, label in HANDS
        if (course := courses.get(kind))
    ]
    return charts.steps(rows, until=park_now()) if rows else None


def lot_courses(lot: Lot) -> dict[str, dict[datetime, Decimal]]:
    """kind of place → instant → how much of the lot lay there from then on; what was booked at one instant counts together."""
    held: dict[str, Decimal] = defaultdict(Decimal)
    courses: dict[str, dict[datetime, Decimal]] = defaultdict(dict)
    lines = lot.lines.order_by("movement__at", "id")
    for moment, gave, got, quantity in lines.values_list(
        "movement__at", "from_place__kind", "to_place__kind", "quantity"
    ):
        for kind, change in ((gave, -quantity), (got, quantity)):
            held[kind] += change
            courses[kind][moment] = held[kind]
    return courses


def item_chart(item: Item, warehouses: QuerySet[Place]) -> charts.Lanes | None:
    """How much of an item lay in these warehouses, and how much enterprises had signed for, day by day. Four statements."""
    days: dict[str, dict[date, Decimal]] = {"在库": defaultdict(Decimal), "已签收": defaultdict(Decimal)}
    lines = Line.objects.filter(lot__item=item).order_by().annotate(day=TruncDate("movement__at", tzinfo=SHANGHAI))
    came, went = lines.filter(to_place__in=warehouses), lines.filter(from_place__in=warehouses)
    signed = lines.filter(to_place__kind=PlaceKind.ENTERPRISE, movement__delivery__warehouse__in=warehouses)
    undone = Q(to_place__in=warehouses) | Q(movement__reverses__delivery__warehouse__in=warehouses)
    back = lines.filter(undone, from_place__kind=PlaceKind.ENTERPRISE)
    for label, rows, sign in (("在库", came, 1), ("在库", went, -1), ("已签收", signed, 1), ("已签收", back, -1)):
        for day, total in rows.values("day").annotate(total=Sum("quantity")).values_list("day", "total"):
            days[label][day] += sign * total
    drawn = [
        (label, course, f"{plain(course[-1][1])} {item.unit}") for label, by in days.items() if (course := _course(by))
    ]
    return charts.steps(drawn, until=park_now()) if drawn else None


def _course(changes: dict[date, Decimal]) -> list[tuple[datetime, Decimal]]:
    """The amount from each day's beginning on."""
    amount, course = Decimal(0), []
    for day in sorted(changes):
        amount += changes[day]
        course.append((at(day), amount))
    return course
