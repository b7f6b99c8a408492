"""Rates of handbook §4, quantities in thousandths, and shares whose sum is exact."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from parkportal.quantities import QuantityField, average, largest_remainder, plain, rate, rate_text

WEIGHTS = st.lists(st.decimals(0, 10_000, places=3), min_size=1, max_size=40).filter(lambda weights: sum(weights) > 0)


@pytest.mark.parametrize(
    ("part", "whole", "text"),
    [
        (14, 15, "93.3%"),
        (59, 61, "96.7%"),
        (54, 117, "46.2%"),
        (33, 58, "56.9%"),
        (21, 59, "35.6%"),
        (22, 23, "95.7%"),
        (12, 12, "100%"),
        (0, 12, "0.0%"),
        (0, 0, "—"),
        (5, 0, "—"),
        (5, None, "—"),
    ],
)
def test_rates_have_one_decimal_and_a_hundred_has_none(part, whole, text):
    assert rate_text(part, whole) == text


@pytest.mark.parametrize(
    ("part", "whole", "value"), [(1, 2000, "0.1"), (3, 2000, "0.2"), (1, 16, "6.3"), (1, 8, "12.5")]
)
def test_halves_go_up(part, whole, value):
    assert rate(part, whole) == Decimal(value)


def test_almost_all_rounds_to_a_hundred_in_words_as_in_number():
    assert rate(9999, 10000) == Decimal("100.0")
    assert rate_text(9999, 10000) == "100%"


def test_no_denominator_is_no_rate():
    assert rate(5, 0) is None


@given(st.integers(0, 10**7), st.integers(1, 10**7))
def test_a_rate_is_within_a_twentieth_of_a_percent_of_the_truth(part, whole):
    assert abs(rate(part, whole) - Decimal(part) * 100 / Decimal(whole)) <= Decimal("0.05")


@given(st.integers(0, 10**6), WEIGHTS)
def test_shares_add_up_and_none_is_off_by_one_or_more(total, weights):
    shares = largest_remainder(total, weights)
    assert sum(shares) == total
    for share, weight in zip(shares, weights, strict=True):
        assert abs(share - Decimal(total) * weight / sum(weights)) < 1


@given(st.integers(0, 10**6), WEIGHTS)
def test_who_weighs_more_never_gets_less(total, weights):
    shares = largest_remainder(total, weights)
    pairs = sorted(zip(weights, shares, strict=True))
    assert all(a <= b or weight_a == weight_b for (weight_a, a), (weight_b, b) in zip(pairs, pairs[1:], strict=False))


def test_what_is_left_over_goes_to_the_earlier_of_equals():
    assert largest_remainder(2, [Decimal(1)] * 3) == [1, 1, 0]


def test_a_hundred_thousand_masks_for_139_equal_firms():
    shares = largest_remainder(100_000, [Decimal(1)] * 139)
    assert sum(shares) == 100_000 and set(shares) == {719, 720}


def test_nothing_to_weigh_by_gives_nothing_and_refuses_something():
    assert largest_remainder(0, [Decimal(0)] * 2) == [0, 0]
    for total, weights in [(1, [Decimal(0)]), (1, []), (-1, [Decimal(1)]), (1, [Decimal(-1), Decimal(2)])]:
        with pytest.raises(ValueError, match="weigh"):
            largest_remainder(total, weights)


@pytest.mark.parametrize(
    ("quantity", "text"), [("780.000", "780"), ("3.600", "3.6"), ("1250.125", "1,250.125"), ("0", "0"), ("100", "100")]
)
def test_quantities_read_as_people_write_them(quantity, text):
    assert plain(Decimal(quantity)) == text


def test_no_quantity_is_a_dash():
    assert plain(None) == "—"


@given(st.decimals(-(10**9), 10**9, places=3))
def test_a_quantity_comes_back_as_it_went_in(quantity):
    field = QuantityField()
    stored = field.get_prep_value(quantity)
    assert isinstance(stored, int)
    assert field.from_db_value(stored, None, None) == quantity


def test_a_fourth_decimal_is_refused_and_never_rounded_away():
    with pytest.raises(ValidationError):
        QuantityField().get_prep_value(Decimal("0.0005"))


def test_tenths_that_floats_cannot_hold_are_exact():
    field = QuantityField()
    left = field.get_prep_value("0.3") - field.get_prep_value("0.1") - field.get_prep_value("0.2")
    assert left == 0 and 0.3 - 0.1 - 0.2 != 0


@pytest.mark.parametrize(("total", "count", "mean"), [(71, 4, "17.8"), (53, 3, "17.7"), (-5, 2, "-2.5"), (0, 3, "0.0")])
def test_a_mean_has_one_decimal_half_up(total, count, mean):
    assert average(total, count) == Decimal(mean)


def test_a_mean_of_nothing_is_none():
    assert average(0, 0) is None
