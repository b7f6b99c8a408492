"""Eight processes work on one book at once: sums of lines equal balances, nothing is negative, no line ever changes.

Short form: 480 operations. `DRILL_FULL=1`: 10,000; `DRILL_OPERATIONS` sets the number.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import psycopg
import pytest

from tests import servers, stack

pytestmark = pytest.mark.drill

PROCESSES = 8
OPERATIONS = int(os.environ.get("DRILL_OPERATIONS", 10_000 if os.environ.get("DRILL_FULL") == "1" else 480))
LINES = "SELECT id, movement_id, lot_id, from_place_id, to_place_id, quantity FROM supplies_line ORDER BY id"


def rows(url, statement):
    with psycopg.connect(url) as connection:
        return connection.execute(statement).fetchall()


def run(environment, *arguments):
    command = [sys.executable, "-m", "tests.drills.ledger_hammer", *map(str, arguments)]
    return subprocess.Popen(command, cwd=stack.ROOT, env=environment, stdout=subprocess.PIPE, text=True)


def test_the_book_is_right_after_ten_thousand_operations_from_eight_processes(postgres_url):
    with servers.database(postgres_url) as url, tempfile.TemporaryDirectory() as folder:
        environment = stack.environment(Path(folder), 0, url, "", LOG_LEVEL="CRITICAL")
        stack.manage(environment, "migrate", "-v0")
        assert run(environment, "plant").wait() == 0

        def wave(number):
            share = OPERATIONS // PROCESSES // 2
            crowd = [run(environment, "hammer", number * PROCESSES + n, share) for n in range(PROCESSES)]
            told = [process.communicate()[0].split() for process in crowd]
            assert [process.returncode for process in crowd] == [0] * PROCESSES
            done, refused = (sum(int(one[place]) for one in told) for place in (0, 1))
            assert done + refused == share * PROCESSES and done and refused
            return done

        first = wave(0)
        before = rows(url, LINES)
        second = wave(1)
        after = rows(url, LINES)
        print(f"{first + second} operations booked, {len(after)} lines")
        assert set(before) <= set(after), "a line was changed or taken away"
        assert rows(url, "SELECT count(*) FROM supplies_balance WHERE amount < 0") == [(0,)]
        stack.manage(environment, "invariants")
