"""Swab kits at a testing point leave the stock by one movement for each session."""

from decimal import Decimal

import pytest

from parkportal.states import AlreadyMoved, Refused
from supplies import actions, invariants
from supplies.actions import Use
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


def consume(point, *uses):
    return actions.consume_kits(point=point, occasion="session:1", uses=uses, by=f.user("station"))


def test_a_session_is_booked_once_with_what_was_dropped(point):
    movement = consume(point, Use("kit", 100, left=48, reason="掉地上 2 套"))
    assert actions.kits_at(point) == 48
    assert sorted((line.to_place.kind, line.quantity) for line in movement.lines.all()) == [
        ("consumption", 100), ("loss", 2),
    ]  # fmt: skip
    assert movement.reason == "掉地上 2 套"
    with pytest.raises(AlreadyMoved):
        consume(point, Use("kit", 1))
    assert invariants.check() == []


def test_more_than_the_book_knew_is_found_in_the_same_movement(point):
    movement = consume(point, Use("kit", 151, left=4, reason="上一场借来 5 套没有入账"))
    assert actions.kits_at(point) == 4
    assert ("loss", 5) in {(line.from_place.kind, line.quantity) for line in movement.lines.all()}
    assert invariants.check() == []


def test_kits_and_tubes_go_in_one_movement_each_by_its_own_count(point):
    tube = f.item("病毒采样管", unit="支")
    assert tube.kind == "tube"
    f.stock(tube, 40)
    actions.supply_point(point=point, item=tube, quantity=Decimal(40), warehouse=f.warehouse(), by=f.keeper())
    consume(point, Use("kit", 100), Use("tube", 10))
    left = {kind: stock.book for kind, stock in actions.kit_stocks(point).items()}
    assert left == {"kit": 50, "tube": 30} and Movement.objects.filter(occasion="session:1").count() == 1


def test_more_than_lies_there_is_refused_with_what_is_left(point):
    with pytest.raises(Refused, match="只剩 150 套，不够 151 套"):
        consume(point, Use("kit", 151))


@pytest.mark.parametrize(("left", "words"), [(48, "应剩 50 套，实有 48 套"), (51, "应剩 50 套，实有 51 套")])
def test_a_difference_needs_its_reason(point, left, words):
    with pytest.raises(Refused, match=words):
        consume(point, Use("kit", 100, left=left, reason=" "))
    assert actions.kits_at(point) == 150


def test_a_point_cannot_be_given_more_than_is_free(point):
    with pytest.raises(Refused, match="只剩 50"):
        actions.supply_point(
            point=point,
            item=f.item("一次性咽拭子采样套装", unit="套"),
            quantity=Decimal(51),
            warehouse=f.warehouse(),
            by=f.keeper(),
        )
