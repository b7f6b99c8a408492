"""Swab kits at a testing point leave the stock by one movement for each session."""

from decimal import Decimal

import pytest

from parkportal.states import AlreadyMoved, Refused
from supplies import actions, invariants
from supplies.models import Movement, Place
from supplies.tests import factories as f

pytestmark = pytest.mark.django_db


@pytest.fixture
def point():
    kit = f.item("一次性咽拭子采样套装", unit="套")
    assert kit.kind == "kit"
    f.stock(kit, 200)
    place = Place.objects.point("A1", "产业园 A1 栋")
    actions.supply_point(point=place, item=kit, quantity=Decimal(150), warehouse=f.warehouse(), by=f.keeper())
    return place


def test_a_session_is_booked_once(point):
    station = f.user("station")
    actions.consume_kits(point=point, occasion="session:1", quantity=100, lost=2, reason="掉地上", by=station)
    assert actions.kits_at(point) == 48
    assert Movement.objects.get(occasion="session:1").lines.count() == 2
    with pytest.raises(AlreadyMoved):
        actions.consume_kits(point=point, occasion="session:1", quantity=1, by=station)
    assert invariants.check() == []


def test_more_than_lies_there_is_refused_with_what_is_left(point):
    with pytest.raises(Refused, match="只剩 150 份，不够 151 份"):
        actions.consume_kits(point=point, occasion="session:1", quantity=151, by=f.user("station"))


def test_losses_need_a_reason(point):
    with pytest.raises(Refused, match="写原因"):
        actions.consume_kits(point=point, occasion="session:1", quantity=1, lost=1, by=f.user("station"))


def test_a_point_cannot_be_given_more_than_is_free(point):
    with pytest.raises(Refused, match="只剩 50"):
        actions.supply_point(
            point=point,
            item=f.item("一次性咽拭子采样套装", unit="套"),
            quantity=Decimal(51),
            warehouse=f.warehouse(),
            by=f.keeper(),
        )
