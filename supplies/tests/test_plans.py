"""The arithmetic of allocation: sums are exact for awkward totals, weights, floors and ceilings."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parkportal.states import Refused
from supplies.plans import Claim, Terms, share_out

D = Decimal


def heads(*numbers, weight=1):
    return [Claim(key, count, D(weight)) for key, count in enumerate(numbers)]


def given_to(plan):
    return [share.quantity for share in plan.shares]


@pytest.mark.parametrize(
    ("counts", "total", "shares"),
    [
        ((1, 1, 1), 100, [34, 33, 33]),
        ((3, 2, 1), 7, [4, 2, 1]),
        ((389, 344, 301), 1000, [376, 333, 291]),
        ((10, 0), 5, [5, 0]),
        ((1,), 100000, [100000]),
    ],
)
def test_largest_remainder(counts, total, shares):
    assert given_to(share_out(heads(*counts), Terms(D(total), "只"))) == shares


def test_weights_by_tier():
    claims = [Claim(1, 100, D("1.2")), Claim(2, 100, D("1.0"))]
    assert given_to(share_out(claims, Terms(D(220), "只"))) == [120, 100]


def test_decimals_are_shared_in_steps_and_the_sum_is_exact():
    plan = share_out(heads(*[7] * 139), Terms(D(500), "公斤", step=D("0.1")))
    assert sum(given_to(plan)) == 500
    assert set(given_to(plan)) == {D("3.6"), D("3.5")}


def test_a_small_firm_is_raised_to_the_floor_and_told_so():
    plan = share_out(heads(500, 300, 4), Terms(D(1000), "只", minimum=D(100)))
    assert given_to(plan) == [563, 337, 100]
    assert plan.shares[2].why == "按人数不足 100 只，补到保底数"
    assert plan.shares[2].rule == "minimum"


def test_a_ceiling_gives_the_rest_to_the_others():
    plan = share_out(heads(900, 50, 50), Terms(D(1000), "只", maximum=D(400)))
    assert given_to(plan) == [400, 300, 300]
    assert plan.left == 0


def test_what_no_ceiling_lets_in_stays_in_the_warehouse():
    plan = share_out(heads(900, 50), Terms(D(1000), "只", maximum=D(400)))
    assert given_to(plan) == [400, 400]
    assert plan.left == 200


def test_seventy_thermometers_for_a_hundred_and_thirtynine_go_by_order():
    claims = [Claim(key, 0, D(1), by_heads=False) for key in range(139)]
    plan = share_out(claims, Terms(D(70), "支"))
    assert given_to(plan) == [1] * 70 + [0] * 69
    assert "排第 70 位，多 1 支" in plan.shares[69].why


def test_a_number_by_hand_is_taken_off_first():
    claims = [Claim(1, 100, fixed=D(500)), Claim(2, 100), Claim(3, 100)]
    plan = share_out(claims, Terms(D(1000), "只"))
    assert given_to(plan) == [500, 250, 250]
    assert plan.shares[0].rule == "manual"


def test_days_of_cover_are_a_ceiling_of_their_own():
    claims = [Claim(1, 10, need=D(100)), Claim(2, 20, need=D(200))]
    plan = share_out(claims, Terms(D(1000), "只", daily="每天 2 只 × 5 天"))
    assert given_to(plan) == [100, 200]
    assert plan.left == 700
    assert plan.shares[0].why == "10 人 × 每天 2 只 × 5 天，已够"


def test_a_weight_of_zero_leaves_out_and_says_so():
    claims = [Claim(1, 100, D(0)), Claim(2, 100), Claim(3, 0)]
    plan = share_out(claims, Terms(D(50), "只"))
    assert [(share.quantity, share.why) for share in plan.shares] == [
        (0, "权重是 0，不分"), (50, "100 人 × 1 × 0.5000，正好"), (0, "没有人数，不分"),
    ]  # fmt: skip
    wanted = [Claim(1, 100, D(0), wanted=D(30)), Claim(2, 100, wanted=D(30))]
    assert [share.why for share in share_out(wanted, Terms(D(50), "只")).shares] == [
        "权重是 0，不分",
        "申请 30 只，全部满足",
    ]
    with pytest.raises(Refused, match="权重都是 0"):
        share_out([Claim(1, 100, D(0))], Terms(D(50), "只"))


@pytest.mark.parametrize(
    ("count", "total", "step", "minimum", "maximum", "sums"),
    [
        (139, "100000", "1", "0", None, "100000"),
        (139, "500", "0.1", "0", None, "500"),
        (139, "400", "0.001", "0", None, "400"),
        (139, "100000", "1", "300", "900", "100000"),
        (139, "100001", "1", "0", "500", "69500"),
        (7, "0.007", "0.001", "0.001", None, "0.007"),
    ],
)
def test_awkward_totals_close_exactly(count, total, step, minimum, maximum, sums):
    claims = [Claim(n, n * 37 % 211, D("1.2") if n % 3 else D("0.9")) for n in range(1, count + 1)]
    limit = None if maximum is None else D(maximum)
    plan = share_out(claims, Terms(D(total), "只", step=D(step), minimum=D(minimum), maximum=limit))
    assert sum(given_to(plan)) == D(sums) and plan.left == D(total) - D(sums)
    assert all(share.quantity % D(step) == 0 and share.quantity >= D(minimum) for share in plan.shares)
    assert all(share.why for share in plan.shares)


@pytest.mark.parametrize(
    ("claims", "terms", "code"),
    [
        (heads(0, 0), Terms(D(10), "只"), "nothing_to_weigh"),
        (heads(1, 1), Terms(D(10), "只", minimum=D(6)), "minimum_too_high"),
        ([Claim(1, 1, fixed=D(11))], Terms(D(10), "只"), "fixed_too_much"),
        (heads(1), Terms(D("10.05"), "公斤", step=D("0.1")), "step"),
    ],
)
def test_what_cannot_be_shared_is_refused_by_name(claims, terms, code):
    with pytest.raises(Refused) as refused:
        share_out(claims, terms)
    assert refused.value.error_list[0].code == code


def test_why_a_number_is_so_much():
    plan = share_out(heads(389, 301, weight="1.1"), Terms(D(1000), "只"))
    assert plan.shares[0].why == "389 人 × 1.1 × 1.3175，余数第 1 位，多 1 只"
    assert plan.shares[1].why == "301 人 × 1.1 × 1.3175，小数舍去"


@given(
    counts=st.lists(st.integers(0, 500), min_size=1, max_size=40),
    total=st.integers(0, 200000),
    floor=st.integers(0, 50),
    cap=st.one_of(st.none(), st.integers(50, 3000)),
    weight=st.sampled_from(["1", "1.1", "1.25", "3"]),
)
def test_the_sum_is_always_exact_and_nobody_leaves_the_limits(counts, total, floor, cap, weight):
    claims = [Claim(key, count, D(weight) if key % 2 else D(1)) for key, count in enumerate(counts)]
    terms = Terms(D(total), "只", minimum=D(floor), maximum=None if cap is None else D(cap))
    try:
        plan = share_out(claims, terms)
    except Refused:
        return
    assert sum(given_to(plan)) + plan.left == total
    assert all(share.quantity >= floor for share in plan.shares)
    if cap is None:
        assert plan.left == 0
    else:
        assert all(share.quantity <= cap for share in plan.shares)
        full = [share for share in plan.shares if share.claim.heads]
        assert plan.left == 0 or all(share.quantity == cap for share in full)
