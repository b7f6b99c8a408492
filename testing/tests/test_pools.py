"""Mixed samples at the desk: ordered members, the meter, and every refusal by name before anything changes."""

from datetime import time
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from parkportal.clock import at, park_now, park_today
from parkportal.states import Refused
from testing import actions, invariants
from testing.actions.pooling import pool_at
from testing.actions.reconcile import balance
from testing.figures import ALL
from testing.models import Pool, PoolMember, SignUp, Specimen
from testing.tests.factories import (
    make_campaign,
    make_lab,
    make_point,
    make_range,
    make_session,
    make_signup,
    make_specimen,
    make_staff,
)

pytestmark = pytest.mark.django_db
JSON = {"Accept": "application/json"}
TUBE, NEXT = "HZ200000001", "HZ200000002"


@pytest.fixture
def session():
    session = make_session(
        make_campaign(pool_size=5), day=park_today(), start=time(0, 10), end=time(23, 50), minutes=60, places=50, point=make_point()
    )  # fmt: skip
    make_range(lab=session.campaign.lab)
    return session


@pytest.fixture
def clerk(session):
    return make_staff(session.point)


@pytest.fixture
def swab(session, clerk):
    """swab("HZ…") → a new person's swab goes into that tube; the person."""

    def collect(tube=TUBE, signup=None, lane=1, **fields):
        signup = signup or make_signup(session.slots.first(), **{"status": "measured", "group": "C", **fields})
        actions.collect(session_id=session.pk, code=signup.code, text=tube, by=clerk, token=uuid4(), lane=lane)
        signup.refresh_from_db()
        return signup

    return collect


def refused(reason, work, /, *args, **fields):
    before = (PoolMember.objects.count(), Specimen.objects.count(), SignUp.objects.filter(status="collected").count())
    with pytest.raises(Refused) as refusal:
        work(*args, **fields)
    assert refusal.value.code == reason
    assert before == (
        PoolMember.objects.count(),
        Specimen.objects.count(),
        SignUp.objects.filter(status="collected").count(),
    )


def test_five_people_share_a_tube_in_the_order_of_their_swabs_and_the_fifth_closes_it(swab):
    people = [swab() for _ in range(5)]

    pool = Pool.objects.get()
    assert [member.signup for member in pool.members.live()] == people
    assert [member.position for member in pool.members.live()] == [1, 2, 3, 4, 5]
    assert not pool.is_open
    assert (pool.specimen.status, pool.specimen.is_pool, pool.specimen.signup) == ("collected", True, None)
    assert {person.status for person in people} == {"collected"}
    assert list(Specimen.objects.of(people[2])) == [pool.specimen]


def test_while_it_is_filled_the_tube_is_not_yet_collected_and_cannot_be_packed(swab, session, clerk):
    swab()
    assert Specimen.objects.get().status == "issued"
    box = actions.open_box(session=session, by=clerk)
    with pytest.raises(Refused):
        actions.pack_tube(box=box, text=TUBE, by=clerk, token=uuid4())


def test_one_more_than_the_size_is_refused(swab):
    for _ in range(5):
        swab()
    refused("pool_full", swab)


def test_the_same_person_twice_is_refused(swab):
    first = swab()
    refused("already_collected", swab, signup=first)
    refused("already_collected", swab, NEXT, signup=first)


def test_another_tube_is_refused_while_one_is_open_at_the_desk(swab):
    swab()
    refused("other_pool", swab, NEXT)
    swab(NEXT, lane=2)
    assert Pool.objects.filter(closed_at=None).count() == 2


def test_used_void_unknown_and_foreign_tubes_are_refused(swab, session, clerk):
    make_specimen(barcode="HZ200000007")
    actions.void_tube(barcode="HZ200000008", reason="broken", by=clerk)
    make_range(lab=make_lab(), first="WS500000001", last="WS500000009")
    refused("tube_used", swab, "HZ200000007")
    refused("tube_void", swab, "HZ200000008")
    refused("tube_foreign", swab, "WS500000001")
    refused("tube_unknown", swab, "ZZ500000001")


def test_a_mixed_tube_of_another_sitting_is_foreign(swab, session, clerk):
    swab()
    other = make_session(
        session.campaign, day=park_today(), start=time(0, 20), end=time(23, 40), minutes=60, point=session.point
    )
    person = make_signup(other.slots.first(), status="measured", group="C")
    refused(
        "tube_foreign", actions.collect, session_id=other.pk, code=person.code, text=TUBE, by=clerk, token=uuid4(), lane=1
    )  # fmt: skip


@pytest.mark.parametrize("group", ["B2", "A1", "A2", "A3"])
def test_an_excluded_group_never_shares_a_tube_but_may_have_one_alone(swab, group):
    swab()
    refused("pool_excluded", swab, group=group)
    alone = swab(NEXT, group=group)
    assert Specimen.objects.get(signup=alone).is_pool is False


def test_a_person_to_be_tested_again_alone_gets_a_single_tube(swab, session, clerk):
    # given a pool whose result calls for single tests
    people = [swab() for _ in range(5)]
    pool = Pool.objects.get()
    left = pool.release(why=PoolMember.LeftWhy.RETEST)
    SignUp.objects.filter(pk__in=[person.pk for person in people]).update(status="measured")
    assert [member.signup for member in left] == people

    # then the next mixed tube refuses them and their single tube stands at the membership
    swab(NEXT)
    refused("pool_excluded", swab, NEXT, signup=people[0])
    swab("HZ200000003", signup=people[0])
    assert left[0].__class__.objects.get(pk=left[0].pk).retest.barcode == "HZ200000003"


def test_closing_by_hand_counts_and_the_same_press_twice_is_one(swab, session, clerk):
    swab()
    swab()
    token = uuid4()
    first = actions.close_pool(session_id=session.pk, lane=1, by=clerk, token=token)
    again = actions.close_pool(session_id=session.pk, lane=1, by=clerk, token=token)
    assert (first.pk, first.count, again.pk, again.count) == (again.pk, 2, first.pk, 2)
    assert Specimen.objects.get().status == "collected"
    refused("pool_closed", swab)
    refused("no_pool", actions.close_pool, session_id=session.pk, lane=1, by=clerk, token=uuid4())


def test_undo_takes_the_last_one_out_and_the_place_is_free_again(swab, session, clerk):
    for _ in range(4):
        swab()
    last = swab()
    signup, _ = actions.undo_last(session_id=session.pk, by=clerk, token=uuid4(), reason="扫错了人")
    assert (signup, signup.left_pool) == (last, TUBE)
    assert pool_at(session.pk, 1).count == 4
    assert Specimen.objects.get().status == "issued"
    assert [member.position for member in swab().pool_memberships.all()] == [5]


def test_the_database_itself_refuses_a_place_or_a_person_twice(swab):
    first, second = swab(), swab()
    member = PoolMember.objects.get(signup=first)
    for fields in ({"position": 2, "signup": make_signup()}, {"position": 3, "signup": second}):
        with pytest.raises(IntegrityError), transaction.atomic():
            PoolMember.objects.create(pool=member.pool, collected_by=member.collected_by, **fields)


def test_people_in_mixed_tubes_count_as_people_and_the_park_stays_in_order(swab):
    for _ in range(5):
        swab()
    figure = next(figure for figure in ALL if figure.code == "persons_sampled")
    as_of = park_now()
    assert figure.total(figure.rows(as_of), as_of) == 5
    assert SignUp.objects.sampled_as_of(at(park_today(), time(23, 59))).distinct().count() == 5
    assert invariants.check() == []


def test_the_desk_shows_the_meter_and_closes_with_a_key(client, sign_in, session, clerk):
    sign_in(clerk)
    url = reverse("testing:station_desk", args=[session.pk])
    person = make_signup(session.slots.first(), status="measured", group="C")
    data = {"token": uuid4(), "text": TUBE, "step": "tube", "current": person.code, "lane": "1"}

    said = client.post(url, data, headers={"Accept": "application/json"}).json()
    page = client.get(url).content.decode()
    closed = client.post(
        url, {"token": uuid4(), "do": "close", "lane": "1"}, headers={"Accept": "application/json"}
    ).json()

    assert "1/5" in said["parts"]["meter"] and "混采第 1 位" in said["html"]
    assert "1/5" in page and "封管" in page
    assert "封好了这支混采管" in closed["html"] and "已封 1 人" in closed["parts"]["meter"]


def test_reconciliation_counts_people_and_tubes_apart(swab, session, clerk):
    for _ in range(5):
        swab()
    swab(NEXT)
    SignUp.objects.update(attended_session=session, attended_at=park_now())

    counted = balance(session)

    assert (counted.arrived, counted.bound, counted.tubes, counted.without_tube) == (6, 6, 2, [])
    assert [tube.barcode for tube in counted.loose] == [NEXT, TUBE]


def test_a_new_code_is_printed_for_the_next_mixed_tube_once(session, clerk, swab):
    first = make_signup(session.slots.first(), status="measured", group="C")
    token = uuid4()

    said = [actions.issue_tube(session_id=session.pk, code=first.code, by=clerk, token=token)[1] for _ in range(2)]

    # then it is one mixed tube of this desk, the person's step has not moved, and the tube is filled by scanning it
    pool = Pool.objects.get()
    assert said == [pool.specimen.barcode] * 2 and pool.specimen.is_pool
    assert pool.specimen.label_prints == 1  # the same press again is no second print
    first.refresh_from_db()
    assert first.status == "measured"
    assert swab(said[0], first).status == "collected" and swab(said[0]).status == "collected"
    assert pool.members.live().count() == 2

    # while it is being filled there is no other one
    other = make_signup(session.slots.first(), status="measured", group="C")
    refused("other_pool", actions.issue_tube, session_id=session.pk, code=other.code, by=clerk, token=uuid4())


def test_who_may_not_share_a_tube_gets_a_code_of_their_own(session, clerk):
    alone = make_signup(session.slots.first(), status="measured", group="B2")

    barcode = actions.issue_tube(session_id=session.pk, code=alone.code, by=clerk, token=uuid4())[1]

    assert Specimen.objects.get(barcode=barcode).signup == alone
    assert not Pool.objects.exists()


@pytest.mark.both
def test_a_swab_into_a_mixed_tube_is_within_ten_statements(
    client, sign_in, clerk, session, swab, django_assert_max_num_queries
):
    swab()
    sign_in(clerk)
    person = make_signup(session.slots.first(), group="C")
    url = reverse("testing:station_desk", args=[session.pk])

    def scan(**fields):
        data = {"token": str(uuid4()), "current": person.code, "lane": "1", **fields}
        return client.post(url, data, headers={"Accept": "application/json"})

    scan(text="36.5", step="temperature")
    with django_assert_max_num_queries(10):
        said = scan(text=TUBE, step="tube").json()

    assert said["tone"] == "done" and "2/5" in said["parts"]["meter"]


def test_a_mixed_tube_scanned_while_nobody_stands_here_says_who_lies_in_it(client, sign_in, clerk, session):
    first, second = (make_signup(session.slots.first(), status="measured", group="C") for _ in range(2))
    for person in (first, second):
        actions.collect(session_id=session.pk, code=person.code, text=TUBE, by=clerk, token=uuid4(), lane=1)
    sign_in(clerk)

    data = {"token": str(uuid4()), "text": TUBE, "step": "find"}
    said = client.post(reverse("testing:station_desk", args=[session.pk]), data, headers=JSON).json()

    assert said["code"] == "tube_shown" and "2 人" in said["html"]
    assert said["html"].index(first.name) < said["html"].index(second.name)
    assert Pool.objects.get().members.live().count() == 2
