"""What was written wrongly is put right by a reversal and a new movement, posted together: the book moves by the difference."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import UUID

from parkportal.clock import park_now
from parkportal.given import given
from parkportal.idempotency import once
from parkportal.quantities import plain
from parkportal.records.audit import record
from parkportal.states import AlreadyMoved, Refused
from supplies.actions.allocations import close_finished, reopen_underway
from supplies.actions.deliveries import (
    WRITTEN,
    Arrival,
    arrival,
    check_lots,
    check_usable,
    fill,
    holder_of,
    locked,
    open_remainder,
    outcome,
)
from supplies.actions.ledger import Entry, Leg, hold, mirror, post
from supplies.actions.notices import take_back, tell_corrected
from supplies.actions.requests import close_fulfilled, reopen_received
from supplies.availability import spoken_for
from supplies.models import Balance, Delivery, DeliveryLine, DeliveryMove, DeliveryStatus, Line, Movement, Place
from supplies.models.delivery import ENDED, UNDERWAY
from supplies.units import fitting

Kind = Movement.Kind
# Entries that somebody made by hand; a count is counted again, and a delivery's are corrected on the delivery.
BY_HAND = (Kind.RECEIPT, Kind.TRANSFER, Kind.RETURN, Kind.LOSS, Kind.CONSUMPTION)
AT_THE_DOOR = (Kind.SIGNED, Kind.LOSS, Kind.RETURN)


def correct_delivery(
    *,
    delivery: Delivery,
    arrivals: Mapping[int, Arrival],
    by: Any,
    reason: str,
    seen: int | None = None,
    token: UUID | None = None,
) -> DeliveryMove:
    """What was signed at the door was written down wrongly: `arrivals` maps a line's id to what really arrived.

    The door's entries are reversed and made anew; remainder, plan, request and need follow, the enterprise is told and
    the sender sees the shortage anew. `seen`: corrections before the form was drawn. Raises Refused: reason_missing,
    changed_meanwhile, not_signed, void, nothing_changed, remainder_ended, spoken_for, and what door and ledger refuse.
    """

    def correct() -> DeliveryMove:
        [held] = locked([delivery])
        _check_correctable(held, seen, reason)
        lines = list(held.lines.all())
        had, later = {line.pk: given(line.received) for line in lines}, {line.pk: line.later for line in lines}
        check_lots(held, lines, arrivals)
        changes = _filled(lines, arrivals)
        check_usable([line for line in lines if (line.received or 0) > had[line.pk]], given(held.receipt).at)
        if (is_brought_anew := any(line.later != later[line.pk] for line in lines)) and any(later.values()):
            _give_up_the_rest(held, by, reason)
        _post_anew(held, lines, by, reason)
        DeliveryLine.objects.bulk_update(lines, WRITTEN)
        held.shortage_seen_at = held.shortage_seen_by = None
        move: Any = held.move_to(
            outcome(lines), by=by, reason=reason[:200], token=token, correction=True,
            save=("shortage_seen_at", "shortage_seen_by"), also={"changes": changes},
        )  # fmt: skip
        if is_brought_anew:
            open_remainder(held, lines, by)
        _follow(held, lines, by, reason)
        tell_corrected(held, [line for line in lines if line.received != had[line.pk]], had, move, by=by)
        return move

    return once(DeliveryMove, token, correct)[0]


def _check_correctable(held: Delivery, seen: int | None, reason: str) -> None:
    if not reason.strip():
        raise Refused("reason_missing", "更正要写原因。", field="reason")
    if seen is not None and seen != held.moves.filter(is_correction=True).count():
        raise Refused("changed_meanwhile", f"刚刚有人更正过配送单 {held}，请看过新的数再改。")
    if held.status == DeliveryStatus.VOID:
        raise Refused("void", f"配送单 {held} 已经作废，没有可以更正的签收。")
    if held.status not in ENDED:
        raise Refused("not_signed", f"配送单 {held} 现在是“{held.get_status_display()}”，还没有签收，不用更正。")


def _filled(lines: Sequence[DeliveryLine], arrivals: Mapping[int, Arrival]) -> list[dict[str, Any]]:
    """Write on the lines what really arrived; what that changed, as the move keeps it. Raises Refused `nothing_changed`."""
    changes = []
    for line in lines:
        before = _said(line)
        if line.pk in arrivals:
            fill(line, arrivals[line.pk])
        if before != _said(line):
            changes.append({"line": line.pk, "before": before, "after": _said(line)})
    if not changes:
        raise Refused("nothing_changed", "和签收时写的一样，没有要更正的。")
    return changes


def _said(line: DeliveryLine) -> dict[str, str]:
    """What stands on the line, as the history keeps it."""
    amounts = {name: plain(getattr(line, name)) for name in WRITTEN[:-1]}
    return {
        **{name: text for name, text in amounts.items() if text != "0" or name == "received"},
        "note": line.shortage_note,
    }


def _post_anew(held: Delivery, lines: Sequence[DeliveryLine], by: Any, reason: str) -> None:
    """Reverse what stands of the door and book it as it was; in one posting, so that only the difference must be there."""
    now, wrong = park_now(), list(held.movements.filter(kind__in=AT_THE_DOOR).standing().order_by("id"))
    of_kind = {movement.kind: movement for movement in wrong}
    anew = [
        replace(entry, reason=entry.reason or reason[:200], replaces=of_kind.get(entry.kind))
        for entry in arrival(held, lines, now)
    ]
    post(*(mirror(movement, reason, at=now) for movement in wrong), *anew, by=by)


def _give_up_the_rest(held: Delivery, by: Any, reason: str) -> None:
    """The delivery of what comes later has wrong numbers: it is made anew, while nobody has signed for it."""
    rest = held.remainders.select_for_update(of=("self",)).order_by("-pk").first()
    if rest is None or rest.status not in UNDERWAY:
        said = f"补送单 {rest} 已经是“{rest.get_status_display()}”" if rest else "补送单已经不在"
        raise Refused("remainder_ended", f"{said}，“下次补送”的数不能再改；要改请更正那一张。")
    rest.move_to(DeliveryStatus.VOID, by=by, reason=f"随 {held} 更正：{reason}"[:200], correction=True)
    take_back(rest, by=by, reason="补送单重开")


def _leave_what_is_spoken_for(places: Iterable[Place], lines: Sequence[DeliveryLine] | Sequence[Line]) -> None:
    """Raises Refused when the difference would be taken from what deliveries need in these places."""
    for place, line in [(place, line) for place in places for line in lines]:
        left = Balance.objects.filter(place=place, lot=line.lot_id).first()
        spoken, amount = spoken_for(place, line.lot), left.amount if left else Decimal(0)
        if spoken > amount:
            unit = line.lot.item.unit
            raise Refused(
                "spoken_for",
                f"{place}的{line.lot.item}（批号 {line.lot}）更正后只有 {plain(amount)} {unit}，"
                f"配送单还要 {plain(spoken)} {unit}；收回过的请先调回来。",
            )


def _follow(held: Delivery, lines: Sequence[DeliveryLine], by: Any, reason: str) -> None:
    """Plan, request and need stand where the delivery and its remainder now leave them. Raises Refused `spoken_for`."""
    _leave_what_is_spoken_for([holder_of(held), held.warehouse], lines)
    close_finished(lines, by, park_now())
    close_fulfilled(lines, by=by)
    words = f"签收数更正：{reason}"[:200]
    reopen_underway(lines, by, words)
    reopen_received(lines, by=by, reason=words)


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
        _leave_what_is_spoken_for({place for line in lines for place in (line.from_place, line.to_place)}, lines)
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
