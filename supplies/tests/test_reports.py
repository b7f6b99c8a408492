"""Where a person would rather look: cover, expiry, cost, donations; and who hears of a broken book."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from enterprises.models import DailyReport
from parkportal.clock import park_now, park_today
from supplies import actions, donations, reports
from supplies.cover import firm_covers, kept_covers, refresh_covers, spread
from supplies.models import Place
from supplies.pictures import expiry_chart, lot_chart
from supplies.tests import factories as f

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
    actions.sign_delivery(delivery=delivery, arrivals={}, signature=f.signed("宁远"), by=f.keeper())
    return {"firm": firm, "donated": donated, "bought": bought}


def at_work(firm, heads):
    DailyReport.objects.create(
        enterprise=firm, day=park_today(), on_duty=heads, reported_at=park_now(), reported_by=f.contact(firm)
    )


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
    [row] = donations.statement(donations.given_lots(houses()))
    assert (row.lot, row.given, row.signed, row.left, len(row.handed)) == (given["donated"], 1000, 300, 700, 1)


def test_stock_report_shows_only_the_own_warehouse(given, sign_in, client):
    sign_in(f.user("leader"))
    shown = client.get(reverse("supplies:stock_report")).content.decode()
    assert "澍庭公司" in shown and "1,250" in shown
    sign_in(f.keeper(f.warehouse("东仓")))
    assert "澍庭公司" not in client.get(reverse("supplies:stock_report")).content.decode()
    sign_in(f.user("squad"))
    assert client.get(reverse("supplies:stock_report")).status_code == 404


def test_the_cover_of_an_enterprise_runs_down_with_its_heads_on_duty(park_time, sign_in, client):
    masks, keeper = f.item(), f.keeper()
    assert masks.daily_use == 2
    lot = f.stock(masks, 5000)
    few, many, none = (f.enterprise(name, heads=heads) for name, heads in (("甲厂", 100), ("乙厂", 100), ("丙厂", 10)))
    at_work(few, 50), at_work(many, 100)
    for firm, masks_given in ((few, 500), (many, 460)):
        delivery = f.delivery(firm, {lot: masks_given})
        actions.issue_deliveries(deliveries=[delivery], by=keeper)
        actions.sign_delivery(delivery=delivery, arrivals={}, signature=f.signed("宁远"), by=keeper)
    park_time.shift(timedelta(days=2))
    refresh_covers(masks)
    kept = kept_covers(masks, f.user("leader"))
    rows = [(str(row.enterprise), row.left, row.days) for row in kept]
    assert rows == [("丙厂", 0, Decimal("0.0")), ("乙厂", 60, Decimal("0.3")), ("甲厂", 300, Decimal("3.0"))]
    assert {bar.label: bar.value for bar in spread(kept).bars if bar.value} == {
        "没有领过": 1, "不到 1 天": 1, "3–6 天": 1,
    }  # fmt: skip
    [park] = reports.days_of_cover(houses())
    assert park.heads == 160 and park.days == Decimal("12.6")
    sign_in(f.user("leader"))
    page = client.get(reverse("supplies:cover_list"), {"item": masks.pk})
    assert [row.enterprise for row in page.context["page_obj"]] == [none, many, few]
    assert '<svg class="chart' in page.content.decode()


def test_what_an_enterprise_gave_back_does_not_cover_it():
    masks, firm = f.item(), f.enterprise(heads=10)
    lot = f.stock(masks, 500)
    delivery = f.delivery(firm, {lot: 200})
    actions.issue_deliveries(deliveries=[delivery], by=f.keeper())
    actions.sign_delivery(delivery=delivery, arrivals={}, signature=f.signed("宁远"), by=f.keeper())
    actions.move_stock(
        kind="return", lot=lot, from_place=Place.objects.get(enterprise=firm), to_place=f.warehouse(),
        quantity=Decimal(150), by=f.keeper(), reason="多了",
    )  # fmt: skip
    [row] = firm_covers(masks)
    assert (row.received, row.left, row.days) == (50, 50, Decimal("2.5"))


def test_the_calendar_is_drawn_with_a_dot_in_its_month(park_time):
    f.stock(f.item(), 100, expires_on=date(2020, 4, 9))
    f.stock(f.item(), 30, expires_on=date(2022, 1, 9)), f.stock(f.item(), 7, expires_on=date(2030, 1, 9))
    f.stock(f.item("75%酒精", unit="公斤"), Decimal("12.5"), expires_on=date(2019, 12, 1))
    chart = expiry_chart(reports.expiry_calendar(houses()))
    spirit, masks = chart.lanes
    assert [dot.label for dot in masks.dots] == ["100", "37"] and [dot.label for dot in spirit.dots] == ["12.5"]
    wide = (chart.right - chart.left) / 24
    assert masks.dots[0].x == pytest.approx(chart.left + 2.5 * wide, abs=0.2)
    assert spirit.dots[0].x == chart.now.x == pytest.approx(chart.left + 0.5 * wide, abs=0.2)


def test_the_course_of_a_lot_is_drawn_hand_by_hand(given, sign_in, client):
    chart = lot_chart(given["donated"])
    assert [(lane.label, lane.end) for lane in chart.lanes] == [
        ("仓库", "700 只"),
        ("在途", "0 只"),
        ("企业", "300 只"),
    ]
    heights = [float(point.split(",")[1]) for point in chart.lanes[0].points.split()]
    ground = chart.lanes[0].y
    assert (ground - heights[-1]) / (ground - min(heights)) == pytest.approx(0.7, abs=0.02), "to scale from zero"
    sign_in(f.user("leader"))
    page = client.get(reverse("supplies:lot_detail", args=[given["donated"].pk])).content.decode()
    assert 'aria-label="这一批什么时候在谁手上"' in page
