"""The main job, end to end: ten chapters in order, on SQLite, and again on PostgreSQL and Redis."""

import pytest
from playwright.sync_api import Browser

from tests import servers
from tests.journeys.story import CHAPTERS, Story
from tests.stack import manage, portal


def walk(browser: Browser, database_url: str, redis_url: str, album: str) -> None:
    with portal(database_url, redis_url) as (address, environment):
        story = Story(browser, address, album)
        for chapter in CHAPTERS:
            chapter(story)
        checked = manage(environment, "invariants", check=False)
        assert checked.returncode == 0, checked.stdout


@pytest.mark.journey
def test_the_main_path_on_sqlite(browser):
    walk(browser, "", "", "sqlite")


@pytest.mark.journey
def test_the_main_path_on_postgresql_and_redis(browser, postgres_url, redis_url):
    with servers.database(postgres_url) as database_url:
        walk(browser, database_url, redis_url, "postgresql")
