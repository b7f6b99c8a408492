"""The demo park's testing states the printed figure, and nothing in it breaks a rule."""

import random
from datetime import datetime

import pytest
from django.conf import settings

import enterprises.demo
import supplies.demo
import testing.demo
from parkportal.accounts.models import RoleGrant, User
from parkportal.demo import CAST, Stage
from parkportal.records import figures, terms
from testing import invariants
from testing.models import Session, Slot, Specimen

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


def test_demo_has_863_persons_sampled_and_breaks_no_rule(stage):
    testing.demo.plant(stage)

    values = {
        code: figures.get(code).value(stage.now).numerator
        for code in ("persons_sampled", "tests_collected", "results_overdue", "results_abnormal")
    }
    assert values == {"persons_sampled": 863, "tests_collected": 875, "results_overdue": 0, "results_abnormal": 0}
    assert invariants.check() == []


def test_demo_leaves_work_for_everybody(stage):
    testing.demo.plant(stage)

    assert Specimen.objects.filter(status="verifying").count() == 48
    assert Specimen.objects.filter(status="testing").exists()
    assert Specimen.objects.filter(status="handed").count() == 48
    assert Specimen.objects.loose().exists()
    today = Session.objects.get(day="2020-02-18")
    assert today.slots.filter(starts_at__gte=stage.now, taken__gt=0).exists()
    assert Slot.objects.bookable(stage.now).free().filter(session__day="2020-02-19").exists()
