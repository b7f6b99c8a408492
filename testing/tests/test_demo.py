"""The demo park's testing states the printed figure, and nothing in it breaks a rule."""

import random
from datetime import date, datetime

import pytest
from django.conf import settings

import enterprises.demo
import supplies.demo
import testing.demo
import testing.demo_pools
from parkportal import clock
from parkportal.accounts.models import RoleGrant, User
from parkportal.demo import CAST, Stage
from parkportal.records import figures, terms
from testing import bench, coverage, invariants
from testing.models import LabelPrinter, Pool, Session, SignUp, Slot, Specimen, WaitingParty

pytestmark = pytest.mark.django_db


@pytest.fixture
def stage(park_time):
    terms.plant()
    users = {
        username: User.objects.create(username=username, name=name, phone="", is_demo=True)
        for username, name, _, _ in CAST
    }
    RoleGrant.objects.bulk_create(
        [RoleGrant(user=users[username], role=role, starts_on="2020-01-24") for username, _, role, _ in CAST]
    )
    stage = Stage(rng=random.Random(2020), users=users, now=datetime.fromisoformat(settings.DEMO_PARK_START))
    enterprises.demo.plant(stage)
    supplies.demo.plant(stage)
    return stage


def test_demo_park(stage):
    """Planting takes seconds, so one planted park is looked at from every side."""
    testing.demo.plant(stage)

    assert invariants.check() == []
    assert not SignUp.objects.filter(created_at__gt=stage.now).exists(), "nobody has signed up tomorrow"
    states_the_printed_figures(stage)
    days_add_up()
    leaves_work_for_everybody(stage)
    laboratory_has_every_tube_somewhere(stage)
    due, done = coverage.total(coverage.by_group(stage.now))
    assert 0 < done < due
    assert [str(row) for row in LabelPrinter.objects.all()] == [
        "A1 栋标签机，卷纸，单列 50 × 20 mm", "A1 栋激光机，A4，4 列 13 行",
    ]  # fmt: skip

    testing.demo_pools.plant(stage)
    assert invariants.check() == []
    mixed_tubes_show_something(stage)


def states_the_printed_figures(stage):
    values = {
        code: figures.get(code).value(stage.now).numerator
        for code in ("persons_sampled", "tests_collected", "results_overdue", "results_abnormal")
    }
    assert values == {"persons_sampled": 863, "tests_collected": 871, "results_overdue": 3, "results_abnormal": 0}


def mixed_tubes_show_something(stage):
    """Two that came back negative, one at the desk with two of five; nobody is counted twice."""
    pools = [
        (pool.specimen.status, pool.size, pool.members.live().count(), pool.is_open) for pool in Pool.objects.all()
    ]
    assert sorted(pools) == [("issued", 5, 2, True), ("released", 5, 5, False), ("released", 5, 5, False)]
    assert figures.get("persons_sampled").value(stage.now).numerator == 863
    assert not SignUp.objects.filter(pool_memberships__isnull=False, group__in=["A1", "A2", "A3", "B2"]).exists()
    waiting = SignUp.objects.filter(campaign__slug="choujian", status="registered")
    assert waiting.filter(slot__session__day="2020-02-18").count() == 3


def days_add_up():
    persons = figures.get("persons_sampled")
    by_day = [persons.value(clock.end_of(date(2020, 2, day))).numerator for day in range(9, 18)]
    assert by_day == [0, 31, 73, 131, 208, 304, 422, 551, 698]


def leaves_work_for_everybody(stage):
    verifying = Specimen.objects.filter(status="verifying")
    assert verifying.count() == 47
    assert verifying.filter(readings__value="suspect").count() == 1
    assert Specimen.objects.filter(status="testing").count() == 47 + 6 + 3
    assert Specimen.objects.filter(status="handed").count() == 48 + 1
    assert Specimen.objects.loose().count() == 3
    assert Specimen.objects.filter(recollect_of__isnull=False).count() == 8
    today = Session.objects.get(day="2020-02-18")
    assert today.slots.filter(starts_at__gte=stage.now, taken__gt=0).exists()
    assert Slot.objects.bookable(stage.now).free().filter(session__day="2020-02-18").exists()
    assert Slot.objects.bookable(stage.now).free().filter(session__day="2020-02-19").exists()
    assert SignUp.objects.filter(mode="door", status="registered").count() == 3
    assert [(party.size, party.status) for party in WaitingParty.objects.in_line()] == [
        (4, "waiting"), (1, "waiting"), (1, "waiting"),
    ]  # fmt: skip
    assert SignUp.objects.filter(status="waiting", party__isnull=False).count() == 6


def laboratory_has_every_tube_somewhere(stage):
    equation = bench.equation(stage.users["jianyan"], date(2020, 2, 18))
    assert equation.total == 165
    assert equation.closes
    assert [(part.count, part.query) for part in equation.parts] == [
        (47, "verifying"),
        (47, "testing"),
        (69, "coming"),
        (1, "again"),
        (1, "missing"),
    ]
