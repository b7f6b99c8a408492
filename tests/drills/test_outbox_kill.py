"""Workers killed with -9 in the middle of a run: every message reaches the gateway once.

Real Celery workers, a real broker, a gateway on loopback that keeps every call it accepted and now and then does not
answer. Short form: 200 messages and 5 kills. `DRILL_FULL=1`: 1,000 and 20; `DRILL_MESSAGES`, `DRILL_KILLS` set both.
The last two tests are controls: senders without a lease, under the same kills, lose or double.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from pathlib import Path

import pytest

from tests import servers, stack

pytestmark = pytest.mark.drill

FULL = os.environ.get("DRILL_FULL") == "1"
MESSAGES = int(os.environ.get("DRILL_MESSAGES", 1000 if FULL else 200))
KILLS = int(os.environ.get("DRILL_KILLS", 20 if FULL else 5))
REMINDED = 80  # people with a place this evening
PROVIDER = stack.ROOT / "parkportal/messaging/tests/loopback_gateway.py"
PAUSE = 0.3  # between the two steps of a control; its kills fall into the middle of it
PATIENCE = 120 + MESSAGES / 2 + KILLS * 15  # seconds


class Drill:
    """A database with messages, a gateway, and workers to kill."""

    def __init__(self, database_url="", redis_url="", workers=1, ready=None):
        self.folder = Path(tempfile.mkdtemp(prefix="portal-drill-"))
        if ready:
            shutil.copy(ready, self.folder / "portal.sqlite3")
        self.redis, self.count, self.workers = redis_url, workers, []
        self.database_url, self.kills, self.log = database_url, 0, (self.folder / "workers.log").open("ab")

    def __enter__(self):
        self.provider = subprocess.Popen([sys.executable, PROVIDER], stdout=subprocess.PIPE, text=True)
        self.gateway = self.provider.stdout.readline().strip()
        self.env = stack.environment(
            self.folder,
            0,
            self.database_url,
            self.redis,
            SMS_GATEWAY="http",
            SMS_GATEWAY_URL=self.gateway,
            SMS_ACCESS_KEY="loopback-key",
            SMS_ACCESS_SECRET="loopback-secret",
            SMS_TIMEOUT_SECONDS="1.5",
            SMS_SETTLE_SECONDS="1",
            OUTBOX_LEASE_SECONDS="3",
            REMIND_SECONDS="1",
            LOG_LEVEL="WARNING",
        )
        stack.manage(self.env, "migrate", "-v0")
        return self

    def __exit__(self, *exc):
        for worker in self.workers:
            end(worker)
        self.provider.terminate()
        self.provider.wait(10)
        self.log.close()
        if not exc[0]:
            shutil.rmtree(self.folder, ignore_errors=True)

    def scratch(self, *arguments):
        """Puts or reads messages. It wakes no worker: the controls have to meet all messages waiting."""
        command = [sys.executable, "-m", "tests.drills.outbox_scratch", *arguments]
        env = {**self.env, "REDIS_URL": "", "BROKER_URL": "memory://"}
        return subprocess.run(
            command, cwd=stack.ROOT, env=env, check=True, capture_output=True, text=True
        ).stdout.split()

    def start(self, number=0, control=""):
        """A worker in a process group of its own; the first one carries the schedule."""
        application = "tests.drills.outbox_scratch" if control else "parkportal"
        command = [sys.executable, "-m", "celery", "-A", application, "worker", "--loglevel", "warning"]
        command += ["--without-gossip", "--without-mingle", "--without-heartbeat", "-n", f"drill{number}@%h"]
        command += ["--concurrency", "1"] if control else ["--concurrency", "2"]
        if number == 0 and not control:
            command += ["--beat", "--schedule", str(self.folder / "schedule")]
        env = {**self.env, "CONTROL": control, "PAUSE": str(PAUSE)}
        return subprocess.Popen(
            command, cwd=stack.ROOT, env=env, stdout=self.log, stderr=self.log, start_new_session=True
        )

    def run(self, messages, kills, control="", cause="put"):
        """Put, start, kill evenly over the run, wait until nothing moves."""
        self.scratch(cause, str(messages))
        self.workers = [self.start(number, control) for number in range(self.count)]
        for kill in range(kills):
            self.wait_for(messages * (kill + 1) // (kills + 1))
            number = kill % self.count
            if control:
                time.sleep(PAUSE / 2)
            end(self.workers[number])
            self.kills += 1
            if not control:
                self.tell("drop", times=1)
            self.workers[number] = self.start(number, control)
            if not control:
                time.sleep(0.3)
                self.tell("delay", seconds=0.03)

    def wait_for(self, accepted):
        until = time.monotonic() + PATIENCE
        while len(self.accepted()) < accepted:
            assert time.monotonic() < until, f"stuck at {len(self.accepted())} of {accepted}: {self.tail()}"
            time.sleep(0.01)

    def wait_until_quiet(self):
        """Nothing waits, is on its way, or is in doubt."""
        until = time.monotonic() + PATIENCE
        while True:
            states = self.outbox()["states"]
            if not states["waiting"] + states["sending"] + states["unverified"]:
                return states
            assert time.monotonic() < until, f"never came to rest: {states} {self.tail()}"
            time.sleep(1)

    def outbox(self):
        return json.loads(stack.manage(self.env, "outbox", "--json").stdout)

    def accepted(self):
        with urllib.request.urlopen(self.gateway + "accepted", timeout=10) as answer:
            return [call["OutId"] for call in json.load(answer)]

    def tell(self, mode, **how):
        request = urllib.request.Request(self.gateway + "control", json.dumps({"mode": mode, **how}).encode())
        urllib.request.urlopen(request, timeout=10).close()

    def tail(self):
        return (self.folder / "workers.log").read_text(errors="replace")[-2000:]


def end(process):
    """kill -9, the worker and its children."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(10)


@pytest.fixture(scope="module")
def ready():
    """An SQLite file with the portal's tables, made once."""
    folder = Path(tempfile.mkdtemp(prefix="portal-drill-"))
    stack.manage(stack.environment(folder, 0), "migrate", "-v0")
    subprocess.run([sys.executable, "-c", CHECKPOINT, folder / "portal.sqlite3"], check=True)
    yield folder / "portal.sqlite3"
    shutil.rmtree(folder, ignore_errors=True)


CHECKPOINT = "import sqlite3, sys; sqlite3.connect(sys.argv[1]).execute('PRAGMA wal_checkpoint(TRUNCATE)')"


def exactly_once(drill):
    drill.tell("delay", seconds=0.03)
    drill.run(MESSAGES, KILLS)
    states = drill.wait_until_quiet()

    counted = Counter(drill.accepted())
    written = drill.scratch("out_ids")
    print(f"\n{drill.kills} kills, {len(written)} messages, {sum(counted.values())} at the gateway, {states}")
    assert drill.kills == KILLS and len(written) == MESSAGES
    assert {out_id: times for out_id, times in counted.items() if times > 1} == {}
    assert set(counted) == set(written)
    assert states["sent"] == MESSAGES


def test_killed_workers_lose_nothing_and_double_nothing_on_postgresql_and_redis(postgres_url, redis_url):
    with servers.database(postgres_url) as database, Drill(database, redis_url.replace("/0", "/5"), workers=2) as drill:
        exactly_once(drill)


def test_a_killed_worker_loses_nothing_and_doubles_nothing_on_sqlite(ready):
    with Drill(ready=ready) as drill:
        exactly_once(drill)


def test_workers_killed_in_the_middle_of_a_reminder_run_remind_everybody_once(ready):
    """The run itself writes the messages while the workers that carry it are killed."""
    with Drill(ready=ready) as drill:
        drill.tell("delay", seconds=0.03)
        drill.run(REMINDED, 4, cause="sign_up")
        until = time.monotonic() + PATIENCE
        while len(drill.scratch("out_ids")) < REMINDED:
            assert time.monotonic() < until, drill.tail()
            time.sleep(1)
        states = drill.wait_until_quiet()
        counted = Counter(drill.accepted())
        assert set(counted) == set(drill.scratch("out_ids")) and set(counted.values()) == {1}
        assert states["sent"] == REMINDED == len(counted)


def test_control_marking_before_sending_loses(ready):
    with Drill(ready=ready) as drill:
        drill.run(24, 3, control="mark_before")
        states = drill.wait_until_quiet()
        time.sleep(1)
        lost = set(drill.scratch("out_ids")) - set(drill.accepted())
        print(f"\n{len(lost)} of 24 lost though all are marked as sent")
        assert states["sent"] == 24 and lost


def test_control_marking_after_sending_doubles(ready):
    with Drill(ready=ready) as drill:
        drill.run(24, 3, control="mark_after")
        drill.wait_until_quiet()
        doubled = [out_id for out_id, times in Counter(drill.accepted()).items() if times > 1]
        print(f"\n{len(doubled)} of 24 sent twice")
        assert doubled
