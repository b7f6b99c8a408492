"""Swab kits and tubes at a testing point: brought by one movement, used up by one movement for each session."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F

from parkportal.clock import local
from parkportal.idempotency import once
from parkportal.quantities import plain
from parkportal.states import AlreadyMoved, Refused
from supplies.actions.ledger import Entry, Leg, post
from supplies.availability import free_lots, take_first_expired
from supplies.models import KIT, KIT_KINDS, Balance, Item, Lot, Movement, Place, PlaceKind


def supply_point(
    *, point: Place, item: Item, quantity: Decimal, warehouse: Place, by: Any, token: UUID | None = None, at: Any = None
) -> Movement:
    """Bring kits from a warehouse to a testing point, first expired first. Raises Refused `not_enough`."""

    @transaction.atomic
    def bring() -> Movement:
        stocks = free_lots(item, warehouse)
        free = sum((stock.free for stock in stocks), Decimal(0))
        if free < quantity:
            raise Refused("not_enough", f"{warehouse}的{item}只剩 {plain(free)} {item.unit}。", left=free)
        legs = [Leg(lot, warehouse, point, part) for lot, part in take_first_expired(stocks, quantity)]
        return post(Entry(Movement.Kind.TRANSFER, legs, "送到采样点", token=token, at=at), by=by)[0]

    return once(Movement, token, bring)[0]


@dataclass(frozen=True)
class Use:
    """What a session used of one kind (swab kits, tubes), and how many were counted afterwards; None = nobody counted."""

    kind: str
    used: int
    left: int | None = None
    reason: str = ""


@dataclass
class KitStock:
    """What the book has of one kind at a point, and in which lots, first expired first; the last one may be empty."""

    kind: str
    unit: str
    book: Decimal
    rows: list[Balance]

    def gap(self, use: Use) -> Decimal:
        """Counted less what should be left: below zero is missing, above zero is more than the book knew."""
        return Decimal(0) if use.left is None else use.left - (self.book - use.used)


def kits_at(point: Place, item: Item | None = None) -> Decimal:
    """How many kits the book says lie at a point."""
    rows = Balance.objects.filter(place=point, lot__item__kind=KIT)
    return sum((row.amount for row in (rows.filter(lot__item=item) if item else rows)), Decimal(0))


def kit_stocks(point: Place) -> dict[str, KitStock]:
    """kind → what ever lay at the point of it. One statement."""
    if point.kind != PlaceKind.POINT:
        raise Refused("not_a_point", f"{point}不是采样点。")
    rows = Balance.objects.filter(place=point, lot__item__kind__in=KIT_KINDS).select_related("lot__item")
    stocks: dict[str, KitStock] = {}
    for row in rows.order_by(F("lot__expires_on").asc(nulls_last=True), "lot_id"):
        item = row.lot.item
        stock = stocks.setdefault(item.kind, KitStock(item.kind, item.unit, Decimal(0), []))
        stock.book += row.amount
        stock.rows.append(row)
    return stocks


@transaction.atomic
def consume_kits(*, point: Place, occasion: str, uses: Sequence[Use], by: Any, at: Any = None) -> Movement:
    """What a session used, in one movement; of an occasion (e.g. `session:12`) one movement stands.

    When it was reversed, the occasion is booked again in its place.
    What was counted and is not what should be left goes with the same movement to or from loss, with its reason.
    Raises AlreadyMoved with the first booking, Refused `not_enough` with what is left, `reason_missing`, `out_of_range`.
    """
    Place.objects.select_for_update(of=("self",), no_key=True).get(pk=point.pk)  # who books the same session waits here
    booked = Movement.objects.filter(occasion=occasion).select_related("by")
    found = booked.standing().first()
    if found is not None:
        raise AlreadyMoved(
            "already", f"这一场已经在 {local(found.at):%m-%d %H:%M} 由{found.by}结过账。", movement=found.pk
        )
    stocks = kit_stocks(point)
    legs: list[Leg] = []
    for use in uses:
        if use.used < 0 or (use.left is not None and use.left < 0):
            raise Refused("out_of_range", "用掉的和剩下的数量不能小于 0。")
        legs += _legs_of(stocks.get(use.kind, KitStock(use.kind, "份", Decimal(0), [])), use, point)
    if not legs:
        raise Refused("out_of_range", "用掉的数量要大于 0。")
    why = "；".join(use.reason.strip() for use in uses if use.reason.strip())
    reversed_one = booked.filter(replaced_by__isnull=True).first()
    entry = Entry(Movement.Kind.CONSUMPTION, legs, why[:200], occasion=occasion, replaces=reversed_one, at=at)
    return post(entry, by=by)[0]


def _legs_of(stock: KitStock, use: Use, point: Place) -> list[Leg]:
    gap, unit = stock.gap(use), stock.unit
    if not stock.rows or (use.left is None and stock.book < use.used):
        raise Refused(
            "not_enough", f"{point}账上只剩 {plain(stock.book)} {unit}，不够 {use.used} {unit}。", left=stock.book
        )
    if gap and not use.reason.strip():
        words = f"应剩 {plain(stock.book - use.used)} {unit}，实有 {use.left} {unit}"
        raise Refused("reason_missing", f"{KIT_KINDS[use.kind]}{words}，请写差在哪里。", kind=use.kind)
    drain, loss = Place.objects.the(PlaceKind.CONSUMPTION), Place.objects.the(PlaceKind.LOSS)
    legs = []
    parts = [[row.lot, row.amount] for row in stock.rows]
    if gap > 0:
        parts[-1][1] += gap
        legs.append(Leg(stock.rows[-1].lot, loss, point, gap))
    legs += _take(parts, Decimal(use.used), point, drain)
    return legs + (_take(parts, -gap, point, loss) if gap < 0 else [])


def _take(parts: list[list], quantity: Decimal, point: Place, to: Place) -> list[Leg]:
    legs = []
    for part in parts:
        lot: Lot = part[0]
        taken = min(part[1], quantity)
        if taken > 0:
            part[1] -= taken
            quantity -= taken
            legs.append(Leg(lot, point, to, taken))
    return legs
