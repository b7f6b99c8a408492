"""The first page of supplies: what may still be promised, and what wants attention."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from parkportal.clock import park_today
from supplies import actions
from supplies.models import Place
from supplies.overview import item_stocks
from supplies.tests import factories as f

pytestmark = pytest.mark.django_db


def stock_of(item):
    return next(row for row in item_stocks(Place.objects.filter(kind="warehouse")) if row.item == item)


def test_what_may_be_promised_is_stock_less_promises_expired_and_quarantined():
    masks, today = f.item(), park_today()
    good = f.stock(masks, 1000, batch="G", expires_on=today + timedelta(days=400))
    f.stock(masks, 70, batch="S", expires_on=today + timedelta(days=10))
    f.stock(masks, 30, batch="E", expires_on=today - timedelta(days=1))
    actions.quarantine(lot=f.stock(masks, 5, batch="Q"), by=f.user("committee"), reason="受潮")
    f.delivery(f.enterprise(), {good: 200})
    leaving = f.delivery(f.enterprise(), {good: 40})
    actions.issue_deliveries(deliveries=[leaving], by=f.keeper())
    row = stock_of(masks)
    assert (row.total, row.promised, row.expired, row.quarantined, row.soon, row.on_the_way) == (
        1065, 200, 30, 5, 70, 40,
    )  # fmt: skip
    assert row.free == 830 and row.first_expiry == today + timedelta(days=10)


def test_index_speaks_up_below_the_minimum_and_before_a_lot_expires(sign_in, client):
    few = f.item("75%酒精", unit="公斤", minimum_stock=Decimal(100))
    f.stock(few, 99)
    f.stock(f.item("医用防护手套", unit="双"), 10, expires_on=park_today() + timedelta(days=5))
    enough = f.item("84消毒液", unit="公斤", minimum_stock=Decimal(100))
    f.stock(enough, 100)
    sign_in(f.user("committee"))
    page = client.get(reverse("supplies:index"))
    assert {(row.item.name, row.is_low, bool(row.soon)) for row in page.context["warnings"]} == {
        ("75%酒精", True, False), ("医用防护手套", False, True),
    }  # fmt: skip
    assert "低于最低库存" in page.content.decode() and "快到期" in page.content.decode()
