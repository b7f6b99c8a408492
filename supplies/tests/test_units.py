"""Quantities as people type them."""

from decimal import Decimal

import pytest

from parkportal.states import Refused
from supplies.tests import factories as f
from supplies.units import read_quantity

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("text", "quantity"),
    [
        ("500", 500),
        ("2箱", 4000),
        ("2 箱", 4000),
        ("３盒", 150),
        ("1,200只", 1200),
        ("1.5万", 15000),
        ("0.5箱", 1000),
    ],
)
def test_masks_are_read_by_unit(text, quantity):
    masks = f.item(packs={"盒": 50, "箱": 2000})
    assert read_quantity(text, masks) == quantity


@pytest.mark.parametrize(("text", "quantity"), [("500公斤", "500"), ("3.6 kg", "3.6"), ("0.125千克", "0.125")])
def test_alcohol_is_read_by_weight(text, quantity):
    assert read_quantity(text, f.item("75%酒精", unit="公斤")) == Decimal(quantity)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "not_a_number"),
        ("约500", "not_a_number"),
        ("1,20只", "not_a_number"),
        ("三箱", "not_a_number"),
        ("0", "out_of_range"),
        ("-5", "out_of_range"),
        ("9999999999999", "out_of_range"),
        ("5公斤", "unit_mismatch"),
        ("5罐", "unit_mismatch"),
        ("1.5", "not_an_integer"),
        ("0.001箱", None),
    ],
)
def test_what_does_not_fit_is_refused_by_name(text, code):
    masks = f.item(packs={"盒": 50, "箱": 2000})
    if code is None:
        assert read_quantity(text, masks) == 2
        return
    with pytest.raises(Refused) as refused:
        read_quantity(text, masks)
    assert refused.value.error_list[0].code == code


def test_a_wrong_unit_is_told_which_ones_there_are():
    masks = f.item(packs={"盒": 50, "箱": 2000})
    with pytest.raises(Refused, match="能用：只、盒（50 只）、箱（2,000 只）"):
        read_quantity("5桶", masks)
