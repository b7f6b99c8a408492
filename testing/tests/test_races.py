"""The last place, the tube, the document: whatever comes at once, exactly one wins. With the controls that must fail."""

import threading
from collections import Counter
from contextlib import contextmanager
from datetime import time
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, connections, transaction

from enterprises.tests.factories import id_number, phone
from parkportal.clock import park_today
from parkportal.states import Refused
from testing import actions
from testing.actions import Declaration
from testing.models import SignUp, Slot, Specimen
from testing.tests.factories import make_point, make_range, make_session, make_signup, make_staff

pytestmark = [pytest.mark.both, pytest.mark.django_db(transaction=True)]
CROWD = 12
PLACES = 3


def at_once(count, work):
    """Run work(n) in `count` threads that start together, each with its own connection; the outcomes in order."""
    outcomes = [None] * count
    gate = threading.Barrier(count)

    def run(n):
        try:
            connection.ensure_connection()
            gate.wait(30)
            outcomes[n] = work(n)
        except Refused as refusal:
            outcomes[n] = refusal.code
        except Exception as fault:  # noqa: BLE001 - the test looks at what came
            outcomes[n] = type(fault).__name__
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(n,)) for n in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return outcomes


def declaration(n, number=None):
    return Declaration(name="陆青禾", document_type="id_card", number=number or id_number(), phone=phone())


def sign_up(slot, declared):
    campaign = slot.session.campaign
    actions.sign_up(
        campaign_id=campaign.pk, declaration=declared, group="C", slot_id=slot.pk,
        consent_id=campaign.current_consent().pk, token=uuid4(),
    )  # fmt: skip
    return "won"


def test_the_last_places_go_to_exactly_as_many_people():
    slot = make_session(places=PLACES).slots.first()
    people = [declaration(n) for n in range(CROWD)]

    outcomes = at_once(CROWD, lambda n: sign_up(slot, people[n]))

    assert Counter(outcomes) == {"won": PLACES, "slot_full": CROWD - PLACES}
    slot.refresh_from_db()
    assert (slot.taken, SignUp.objects.filter(slot=slot).count()) == (PLACES, PLACES)


def naive_take(table, pk, gate):
    """What must not be done: look first, count later, without a lock."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT places, taken FROM {table} WHERE id = %s", [pk])  # noqa: S608 - our own table
        places, taken = cursor.fetchone()
        gate.wait(30)
        if taken >= places:
            return "full"
        cursor.execute(f"UPDATE {table} SET taken = taken + 1 WHERE id = %s", [pk])  # noqa: S608
    return "won"


@contextmanager
def scratch_table():
    """The slot's table without its constraint."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE scratch_slot (id integer PRIMARY KEY, places integer, taken integer)")
        cursor.execute("INSERT INTO scratch_slot VALUES (1, 1, 0)")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE scratch_slot")


def test_control_without_lock_and_constraint_oversells():
    with scratch_table():
        gate = threading.Barrier(4)

        outcomes = at_once(4, lambda n: naive_take("scratch_slot", 1, gate))

        with connection.cursor() as cursor:
            cursor.execute("SELECT taken FROM scratch_slot")
            taken = cursor.fetchone()[0]
    assert outcomes == ["won"] * 4
    assert taken == 4


def test_the_constraint_alone_turns_overselling_into_a_refusal():
    slot = make_session(places=1).slots.first()
    gate = threading.Barrier(4)

    outcomes = at_once(4, lambda n: naive_take("testing_slot", slot.pk, gate))

    assert Counter(outcomes) == {"won": 1, "IntegrityError": 3}
    slot.refresh_from_db()
    assert slot.taken == 1


def test_what_the_constraint_says_becomes_the_ordinary_refusal():
    slot = make_session(places=1).slots.first()
    with pytest.raises(IntegrityError) as fault, transaction.atomic():
        Slot.objects.filter(pk=slot.pk).update(taken=2)
    assert "slot_not_oversold" in str(fault.value)


def test_one_document_signs_up_once():
    session = make_session(places=CROWD)
    slots, number = list(session.slots.all()), id_number()

    outcomes = at_once(6, lambda n: sign_up(slots[n % len(slots)], declaration(n, number)))

    assert Counter(outcomes) == {"won": 1, "already_signed_up": 5}
    assert sum(slot.taken for slot in session.slots.all()) == 1


def test_one_submit_sent_many_times_is_one_sign_up():
    slot = make_session(places=CROWD).slots.first()
    token, declared = uuid4(), declaration(0)
    campaign = slot.session.campaign
    consent = campaign.current_consent().pk

    outcomes = at_once(
        6,
        lambda n: (
            actions.sign_up(
                campaign_id=campaign.pk,
                declaration=declared,
                group="C",
                slot_id=slot.pk,
                consent_id=consent,
                token=token,
            ).pk
        ),
    )

    assert len(set(outcomes)) == 1
    slot.refresh_from_db()
    assert slot.taken == 1


def test_two_people_change_places_with_each_other():
    session = make_session(places=2)
    first, second = session.slots.all()[:2]
    pair = [make_signup(first), make_signup(second)]
    targets = [second.pk, first.pk]

    outcomes = at_once(2, lambda n: actions.change_slot(signup=pair[n], slot_id=targets[n]).slot_id)

    assert outcomes == targets
    assert [slot.taken for slot in session.slots.all()[:2]] == [1, 1]


@pytest.fixture
def desk():
    session = make_session(
        day=park_today(), start=time(0, 10), end=time(23, 50), minutes=60, places=99, point=make_point()
    )
    make_range(lab=session.campaign.lab)
    return session, make_staff(session.point)


def test_two_desks_with_one_tube_give_it_to_one_person(desk):
    session, clerk = desk
    people = [make_signup(session.slots.first(), status="measured") for _ in range(4)]

    outcomes = at_once(
        4,
        lambda n: actions.collect(
            session_id=session.pk, code=people[n].code, text="HZ200000001", by=clerk, token=uuid4()
        )[1],
    )

    assert Counter(outcomes) == {"HZ200000001": 1, "tube_used": 3}
    assert Specimen.objects.count() == 1


def test_one_scan_sent_many_times_is_one_tube(desk):
    session, clerk = desk
    person, token = make_signup(session.slots.first(), status="measured"), uuid4()

    outcomes = at_once(
        4,
        lambda n: actions.collect(session_id=session.pk, code=person.code, text="HZ200000002", by=clerk, token=token)[
            1
        ],
    )

    assert set(outcomes) <= {"HZ200000002", "already_collected"}
    assert "HZ200000002" in outcomes
    assert Specimen.objects.count() == 1


def test_one_person_at_two_desks_gets_one_tube(desk):
    session, clerk = desk
    person = make_signup(session.slots.first(), status="measured")

    outcomes = at_once(
        2,
        lambda n: actions.collect(
            session_id=session.pk, code=person.code, text=f"HZ20000001{n}", by=clerk, token=uuid4()
        )[1],
    )

    assert Counter(outcome in {"HZ200000010", "HZ200000011"} for outcome in outcomes) == {True: 1, False: 1}
    assert Specimen.objects.count() == 1


def test_one_tube_is_packed_into_one_box(desk):
    session, clerk = desk
    person = make_signup(session.slots.first(), status="measured")
    actions.collect(session_id=session.pk, code=person.code, text="HZ200000020", by=clerk, token=uuid4())
    box = actions.open_box(session=session, by=clerk)

    outcomes = at_once(3, lambda n: actions.pack_tube(box=box, text="HZ200000020", by=clerk, token=uuid4())[0].position)

    assert outcomes == [1, 1, 1]
    assert box.specimens.count() == 1
