"""The race for the last carton: one gets it, the others are told what is left; the control shows what would happen else."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier

import pytest
from django.db import close_old_connections, connection, connections, transaction

from enterprises.models import Enterprise
from parkportal.states import AlreadyMoved, Refused
from supplies import actions, invariants
from supplies.actions import move_stock, reverse_movement
from supplies.models import Allocation, Balance, Delivery, DeliveryLine, Place
from supplies.tests import factories as f

RUNNERS = 8
ROUNDS = 5


def race(act):
    """Everybody starts at once, each with a connection of its own; the outcomes in no order."""
    start = Barrier(RUNNERS)

    def run(number):
        close_old_connections()
        try:
            start.wait(timeout=30)
            return act(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(RUNNERS) as pool:
        return list(pool.map(run, range(RUNNERS)))


@pytest.mark.both
@pytest.mark.django_db(transaction=True)
def test_the_last_carton_goes_to_exactly_one():
    for _ in range(ROUNDS):
        lot, loss, by = f.stock(f.item(), 2000), Place.objects.the("loss"), f.user("warehouse")
        Balance.objects.filter(lot=lot).update(amount=Decimal(2000))
        held = Balance.objects.get(lot=lot, place=f.warehouse()).amount
        assert held == 2000

        def take(_, lot=lot, loss=loss, by=by):
            try:
                move_stock(
                    kind="loss",
                    lot=lot,
                    from_place=f.warehouse(),
                    to_place=loss,
                    quantity=Decimal(2000),
                    by=by,
                    reason="抢",
                )
            except Refused as refused:
                return refused.text
            return "taken"

        outcomes = race(take)
        assert outcomes.count("taken") == 1
        assert all("只剩 0 只，不够 2,000 只" in words for words in outcomes if words != "taken")
        assert Balance.objects.get(lot=lot, place=f.warehouse()).amount == 0
    assert invariants.check() == []


@pytest.mark.both
@pytest.mark.django_db(transaction=True)
def test_of_many_who_undo_one_movement_the_first_does_and_the_others_are_told():
    for _ in range(ROUNDS):
        lot, loss, by = f.stock(f.item(), 2000, batch=str(_)), Place.objects.the("loss"), f.user("warehouse")
        way = {"from_place": f.warehouse(), "to_place": loss, "quantity": Decimal(500), "reason": "破损"}
        lost = move_stock(kind="loss", lot=lot, by=by, **way)

        def undo(_, lost=lost, by=by):
            try:
                reverse_movement(movement=lost, by=by, reason="记错了")
            except AlreadyMoved as already:
                return already.text
            return "undone"

        outcomes = race(undo)
        assert outcomes.count("undone") == 1
        assert all("已经在" in words and "冲正" in words for words in outcomes if words != "undone")
        assert Balance.objects.get(lot=lot, place=f.warehouse()).amount == 2000


@pytest.mark.both
@pytest.mark.django_db(transaction=True)
def test_control_without_lock_and_constraint_gives_the_carton_away_twice():
    """A scratch table without CHECK, read and written without a lock: more than one takes the last carton."""
    number = "INTEGER" if connection.vendor == "sqlite" else "BIGINT"
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS scratch_balance")
        cursor.execute(f"CREATE TABLE scratch_balance (id {number} PRIMARY KEY, amount {number})")
        cursor.execute("INSERT INTO scratch_balance VALUES (1, 2000)")
    both_have_read = Barrier(RUNNERS)

    def take(_):
        with connection.cursor() as cursor:
            cursor.execute("SELECT amount FROM scratch_balance WHERE id = 1")
            [amount] = cursor.fetchone()
            both_have_read.wait(timeout=30)
            if amount < 2000:
                return "refused"
            cursor.execute("UPDATE scratch_balance SET amount = amount - 2000 WHERE id = 1")
            return "taken"

    try:
        assert race(take).count("taken") > 1
        with connection.cursor() as cursor:
            cursor.execute("SELECT amount FROM scratch_balance")
            assert cursor.fetchone()[0] < 0
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE scratch_balance")


@pytest.mark.both
@pytest.mark.django_db(transaction=True)
def test_the_constraint_alone_turns_it_into_a_refusal():
    """Without a lock, but with the CHECK: the second taker's update fails, and the book stays right."""
    lot = f.stock(f.item(), 2000)
    everybody_has_read = Barrier(RUNNERS)

    def take(_):
        row = Balance.objects.get(lot=lot)
        everybody_has_read.wait(timeout=30)
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("UPDATE supplies_balance SET amount = amount - 2000000 WHERE id = %s", [row.pk])
        except Exception as refused:
            return type(refused).__name__
        return "taken"

    outcomes = race(take)
    assert outcomes.count("taken") == 1
    assert set(outcomes) == {"taken", "IntegrityError"}
    assert Balance.objects.get(lot=lot).amount == 0


def plans_for(item, squads, total):
    """Plans of different firms over the same stock, each waiting for its second person."""
    author, plans = f.user("committee"), []
    for squad in squads:
        f.enterprise(of=squad)
        plan = Allocation(
            item=item, warehouse=f.warehouse(), mode="each", total=Decimal(total), scope={"squad": squad.pk}
        )
        actions.allocate(plan=plan, by=author)
        plans.append(actions.submit_allocation(allocation=plan, by=author))
    return plans


@pytest.mark.both
@pytest.mark.django_db(transaction=True)
def test_of_many_plans_over_the_last_carton_one_is_approved_and_the_others_are_told_what_is_left():
    squads, second = [f.squad(number) for number in range(1, RUNNERS + 1)], f.user("committee")
    for number in range(ROUNDS):
        item = f.item(f"口罩{number}")
        lot = f.stock(item, 2000)
        plans = plans_for(item, squads, 2000)

        def approve(runner, plans=plans):
            try:
                actions.approve_allocation(allocation=plans[runner], by=second)
            except Refused as refused:
                return refused.text
            return "approved"

        outcomes = race(approve)
        assert outcomes.count("approved") == 1
        assert all("能分的只剩 0 只，不够 2,000 只" in words for words in outcomes if words != "approved")
        assert [line.expected for line in DeliveryLine.objects.filter(lot=lot)] == [2000]
        assert [plan.status for plan in Allocation.objects.filter(item=item)].count("approved") == 1
        Enterprise.objects.update(status="not_resumed")
    assert invariants.check() == []


@pytest.mark.both
@pytest.mark.django_db(transaction=True)
def test_of_many_deliveries_of_the_last_carton_one_leaves_and_the_others_are_told_what_is_left():
    by = f.keeper()
    Place.objects.the("transit")
    for number in range(ROUNDS):
        lot = f.stock(f.item(), 2000, batch=f"C{number}")
        waiting = [f.delivery(f.enterprise(), {lot: 2000}) for _ in range(RUNNERS)]

        def issue(runner, waiting=waiting):
            try:
                actions.issue_deliveries(deliveries=[waiting[runner]], by=by)
            except Refused as refused:
                return refused.text
            return "issued"

        outcomes = race(issue)
        assert outcomes.count("issued") == 1
        assert all(f"（批号 C{number}）只剩 0 只，不够 2,000 只" in words for words in outcomes if words != "issued")
        assert Balance.objects.get(lot=lot, place__kind="transit").amount == 2000
        Delivery.objects.filter(status="pending").update(status="void")
    assert invariants.check() == []


@pytest.mark.both
@pytest.mark.django_db(transaction=True)
def test_control_who_promises_without_the_lock_promises_the_carton_to_many():
    """A scratch table of promises, each judged by the sum of the others and written without a lock: it is promised twice."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS scratch_promise")
        cursor.execute("CREATE TABLE scratch_promise (amount BIGINT)")
    all_have_read = Barrier(RUNNERS)

    def promise(_):
        with connection.cursor() as cursor:
            cursor.execute("SELECT COALESCE(SUM(amount), 0) FROM scratch_promise")
            [promised] = cursor.fetchone()
            all_have_read.wait(timeout=30)
            if 2000 - promised < 2000:
                return "refused"
            cursor.execute("INSERT INTO scratch_promise VALUES (2000)")
            return "approved"

    try:
        assert race(promise).count("approved") == RUNNERS
        with connection.cursor() as cursor:
            cursor.execute("SELECT SUM(amount) FROM scratch_promise")
            assert cursor.fetchone()[0] > 2000
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE scratch_promise")
