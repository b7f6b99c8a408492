"""The two signed legs: warehouse to the squad's liaison, liaison to the enterprise."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from parkportal.clock import day_of, local, park_now
from parkportal.given import given
from parkportal.idempotency import once
from parkportal.quantities import plain
from parkportal.records.models import AuditEntry, StoredFile
from parkportal.states import AlreadyMoved, Refused
from supplies.actions.allocations import close_finished, new_deliveries
from supplies.actions.ledger import Entry, Leg, post
from supplies.actions.notices import take_back, tell
from supplies.actions.requests import close_fulfilled, reopen_unsent
from supplies.actions.signing import check_signing_code
from supplies.models import (
    Delivery,
    DeliveryLine,
    DeliveryMove,
    DeliveryStatus,
    Lot,
    Movement,
    Place,
    PlaceKind,
    Receipt,
    SigningCode,
)
from supplies.models.delivery import UNDERWAY
from supplies.units import fitting

Shortage = DeliveryLine.Shortage
WRITTEN = ("received", *Shortage.values, "shortage_note")  # what a signature or its correction writes on a line


@dataclass(frozen=True)
class Signature:
    """Who signed, and how: a drawn picture, or the code from a text message (decision 61)."""

    name: str
    image: StoredFile | None = None
    photo: StoredFile | None = None
    note: str = ""
    token: UUID | None = None
    code: str = ""

    def receipt(self, leg: str, *, by: Any, at: datetime) -> Receipt:
        if not self.name.strip():
            raise Refused("name_missing", "请写签收人的姓名。")
        if not self.code and self.image is None:
            raise Refused("not_signed", "只写姓名不算签字，请在框里手写签名。", field="signature")
        method = Receipt.Method.CODE if self.code else Receipt.Method.DRAWN
        return Receipt.objects.create(
            leg=leg,
            method=method,
            signed_name=self.name.strip(),
            image=self.image,
            photo=self.photo,
            note=self.note,
            by=by,
            at=at,
            token=self.token,
        )


@dataclass(frozen=True)
class Arrival:
    """What arrived of one line, and why the rest did not: one reason for all of it, or how much for each reason.

    `lot` is another one that was really handed over, which only a correction knows.
    """

    received: Decimal
    shortage: str | Mapping[str, Decimal] = ""
    note: str = ""
    lot: Lot | None = None


@transaction.atomic
def issue_deliveries(
    *, deliveries: Sequence[Delivery], by: Any, versions: Mapping[int, int] | None = None, at: datetime | None = None
) -> list[Delivery]:
    """Picked goods leave the warehouse; what left before is passed over.

    `versions` are those that were on the pick list: a delivery that has grown since is refused. The firms are told,
    unless it is written down afterwards (`at`).
    Raises AlreadyMoved when all had left, Refused `changed_meanwhile`, `not_enough`.
    """
    waiting = [one for one in locked(deliveries) if one.status == DeliveryStatus.PENDING]
    if not waiting:
        raise AlreadyMoved("already", "这些配送单都已经出库。")
    for one in waiting:
        if versions and versions.get(one.pk, one.version) != one.version:
            raise Refused("changed_meanwhile", f"配送单 {one} 刚加了物资，请按新的拣货单核对后再出库。")
        unusable = next((line.lot for line in one.lines.all() if not line.lot.is_usable), None)
        if unusable is not None:
            raise Refused("lot_unusable", f"配送单 {one} 里批号 {unusable} 已过期或被隔离，不能出库。")
    transit, now = Place.objects.the(PlaceKind.TRANSIT), at or park_now()
    entries = [
        Entry(Movement.Kind.ISSUE, _legs(one.lines.all(), one.warehouse, transit), delivery=one, at=now)
        for one in waiting
    ]
    post(*entries, by=by)
    for one in waiting:
        one.issued_at = now
        one.move_to(DeliveryStatus.ISSUED, by=by, at=now, save=("issued_at",))
        if at is None:
            tell(one, by=by)
    return waiting


def hand_to_squad(
    *, deliveries: Sequence[Delivery], signature: Signature, by: Any, at: datetime | None = None
) -> Receipt:
    """The squad's liaison takes deliveries along and signs once for all of them. The same token gives the first receipt.

    `at` is when it was signed on the phone, if that had to wait for the network: see `_signed_at`. Raises AlreadyMoved with when and who, Refused `other_squad`, `not_issued`.
    """

    def hand_over() -> Receipt:
        held = locked(deliveries)
        _check_handover(held)
        now = _signed_at(held, at)
        check_usable([line for one in held for line in one.lines.all()], now)
        receipt = signature.receipt(Receipt.Leg.LIAISON, by=by, at=now)
        transit, bag = Place.objects.the(PlaceKind.TRANSIT), Place.objects.of_squad(given(held[0].squad))
        entries = [
            Entry(Movement.Kind.HANDOVER, _legs(one.lines.all(), transit, bag), delivery=one, at=now) for one in held
        ]
        post(*entries, by=by)
        for one in held:
            one.handover = receipt
            one.move_to(DeliveryStatus.WITH_LIAISON, by=by, at=now, save=("handover",))
        return receipt

    return once(Receipt, signature.token, hand_over)[0]


def sign_delivery(
    *,
    delivery: Delivery,
    arrivals: Mapping[int, Arrival],
    signature: Signature,
    by: Any,
    at: datetime | None = None,
) -> Receipt:
    """The enterprise signs, once for all lines. `arrivals` maps a line's id to what arrived; missing = in full.

    Damage and loss are written off, what comes later is a delivery of its own, what is not wanted stays with who brought it.
    The same token gives the first receipt; `at`: see `_signed_at`. Raises AlreadyMoved with when and by whom, Refused.
    """
    found = Receipt.objects.filter(token=signature.token).first() if signature.token else None
    if found is not None:
        return found
    code = check_signing_code(delivery, signature.code) if signature.code else None

    def sign() -> Receipt:
        [held] = locked([delivery])
        _check_signable(held)
        now, lines = _signed_at([held], at), list(held.lines.all())
        check_lots(held, lines, arrivals)
        for line in lines:
            fill(line, arrivals.get(line.pk, Arrival(line.expected)))
        check_usable([line for line in lines if line.received], now)
        receipt = signature.receipt(Receipt.Leg.ENTERPRISE, by=by, at=now)
        if code is not None:
            SigningCode.objects.filter(pk=code.pk).update(used_at=timezone.now())
        post(*arrival(held, lines, now), by=by)
        DeliveryLine.objects.bulk_update(lines, WRITTEN)
        held.receipt = receipt
        held.move_to(outcome(lines), by=by, at=now, save=("receipt",))
        open_remainder(held, lines, by)
        close_finished(lines, by, now)
        close_fulfilled(lines, by=by)
        take_back(held, by=by, reason="已经签收")
        return receipt

    return once(Receipt, signature.token, sign)[0]


@transaction.atomic
def void_delivery(*, delivery: Delivery, by: Any, reason: str) -> Delivery:
    """A delivery that will not be brought is given up: what is under way goes back to the shelf, what was asked for is
    open again. Raises Refused: reason_missing, forbidden_move, and what the ledger refuses.
    """
    if not reason.strip():
        raise Refused("reason_missing", "作废要写原因。")
    [held] = locked([delivery])
    return give_up(held, by=by, reason=reason, words=f"作废：{reason}")


def give_up(held: Delivery, *, by: Any, reason: str, words: str) -> Delivery:
    """A locked delivery ends without a signature, wherever its goods are; `words` stand in the ledger."""
    lines = list(held.lines.all())
    if held.status in UNDERWAY:
        legs = _legs(lines, holder_of(held), held.warehouse)
        post(Entry(Movement.Kind.RETURN, legs, words[:200], delivery=held), by=by)
    held.move_to(DeliveryStatus.VOID, by=by, reason=reason)
    close_finished(lines, by, park_now())
    reopen_unsent(lines, by=by, reason=reason)
    close_fulfilled(lines, by=by)
    take_back(held, by=by, reason="这张配送单不送了")
    return held


def locked(deliveries: Sequence[Delivery]) -> list[Delivery]:
    """The deliveries under their locks, in one order, with their lines."""
    ids = sorted({one.pk for one in deliveries})
    rows = Delivery.objects.select_for_update(of=("self",)).select_related(
        "enterprise", "warehouse", "squad", "receipt"
    )
    return list(rows.filter(pk__in=ids).prefetch_related("lines__lot__item", "lines__allocation_line").order_by("pk"))


def _signed_at(held: Sequence[Delivery], at: datetime | None) -> datetime:
    """The effective time of a signature: when it was given, but not before the goods' last step and not after now.

    So the book never shows something in two hands, however wrong an age a phone sends.
    """
    now = park_now()
    if at is None:
        return now
    last = DeliveryMove.objects.filter(subject__in=held).aggregate(last=Max("effective_at"))["last"]
    return min(max(at, last or at), now)


def check_usable(lines: Sequence[DeliveryLine], signed_at: datetime) -> None:
    """Nothing recalled, quarantined or expired changes hands; what was signed before that and sent later is history."""
    for line in lines:
        if not line.lot.is_usable and not _was_usable(line.lot, signed_at):
            raise Refused(
                "lot_unusable",
                f"{line.lot.item}批号 {line.lot} 已召回、隔离或过期，不能再交出去；请按“企业不要”登记，带回仓库。",
            )


def _was_usable(lot: Lot, at: datetime) -> bool:
    """At an instant before the lot was taken out of use, as the audit has it, and before it expired."""
    if lot.expires_on is not None and lot.expires_on < day_of(at):
        return False
    entries = AuditEntry.objects.filter(subject_type="supplies.lot", subject_id=str(lot.pk))
    taken_out = entries.filter(action=f"supplies.lot_{lot.status}").order_by("-id").values_list("at", flat=True).first()
    return lot.status == lot.Status.OK or (taken_out is not None and at < taken_out)


def _legs(lines: Any, from_place: Place, to_place: Place) -> list[Leg]:
    return [Leg(line.lot, from_place, to_place, line.expected) for line in lines]


def _check_handover(held: list[Delivery]) -> None:
    if not held:
        raise Refused("empty", "没有选配送单。")
    squads = {one.squad_id for one in held}
    if None in squads or len(squads) > 1:
        raise Refused("other_squad", "一次只能交一个小分队的配送单。")
    for one in held:
        if one.status == DeliveryStatus.WITH_LIAISON:
            move = given(one.last_move(DeliveryStatus.WITH_LIAISON))
            raise AlreadyMoved("already", f"{one} 已经在 {local(move.effective_at):%m-%d %H:%M} 由{move.by}接走。")
        if one.status != DeliveryStatus.ISSUED:
            raise Refused("not_issued", f"{one} 现在是“{one.get_status_display()}”，不能交接。")


def _check_signable(held: Delivery) -> None:
    if held.receipt:
        name, at = held.receipt.signed_name, held.receipt.at
        raise AlreadyMoved("already", f"这张配送单已经在 {at:%m-%d %H:%M} 由{name}签收，不用再签。", at=at)
    if held.status == DeliveryStatus.PENDING:
        raise Refused("not_issued", "物资还没有出库，不能签收。")
    if held.status == DeliveryStatus.VOID:
        raise Refused("void", "这张配送单已经作废。")


def check_lots(held: Delivery, lines: Sequence[DeliveryLine], arrivals: Mapping[int, Arrival]) -> None:
    """Raises Refused `wrong_lot` for a line of another delivery."""
    foreign = arrivals.keys() - {line.pk for line in lines}
    if foreign:
        found = DeliveryLine.objects.select_related("lot__item").filter(pk__in=foreign).order_by("pk").first()
        what = f"{found.lot.item}（批号 {found.lot}）" if found else "这一批"
        raise Refused("wrong_lot", f"{what}不在配送单 {held} 上，请核对单子。")


def fill(line: DeliveryLine, arrived: Arrival) -> None:
    """Write on the line what arrived and why the rest did not. Raises Refused `out_of_range`, `shortage_reason`."""
    item, missing = line.lot.item, line.expected - arrived.received
    if arrived.received:
        fitting(arrived.received, item)
    if arrived.received < 0 or missing < 0:
        raise Refused("out_of_range", f"{item}应收 {plain(line.expected)} {item.unit}，实收不能多于它。")
    parts = {arrived.shortage: missing} if isinstance(arrived.shortage, str) else arrived.shortage
    parts = {reason: fitting(amount, item) for reason, amount in parts.items() if amount} if missing else {}
    if missing and (not parts or parts.keys() - set(Shortage.values)):
        raise Refused("shortage_reason", f"{item}少收 {plain(missing)} {item.unit}，请选原因。")
    if sum(parts.values()) != missing:
        said = plain(sum(parts.values(), Decimal(0)))
        raise Refused("shortage_sum", f"{item}少收 {plain(missing)} {item.unit}，各原因合计 {said}，要正好相等。")
    line.received = arrived.received
    line.shortage_note = arrived.note if missing else ""
    for reason in Shortage.values:
        setattr(line, reason, parts.get(reason, Decimal(0)))


def holder_of(held: Delivery) -> Place:
    """Who brings the goods, or brought them: the squad that signed for them, else they came straight from the warehouse."""
    if held.handover_id:
        return Place.objects.of_squad(given(held.squad))
    return Place.objects.the(PlaceKind.TRANSIT)


def arrival(held: Delivery, lines: Sequence[DeliveryLine], now: datetime) -> list[Entry]:
    """What the book says of these lines: signed for, written off; what a firm does not want at the warehouse goes back."""
    holder, loss = holder_of(held), Place.objects.the(PlaceKind.LOSS)
    firm = Place.objects.of_enterprises([held.enterprise])[held.enterprise_id]
    gone = [line for line in lines if line.damaged + line.lost]
    why = "；".join(f"{line.lot.item}{line.shortage_words}" for line in gone)
    arrived = [Leg(line.lot, holder, firm, line.received) for line in lines if line.received]
    written_off = [Leg(line.lot, holder, loss, line.damaged + line.lost) for line in gone]
    back = [] if held.handover_id else [
        Leg(line.lot, holder, held.warehouse, line.declined) for line in lines if line.declined
    ]  # fmt: skip
    said = (
        (Movement.Kind.SIGNED, arrived, ""),
        (Movement.Kind.LOSS, written_off, why[:200]),
        (Movement.Kind.RETURN, back, "企业不要，退回仓库"),
    )
    return [Entry(kind, legs, reason, delivery=held, at=now) for kind, legs, reason in said if legs]


def outcome(lines: Sequence[DeliveryLine]) -> str:
    """The status that these lines give their delivery."""
    if all(line.received == line.expected for line in lines):
        return DeliveryStatus.SIGNED
    return DeliveryStatus.PARTIAL if any(line.received for line in lines) else DeliveryStatus.DECLINED


def open_remainder(held: Delivery, lines: Sequence[DeliveryLine], by: Any) -> None:
    """What comes later goes on as a delivery of its own, in the same hands."""
    later = [line for line in lines if line.later]
    if not later:
        return
    [rest] = new_deliveries(held.warehouse, [held.enterprise], by=by)
    rest.remainder_of, rest.squad_id, rest.handover, rest.issued_at = held, held.squad_id, held.handover, held.issued_at
    rest.save(update_fields=["remainder_of", "squad", "handover", "issued_at"])
    DeliveryLine.objects.bulk_create(
        DeliveryLine(delivery=rest, lot=line.lot, allocation_line=line.allocation_line, expected=line.later)
        for line in later
    )
    rest.move_to(DeliveryStatus.ISSUED, by=by, reason=f"{held} 的余下部分")
    if held.handover_id:
        rest.move_to(DeliveryStatus.WITH_LIAISON, by=by, reason=f"{held} 的余下部分")
