"""`make run` on a machine that lacks something: one sentence that says what, and no traceback above it."""

import os
import socket
import subprocess
import sys

import pytest
from django.core.management.base import CommandError

from parkportal.dashboard.management.commands.start import Command
from tests.servers import free_port
from tests.stack import ROOT, environment


@pytest.fixture
def listener():
    """Somebody else's server."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


@pytest.mark.parametrize("port", ["abc", "", "0", "-1", "65536", "²"])
def test_a_port_that_is_none_is_told(port):
    with pytest.raises(CommandError, match="不是 1 到 65535 之间的数。换一个：PORT=8001 make run"):
        Command().check_port(port)


def test_a_port_that_is_taken_is_told(listener):
    with pytest.raises(CommandError, match=f"端口 {listener} 已经有程序在用。换一个：PORT=8001 make run"):
        Command().check_port(str(listener))


def test_a_free_port_is_free():
    port = free_port()
    assert Command().check_port(str(port)) == port


def test_a_folder_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(CommandError, match="写不进去.*用 VAR_DIR 换一个"):
        Command().check_folder(tmp_path / "file" / "var")
    Command().check_folder(tmp_path / "made" / "on the way")


@pytest.mark.django_db
def test_a_park_does_not_start_on_the_database_of_a_demo(make_user, settings):
    make_user("committee", is_demo=True)
    settings.DEMO_MODE = True
    Command().check_accounts()
    settings.DEMO_MODE = False
    with pytest.raises(CommandError, match="这个数据库里有 1 个演示账号"):
        Command().check_accounts()


@pytest.mark.parametrize(
    ("missing", "words"),
    [
        ({"database_url": "postgres://park:geheim@127.0.0.1:{free}/portal"}, "数据库连不上，请核对 DATABASE_URL："),
        ({"redis_url": "redis://:geheim@127.0.0.1:{free}/0"}, "Redis 连不上，请核对 REDIS_URL："),
    ],
    ids=["database", "broker"],
)
def test_a_server_that_does_not_answer_is_told_in_one_line(tmp_path, missing, words):
    addresses = {name: address.format(free=free_port()) for name, address in missing.items()}
    stopped = subprocess.run(
        [sys.executable, "manage.py", "start"],
        cwd=ROOT,
        env=environment(tmp_path, free_port(), **addresses),
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert stopped.returncode == 1
    said = (stopped.stdout + stopped.stderr).strip().splitlines()
    assert len(said) == 1 and words in said[0] and "geheim" not in said[0]


def program(path, lines):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{lines}\n")
    path.chmod(0o755)
    return path


def made(folder, goal, python):
    """What `make` says where `python` is all the Python there is, and nothing is installed."""
    for name in ("Makefile", "requirements.txt", "requirements-dev.txt"):
        (folder / name).write_bytes((ROOT / name).read_bytes())
    script = program(folder / "python-of-this-machine", python)
    program(folder / "without-index" / "bin" / "pip", "echo no package index >&2; exit 1")
    stopped = subprocess.run(
        ["make", "-s", goal, f"PYTHON={script}"],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=120,
    )
    assert stopped.returncode != 0
    return [line for line in stopped.stdout.splitlines() if not line.startswith("make")]


@pytest.mark.parametrize("goal", ["run", "test"])
@pytest.mark.parametrize(
    ("python", "last"),
    [
        ("exit 1", "Python 3.11 or newer is missing: apt-get install -y python3 python3-venv"),
        (
            'if [ "$1$2" = -mvenv ]; then echo ensurepip is not available; exit 1; fi',
            "Python's venv module is missing: apt-get install -y python3-venv",
        ),
        (
            '[ "$1$2" != -mvenv ] || cp -r without-index .venv',
            "What requirements.txt names could not be installed; pip says above why (is there a package index?)",
        ),
    ],
    ids=["no python", "no venv", "no package index"],
)
def test_a_machine_that_lacks_something_is_told_last(tmp_path, goal, python, last):
    said = made(tmp_path, goal, python)
    assert said[-1] == last
    assert len(said) == 1 or said[:-1] == ["Installing what the portal runs on …", "no package index"]
