"""Where a person would rather look: cover, expiry, cost, donations; and who hears of a broken book."""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from supplies import actions, reports
from supplies.actions import Signature
from supplies.models import Balance, Place
from supplies.tests import factories as f
from supplies.worklist import _broken

pytestmark = pytest.mark.django_db


@pytest.fixture
def given():
    masks, spirit = f.item(), f.item("75%酒精", unit="公斤")
    bought = f.stock(
        spirit, 100, source="purchase", supplier="湘江商贸", unit_price=Decimal("12.5"), expires_on=date(2030, 3, 9)
    )
    donated = f.stock(masks, 1000, batch="AI1", source="donation", supplier="澍庭公司", expires_on=date(2030, 1, 5))
    firm = f.enterprise("湖南砚池泊有限公司", heads=50)
    delivery = f.delivery(firm, {donated: 300, bought: 4})
    actions.issue_deliveries(deliveries=[delivery], by=f.keeper())
    actions.sign_delivery(delivery=delivery, arrivals={}, signature=Signature("宁远"), by=f.keeper())
    return {"firm": firm, "donated": donated, "bought": bought}


def houses():
    return Place.objects.filter(kind="warehouse")


def test_cover_is_stock_over_heads_and_daily_use(given):
    [cover] = reports.days_of_cover(houses())
    assert (str(cover.item), cover.amount, cover.heads, cover.days) == ("一次性医用口罩", 700, 50, Decimal("7.0"))


def test_the_calendar_lists_what_expires_month_by_month(given):
    months = [(month, [row.lot for row in rows]) for month, rows in reports.expiry_calendar(houses())]
    assert months == [(date(2030, 1, 1), [given["donated"]]), (date(2030, 3, 1), [given["bought"]])]


def test_cost_is_told_by_source_and_by_enterprise(given):
    sources = {row["source"]: (row["cost"], row["unpriced"]) for row in reports.cost_by_source(houses())}
    assert sources == {"采购": (Decimal("1250.00"), 0), "捐赠": (Decimal("0.00"), 1)}
    [row] = reports.cost_by_enterprise(houses())
    assert (row["enterprise"], row["cost"]) == (given["firm"], Decimal("50.00"))


def test_a_donor_is_told_what_became_of_the_donation(given):
    [row] = reports.donor_statement(houses())
    assert (row["lot"], row["given"], row["signed"], row["left"], row["firms"]) == (given["donated"], 1000, 300, 700, 1)


def test_stock_report_shows_only_the_own_warehouse(given, sign_in, client):
    sign_in(f.user("leader"))
    shown = client.get(reverse("supplies:stock_report")).content.decode()
    assert "澍庭公司" in shown and "1,250" in shown
    sign_in(f.keeper(f.warehouse("东仓")))
    assert "澍庭公司" not in client.get(reverse("supplies:stock_report")).content.decode()
    sign_in(f.user("squad"))
    assert client.get(reverse("supplies:stock_report")).status_code == 404


def test_a_broken_book_is_on_the_committees_list(given):
    boss = f.user("committee")
    actions.note_broken_book()
    assert _broken(boss, 5) == []
    Balance.objects.filter(place__kind="warehouse", lot=given["donated"]).update(amount=Decimal(1))
    assert actions.note_broken_book() == 1
    [entry] = _broken(boss, 5)
    assert "1 处" in entry.title and "台账合计 700" in entry.detail
    Balance.objects.filter(place__kind="warehouse", lot=given["donated"]).update(amount=Decimal(700))
    assert actions.note_broken_book() == 0 and _broken(boss, 5) == []
