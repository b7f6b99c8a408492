"""Databases give instants in UTC: what people read is the wall clock in Shanghai, wherever a sentence is made."""

import re
from datetime import UTC, datetime
from pathlib import Path

from parkportal.clock import local

ROOT = Path(__file__).resolve().parents[2]
# an instant's column, formatted without being brought to the park's clock first
RAW = re.compile(r"\{(?:[a-z_]+\.)+(?:[a-z_]+_at|at):%")


def test_an_instant_is_read_on_the_parks_clock():
    assert f"{local(datetime(2020, 2, 18, 16, 5, tzinfo=UTC)):%Y-%m-%d %H:%M}" == "2020-02-19 00:05"


def test_no_sentence_prints_an_instant_as_the_database_has_it():
    apps = ("parkportal", "enterprises", "supplies", "testing", "investment")
    sources = [path for app in apps for path in (ROOT / app).rglob("*.py") if "tests" not in path.parts]
    assert len(sources) > 300
    found = [f"{path.relative_to(ROOT)}: {hit}" for path in sources for hit in RAW.findall(path.read_text("utf-8"))]
    assert found == []
