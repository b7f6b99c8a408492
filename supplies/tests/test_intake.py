"""Receipts that come in as files: one file, one movement, every good row a lot."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings

from parkportal.clock import park_now
from parkportal.records import terms
from parkportal.states import Refused
from parkportal.workbooks.intake import judge
from parkportal.workbooks.judgement import ACCEPTED
from supplies import invariants
from supplies.doors import command_params, receipts_holdings, take_in_receipts
from supplies.figures import FIGURES
from supplies.intake import RECEIPTS
from supplies.models import Item, Lot, Movement
from supplies.tests import factories as f

pytestmark = pytest.mark.django_db
FOLDER = Path(settings.BASE_DIR) / "tests" / "intake"


def good_rows(name):
    rows = judge(RECEIPTS, FOLDER / name, as_of=date(2020, 2, 18)).rows
    return [row for row in rows if row.outcome == ACCEPTED]


def take_in(name):
    terms.plant()
    return take_in_receipts(
        good_rows(name), by=f.keeper(), params={"warehouse": f.warehouse().pk}, source_file=None, progress=None
    )


def test_the_printed_stock_comes_out_of_its_file(park_time):
    report = take_in("12-物资入库.xlsx")
    assert report.created == 11
    assert Movement.objects.get().lines.count() == 11
    values = {figure.code: figure.value(park_now()).numerator for figure in FIGURES}
    assert values["stock_masks"] == 100000
    assert values["stock_alcohol"] == 500
    assert values["stock_disinfectant"] == 400
    assert values["stock_thermometers"] == 70
    assert invariants.check() == []


@pytest.mark.parametrize(("name", "rows"), [("13-物资入库-仓库台账.xlsx", 23), ("14-物资入库-补登.xls", 17)])
def test_every_good_row_is_booked(name, rows, park_time):
    assert take_in(name).created == rows
    assert Movement.objects.get().lines.count() == rows
    assert invariants.check() == []


def test_two_equal_rows_join_one_lot(park_time):
    take_in("13-物资入库-仓库台账.xlsx")
    twice = Lot.objects.get(batch="200120C7")
    assert twice.balances.get().amount == 3600


def test_a_pack_that_nobody_described_is_an_item_of_its_own_and_one_that_is_known_is_converted(park_time):
    f.item("中药预防饮片", unit="剂", spec="1号方", packs={"箱": 40})
    take_in("13-物资入库-仓库台账.xlsx")
    assert not Item.objects.filter(name="中药预防饮片", unit="箱").exists()
    converted = Lot.objects.get(batch="191118C3")
    assert converted.balances.get().amount == 80
    assert converted.unit_price == Decimal("0.3375")
    assert Item.objects.filter(name="医用防护手套", unit="箱").exists()


def test_a_formula_in_a_cell_stays_text(park_time):
    take_in("13-物资入库-仓库台账.xlsx")
    assert Lot.objects.filter(supplier="=湖南某某").exists()


def test_a_warehouse_out_of_reach_is_refused():
    other = f.warehouse("别的仓库")
    with pytest.raises(Refused):
        receipts_holdings(f.keeper(), {"warehouse": other.pk})
    with pytest.raises(Refused):
        command_params({"warehouse": "没有这个"}, None)
    assert command_params({"warehouse": "别的仓库"}, None) == {"warehouse": other.pk}
