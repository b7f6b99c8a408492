"""Several packers at one box: no place is given twice. With the controls that must fail."""

import threading
from collections import Counter
from datetime import time
from uuid import uuid4

import pytest
from django.db import connection

from parkportal.clock import park_now, park_today
from testing import actions
from testing.tests.factories import make_session, make_signup, make_specimen, make_staff
from testing.tests.test_races import at_once

pytestmark = [pytest.mark.both, pytest.mark.django_db(transaction=True)]
CROWD = 4


@pytest.fixture
def session():
    return make_session(day=park_today(), start=time(0, 10), end=time(23, 50), minutes=60, places=99)


@pytest.fixture
def clerk(session):
    return make_staff(session.point)


def tubes(session, count):
    signups = [
        make_signup(session.slots.first(), status="collected", attended_session=session, attended_at=park_now())
        for _ in range(count)
    ]
    return [make_specimen(signup, session=session) for signup in signups]


def test_two_packers_never_give_one_place_to_two_tubes(session, clerk):
    box = actions.open_box(session=session, by=clerk)
    held = tubes(session, CROWD)

    outcomes = at_once(
        CROWD, lambda n: actions.pack_tube(box=box, text=held[n].barcode, by=clerk, token=uuid4())[0].position
    )

    assert sorted(outcomes) == [1, 2, 3, 4]


def test_boxes_begun_at_once_are_one_box(session, clerk):
    outcomes = at_once(CROWD, lambda n: actions.open_box(session=session, by=clerk, token=uuid4()).code)

    assert outcomes == [session.boxes.get().code] * CROWD


def naive_place(box_id, tube_id, gate, *, table):
    """What must not be done: look for the free place without a lock, then take it."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT COALESCE(MAX(position), 0) + 1 FROM {table} WHERE box_id = %s", [box_id])  # noqa: S608
        place = cursor.fetchone()[0]
        gate.wait(30)
        cursor.execute(f"UPDATE {table} SET box_id = %s, position = %s WHERE id = %s", [box_id, place, tube_id])  # noqa: S608
    return place


def test_control_without_a_lock_two_tubes_get_one_place():
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE scratch_tube (id integer PRIMARY KEY, box_id integer, position integer)")
        cursor.execute("INSERT INTO scratch_tube VALUES (1, NULL, NULL), (2, NULL, NULL)")
    gate = threading.Barrier(2)
    try:
        outcomes = at_once(2, lambda n: naive_place(7, n + 1, gate, table="scratch_tube"))
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE scratch_tube")

    assert outcomes == [1, 1]


def test_control_without_a_lock_the_constraint_turns_it_into_a_refusal(session, clerk):
    box, held = actions.open_box(session=session, by=clerk), tubes(session, 2)
    gate = threading.Barrier(2)

    outcomes = at_once(2, lambda n: naive_place(box.pk, held[n].pk, gate, table="testing_specimen"))

    assert Counter(outcomes) == {1: 1, "IntegrityError": 1}
    assert box.specimens.count() == 1
