"""What somebody says of a plan, under the names of its form: the terms, and the numbers set by hand."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from parkportal.records import terms
from supplies.claims import tiers
from supplies.models import Allocation, AllocationLine

OTHER = {"other": "其他"}  # what has no tier counts as this
COLUMNS = ("item", "warehouse", "mode", "total", "minimum", "maximum", "days", "note")
SCOPE = ("squad", "tier", "tag", "everybody", "sites")
ONE = Decimal(1)
NOT_YET = "还没有填"  # stands in a plan by hand where nobody has set a number


def weighted_tiers() -> dict[str, str]:
    """code → label of every tier that has a weight; what has no tier counts as 其他."""
    known = tiers()
    return known if OTHER.keys() <= known.keys() else known | OTHER


def weighted_tags() -> list[tuple[str, str]]:
    return terms.choices("tag")


def terms_of(plan: Allocation) -> dict[str, Any]:
    """Every term; a tier or tag that the plan does not know weighs 1."""
    scope = {"squad": None, "tier": "", "tag": "", "everybody": False, "sites": False} | plan.scope
    return {
        **{name: getattr(plan, name) for name in COLUMNS},
        **{f"weight_{code}": Decimal(plan.weights.get(code, "1")) for code in weighted_tiers()},
        **{f"tag_{code}": Decimal(plan.tag_weights.get(code, "1")) for code, _ in weighted_tags()},
        **{name: scope[name] for name in SCOPE},
    }


def put_terms(plan: Allocation, said: Mapping[str, Any]) -> Allocation:
    """The plan with these terms, which are all of them; it is not saved."""
    for name in COLUMNS:
        setattr(plan, name, said[name])
    plan.weights = {code: str(said[f"weight_{code}"]) for code in weighted_tiers()}
    weights = {code: said[f"tag_{code}"] for code, _ in weighted_tags()}
    plan.tag_weights = {code: str(weight) for code, weight in weights.items() if weight != ONE}
    plan.scope = {name: said[name] for name in SCOPE if said[name]}
    return plan


def by_hand(lines: list[AllocationLine]) -> dict[str, Decimal | None]:
    """quantity_<enterprise id> → the number that somebody set for it, None where nobody has."""
    return {f"quantity_{line.enterprise_id}": line.quantity if is_set(line) else None for line in lines}


def is_set(line: AllocationLine) -> bool:
    """Whether somebody has set this number."""
    return line.rule == AllocationLine.Rule.MANUAL and line.override_reason != NOT_YET
