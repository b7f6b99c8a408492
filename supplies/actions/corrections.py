"""An entry made by hand is put right by a reversal and a new one, posted together: the book moves by the difference."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from parkportal.clock import park_now
from parkportal.idempotency import once
from parkportal.quantities import plain
from parkportal.records.audit import record
from parkportal.states import AlreadyMoved, Refused
from supplies.actions.ledger import Entry, Leg, hold, mirror, post
from supplies.availability import spoken_for
from supplies.models import Balance, Line, Lot, Movement, Place
from supplies.units import fitting

Kind = Movement.Kind
# Entries that somebody made by hand; a count is counted again, and a delivery's are corrected on the delivery.
BY_HAND = (Kind.RECEIPT, Kind.TRANSFER, Kind.RETURN, Kind.LOSS, Kind.CONSUMPTION)


def leave_what_is_spoken_for(places: Iterable[Place], lots: Iterable[Lot]) -> None:
    """Raises Refused when the difference would be taken from what deliveries need in these places."""
    for place, lot in [(place, lot) for place in places for lot in {lot.pk: lot for lot in lots}.values()]:
        left = Balance.objects.filter(place=place, lot=lot).first()
        spoken, amount = spoken_for(place, lot), left.amount if left else Decimal(0)
        if spoken > amount:
            unit = lot.item.unit
            raise Refused(
                "spoken_for",
                f"{place}的{lot.item}（批号 {lot}）更正后只有 {plain(amount)} {unit}，"
                f"配送单还要 {plain(spoken)} {unit}；收回过的请先调回来。",
            )


def correct_movement(
    *, movement: Movement, quantities: Mapping[int, Decimal], by: Any, reason: str, token: UUID | None = None
) -> Movement:
    """An entry made by hand had wrong quantities: it is reversed, and made anew with the right ones; one that was
    reversed already is only made anew.

    `quantities` maps a line's id to what is right, 0 for what never happened; a line that is not named stays. Receipts,
    transfers, returns, losses, and what a session used, whose occasion goes over to the new movement. The same token gives
    the first correction. Raises AlreadyMoved, Refused: reason_missing, not_by_hand, nothing_changed, all_gone, and what
    the ledger refuses.
    """

    def correct() -> Movement:
        is_undone = _check_by_hand(movement, reason)
        lines = list(movement.lines.select_related("lot__item", "from_place", "to_place"))
        right = {line.pk: quantities.get(line.pk, line.quantity) for line in lines}
        if not is_undone and all(right[line.pk] == line.quantity for line in lines):
            raise Refused("nothing_changed", "和原来记的一样，没有要更正的。")
        now, legs = park_now(), _right_legs(lines, right)
        same: dict[str, Any] = {"occasion": movement.occasion, "replaces": movement, "token": token}
        anew = Entry(movement.kind, legs, movement.reason, at=now, **same)
        *_, corrected = post(*([] if is_undone else [mirror(movement, reason, at=now)]), anew, by=by)
        places = {place for line in lines for place in (line.from_place, line.to_place)}
        leave_what_is_spoken_for(places, [line.lot for line in lines])
        record(
            "supplies.movement_corrected", by=by, subject=movement, reason=reason,
            before={_named(line): plain(line.quantity) for line in lines},
            after={_named(line): plain(right[line.pk]) for line in lines},
        )  # fmt: skip
        return corrected

    return once(Movement, token, correct)[0]


def _check_by_hand(movement: Movement, reason: str) -> bool:
    """Whether it has been reversed; it is locked. Raises AlreadyMoved when another stands in its place, Refused."""
    hold(movement, reason, "更正")
    if movement.kind not in BY_HAND:
        raise Refused("not_by_hand", f"“{movement.get_kind_display()}”不能这样更正，请冲正后重新办。")
    anew = Movement.objects.filter(replaces=movement).select_related("by").first()
    if anew is not None:
        raise AlreadyMoved("already", f"已经由{anew.by}更正成台账第 {anew.pk} 笔，要再改请改那一笔。", at=anew.at)
    return Movement.objects.filter(reverses=movement).exists()


def _right_legs(lines: Sequence[Line], right: Mapping[int, Decimal]) -> list[Leg]:
    legs = [
        Leg(line.lot, line.from_place, line.to_place, fitting(right[line.pk], line.lot.item))
        for line in lines
        if right[line.pk]
    ]
    if not legs:
        raise Refused("all_gone", "全部是 0 就是没有这回事，请用“冲正”。")
    return legs


def _named(line: Line) -> str:
    return f"{line.lot} → {line.to_place}"
