"""`make run` a second time keeps what is there, and says nothing of a demo park; `make reset` starts afresh."""

import os
import sqlite3
import subprocess
import time
from contextlib import closing, suppress
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

from tests.stack import ROOT, environment, portal

PLANTING = "正在建立演示园区"


def names(folder: Path) -> set[str]:
    with closing(sqlite3.connect(folder / "portal.sqlite3")) as database:
        return {name for (name,) in database.execute("SELECT name FROM enterprises_enterprise")}


def rename_one(folder: Path, name: str) -> None:
    with closing(sqlite3.connect(folder / "portal.sqlite3")) as database, database:
        database.execute(
            "UPDATE enterprises_enterprise SET name = ? WHERE id = (SELECT min(id) FROM enterprises_enterprise)", [name]
        )


def log_with(words: str, path: Path) -> str:
    """What has been said once these words stand in it; the lines come through a pipe."""
    for _ in range(100):
        if words in (said := path.read_text()):
            return said
        time.sleep(0.1)
    raise AssertionError(f"{words} is not in {said}")


def test_a_second_start_keeps_the_data_and_a_reset_starts_afresh(tmp_path):
    with portal(keep=tmp_path):
        assert PLANTING in (tmp_path / "start.log").read_text()
    planted = names(tmp_path)
    rename_one(tmp_path, "改过名字的有限公司")
    with portal(keep=tmp_path) as (address, _):
        assert PLANTING not in (tmp_path / "start.log").read_text()
        with urlopen(f"{address}/healthz") as answer:
            assert answer.status == 200
        with suppress(HTTPError):
            urlopen(f"{address}/nowhere/?q=19900000001")
        said = log_with("Not Found: /nowhere/", tmp_path / "start.log")
        assert "19900000001" not in said, "what the web server and the worker log is on the screen, without queries"
        assert "Warning" not in said and "Traceback" not in said
    assert "改过名字的有限公司" in names(tmp_path) and len(names(tmp_path)) == len(planted)
    reset = subprocess.run(
        ["make", "-s", "reset"],
        cwd=ROOT,
        env={**environment(tmp_path, 1), "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
    )
    assert reset.returncode == 0, reset.stderr
    assert "make run starts afresh" in reset.stdout
    assert "改过名字的有限公司" not in names(tmp_path)
