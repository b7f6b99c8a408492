"""The scope: what each person is answered at each door, for the own object and for somebody else's.

The table stands in `scope_table`; a door without a row fails, and so does a row without a door.
"""

import pytest
from django.conf import settings as django_settings
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.scope_table import TABLE, Row
from tests.scope_world import PEOPLE, World, make_world

IDS = [" ".join((row.name, *row.arguments)) for row in TABLE]


def doors(resolver=None, names: str = ""):
    """(URL name, view) of every address of the project."""
    for part in (resolver or get_resolver()).url_patterns:
        if isinstance(part, URLResolver):
            yield from doors(part, f"{names}{part.namespace}:" if part.namespace else names)
        elif isinstance(part, URLPattern):
            yield f"{names}{part.name or part.pattern}", part.callback


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker, tmp_path_factory) -> World:
    """One park for all rows; what a request writes is rolled back after it."""
    with django_db_blocker.unblock(), transaction.atomic():
        media = django_settings.MEDIA_ROOT
        django_settings.MEDIA_ROOT = tmp_path_factory.mktemp("media")
        yield make_world()
        django_settings.MEDIA_ROOT = media
        transaction.set_rollback(True)


def ask(browser: Client, method: str, address: str, data=None):
    """One request, its writes undone. What the view itself would crash with is an answer too: 500."""
    with transaction.atomic():
        answer = browser.generic(method, address) if method == "GET" else browser.post(address, data or {})
        transaction.set_rollback(True)
    return answer


def address_of(row: Row, half, person: str) -> str:
    return reverse(row.name, args=half.arguments(row.arguments, person))


def outcomes(world: World, row: Row, method: str):
    """(who, whose) → (answered, expected)."""
    for person in PEOPLE:
        for whose, half in (("own", world.own), ("foreign", world.foreign)):
            expected = row.answer(person, own=whose == "own", method=method)
            answer = ask(world.browsers[person], method, address_of(row, half, person), row.posts)
            yield (person, whose), answer, expected


def differences(world: World, row: Row, method: str) -> dict:
    return {
        who: (answer.status_code, expected)
        for who, answer, expected in outcomes(world, row, method)
        if answer.status_code != expected
    }


@pytest.mark.parametrize(
    "row", [row for row in TABLE if row.get != 405], ids=lambda row: " ".join((row.name, *row.arguments))
)
def test_every_person_is_answered_as_the_table_says(world, row):
    assert differences(world, row, "GET") == {}


@pytest.mark.parametrize(
    "row", [row for row in TABLE if row.post], ids=lambda row: " ".join((row.name, *row.arguments))
)
def test_every_form_is_answered_as_the_table_says(world, row):
    assert differences(world, row, "POST") == {}
