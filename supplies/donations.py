"""What became of what a donor gave: to whom it went and when, what was lost or used, what is still there."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Max, QuerySet, Sum

from enterprises.models import Enterprise
from parkportal.clock import day_of
from supplies.models import Line, Lot, Place, PlaceKind

SHOWN = 100  # enterprises of a gift that a page shows before it is unfolded
HERE = (PlaceKind.WAREHOUSE, PlaceKind.TRANSIT, PlaceKind.SQUAD, PlaceKind.POINT)


@dataclass(frozen=True)
class Handed:
    """So much of a gift was signed for by an enterprise, the last time on a day."""

    enterprise: Enterprise
    quantity: Decimal
    last_on: date


@dataclass
class Gift:
    """A lot of a donor; what was given equals what the parts say: handed, here, lost, used."""

    lot: Lot
    given: Decimal = Decimal(0)
    handed: list[Handed] = field(default_factory=list)
    here: list[tuple[Place, Decimal]] = field(default_factory=list)
    lost: Decimal = Decimal(0)
    used: Decimal = Decimal(0)
    shown: int = SHOWN

    @property
    def signed(self) -> Decimal:
        return sum((row.quantity for row in self.handed), Decimal(0))

    @property
    def left(self) -> Decimal:
        return sum((amount for _, amount in self.here), Decimal(0))

    @property
    def first(self) -> list[Handed]:
        return self.handed[: self.shown]

    @property
    def rest(self) -> tuple[int, Decimal] | None:
        """How many enterprises are folded away, and how much they got."""
        more = self.handed[self.shown :]
        return (len(more), sum((row.quantity for row in more), Decimal(0))) if more else None


def _together(rows: list[Handed], lives: dict[int, Enterprise]) -> list[Handed]:
    """What came under a merged name counts with the living one."""
    found: dict[int, Handed] = {}
    for row in rows:
        firm = lives.get(row.enterprise.pk, row.enterprise)
        last = found.get(firm.pk, Handed(firm, Decimal(0), row.last_on))
        found[firm.pk] = Handed(firm, last.quantity + row.quantity, max(last.last_on, row.last_on))
    return list(found.values())


def given_lots(warehouses: QuerySet[Place]) -> QuerySet[Lot]:
    """The donated lots that came into these warehouses."""
    return Lot.objects.filter(source=Lot.Source.DONATION, lines__to_place__in=warehouses).distinct()


def statement(lots: QuerySet[Lot], *, whole: bool = False) -> list[Gift]:
    """What became of each of these lots, from the lines of the book; enterprises by what they got. Six statements."""
    gifts = {lot.pk: Gift(lot) for lot in lots.select_related("item").order_by("received_on", "id")}
    net, last = _net(list(gifts))
    places = Place.objects.select_related("enterprise").in_bulk({place for _, place in net})
    for (lot, key), amount in net.items():
        _put(gifts[lot], places[key], amount, last.get((lot, key)))
    lives = Enterprise.objects.followed()
    living = Enterprise.objects.in_bulk(lives.values()) if lives else {}
    for gift in gifts.values():
        gift.handed = _together(gift.handed, {old: living[key] for old, key in lives.items()})
        gift.handed.sort(key=lambda row: (-row.quantity, row.enterprise.pinyin_key, row.enterprise.pk))
        gift.here.sort(key=lambda row: (HERE.index(PlaceKind(row[0].kind)), row[0].pk))
        gift.shown = len(gift.handed) if whole or len(gift.handed) <= SHOWN + 1 else SHOWN
    return list(gifts.values())


def _net(lots: list[int]) -> tuple[dict[tuple[int, int], Decimal], dict[tuple[int, int], datetime]]:
    """(lot, place) → what came in less what went out, so that what was undone is gone; and when something last came in."""
    net: dict[tuple[int, int], Decimal] = defaultdict(Decimal)
    last: dict[tuple[int, int], datetime] = {}
    for end, sign in (("to_place", 1), ("from_place", -1)):
        groups = Line.objects.filter(lot__in=lots).order_by().values("lot", end)
        sums = groups.annotate(total=Sum("quantity"), at=Max("movement__at"))
        for lot, place, total, at in sums.values_list("lot", end, "total", "at"):
            net[lot, place] += sign * total
            if sign > 0:
                last[lot, place] = at
    return net, last


def _put(gift: Gift, place: Place, amount: Decimal, at: datetime | None) -> None:
    if not amount:
        return
    if place.kind == PlaceKind.SUPPLIER:
        gift.given -= amount
    elif place.enterprise and at:
        gift.handed.append(Handed(place.enterprise, amount, day_of(at)))
    elif place.kind == PlaceKind.LOSS:
        gift.lost += amount
    elif place.kind == PlaceKind.CONSUMPTION:
        gift.used += amount
    else:
        gift.here.append((place, amount))
