"""The ledger: every movement balances, nothing falls below zero, a mistake is reversed and never changed."""

from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction

from parkportal.idempotency import new_token
from parkportal.states import AlreadyMoved, Refused
from supplies import invariants
from supplies.actions import Entry, Leg, move_stock, post, quarantine, reverse_movement
from supplies.models import Balance, Line, Lot, Movement, Place
from supplies.tests import factories as f

pytestmark = pytest.mark.django_db


def amount(place, lot):
    row = Balance.objects.filter(place=place, lot=lot).first()
    return row.amount if row else Decimal(0)


def test_a_receipt_is_one_movement_and_raises_the_balance():
    masks = f.item()
    lot = f.stock(masks, 40000, batch="190929C2")
    assert amount(f.warehouse(), lot) == 40000
    movement = Movement.objects.get()
    assert movement.kind == Movement.Kind.RECEIPT
    assert movement.lines.get().from_place.kind == "supplier"
    assert not Balance.objects.filter(place__kind="supplier").exists()


def test_thousandths_stay_exact():
    alcohol = f.item("75%酒精", unit="公斤")
    lot = f.stock(alcohol, "0.3")
    keeper, loss = f.user("warehouse"), Place.objects.the("loss")
    for part in ("0.1", "0.2"):
        move_stock(
            kind="loss",
            lot=lot,
            from_place=f.warehouse(),
            to_place=loss,
            quantity=Decimal(part),
            by=keeper,
            reason="洒了",
        )
    assert amount(f.warehouse(), lot) == 0
    assert invariants.check() == []


def test_what_is_left_is_said_when_it_is_not_enough():
    lot = f.stock(f.item(), 100, batch="A1")
    with pytest.raises(Refused) as refused:
        move_stock(
            kind="loss",
            lot=lot,
            from_place=f.warehouse(),
            to_place=Place.objects.the("loss"),
            quantity=Decimal(101),
            by=f.user(),
            reason="潮了",
        )
    assert refused.value.text == "中心仓库的一次性医用口罩（批号 A1）只剩 100 只，不够 101 只。"
    assert amount(f.warehouse(), lot) == 100
    assert Movement.objects.count() == 1


def test_a_movement_of_several_lots_is_all_or_nothing():
    first, second = f.stock(f.item(), 100, batch="A1"), f.stock(f.item(), 5, batch="A2")
    loss = Place.objects.the("loss")
    with pytest.raises(Refused):
        post(
            Entry("loss", [Leg(first, f.warehouse(), loss, Decimal(50)), Leg(second, f.warehouse(), loss, Decimal(6))]),
            by=f.user(),
        )
    assert amount(f.warehouse(), first) == 100
    assert invariants.check() == []


@pytest.mark.parametrize("quantity", ["0", "-5", "1.5", "0.0001", "1000000000000"])
def test_absurd_quantities_are_refused(quantity):
    lot = f.stock(f.item(), 100)
    with pytest.raises(Refused):
        move_stock(
            kind="loss",
            lot=lot,
            from_place=f.warehouse(),
            to_place=Place.objects.the("loss"),
            quantity=Decimal(quantity),
            by=f.user(),
            reason="x",
        )


def test_the_same_token_moves_once():
    lot, token, by = f.stock(f.item(), 100), new_token(), f.user()
    for _ in range(2):
        move_stock(
            kind="loss",
            lot=lot,
            from_place=f.warehouse(),
            to_place=Place.objects.the("loss"),
            quantity=Decimal(10),
            by=by,
            reason="潮了",
            token=token,
        )
    assert amount(f.warehouse(), lot) == 90


def test_a_reversal_mirrors_the_first_and_can_be_made_once():
    lot, by = f.stock(f.item(), 100), f.user()
    movement = move_stock(
        kind="loss",
        lot=lot,
        from_place=f.warehouse(),
        to_place=Place.objects.the("loss"),
        quantity=Decimal(10),
        by=by,
        reason="潮了",
    )
    mirror = reverse_movement(movement=movement, by=by, reason="数错了")
    assert mirror.reverses == movement
    assert amount(f.warehouse(), lot) == 100
    with pytest.raises(AlreadyMoved):
        reverse_movement(movement=movement, by=by, reason="再来")
    with pytest.raises(Refused):
        reverse_movement(movement=mirror, by=by, reason="再来")
    assert invariants.check() == []


def test_a_receipt_that_was_given_away_cannot_be_reversed():
    lot, by = f.stock(f.item(), 100), f.user()
    receipt = Movement.objects.get()
    move_stock(
        kind="loss",
        lot=lot,
        from_place=f.warehouse(),
        to_place=Place.objects.the("loss"),
        quantity=Decimal(60),
        by=by,
        reason="潮了",
    )
    with pytest.raises(Refused, match="只剩 40 只"):
        reverse_movement(movement=receipt, by=by, reason="记错了")


@pytest.mark.both
@pytest.mark.parametrize("model", [Movement, Line])
@pytest.mark.parametrize("verb", ["update", "delete"])
def test_the_database_refuses_to_change_the_ledger(model, verb):
    f.stock(f.item(), 100)
    with pytest.raises(DatabaseError), transaction.atomic():
        model.objects.update(id=1000) if verb == "update" else model.objects.all()._raw_delete("default")
    assert model.objects.count() == 1


@pytest.mark.both
def test_the_database_refuses_a_negative_balance():
    lot = f.stock(f.item(), 100)
    with pytest.raises(DatabaseError), transaction.atomic():
        Balance.objects.filter(lot=lot).update(amount=Decimal(-1))


def test_invariants_shout_when_book_and_lines_part():
    lot = f.stock(f.item(), 100)
    Balance.objects.filter(lot=lot).update(amount=Decimal(99))
    assert len(invariants.check()) == 1


def test_quarantine_needs_a_reason_and_takes_the_lot_off_offer():
    lot = f.stock(f.item(), 100)
    with pytest.raises(Refused):
        quarantine(lot=lot, by=f.user(), reason=" ")
    quarantine(lot=lot, by=f.user(), reason="包装破损")
    assert not Lot.objects.usable().exists()
