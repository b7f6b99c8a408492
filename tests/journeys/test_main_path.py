"""The main job, end to end: ten chapters in order, on SQLite, and again on PostgreSQL and Redis."""

import pytest

from tests import services
from tests.journeys.browser import chromium
from tests.journeys.story import CHAPTERS, Story
from tests.stack import manage, portal


def walk(database_url: str, redis_url: str, album: str) -> None:
    with portal(database_url, redis_url) as (address, environment), chromium() as browser:
        story = Story(browser, address, album)
        for chapter in CHAPTERS:
            chapter(story)
        checked = manage(environment, "invariants", check=False)
        assert checked.returncode == 0, checked.stdout


@pytest.mark.journey
def test_the_main_path_on_sqlite():
    walk("", "", "sqlite")


@pytest.mark.journey
def test_the_main_path_on_postgresql_and_redis(postgres_url, redis_url):
    with services.database(postgres_url) as database_url:
        walk(database_url, redis_url, "postgresql")
