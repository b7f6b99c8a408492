"""Several desks at one mixed tube, several tubes for one person: what comes at once never overfills. With the controls that must fail."""

import threading
from collections import Counter
from datetime import time
from uuid import uuid4

import pytest
from django.db import connection

from parkportal.clock import park_today
from testing import actions
from testing.models import Pool, SignUp
from testing.tests.factories import make_campaign, make_point, make_range, make_session, make_signup, make_staff
from testing.tests.test_races import at_once

pytestmark = [pytest.mark.both, pytest.mark.django_db(transaction=True)]
TUBE = "HZ200000001"


@pytest.fixture
def session():
    session = make_session(
        make_campaign(pool_size=5), day=park_today(), start=time(0, 10), end=time(23, 50), minutes=60, places=50,
        point=make_point(),
    )  # fmt: skip
    make_range(lab=session.campaign.lab)
    return session


@pytest.fixture
def clerk(session):
    return make_staff(session.point)


def people(session, count):
    return [make_signup(session.slots.first(), status="measured", group="C") for _ in range(count)]


def test_the_last_places_of_a_mixed_tube_go_to_as_many_people(session, clerk):
    first, *crowd = people(session, 9)

    def swab(person):
        actions.collect(session_id=session.pk, code=person.code, text=TUBE, by=clerk, token=uuid4(), lane=1)
        return "in"

    swab(first)
    outcomes = at_once(len(crowd), lambda n: swab(crowd[n]))

    assert Counter(outcomes) == {"in": 4, "pool_full": 4}
    pool = Pool.objects.get()
    assert sorted(pool.members.live().values_list("position", flat=True)) == [1, 2, 3, 4, 5]
    assert not pool.is_open and SignUp.objects.filter(status="collected").count() == 5


def test_a_tube_opened_at_two_desks_at_once_is_one_mixed_tube_of_one_desk(session, clerk):
    pair = people(session, 2)

    outcomes = at_once(
        2,
        lambda n: actions.collect(
            session_id=session.pk, code=pair[n].code, text=TUBE, by=clerk, token=uuid4(), lane=n + 1
        )[1],
    )

    assert outcomes.count(TUBE) >= 1 and set(outcomes) <= {TUBE, "changed_meanwhile"}
    assert Pool.objects.count() == 1
    assert Pool.objects.get().members.live().count() == outcomes.count(TUBE)


def naive_join(table, pool_id, person, size, gate):
    """What must not be done: count, then write, without a lock."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT COUNT(*) FROM {table} WHERE pool_id = %s AND left_at IS NULL", [pool_id])  # noqa: S608
        count = cursor.fetchone()[0]
        gate.wait(30)
        if count >= size:
            return "full"
        columns = "pool_id, signup_id, position, left_why, collected_at, collected_by_id"
        cursor.execute(
            f"INSERT INTO {table} ({columns}) VALUES (%s, %s, %s, '', CURRENT_TIMESTAMP, %s)",  # noqa: S608
            [pool_id, person[0], count + 1, person[1]],
        )
    return "in"


def test_control_without_a_lock_six_lie_in_a_tube_of_five():
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE scratch_member (pool_id integer, signup_id integer, position integer, left_why varchar(8),"
            " collected_at timestamp, collected_by_id integer, left_at timestamp)"
        )
        for n in range(4):
            cursor.execute("INSERT INTO scratch_member (pool_id, signup_id, position) VALUES (7, %s, %s)", [n, n + 1])
    gate = threading.Barrier(2)
    try:
        outcomes = at_once(2, lambda n: naive_join("scratch_member", 7, (90 + n, 1), 5, gate))
        with connection.cursor() as cursor:
            cursor.execute("SELECT COUNT(*) FROM scratch_member WHERE pool_id = 7")
            lying = cursor.fetchone()[0]
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE scratch_member")

    assert outcomes == ["in", "in"]
    assert lying == 6


def test_control_without_a_lock_the_constraint_turns_it_into_a_refusal(session, clerk):
    first, *pair = people(session, 3)
    actions.collect(session_id=session.pk, code=first.code, text=TUBE, by=clerk, token=uuid4(), lane=1)
    pool, gate = Pool.objects.get(), threading.Barrier(2)

    outcomes = at_once(2, lambda n: naive_join("testing_poolmember", pool.pk, (pair[n].pk, clerk.pk), 5, gate))

    assert Counter(outcomes) == {"in": 1, "IntegrityError": 1}
    assert pool.members.live().count() == 2


def naive_tube(table, barcode, person, gate):
    """What must not be done: look whether the tube is free, then write whose it is."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT COUNT(*) FROM {table} WHERE barcode = %s", [barcode])  # noqa: S608
        used = cursor.fetchone()[0]
        gate.wait(30)
        if used:
            return "used"
        cursor.execute(f"INSERT INTO {table} (barcode, signup_id) VALUES (%s, %s)", [barcode, person])  # noqa: S608
    return "won"


@pytest.mark.parametrize(
    ("column", "expected"),
    [("varchar(20)", {"won": 2}), ("varchar(20) UNIQUE", {"won": 1, "IntegrityError": 1})],
    ids=["no constraint", "the constraint alone"],
)
def test_control_without_a_lock_two_people_get_one_tube(column, expected):
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE scratch_tubes (barcode {column}, signup_id integer)")
    gate = threading.Barrier(2)
    try:
        outcomes = at_once(2, lambda n: naive_tube("scratch_tubes", TUBE, n, gate))
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE scratch_tubes")

    assert Counter(outcomes) == expected
