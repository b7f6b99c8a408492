"""What the page of a plan shows beside its rows: the equation, the lots, who has to do what."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.db.models import Sum

from enterprises.models import Squad
from parkportal.quantities import plain
from parkportal.records import terms
from supplies.availability import free_lots, take_first_expired
from supplies.claims import tiers
from supplies.models import Allocation, AllocationLine, AllocationMode, DeliveryLine

Rule = AllocationLine.Rule
Status = Allocation.Status


SHOWN = 12


def plan_context(plan: Allocation, user: Any, *, whole: bool = False) -> dict[str, Any]:
    """Rows (the first twelve unless `whole`), equation, days of cover, lots, moves, and what this person may do now."""
    lines = list(plan.lines.select_related("enterprise"))
    given = sum((line.quantity for line in lines), Decimal(0))
    heads = sum(line.heads for line in lines)
    whole = whole or len(lines) <= SHOWN + 1
    for line in lines:
        line.days = days_of_cover(line.quantity, line.heads, plan)
    words = terms.choices("tag") if plan.tag_weights else []
    moves = list(plan.moves.select_related("by"))
    return {
        "plan": plan,
        "lines": lines if whole else lines[:SHOWN],
        "count": len(lines),
        "rest": None if whole else _rest(lines[SHOWN:]),
        "firms": sum(bool(line.quantity) for line in lines),
        "unserved": sum(not line.quantity for line in lines),
        "given": given,
        "left": plan.total - given,
        "heads": heads,
        "days": days_of_cover(given, heads, plan),
        "terms": _terms(plan, lines),
        "whom": whom(plan),
        "tier_weights": [(label, plan.weights[code]) for code, label in tiers().items() if code in plan.weights],
        "tag_weights": [(label, plan.tag_weights[code]) for code, label in words if code in plan.tag_weights],
        "rounded_up": sum("多 " in line.why for line in lines),
        "stand_in": sum(line.heads_source == "headcount" for line in lines)
        if plan.mode == AllocationMode.ON_DUTY
        else 0,
        "lots": lots_of(plan, given),
        "moves": moves,
        "can_write": user.has_role("committee", "warehouse"),
        "can_approve": user.has_role("committee") and plan.created_by_id != user.pk and plan.status == Status.SUBMITTED,
        "deliveries": DeliveryLine.objects.filter(allocation_line__allocation=plan)
        .values("delivery")
        .distinct()
        .count(),
    }


def _rest(lines: list[AllocationLine]) -> dict[str, Any]:
    """The rows that are folded away, as one."""
    return {
        "count": len(lines),
        "heads": sum(line.heads for line in lines),
        "quantity": sum((line.quantity for line in lines), Decimal(0)),
    }


def days_of_cover(quantity: Decimal, heads: int, plan: Allocation) -> Decimal | None:
    """For how many days it lasts; None without a daily use or without heads."""
    if not plan.item.daily_use or not heads:
        return None
    return (quantity / heads / plan.item.daily_use).quantize(Decimal("0.1"))


def whom(plan: Allocation) -> list[str]:
    """The scope of a plan in words, the widest first."""
    scope, is_asked = plan.scope, plan.mode == AllocationMode.REQUESTED
    words = ["提了申请的" if is_asked else "全部企业" if scope.get("everybody") else "已复工的企业"]
    words += ["工地也在内"] if scope.get("sites") and not is_asked else []
    if scope.get("squad"):
        words += [str(squad) for squad in Squad.objects.filter(pk=scope["squad"])]
    return words + [terms.word(kind, scope[kind]) for kind in ("tier", "tag") if scope.get(kind)]


def _terms(plan: Allocation, lines: Iterable[AllocationLine]) -> list[tuple[Decimal, str]]:
    """The summands of the equation: each with its words."""
    sums: dict[str, Decimal] = {}
    firms: dict[str, int] = {}
    for line in lines:
        sums[line.rule] = sums.get(line.rule, Decimal(0)) + line.quantity
        firms[line.rule] = firms.get(line.rule, 0) + bool(line.quantity)
    unit = plan.item.unit
    by = f"{plan.get_mode_display()} × 档位权重" if plan.is_weighted else plan.get_mode_display()
    words = {
        Rule.SHARE: by,
        Rule.MINIMUM: f"{firms.get(Rule.MINIMUM)} 家补到保底 {plain(plan.minimum)} {unit}",
        Rule.MAXIMUM: f"{firms.get(Rule.MAXIMUM)} 家{'全部满足' if plan.mode == AllocationMode.REQUESTED else '到顶或已够'}",
        Rule.MANUAL: f"{firms.get(Rule.MANUAL)} 家手工调整",
    }
    return [(sums[rule], words[rule]) for rule in words if sums.get(rule)]


def lots_of(plan: Allocation, given: Decimal) -> list[tuple[Any, Decimal]]:
    """Which lots go out: those taken once approved, those that would be taken now before that."""
    if plan.status in {Status.APPROVED, Status.DONE}:
        taken = DeliveryLine.objects.filter(allocation_line__allocation=plan).order_by()
        sums = dict(taken.values("lot").annotate(total=Sum("expected")).values_list("lot", "total"))
        lots = plan.item.lots.filter(pk__in=sums).first_expired_first()
        return [(lot, sums[lot.pk]) for lot in lots]
    return take_first_expired(free_lots(plan.item, plan.warehouse), given)
