"""The statements of every page, counted in the small park and again when it has grown by a hundred of everything."""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

import pytest
import time_machine
from django.db import connection, transaction
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from parkportal.dashboard.actions import freeze_day
from parkportal.messaging.models import MailboxMessage
from parkportal.records import figures, terms
from tests.scope.conftest import NOON, signed_in
from tests.scope.park import Park
from tests.scope.rows import STRANGER, Row
from tests.scope.test_scope import ROWS
from tests.statements.growing import grow

# Pages that are made of the person's roles are counted for each; all others for the first role that gets in.
FOR_EACH_ROLE = {"dashboard:home", "dashboard:enterprise_file"}
WORDS = "湖南"


class Counted(NamedTuple):
    few: int
    many: int
    is_list: bool


def _pages() -> list[tuple[Row, str]]:
    found = []
    for one in ROWS:
        roles = [role for role, status in one.own.items() if status == 200 and role != STRANGER]
        if not one.post and (STRANGER not in one.own or one.name in FOR_EACH_ROLE):
            found += [(one, role) for role in (roles if one.name in FOR_EACH_ROLE else roles[:1])]
    return found


PAGES = {f"{one.name} as {role}": (one, role) for one, role in _pages()}


@pytest.fixture(scope="package")
def counted(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[dict[str, Counted]]:
    at_noon = time_machine.travel(NOON, tick=False)
    media = override_settings(MEDIA_ROOT=tmp_path_factory.mktemp("media"))
    with django_db_blocker.unblock(), media, at_noon, transaction.atomic():
        terms.plant()
        park = Park()
        MailboxMessage.objects.create(out_id="one", address="19900000000", recipient_hash="x", text="短信")
        freeze_day(date(2020, 2, 16))
        figures.refresh()
        browsers = {role: signed_in(user) for role, user in park.users.items()}
        browsers["admin"].post(reverse("dashboard:search"), {"q": WORDS})
        few = {name: _statements(park, browsers, *page) for name, page in PAGES.items()}
        grow(park, park.users["committee"])
        many = {name: _statements(park, browsers, *page) for name, page in PAGES.items()}
        yield {name: Counted(few[name][0], many[name][0], many[name][1]) for name in few}
        transaction.set_rollback(True)


def _statements(park: Park, browsers: dict[str, Client], one: Row, role: str) -> tuple[int, bool]:
    """How many statements a page takes when it is opened the second time, and whether it is a list with pages."""
    address = reverse(one.name, kwargs=park.args(one.where, role, own=True))
    browsers[role].get(address)
    with CaptureQueriesContext(connection) as seen:
        answer = browsers[role].get(address)
    assert answer.status_code == 200, f"{address}: {answer.status_code}"
    return len(seen), answer.context is not None and "page_obj" in answer.context
