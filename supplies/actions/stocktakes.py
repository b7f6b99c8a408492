"""盘点: open a sheet, count, explain the variance, approve by a second person, book the difference."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction

from parkportal.clock import park_now
from parkportal.idempotency import once
from parkportal.quantities import plain
from parkportal.records.audit import record
from parkportal.states import AlreadyMoved, Refused
from supplies.actions.ledger import Entry, Leg, locked_balances, post
from supplies.models import Balance, Lot, Movement, Place, PlaceKind, Shelf, StockTake, StockTakeLine
from supplies.units import fitting

Status = StockTake.Status
COUNTED_PLACES = (PlaceKind.WAREHOUSE, PlaceKind.SQUAD, PlaceKind.POINT)


@dataclass(frozen=True)
class Count:
    """What was found of one lot, and why it is not what the book says."""

    quantity: Decimal
    reason: str = ""


def open_stock_take(
    *, place: Place, by: Any, is_blind: bool = True, note: str = "", token: UUID | None = None
) -> StockTake:
    """A count sheet with every lot that the book has in the place. The same token gives the first one.

    Raises Refused: not_counted (a place without shelves), open_already, nothing_here.
    """
    if place.kind not in COUNTED_PLACES:
        raise Refused("not_counted", f"{place}不是可以盘点的地方。")

    def draw() -> StockTake:
        Place.objects.select_for_update().get(pk=place.pk)
        if StockTake.objects.filter(place=place, status__in=[Status.COUNTING, Status.SUBMITTED]).exists():
            raise Refused("open_already", f"{place}已经有一张没有办完的盘点单。")
        rows = list(Balance.objects.filter(place=place, amount__gt=0).select_related("lot"))
        if not rows:
            raise Refused("nothing_here", f"{place}账上没有物资，不用盘点。")
        take = StockTake.objects.create(place=place, is_blind=is_blind, note=note, created_by=by, token=token)
        take.moves.create(to_status=Status.COUNTING, by=by)
        shelves = dict(Shelf.objects.filter(place=place).values_list("item", "label"))
        StockTakeLine.objects.bulk_create(
            StockTakeLine(take=take, lot=row.lot, book=row.amount, shelf=shelves.get(row.lot.item_id, ""))
            for row in rows
        )
        return take

    return once(StockTake, token, draw)[0]


@transaction.atomic
def add_lot(*, take: StockTake, lot: Lot, by: Any) -> StockTakeLine:
    """A lot that lies there although the book has none of it. Raises Refused when it is on the sheet already."""
    held = _locked(take)
    _counting(held)
    if held.lines.filter(lot=lot).exists():
        raise AlreadyMoved("on_the_sheet", f"批号 {lot} 已经在盘点单上。")
    record("supplies.stock_take_lot_added", by=by, subject=held, after={"批号": str(lot)})
    return StockTakeLine.objects.create(take=held, lot=lot, book=_book(held.place, [lot.pk]).get(lot.pk, Decimal(0)))


@transaction.atomic
def submit_counts(*, take: StockTake, counts: Mapping[int, Count], by: Any) -> list[StockTakeLine]:
    """Hand in what was counted, by line id; a second person approves it.

    Lots that were moved since the sheet was drawn come back with their new book, to be counted again, and the sheet
    stays open. Raises Refused: not_complete, reason_missing, and what does not fit the item.
    """
    held = _locked(take)
    _counting(held)
    lines = list(held.lines.select_related("lot__item"))
    book = _book(held.place, [line.lot_id for line in lines])
    moved = [line for line in lines if book.get(line.lot_id, Decimal(0)) != line.book]
    for line in moved:
        line.book, line.counted, line.reason = book.get(line.lot_id, Decimal(0)), None, ""
    if moved:
        StockTakeLine.objects.bulk_update(moved, ["book", "counted", "reason"])
        return moved
    for line in lines:
        _count(line, counts.get(line.pk), is_blind=held.is_blind)
    StockTakeLine.objects.bulk_update(lines, ["counted", "reason"])
    held.counted_by = by
    held.move_to(Status.SUBMITTED, by=by, save=("counted_by",))
    return []


@transaction.atomic
def approve_stock_take(*, take: StockTake, by: Any, reason: str = "") -> StockTake:
    """A second person agrees; the differences are booked by one movement against loss. `reason` explains those that
    whoever counted blind did not.

    What was booked between the count and now stays as it is: the difference is applied, not the number.
    Raises AlreadyMoved, Refused: same_person, reason_missing, forbidden_move, not_enough.
    """
    held = _locked(take)
    if held.status == Status.APPROVED:
        raise AlreadyMoved("already", f"已经由{held.approved_by}批准。", at=held.approved_at)
    if by.pk in {held.counted_by_id, held.created_by_id}:
        raise Refused("same_person", "清点和开单的人不能批准自己的盘点，请另一位同事来批。")
    unexplained = held.lines.unexplained()
    if not reason.strip() and unexplained.exists():
        raise Refused("reason_missing", "有差异还没有写原因，批准时请写。")
    unexplained.update(reason=reason.strip()[:100])
    lines = [line for line in held.lines.select_related("lot__item") if line.variance]
    loss = Place.objects.the(PlaceKind.LOSS)
    if lines:
        legs = [_leg(line, held.place, loss) for line in lines]
        why = "；".join(f"{line.lot.item}{line.variance:+f}：{line.reason}" for line in lines)
        [held.movement] = post(
            Entry(Movement.Kind.STOCKTAKE, legs, f"盘点 {held.pk}：{why}"[:200], occasion=f"stocktake:{held.pk}"), by=by
        )
    held.approved_at, held.approved_by = park_now(), by
    held.move_to(Status.APPROVED, by=by, save=("approved_at", "approved_by", "movement"))
    record("supplies.stock_take_approved", by=by, subject=held, after={"differences": len(lines)})
    return held


@transaction.atomic
def return_stock_take(*, take: StockTake, by: Any, reason: str) -> StockTake:
    """Count again: the sheet is open once more, with today's book. Raises Refused `reason_missing`, `forbidden_move`."""
    if not reason.strip():
        raise Refused("reason_missing", "退回重盘要写原因。")
    held = _locked(take)
    held.move_to(Status.COUNTING, by=by, reason=reason)
    lines = list(held.lines.all())
    book = _book(held.place, [line.lot_id for line in lines])
    for line in lines:
        line.book = book.get(line.lot_id, Decimal(0))
    StockTakeLine.objects.bulk_update(lines, ["book"])
    return held


@transaction.atomic
def void_stock_take(*, take: StockTake, by: Any, reason: str) -> StockTake:
    """Give a stock-take up; nothing is booked. Raises Refused `reason_missing`, `forbidden_move`."""
    if not reason.strip():
        raise Refused("reason_missing", "作废要写原因。")
    held = _locked(take)
    held.move_to(Status.VOID, by=by, reason=reason)
    return held


def _locked(take: StockTake) -> StockTake:
    return StockTake.objects.select_for_update(of=("self",)).select_related("place", "approved_by").get(pk=take.pk)


def _counting(take: StockTake) -> None:
    if take.status != Status.COUNTING:
        raise Refused("not_counting", f"这张盘点单已经是“{take.get_status_display()}”，不能再填。")


def _book(place: Place, lots: list[int]) -> dict[int, Decimal]:
    """lot id → what the book says now, with the rows locked so that nothing moves meanwhile."""
    known = Balance.objects.filter(place=place, lot__in=lots).values_list("place", "lot")
    return {lot: row.amount for (_, lot), row in locked_balances(known).items()}


def _count(line: StockTakeLine, count: Count | None, *, is_blind: bool) -> None:
    """Take one number. Whoever counts blind is not told whether it differs: the reason is asked for at the approval."""
    item = line.lot.item
    if count is None:
        raise Refused("not_complete", f"{item}（批号 {line.lot}）还没有填实盘数，没有了请填 0。", line=line.pk)
    if count.quantity:
        fitting(count.quantity, item)
    gap = count.quantity - line.book
    if gap and not is_blind and not count.reason.strip():
        raise Refused(
            "reason_missing",
            f"{item}（批号 {line.lot}）比账面{'多' if gap > 0 else '少'} {plain(abs(gap))} {item.unit}，请写原因。",
            line=line.pk,
        )
    line.counted, line.reason = count.quantity, count.reason.strip()[:100] if gap else ""


def _leg(line: StockTakeLine, place: Place, loss: Place) -> Leg:
    if line.variance > 0:
        return Leg(line.lot, loss, place, line.variance)
    return Leg(line.lot, place, loss, -line.variance)
