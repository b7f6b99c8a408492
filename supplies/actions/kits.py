"""Swab kits and tubes at a testing point: brought by one movement, used up by one movement for each session."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F

from parkportal.idempotency import once
from parkportal.quantities import plain
from parkportal.states import AlreadyMoved, Refused
from supplies.actions.ledger import Entry, Leg, post
from supplies.availability import free_lots, take_first_expired
from supplies.models import Balance, Item, Lot, Movement, Place, PlaceKind


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


def kits_at(point: Place, item: Item | None = None) -> Decimal:
    """How many kits the book says lie at a point."""
    return sum((row.amount for row in _balances(point, item)), Decimal(0))


@transaction.atomic
def consume_kits(
    *,
    point: Place,
    occasion: str,
    quantity: int,
    by: Any,
    item: Item | None = None,
    reason: str = "",
    lost: int = 0,
    at: Any = None,
) -> Movement:
    """What a session used, in one movement; `occasion` (e.g. `session:12`) can be booked once only.

    `lost` kits (dropped, broken) go with the same movement to loss and need the reason. Raises AlreadyMoved with the
    first booking, Refused `not_enough` with what is left, `reason_missing`.
    """
    found = Movement.objects.select_related("by").filter(occasion=occasion).first()
    if found is not None:
        raise AlreadyMoved("already", f"这一场已经在 {found.at:%m-%d %H:%M} 由{found.by}结过账。", movement=found.pk)
    if lost and not reason.strip():
        raise Refused("reason_missing", "有损耗要写原因。")
    if quantity < 0 or lost < 0 or not quantity + lost:
        raise Refused("out_of_range", "用掉的数量要大于 0。")
    rows = _balances(point, item)
    left = sum((row.amount for row in rows), Decimal(0))
    if left < quantity + lost:
        raise Refused("not_enough", f"{point}账上只剩 {plain(left)} 份，不够 {quantity + lost} 份。", left=left)
    parts = [[row.lot, row.amount] for row in rows]
    used, gone = Place.objects.the(PlaceKind.CONSUMPTION), Place.objects.the(PlaceKind.LOSS)
    legs = _take(parts, Decimal(quantity), point, used) + _take(parts, Decimal(lost), point, gone)
    return post(Entry(Movement.Kind.CONSUMPTION, legs, reason, occasion=occasion, at=at), by=by)[0]


def _balances(point: Place, item: Item | None) -> Sequence[Balance]:
    if point.kind != PlaceKind.POINT:
        raise Refused("not_a_point", f"{point}不是采样点。")
    rows = Balance.objects.filter(place=point, amount__gt=0).select_related("lot__item")
    rows = rows.filter(lot__item=item) if item else rows.filter(lot__item__kind="kit")
    return list(rows.order_by(F("lot__expires_on").asc(nulls_last=True), "lot_id"))


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
