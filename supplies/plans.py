"""The arithmetic of an allocation: shares by weight, with floor and ceiling, whose sum is exact, each with its why.

Pure functions over plain values; the sum is always the total, less only what ceilings leave over (handbook §5).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from parkportal.quantities import largest_remainder, plain
from parkportal.states import Refused


@dataclass(frozen=True)
class Claim:
    """One enterprise's claim: how many heads, which weight, or a number fixed by hand.

    `by_heads` False means each firm counts once. What counts instead of heads, and is the ceiling: `wanted`, what it
    asked for; `need`, what it lacks to last the days, having `have` already.
    """

    key: int
    heads: int
    weight: Decimal = Decimal(1)
    by_heads: bool = True
    fixed: Decimal | None = None
    wanted: Decimal | None = None
    need: Decimal | None = None
    have: Decimal = Decimal(0)

    @property
    def ceiling(self) -> Decimal | None:
        return self.wanted if self.wanted is not None else self.need

    @property
    def points(self) -> Decimal:
        if self.ceiling is not None:
            return self.weight * self.ceiling
        return self.weight * self.heads if self.by_heads else self.weight


@dataclass(frozen=True)
class Terms:
    """What is shared out and within which limits; all quantities in the item's base unit."""

    total: Decimal
    unit: str
    step: Decimal = Decimal(1)
    minimum: Decimal = Decimal(0)
    maximum: Decimal | None = None
    daily: str = ""


@dataclass(frozen=True)
class Share:
    """What a claim gets, by which rule, and why in words. `exact` is the share before rounding."""

    claim: Claim
    quantity: Decimal
    rule: str
    why: str
    exact: Decimal | None = None


@dataclass(frozen=True)
class Plan:
    """All shares in the order of the claims; `factor` is what one weighted head gets; `left` stays in the warehouse."""

    shares: list[Share]
    factor: Decimal | None
    left: Decimal


def share_out(claims: Sequence[Claim], terms: Terms) -> Plan:
    """Share the total among the claims; earlier claims win ties.

    Raises Refused: step, fixed_too_much, minimum_too_high, nothing_to_weigh, enough.
    """
    total = _steps(terms.total, terms, "分配总量")
    floor = _steps(terms.minimum, terms, "保底")
    fixed = {claim.key: _steps(claim.fixed, terms, "手工数量") for claim in claims if claim.fixed is not None}
    if sum(fixed.values()) > total:
        raise Refused(
            "fixed_too_much", f"手工定的合计 {_said(sum(fixed.values()), terms)}，超过分配总量 {_said(total, terms)}。"
        )
    free = [claim for claim in claims if claim.fixed is None]
    pool = total - sum(fixed.values())
    if floor * len(free) > pool:
        raise Refused(
            "minimum_too_high",
            f"保底 {_said(floor, terms)} × {len(free)} 家 = {_said(floor * len(free), terms)}，"
            f"超过可分的 {_said(pool, terms)}。",
        )
    if free and pool and not any(claim.points for claim in free):
        raise _nothing_to_weigh(free)
    held = _held(free, pool, floor, terms)
    rounded = _rounded([claim for claim in free if claim.key not in held], pool - sum(n for n, _ in held.values()))
    return _plan(claims, fixed, held, rounded, terms)


Held = dict[int, tuple[int, str]]
Rounded = dict[int, tuple[int, Fraction, int]]


def _nothing_to_weigh(claims: Sequence[Claim]) -> Refused:
    if not any(claim.weight for claim in claims):
        return Refused("nothing_to_weigh", "这些企业的权重都是 0，没有人可分，请改权重。")
    if any(claim.heads and claim.weight and claim.need is not None for claim in claims):
        return Refused("enough", "这些企业手上的和在送的都够用这么多天，不用再分。")
    return Refused("nothing_to_weigh", "这些企业都没有人数，不能按人数分，请改用按家平分或手工填写。")


def _steps(quantity: Decimal, terms: Terms, what: str) -> int:
    count = quantity / terms.step
    if count != count.to_integral_value():
        raise Refused("step", f"{what}要是 {plain(terms.step)} {terms.unit}的整数倍。")
    return int(count)


def _said(steps: int, terms: Terms) -> str:
    return f"{plain(steps * terms.step)} {terms.unit}"


def _ceiling(claim: Claim, terms: Terms) -> int | None:
    limits = [limit for limit in (claim.ceiling, terms.maximum) if limit is not None]
    if not limits:
        return None
    # what is lacking is covered in whole steps; a maximum is not passed
    return int(-(-min(limits) // terms.step)) if claim.ceiling == min(limits) else int(min(limits) // terms.step)


def _held(claims: list[Claim], pool: int, floor: int, terms: Terms) -> Held:
    """Who is held at the floor or the ceiling: in each round those whose side weighs more, as long as there are any."""
    held: Held = {}
    while True:
        open_claims = [claim for claim in claims if claim.key not in held]
        whole = sum(Fraction(claim.points) for claim in open_claims)
        left = pool - sum(steps for steps, _ in held.values())
        low, high, balance = [], [], Fraction(0)
        for claim in open_claims:
            exact = left * Fraction(claim.points) / whole if whole else Fraction(0)
            ceiling = _ceiling(claim, terms)
            if ceiling is not None and exact >= max(ceiling, floor):
                high.append((claim.key, max(ceiling, floor)))
                balance -= exact - max(ceiling, floor)
            elif exact < floor or not claim.points:
                low.append((claim.key, floor))
                balance += floor - exact
        if not low and not high:
            return held
        if balance >= 0:
            held.update({key: (steps, "minimum") for key, steps in low})
        if balance <= 0:
            held.update({key: (steps, "maximum") for key, steps in high})


def _rounded(claims: list[Claim], pool: int) -> Rounded:
    """key → (steps, exact share, rank of its remainder)."""
    if not claims:
        return {}
    weights = [claim.points for claim in claims]
    whole = sum(Fraction(weight) for weight in weights)
    exact = [pool * Fraction(weight) / whole for weight in weights]
    steps = largest_remainder(pool, weights)
    order = sorted(range(len(claims)), key=lambda i: (-(exact[i] - int(exact[i])), i))
    rank = {i: place for place, i in enumerate(order, 1)}
    return {claim.key: (steps[i], exact[i], rank[i]) for i, claim in enumerate(claims)}


def _plan(claims: Sequence[Claim], fixed: dict[int, int], held: Held, rounded: Rounded, terms: Terms) -> Plan:
    weighed = [claim for claim in claims if claim.key in rounded]
    points = sum(Fraction(claim.points) for claim in weighed)
    factor = sum(exact for _, exact, _ in rounded.values()) * Fraction(terms.step) / points if points else None
    shares = []
    for claim in claims:
        if claim.key in fixed:
            quantity = fixed[claim.key] * terms.step
            shares.append(Share(claim, quantity, "manual", f"手工定为 {plain(quantity)} {terms.unit}"))
        elif claim.key in held:
            steps, rule = held[claim.key]
            shares.append(Share(claim, steps * terms.step, rule, _why_held(claim, steps, rule, terms)))
        else:
            steps, exact, rank = rounded[claim.key]
            why = _why_weighed(claim, steps - int(exact), exact, rank, factor, terms)
            shares.append(Share(claim, steps * terms.step, "share", why, _places(exact * Fraction(terms.step), 2)))
    left = terms.total - sum((share.quantity for share in shares), Decimal(0))
    return Plan(shares, _places(factor, 4) if factor is not None else None, left)


def _places(value: Fraction, places: int) -> Decimal:
    return Decimal(round(value * 10**places)).scaleb(-places)


def _why_held(claim: Claim, steps: int, rule: str, terms: Terms) -> str:
    basis = "按申请" if claim.wanted is not None else "按人数" if claim.by_heads else "按家"
    if not claim.weight and not steps:
        return "权重是 0，不分"
    if claim.need is not None and not claim.heads:
        return "没有人数，不分"
    if rule == "maximum":
        if claim.wanted is not None and steps * terms.step >= claim.wanted:
            return f"申请 {plain(claim.wanted)} {terms.unit}，全部满足"
        if claim.need is not None and steps * terms.step >= claim.need:
            return f"{_lack(claim, terms)}，{'已够' if steps else '够用，不分'}"
        return f"{basis}超过 {_said(steps, terms)}，到封顶数"
    if not steps:
        return "没有申请，不分" if claim.wanted is not None else "没有人数，不分"
    return f"{basis}不足 {_said(steps, terms)}，补到保底数"


def _lack(claim: Claim, terms: Terms) -> str:
    """10 人 × 每天 2 只 × 5 天 − 还有 40 只."""
    have = f" − 还有 {plain(claim.have)} {terms.unit}" if claim.have else ""
    return f"{claim.heads} 人 × {terms.daily}{have}"


def _why_weighed(claim: Claim, extra: int, exact: Fraction, rank: int, factor: Fraction | None, terms: Terms) -> str:
    ending = f"余数第 {rank} 位，多 {_said(1, terms)}" if extra else "小数舍去"
    each, weight = _places(factor or Fraction(0), 4), f"{claim.weight.normalize():f}"
    weighed = f" × {weight}" if claim.weight != 1 else ""
    if claim.wanted is not None:
        sum_said = f"申请 {plain(claim.wanted)}{weighed} × {each}"
    elif claim.need is not None:
        sum_said = f"{_lack(claim, terms)} = 缺 {plain(claim.need)}{weighed} × {each}"
    elif claim.by_heads:
        sum_said = f"{claim.heads} 人 × {weight} × {each}"
    else:
        sum_said = f"平均 {_places(exact * Fraction(terms.step), 2)} {terms.unit}"
        ending = f"按次序排第 {rank} 位，多 {_said(1, terms)}" if extra else "小数舍去"
    return f"{sum_said}，{'正好' if exact == int(exact) else ending}"
