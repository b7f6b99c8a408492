"""Drafting, adjusting, approving a plan. Approval by a second person freezes it and makes the deliveries."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F

from enterprises.models import Enterprise
from parkportal.clock import day_of, park_now
from parkportal.editing import Spoken, changes
from parkportal.idempotency import once
from parkportal.quantities import plain
from parkportal.records.audit import last_act, record
from parkportal.records.codes import take_codes
from parkportal.states import AlreadyMoved, Refused
from supplies.actions.ledger import locked_balances
from supplies.actions.requests import grant
from supplies.availability import free_lots, free_quantity, take_first_expired
from supplies.claims import Claimant, claimants
from supplies.cover import coming, covers_of
from supplies.models import (
    Allocation,
    AllocationLine,
    AllocationMode,
    Balance,
    Delivery,
    DeliveryLine,
    DeliveryMove,
    DeliveryStatus,
    Item,
    Place,
)
from supplies.models.delivery import UNDERWAY
from supplies.plan_terms import NOT_YET, by_hand, is_set, put_terms, terms_of
from supplies.plans import Claim, Plan, Terms, share_out

Status = Allocation.Status
Override = tuple[Decimal, str]
RECOMPUTED = "supplies.plan_recomputed"


def allocate(*, plan: Allocation, by: Any, token: UUID | None = None, at: datetime | None = None) -> Allocation:
    """Write a draft with a line for each enterprise of its scope. The same token gives the first one.

    `plan` is an unsaved Allocation with item, warehouse, mode, total and limits. Raises Refused: not_enough (what is
    left), nobody, and what the arithmetic refuses.
    """

    def draft() -> Allocation:
        plan.created_by, plan.token, plan.created_at = by, token, at or park_now()  # type: ignore[assignment]
        plan.full_clean(exclude=["created_by", "weights", "scope"])
        people, shares = _computed(plan, {})
        plan.save()
        plan.moves.create(to_status=Status.DRAFT, by=by, effective_at=plan.created_at)
        _write_lines(plan, people, shares, {})
        return plan

    return once(Allocation, token, draft)[0]


@transaction.atomic
def change_terms(*, plan: Allocation, said: Mapping[str, Any], seen: str, spoken: Spoken, by: Any) -> Allocation:
    """Compute a draft anew with other terms; what was set by hand stays, the rest is shared again.

    `said` has `terms_of` the plan, or those that change; `seen` is the mark of those that the form was drawn from.
    Raises EditConflict, Refused: frozen, does_not_fit, and what `allocate` refuses.
    """
    held = _draft(plan)
    stands = terms_of(held)
    changed = changes(seen=seen, current=stands, typed=said, spoken=spoken, touched=partial(last_act, held, RECOMPUTED))
    put_terms(held, stands | changed)
    try:  # after a conflict the two halves of what people chose may not fit
        held.validate_constraints()
    except ValidationError as problem:
        raise Refused("does_not_fit", problem.messages[0]) from None
    kept = {line.enterprise_id: (line.quantity, line.override_reason) for line in held.lines.all() if is_set(line)}
    return _recompute(held, kept, by, f"改了 {len(changed)} 项参数" if changed else "")


@transaction.atomic
def adjust_plan(
    *, plan: Allocation, quantities: Mapping[str, Decimal | None], reason: str, seen: str, spoken: Spoken, by: Any
) -> Allocation:
    """Numbers of a draft set by hand; they are taken off first, the rest is shared again, so the sum stays exact.

    `quantities` maps quantity_<enterprise id> to a number, or to None where nobody sets one; `seen` is the mark of
    `by_hand` that the form was drawn from. Raises EditConflict, Refused: frozen, reason_missing, and what the
    arithmetic refuses.
    """
    held = _draft(plan)
    lines = list(held.lines.all())
    stands = by_hand(lines)
    touched = partial(last_act, held, RECOMPUTED)
    changed = changes(seen=seen, current=stands, typed=quantities, spoken=spoken, touched=touched)
    if any(quantity is not None for quantity in changed.values()) and not reason.strip():
        raise Refused("reason_missing", "手工调整要写原因。", field="reason")
    why = {f"quantity_{line.enterprise_id}": (line.enterprise_id, line.override_reason) for line in lines}
    fixed = {
        why[name][0]: (quantity, reason if name in changed else why[name][1])
        for name, quantity in (stands | changed).items()
        if quantity is not None and name in why
    }
    return _recompute(held, fixed, by, reason)


def _draft(plan: Allocation) -> Allocation:
    held = _locked(plan)
    if held.status != Status.DRAFT:
        raise Refused("frozen", f"方案已经是“{held.get_status_display()}”，不能再改。")
    return held


def _recompute(plan: Allocation, overrides: Mapping[int, Override], by: Any, reason: str) -> Allocation:
    people, shares = _computed(plan, overrides)
    plan.version += 1
    plan.save()
    plan.lines.all().delete()
    _write_lines(plan, people, shares, overrides)
    record(RECOMPUTED, by=by, subject=plan, after={"手工调整": len(overrides)}, reason=reason.strip()[:200])
    return plan


@transaction.atomic
def submit_allocation(*, allocation: Allocation, by: Any, at: datetime | None = None) -> Allocation:
    """Hand the draft to a second person. Raises Refused `not_enough` when the stock has shrunk meanwhile."""
    held = _locked(allocation)
    _check_stock(held)
    held.move_to(Status.SUBMITTED, by=by, at=at)
    return held


@transaction.atomic
def return_allocation(*, allocation: Allocation, by: Any, reason: str) -> Allocation:
    """Send a plan back to its author, with the reason."""
    if not reason.strip():
        raise Refused("reason_missing", "退回要写原因。")
    held = _locked(allocation)
    held.move_to(Status.DRAFT, by=by, reason=reason)
    return held


@transaction.atomic
def void_allocation(*, allocation: Allocation, by: Any, reason: str) -> Allocation:
    """Give a plan up before it is approved."""
    if not reason.strip():
        raise Refused("reason_missing", "作废要写原因。")
    held = _locked(allocation)
    held.move_to(Status.VOID, by=by, reason=reason)
    return held


@transaction.atomic
def approve_allocation(*, allocation: Allocation, by: Any, at: datetime | None = None) -> list[Delivery]:
    """A second person approves; the plan is frozen, lots are taken first-expired-first, one delivery for each firm.

    What still waits for the same firm in the same warehouse is joined. Raises AlreadyMoved, Refused: same_person,
    forbidden_move, not_enough.
    """
    held = _locked(allocation)
    if held.status == Status.APPROVED:
        raise AlreadyMoved("already", f"已经由{held.approved_by}批准。", at=held.approved_at)
    if held.created_by_id == by.pk:
        raise Refused("same_person", "起草人不能批准自己的方案，请另一位同事来批。")
    usable = Balance.objects.filter(place=held.warehouse, lot__item=held.item, amount__gt=0).usable()
    locked_balances(usable.values_list("place", "lot"))
    _check_stock(held)
    held.approved_at, held.approved_by = at or park_now(), by
    held.move_to(Status.APPROVED, by=by, at=held.approved_at, save=("approved_at", "approved_by"))
    held.lines.update(is_frozen=True)
    made = _make_deliveries(held, by, held.approved_at)
    if held.mode == AllocationMode.REQUESTED:
        grant(held, by=by)
    return made


def _locked(allocation: Allocation) -> Allocation:
    # Without the joins, so that PostgreSQL locks the plan alone.
    return Allocation.objects.select_for_update(of=("self",)).select_related("item", "warehouse").get(pk=allocation.pk)


def _computed(plan: Allocation, overrides: Mapping[int, Override]) -> tuple[list[Claimant], Plan]:
    left = free_quantity(plan.item, plan.warehouse)
    if plan.total > left:
        raise _not_enough(plan, left)
    people = claimants(plan)
    if not people and plan.mode == AllocationMode.REQUESTED:
        raise Refused("nobody", f"没有等安排的{plan.item}申请，请换一种分法。")
    if not people:
        raise Refused("nobody", "这个范围里没有企业，请改范围。")
    have = _have(plan.item, people) if plan.mode == AllocationMode.DAYS else {}
    return people, share_out([_claim(plan, who, overrides, have) for who in people], _terms(plan))


def _have(item: Item, people: list[Claimant]) -> dict[int, Decimal]:
    """enterprise id → what should be there by its cover, and what is on its way to it."""
    brought = coming(item)
    rows = covers_of(item, {who.enterprise.pk: who.heads for who in people})
    return {row.firm: row.left + brought.get(row.firm, Decimal(0)) for row in rows}


def _claim(plan: Allocation, who: Claimant, overrides: Mapping[int, Override], have: Mapping[int, Decimal]) -> Claim:
    key = who.enterprise.pk
    fixed = overrides[key][0] if key in overrides else None
    if plan.mode == AllocationMode.MANUAL and fixed is None:
        fixed = Decimal(0)
    weight = plan.weight_of(who.enterprise.tier, who.tags) if plan.is_weighted else Decimal(1)
    claim = Claim(key, who.heads, weight, plan.mode != AllocationMode.EACH, fixed, who.wanted)
    if plan.mode != AllocationMode.DAYS:
        return claim
    needed = who.heads * _daily(plan) * (plan.days or 0)
    return replace(claim, need=max(needed - have[key], Decimal(0)), have=have[key])


def _daily(plan: Allocation) -> Decimal:
    if plan.item.daily_use is None or not plan.days:
        raise Refused("no_daily_use", f"{plan.item}没有写每人每天用量或没有填天数，不能按够用天数分。")
    return plan.item.daily_use


def _terms(plan: Allocation) -> Terms:
    daily = ""
    if plan.mode == AllocationMode.DAYS:
        daily = f"每天 {plain(_daily(plan))} {plan.item.unit} × {plan.days} 天"
    return Terms(plan.total, plan.item.unit, plan.item.step, plan.minimum, plan.maximum, daily)


def _write_lines(plan: Allocation, people: list[Claimant], shares: Plan, overrides: Mapping[int, Override]) -> None:
    plan.factor = "" if shares.factor is None else str(shares.factor)
    Allocation.objects.filter(pk=plan.pk).update(factor=plan.factor)
    AllocationLine.objects.bulk_create(
        AllocationLine(
            allocation=plan,
            enterprise=who.enterprise,
            position=position,
            heads=who.heads,
            heads_source=who.source,
            weight=share.claim.weight,
            wanted=share.claim.wanted,
            exact="" if share.exact is None else str(share.exact),
            quantity=share.quantity,
            rule=share.rule,
            why=share.why,
            override_reason=overrides[who.enterprise.pk][1] if who.enterprise.pk in overrides else _manual(share.rule),
        )
        for position, (who, share) in enumerate(zip(people, shares.shares, strict=True), 1)
    )


def _manual(rule: str) -> str:
    return NOT_YET if rule == AllocationLine.Rule.MANUAL else ""


def _check_stock(plan: Allocation) -> None:
    wanted = sum(plan.lines.values_list("quantity", flat=True), Decimal(0))
    if not wanted:
        raise Refused("empty", "方案里每家都是 0，没有可以发的。")
    left = free_quantity(plan.item, plan.warehouse)
    if wanted > left:
        raise _not_enough(plan, left, wanted)


def _not_enough(plan: Allocation, left: Decimal, wanted: Decimal | None = None) -> Refused:
    unit = plan.item.unit
    return Refused(
        "not_enough",
        f"{plan.warehouse}的{plan.item}能分的只剩 {plain(left)} {unit}，不够 {plain(wanted or plan.total)} {unit}。",
        left=left,
        unit=unit,
    )


def _make_deliveries(plan: Allocation, by: Any, at: datetime) -> list[Delivery]:
    lines = [line for line in plan.lines.select_related("enterprise") if line.quantity]
    waiting = Delivery.objects.to_pick().filter(
        warehouse=plan.warehouse, enterprise__in=[line.enterprise_id for line in lines], remainder_of__isnull=True
    )
    open_ones = {delivery.enterprise_id: delivery for delivery in waiting.select_for_update().order_by("id")}
    Delivery.objects.filter(pk__in=[one.pk for one in open_ones.values()]).update(version=F("version") + 1)
    missing = [line.enterprise for line in lines if line.enterprise_id not in open_ones]
    open_ones |= {
        delivery.enterprise_id: delivery for delivery in new_deliveries(plan.warehouse, missing, by=by, at=at)
    }
    stocks = free_lots(plan.item, plan.warehouse)
    DeliveryLine.objects.bulk_create(
        DeliveryLine(delivery=open_ones[line.enterprise_id], lot=lot, allocation_line=line, expected=part)
        for line in lines
        for lot, part in take_first_expired(stocks, line.quantity)
    )
    return [open_ones[line.enterprise_id] for line in lines]


def new_deliveries(
    warehouse: Place, enterprises: list[Enterprise], *, by: Any, at: datetime | None = None
) -> list[Delivery]:
    """Empty deliveries with new codes, one for each enterprise, carried by its squad."""
    now = at or park_now()
    codes = take_codes("PS", len(enterprises), day=day_of(now)) if enterprises else []
    made = Delivery.objects.bulk_create(
        Delivery(code=code, enterprise=firm, squad_id=firm.squad_id, warehouse=warehouse, created_at=now)
        for code, firm in zip(codes, enterprises, strict=True)
    )
    DeliveryMove.objects.bulk_create(
        DeliveryMove(subject=one, to_status=DeliveryStatus.PENDING, by=by, effective_at=now) for one in made
    )
    return made


def close_finished(lines: Sequence[DeliveryLine], by: Any, now: datetime) -> None:
    """A plan is done when nothing of it is under way any more."""
    plans = {line.allocation_line.allocation_id for line in lines if line.allocation_line}
    open_states = [DeliveryStatus.PENDING, DeliveryStatus.ISSUED, DeliveryStatus.WITH_LIAISON]
    under_way = set(
        DeliveryLine.objects.filter(
            allocation_line__allocation__in=plans, delivery__status__in=open_states
        ).values_list("allocation_line__allocation", flat=True)
    )
    for plan in Allocation.objects.filter(pk__in=plans - under_way, status=Allocation.Status.APPROVED):
        plan.move_to(Allocation.Status.DONE, by=by, at=now)


def reopen_underway(lines: Sequence[DeliveryLine], by: Any, reason: str) -> None:
    """A correction has put something of a finished plan on its way again: the plan goes on."""
    plans = {line.allocation_line.allocation_id for line in lines if line.allocation_line}
    under_way = DeliveryLine.objects.filter(delivery__status__in=UNDERWAY, allocation_line__allocation__in=plans)
    done = Allocation.objects.filter(status=Allocation.Status.DONE)
    for plan in done.filter(pk__in=under_way.values("allocation_line__allocation")):
        plan.move_to(Allocation.Status.APPROVED, by=by, reason=reason, correction=True)
