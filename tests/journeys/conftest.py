"""One portal for all journeys but the main path's: PostgreSQL, Redis, worker and the demo park, started once."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser

from parkportal.demo import DEMO_PASSWORD
from tests import servers
from tests.journeys.browser import Person, chromium
from tests.stack import manage, portal


@dataclass
class Park:
    """The running portal, a browser, and the environment for its commands."""

    address: str
    environment: dict[str, str]
    browser: Browser
    album: str = "park"

    @contextmanager
    def person(self, name: str, *, kind: str = "desk", username: str = "") -> Iterator[Person]:
        """Somebody at a window of their own; signed in when a demo account is named. Complaints fail the story."""
        who = Person(self.browser, self.address, name, kind=kind, album=self.album)
        if username:
            who.signs_in(username, DEMO_PASSWORD)
        yield who
        who.leaves()

    def manage(self, *arguments: str, check: bool = True):
        """`manage.py …` against the park's database; the finished process with its output."""
        return manage(self.environment, *arguments, check=check)


@pytest.fixture(scope="session")
def browser():
    """One Chromium for all journeys of a process."""
    with chromium() as running:
        yield running


@pytest.fixture(scope="session")
def running_park(browser, postgres_url, redis_url):
    """Each process of the run has a park of its own: a database, and a number at the Redis server."""
    number = 1 + int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    with (
        servers.database(postgres_url) as database_url,
        portal(database_url, f"{redis_url.rpartition('/')[0]}/{number}") as (address, environment),
    ):
        yield Park(address, environment, browser)


@pytest.fixture
def park(running_park, request):
    """The shared park; pictures go into a folder named after the journey."""
    running_park.album = request.module.__name__.rpartition(".")[2].removeprefix("test_")
    return running_park
