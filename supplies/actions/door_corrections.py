"""What was written down wrongly at the door: how much arrived, of which lot, who signed. The book moves by the difference."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import UUID

from parkportal.clock import park_now
from parkportal.editing import Touched, changes
from parkportal.given import given
from parkportal.idempotency import once
from parkportal.states import Refused
from supplies.actions.allocations import close_finished, reopen_underway
from supplies.actions.corrections import leave_what_is_spoken_for
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
from supplies.actions.ledger import Entry, Leg, mirror, post
from supplies.actions.notices import take_back, tell_corrected
from supplies.actions.requests import close_fulfilled, reopen_received
from supplies.corrected import said, said_of, sent_at_first, spoken_lines
from supplies.models import Delivery, DeliveryLine, DeliveryMove, DeliveryStatus, Lot, Movement, Place, Receipt
from supplies.models.delivery import ENDED, UNDERWAY

Kind = Movement.Kind
SHORTAGE_SEEN = ("shortage_seen_at", "shortage_seen_by")
AT_THE_DOOR = (Kind.SIGNED, Kind.LOSS, Kind.RETURN)


@dataclass(frozen=True)
class Was:
    """What stood on a line before the correction."""

    lot: Lot
    expected: Decimal
    received: Decimal
    said: dict[str, str]
    later: Decimal

    @classmethod
    def of(cls, line: DeliveryLine) -> "Was":
        return cls(line.lot, line.expected, given(line.received), said(line), line.later)


def correct_delivery(
    *,
    delivery: Delivery,
    arrivals: Mapping[int, Arrival],
    by: Any,
    reason: str,
    signed_name: str | None = None,
    seen: str | None = None,
    token: UUID | None = None,
) -> DeliveryMove:
    """What was signed at the door was written down wrongly: `arrivals` maps a line's id to what really arrived, of which
    lot; more than the note said comes out of the warehouse now. `signed_name`: who it really was, None as it stands.

    The door's entries are reversed and made anew; remainder, plan, request and need follow, the enterprise is told and
    the sender sees the shortage anew. `seen`: the mark of `said_of` that the form was drawn from. Raises EditConflict,
    Refused: reason_missing, not_signed, void, nothing_changed, remainder_ended, spoken_for, wrong_lot, and what door
    and ledger refuse.
    """

    def correct() -> DeliveryMove:
        [held] = locked([delivery])
        _check_correctable(held, reason)
        receipt, lines = given(held.receipt), list(held.lines.all())
        stands, was = said_of(held, lines), {line.pk: Was.of(line) for line in lines}
        check_lots(held, lines, arrivals)
        receipt.signed_name = receipt.signed_name if signed_name is None else signed_name.strip()
        _fill(held, lines, arrivals)
        changed = _changed(held, lines, stands, seen)
        is_brought_anew = _book(held, lines, was, by, reason)
        Receipt.objects.filter(pk=receipt.pk).update(signed_name=receipt.signed_name)
        held.shortage_seen_at = held.shortage_seen_by = None
        kept: dict[str, Any] = {"reason": reason[:200], "also": {"changes": _kept(lines, stands, changed)}}
        move: Any = held.move_to(outcome(lines), by=by, token=token, correction=True, save=SHORTAGE_SEEN, **kept)
        if is_brought_anew:
            open_remainder(held, lines, by)
        _follow(held, lines, was, by, reason)
        tell_corrected(held, lines, {pk: one.received for pk, one in was.items()}, move, by=by)
        return move

    return once(DeliveryMove, token, correct)[0]


def _check_correctable(held: Delivery, reason: str) -> None:
    if not reason.strip():
        raise Refused("reason_missing", "更正要写原因。", field="reason")
    if held.status == DeliveryStatus.VOID:
        raise Refused("void", f"配送单 {held} 已经作废，没有可以更正的签收。")
    if held.status not in ENDED:
        raise Refused("not_signed", f"配送单 {held} 现在是“{held.get_status_display()}”，还没有签收，不用更正。")


def _fill(held: Delivery, lines: Sequence[DeliveryLine], arrivals: Mapping[int, Arrival]) -> None:
    """Write on the lines what really arrived. More than was sent was sent, too: the note had it wrong."""
    first = sent_at_first(held.moves.filter(is_correction=True).order_by("id"))
    for line in lines:
        if (arrived := arrivals.get(line.pk)) is None:
            continue
        if arrived.lot is not None and arrived.lot.item_id != line.lot.item_id:
            raise Refused("wrong_lot", f"批号 {arrived.lot} 是{arrived.lot.item}，不是{line.lot.item}。")
        line.lot = arrived.lot or line.lot
        line.expected = max(first.get(line.pk, line.expected), arrived.received)
        fill(line, arrived)


def _changed(held: Delivery, lines: Sequence[DeliveryLine], stands: dict[str, Any], seen: str | None) -> dict[str, Any]:
    """What differs, under the names of the form. Raises EditConflict, Refused `nothing_changed`."""
    now = said_of(held, lines)
    if seen is None:
        changed = {name: value for name, value in now.items() if stands[name] != value}
    else:
        spoken, touched = spoken_lines(lines), partial(_last_correction, held)
        changed = changes(seen=seen, current=stands, typed=now, spoken=spoken, touched=touched)
    if not changed:
        raise Refused("nothing_changed", "和签收时写的一样，没有要更正的。")
    return changed


def _last_correction(held: Delivery) -> Touched:
    move = held.moves.select_related("by").order_by("-id")[0]
    return str(move.by or "系统"), move.recorded_at


def _kept(lines: Sequence[DeliveryLine], stands: dict[str, Any], changed: dict[str, Any]) -> list[dict[str, Any]]:
    """What the move keeps: each line before and after, and who signed."""
    kept: list[dict[str, Any]] = [
        {"line": line.pk, "before": stands[f"received_{line.pk}"], "after": said(line)}
        for line in lines
        if f"received_{line.pk}" in changed
    ]
    if "signed_name" in changed:
        names = {"before": stands["signed_name"], "after": changed["signed_name"]}
        kept.append({"line": None, **{when: {"signed_name": name} for when, name in names.items()}})
    return kept


def _book(held: Delivery, lines: Sequence[DeliveryLine], was: Mapping[int, Was], by: Any, reason: str) -> bool:
    """Write the lines and the book; whether what comes later has to be made anew, which is given up here."""
    moved = [line for line in lines if said(line) != was[line.pk].said]
    more = [line for line in moved if given(line.received) > was[line.pk].received or line.lot != was[line.pk].lot]
    check_usable(more, given(held.receipt).at)
    is_brought_anew = any(
        line.later != was[line.pk].later or line.later and line.lot != was[line.pk].lot for line in lines
    )
    if is_brought_anew and any(one.later for one in was.values()):
        _give_up_the_rest(held, by, reason)
    if moved:
        _post_anew(held, lines, was, by, reason)
        DeliveryLine.objects.bulk_update(lines, [*WRITTEN, "lot", "expected"])
    return is_brought_anew


def _post_anew(held: Delivery, lines: Sequence[DeliveryLine], was: Mapping[int, Was], by: Any, reason: str) -> None:
    """Reverse what stands of the door and book it as it was; in one posting, so that only the difference must be there.

    What was really brought, another lot or more, takes the place of what the book has in the hands of who brought it.
    """
    now, wrong = park_now(), list(held.movements.filter(kind__in=AT_THE_DOOR).standing().order_by("id"))
    of_kind = {movement.kind: movement for movement in wrong}
    anew = [
        replace(entry, reason=entry.reason or reason[:200], replaces=of_kind.get(entry.kind))
        for entry in arrival(held, lines, now)
    ]
    legs = [leg for line in lines for leg in _exchanged(line, was[line.pk], holder_of(held), held.warehouse)]
    exchanged = [Entry(Kind.TRANSFER, legs, reason[:200], delivery=held, at=now)] if legs else []
    post(*(mirror(movement, reason, at=now) for movement in wrong), *exchanged, *anew, by=by)


def _exchanged(line: DeliveryLine, was: Was, holder: Place, warehouse: Place) -> list[Leg]:
    if was.lot != line.lot:
        return [Leg(was.lot, holder, warehouse, was.expected), Leg(line.lot, warehouse, holder, line.expected)]
    more = line.expected - was.expected
    if not more:
        return []
    return [Leg(line.lot, warehouse, holder, more) if more > 0 else Leg(line.lot, holder, warehouse, -more)]


def _give_up_the_rest(held: Delivery, by: Any, reason: str) -> None:
    """The delivery of what comes later has wrong numbers: it is made anew, while nobody has signed for it."""
    rest = held.remainders.select_for_update(of=("self",)).order_by("-pk").first()
    if rest is None or rest.status not in UNDERWAY:
        stands = f"补送单 {rest} 已经是“{rest.get_status_display()}”" if rest else "补送单已经不在"
        raise Refused("remainder_ended", f"{stands}，“下次补送”的数不能再改；要改请更正那一张。")
    rest.move_to(DeliveryStatus.VOID, by=by, reason=f"随 {held} 更正：{reason}"[:200], correction=True)
    take_back(rest, by=by, reason="补送单重开")


def _follow(held: Delivery, lines: Sequence[DeliveryLine], was: Mapping[int, Was], by: Any, reason: str) -> None:
    """Plan, request and need stand where the delivery and its remainder now leave them. Raises Refused `spoken_for`."""
    lots = [*(line.lot for line in lines), *(one.lot for one in was.values())]
    leave_what_is_spoken_for([holder_of(held), held.warehouse], lots)
    close_finished(lines, by, park_now())
    close_fulfilled(lines, by=by)
    words = f"签收数更正：{reason}"[:200]
    reopen_underway(lines, by, words)
    reopen_received(lines, by=by, reason=words)
