"""The one way into the ledger. Every receipt, issue, signature, loss and reversal goes through `post`."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction

from parkportal.clock import local, park_now
from parkportal.idempotency import once
from parkportal.quantities import plain
from parkportal.records.audit import record
from parkportal.states import AlreadyMoved, Refused
from supplies.availability import spoken_for
from supplies.models import Balance, Delivery, Line, Lot, Movement, Place
from supplies.units import fitting

Key = tuple[int, int]


@dataclass(frozen=True)
class Leg:
    """So much of a lot from one place to another, in the item's base unit."""

    lot: Lot
    from_place: Place
    to_place: Place
    quantity: Decimal


@dataclass(frozen=True)
class Entry:
    """A movement that is to be posted, with its legs."""

    kind: str
    legs: Sequence[Leg]
    reason: str = ""
    delivery: Delivery | None = None
    occasion: str | None = None
    reverses: Movement | None = None
    replaces: Movement | None = None
    token: UUID | None = None
    at: datetime | None = None


@transaction.atomic
def post(*entries: Entry, by: Any) -> list[Movement]:
    """Write movements and change the balances with them; the union of what they touch is locked in one order.

    Raises Refused `not_enough`, naming what is left, when a place would fall below zero; then nothing is written.
    """
    deltas: dict[Key, Decimal] = defaultdict(Decimal)
    for entry in entries:
        for leg in entry.legs:
            fitting(leg.quantity, leg.lot.item)
            if leg.from_place.is_bounded:
                deltas[leg.from_place.pk, leg.lot.pk] -= leg.quantity
            if leg.to_place.is_bounded:
                deltas[leg.to_place.pk, leg.lot.pk] += leg.quantity
    _change(deltas, [leg for entry in entries for leg in entry.legs])
    movements = [_write(entry, by) for entry in entries]
    Line.objects.bulk_create(
        Line(movement=movement, from_place=leg.from_place, to_place=leg.to_place, lot=leg.lot, quantity=leg.quantity)
        for movement, entry in zip(movements, entries, strict=True)
        for leg in entry.legs
    )
    return movements


def locked_balances(keys: Iterable[Key]) -> dict[Key, Balance]:
    """The balance rows of these (place, lot) pairs, made where missing, locked in ascending order."""
    wanted = sorted(set(keys))
    if not wanted:
        return {}
    places, lots = {place for place, _ in wanted}, {lot for _, lot in wanted}
    found = Balance.objects.filter(place__in=places, lot__in=lots)
    have = set(found.values_list("place", "lot"))
    missing = [Balance(place_id=place, lot_id=lot) for place, lot in wanted if (place, lot) not in have]
    Balance.objects.bulk_create(missing, ignore_conflicts=True)
    # By the columns and of the balances alone: ordering by "place" would join places, lots and items and lock those too.
    rows = found.select_for_update(of=("self",)).order_by("place_id", "lot_id")
    return {(row.place_id, row.lot_id): row for row in rows}


def _change(deltas: dict[Key, Decimal], legs: list[Leg]) -> None:
    touched = {key: delta for key, delta in deltas.items() if delta}
    rows = locked_balances(touched)
    for key, delta in touched.items():
        rows[key].amount += delta
        if rows[key].amount < 0:
            raise _not_enough(key, rows[key].amount - delta, -delta, legs)
    Balance.objects.bulk_update([rows[key] for key in sorted(touched)], ["amount"], batch_size=400)


def _not_enough(key: Key, left: Decimal, wanted: Decimal, legs: list[Leg]) -> Refused:
    leg = next(leg for leg in legs if (leg.from_place.pk, leg.lot.pk) == key)
    item = leg.lot.item
    return Refused(
        "not_enough",
        f"{leg.from_place}的{item.name}（批号 {leg.lot}）只剩 {plain(left)} {item.unit}，"
        f"不够 {plain(wanted)} {item.unit}。",
        left=left,
        unit=item.unit,
    )


def _write(entry: Entry, by: Any) -> Movement:
    return Movement.objects.create(
        kind=entry.kind,
        at=entry.at or park_now(),
        by=by,
        reason=entry.reason,
        delivery=entry.delivery,
        occasion=entry.occasion,
        reverses=entry.reverses,
        replaces=entry.replaces,
        token=entry.token,
    )


def move_stock(
    *,
    kind: str,
    lot: Lot,
    from_place: Place,
    to_place: Place,
    quantity: Decimal,
    by: Any,
    reason: str = "",
    token: UUID | None = None,
) -> Movement:
    """Move so much of a lot: transfer between warehouses, return, loss with reason. The same token gives the first one."""
    if kind == Movement.Kind.LOSS and not reason.strip():
        raise Refused("reason_missing", "报损要写原因。")

    @transaction.atomic
    def move() -> Movement:
        if kind in {Movement.Kind.TRANSFER, Movement.Kind.RETURN}:
            _leave_what_is_spoken_for(lot, from_place, to_place, quantity)
        return post(Entry(kind, [Leg(lot, from_place, to_place, quantity)], reason, token=token), by=by)[0]

    return once(Movement, token, move)[0]


def _leave_what_is_spoken_for(lot: Lot, from_place: Place, to_place: Place, quantity: Decimal) -> None:
    """Raises Refused when deliveries need what would be taken away; both balances are locked, in order."""
    rows = locked_balances([(place.pk, lot.pk) for place in (from_place, to_place) if place.is_bounded])
    spoken, amount = spoken_for(from_place, lot), rows[from_place.pk, lot.pk].amount
    if spoken and amount - spoken < quantity <= amount:
        unit = lot.item.unit
        raise Refused(
            "spoken_for",
            f"{from_place}的 {plain(amount)} {unit} 里有 {plain(spoken)} {unit} 已经分给企业，"
            f"最多能动 {plain(max(amount - spoken, Decimal(0)))} {unit}。",
        )


@transaction.atomic
def reverse_movement(*, movement: Movement, by: Any, reason: str, token: UUID | None = None) -> Movement:
    """Undo a movement by its mirror image; the first one stays as it was. The same token gives the first reversal.

    Raises AlreadyMoved when it was reversed before, Refused when it belongs to a delivery that was signed or when
    what it brought is no longer there.
    """

    def reverse() -> Movement:
        check_reversible(movement, reason, "冲正")
        [undone] = post(mirror(movement, reason, token=token), by=by)
        record("supplies.movement_reversed", by=by, subject=movement, after={"reversal": undone.pk}, reason=reason)
        return undone

    return once(Movement, token, reverse)[0]


def check_reversible(movement: Movement, reason: str, what: str) -> None:
    """Raises Refused, AlreadyMoved: only what stands and belongs to no delivery is undone, with a reason."""
    hold(movement, reason, what)
    undone = Movement.objects.filter(reverses=movement).select_related("by").first()
    if undone is not None:
        raise AlreadyMoved("already", f"已经在 {local(undone.at):%Y-%m-%d %H:%M} 由{undone.by}冲正。", at=undone.at)


def hold(movement: Movement, reason: str, what: str) -> None:
    """Lock an entry that somebody may put right in the book. Raises Refused: reason_missing, is_reversal, of_delivery.

    Two who undo the same movement at once wait here for each other, so that the second is told by whom.
    """
    if not reason.strip():
        raise Refused("reason_missing", f"{what}要写原因。", field="reason")
    if movement.kind == Movement.Kind.REVERSAL:
        raise Refused("is_reversal", "这一笔本身是冲正，要改请另记一笔。")
    if movement.delivery_id:
        raise Refused("of_delivery", f"这一笔属于配送单 {movement.delivery}，请在配送单上办。")
    Movement.objects.select_for_update(of=("self",)).get(pk=movement.pk)


def mirror(movement: Movement, reason: str, *, token: UUID | None = None, at: datetime | None = None) -> Entry:
    """What undoes a movement, line by line."""
    lines = movement.lines.select_related("lot__item", "from_place", "to_place")
    legs = [Leg(line.lot, line.to_place, line.from_place, line.quantity) for line in lines]
    kind = Movement.Kind.REVERSAL
    return Entry(kind, legs, reason[:200], delivery=movement.delivery, reverses=movement, token=token, at=at)
