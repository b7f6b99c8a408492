"""Real threads for the races: all wait at one line, then run; each has its own database connection."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from django.db import connection


def at_once(count: int, work: Callable[[int], Any]) -> list[Any]:
    """The results of `work(n)` from `count` threads, in the order of n. What a thread raises is raised here."""
    line = Barrier(count)

    def run(n: int) -> Any:
        try:
            line.wait(20)
            return work(n)
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return [future.result(60) for future in [pool.submit(run, n) for n in range(count)]]
