"""Whatever is done to the ledger in whatever order: sums equal balances, nothing negative, nothing changed afterwards."""

from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from parkportal.states import Refused
from supplies import invariants
from supplies.actions import Received, correct_movement, move_stock, receive_stock, reverse_movement
from supplies.models import Balance, Line, Movement, Place
from supplies.tests import factories as f

PLACES = ("仓库一", "仓库二")


class Ledger(RuleBasedStateMachine):
    """A model of the book: what each place holds, kept beside the portal's own."""

    @initialize()
    def open_the_book(self):
        self.example = transaction.atomic()
        self.example.__enter__()
        self.by = f.user("warehouse")
        self.items = [f.item("口罩"), f.item("酒精", unit="公斤")]
        self.places = [f.warehouse(name) for name in PLACES]
        self.loss = Place.objects.the("loss")
        self.model: dict[tuple[int, int], Decimal] = {}
        self.lots = []
        self.reversed: set[int] = set()
        self.seen: list[tuple] = []

    @rule(which=st.integers(0, 1), place=st.integers(0, 1), thousandths=st.integers(1, 5_000_000))
    def receive(self, which, place, thousandths):
        item = self.items[which]
        quantity = Decimal(thousandths) / 1000 if which else Decimal(thousandths // 1000 + 1)
        row = Received(item=item, quantity=quantity, batch=f"B{thousandths % 5}")
        movement = receive_stock(warehouse=self.places[place], rows=[row], by=self.by)
        lot = movement.lines.get().lot
        self.lots.append(lot)
        self._add(self.places[place], lot, quantity)

    @precondition(lambda self: self.lots)
    @rule(data=st.data(), source=st.integers(0, 1), lose=st.booleans(), thousandths=st.integers(1, 6_000_000))
    def move(self, data, source, lose, thousandths):
        lot = data.draw(st.sampled_from(self.lots))
        quantity = Decimal(thousandths // 1000 + 1) if lot.item.is_integer else Decimal(thousandths) / 1000
        start, end = self.places[source], self.loss if lose else self.places[1 - source]
        held = self.model.get((start.pk, lot.pk), Decimal(0))
        try:
            move_stock(
                kind="loss" if lose else "transfer",
                lot=lot,
                from_place=start,
                to_place=end,
                quantity=quantity,
                by=self.by,
                reason="试",
            )
        except Refused:
            assert quantity > held
            return
        assert quantity <= held
        self._add(start, lot, -quantity)
        if not lose:
            self._add(end, lot, quantity)

    @precondition(lambda self: self.lots)
    @rule(data=st.data())
    def undo(self, data):
        movement = data.draw(st.sampled_from(list(Movement.objects.order_by("id"))))
        lines = list(movement.lines.select_related("from_place", "to_place"))
        try:
            reverse_movement(movement=movement, by=self.by, reason="记错了")
        except Refused:
            return
        assert movement.pk not in self.reversed
        self.reversed.add(movement.pk)
        for line in lines:
            for place, sign in ((line.from_place, 1), (line.to_place, -1)):
                if place.is_bounded:
                    self._add(place, line.lot, sign * line.quantity)

    @precondition(lambda self: self.lots)
    @rule(data=st.data(), thousandths=st.integers(1, 6_000_000))
    def put_right(self, data, thousandths):
        """The first line of an entry had another quantity; one that was undone is booked again."""
        movement = data.draw(st.sampled_from(list(Movement.objects.order_by("id"))))
        line = movement.lines.select_related("from_place", "to_place", "lot__item").get()
        quantity = Decimal(thousandths // 1000 + 1) if line.lot.item.is_integer else Decimal(thousandths) / 1000
        try:
            correct_movement(movement=movement, quantities={line.pk: quantity}, by=self.by, reason="记错了")
        except Refused:
            return
        more = quantity - (0 if movement.pk in self.reversed else line.quantity)
        self.reversed.add(movement.pk)
        for place, sign in ((line.from_place, -1), (line.to_place, 1)):
            if place.is_bounded:
                self._add(place, line.lot, sign * more)

    def teardown(self):
        """Each example leaves the book as it found it."""
        if hasattr(self, "example"):
            transaction.set_rollback(True)
            self.example.__exit__(None, None, None)

    def _add(self, place, lot, quantity):
        self.model[place.pk, lot.pk] = self.model.get((place.pk, lot.pk), Decimal(0)) + quantity

    @invariant()
    def the_book_is_right(self):
        if not hasattr(self, "model"):
            return
        book = {(row.place_id, row.lot_id): row.amount for row in Balance.objects.all()}
        assert {key: value for key, value in book.items() if value} == {k: v for k, v in self.model.items() if v}
        assert all(value >= 0 for value in book.values())
        assert invariants.check() == []
        now = list(Line.objects.order_by("id").values_list("id", "movement", "lot", "quantity"))
        assert now[: len(self.seen)] == self.seen
        self.seen = now


@pytest.mark.django_db
def test_the_book_is_right_whatever_is_done():
    run_state_machine_as_test(
        Ledger,
        settings=settings(
            max_examples=15,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            derandomize=True,
        ),
    )
