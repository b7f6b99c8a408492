"""The demo park is planted once for all of these tests, in a transaction that is rolled back in the end."""

from collections.abc import Iterator

import pytest
import time_machine
from django.core.management import call_command
from django.db import transaction
from django.test import Client, override_settings

from parkportal.accounts.models import User
from parkportal.clock import forget_demo_clock
from parkportal.dashboard.demo import plant_park

NOW = "2020-02-18T17:40:00+08:00"


@pytest.fixture(scope="package")
def _planted(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[None]:
    demo = override_settings(MEDIA_ROOT=tmp_path_factory.mktemp("media"), DEMO_MODE=True)
    with django_db_blocker.unblock(), demo, time_machine.travel(NOW, tick=False), transaction.atomic():
        plant_park(20200218)
        yield
        transaction.set_rollback(True)
    forget_demo_clock()


@pytest.fixture
def clock(_planted, db):
    """The moment in the park; `clock.move_to(…)` goes on."""
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def enter(clock, sign_in):
    """enter("guanwei1") → a browser in which that demo person has signed in."""
    return lambda username: sign_in(User.objects.get(username=username), Client())


@pytest.fixture
def printed(clock, capsys):
    """printed("narrative", …) → what the command prints."""

    def printed(*words: str) -> str:
        call_command(*words)
        return capsys.readouterr().out

    return printed
