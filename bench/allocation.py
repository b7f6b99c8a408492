"""100,000 masks shared among 139 enterprises: the whole preview as a ratio to the bare work that it cannot do without."""

import statistics
import time
from typing import Any

from bench.scratch import scratch_database

FIRMS, MASKS, ROUNDS = 139, 100_000, 15
MOST_TIMES = 5.0


def run() -> bool:
    """Print medians; True when the preview takes at most five times one page of the same stack with one INSERT."""
    with scratch_database() as vendor:
        browser, form = _park()
        bare = statistics.median(_timed(lambda: _one_insert(browser)) for _ in range(ROUNDS))
        preview = statistics.median(_timed(lambda: _preview(browser, form)) for _ in range(ROUNDS))
    ratio = preview / bare
    print(f"allocation ({vendor}): {MASKS:,} masks over {FIRMS} enterprises, median of {ROUNDS}")
    print(f"  same stack, one INSERT {bare * 1000:.0f} ms  preview written and shown {preview * 1000:.0f} ms", end="")
    print(f"  ratio {ratio:.1f} (aim ≤ {MOST_TIMES:g})")
    return ratio <= MOST_TIMES


def _park() -> tuple[Any, dict[str, Any]]:
    # Models can be imported only once Django is set up.
    from django.test import Client

    from supplies.tests import factories as f

    masks, keeper = f.item(), f.user("committee")
    f.stock(masks, MASKS * ROUNDS)
    for number in range(FIRMS):
        f.enterprise(heads=number * 7 % 500 + 1, tier=("must", "guide", "support", "other")[number % 4])
    browser = Client()
    browser.force_login(keeper, backend="parkportal.accounts.backends.PortalBackend")
    form = {"item": masks.pk, "warehouse": f.warehouse().pk, "mode": "on_duty", "total": str(MASKS), "minimum": "100"}
    return browser, form | {f"weight_{tier}": "1.1" for tier in ("must", "guide", "support", "other")}


def _one_insert(browser: Any) -> None:
    """The same middleware and session, one form, one row: a warehouse is opened and its list is shown."""
    from parkportal.idempotency import new_token

    form = {"name": f"仓库 {time.perf_counter_ns()}", "address": "C1 栋", "token": str(new_token())}
    answer = browser.post("/supplies/places/new/", form, follow=True)
    if answer.status_code != 200 or not answer.redirect_chain:
        raise RuntimeError(f"the baseline answered {answer.status_code}")


def _preview(browser: Any, form: dict[str, Any]) -> None:
    from parkportal.idempotency import new_token

    answer = browser.post("/supplies/allocations/new/", {**form, "token": str(new_token())}, follow=True)
    if not answer.redirect_chain or answer.context["given"] != MASKS:
        raise RuntimeError(f"the preview answered {answer.status_code}")


def _timed(act: Any) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began
