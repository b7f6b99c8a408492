"""The register's list with 100 and with 10,000 enterprises: time of the first page as a ratio, and its SQL statements."""

import statistics
import time
from typing import Any

from bench.scratch import scratch_database

SIZES = (1, 100, 10_000)
ROUNDS = 15
QUERIES = ("", "?sishang=any", "?status=resumed&sort=-headcount", "?q=hn")
MOST_STATEMENTS, MOST_TIMES = 12, 2.0


def run() -> bool:
    """Print statements and medians; True when the ratio of 10,000 to 100 and the statements reach their figures."""
    with scratch_database() as vendor:
        print(f"lists ({vendor}): the register's first page, median of {ROUNDS}")
        found = {size: _measure(size) for size in SIZES}
    reached = True
    for query in QUERIES:
        times = {size: found[size][query][0] for size in SIZES}
        statements = {size: found[size][query][1] for size in SIZES}
        ratio = times[10_000] / times[100]
        reached &= ratio <= MOST_TIMES and max(statements.values()) <= MOST_STATEMENTS
        shown = "  ".join(f"{size}: {times[size] * 1000:.0f} ms, {statements[size]} SQL" for size in SIZES)
        print(f"  /enterprises/{query or ' ':<34} {shown}  ratio {ratio:.2f} (aim ≤ {MOST_TIMES})")
    return reached


def _measure(size: int) -> dict[str, tuple[float, int]]:
    # Models can be imported only once Django is set up.
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from enterprises.models import Enterprise
    from enterprises.tests.factories import make_account, make_many_enterprises
    from parkportal import table_sizes

    make_many_enterprises(size - Enterprise.objects.count())
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    table_sizes.learn()  # what the schedule does
    browser = Client()
    browser.force_login(make_account("committee"), backend="parkportal.accounts.backends.PortalBackend")
    found: dict[str, tuple[float, int]] = {}
    for query in QUERIES:
        path = f"/enterprises/{query}"
        _get(browser, path)
        with CaptureQueriesContext(connection) as counted:
            _get(browser, path)
        statements = len(counted)
        found[query] = (statistics.median(_time(browser, path) for _ in range(ROUNDS)), statements)
    return found


def _get(browser: Any, path: str) -> None:
    answer = browser.get(path)
    if answer.status_code != 200:
        raise RuntimeError(f"{path} answered {answer.status_code}")


def _time(browser: Any, path: str) -> float:
    began = time.perf_counter()
    _get(browser, path)
    return time.perf_counter() - began
