"""The desk's scan that marks a tube collected, and the last button of the public sign-up, against one committed INSERT.

*bare* has no middleware, *same stack* the portal's middleware and session. 1.0 would be as fast as the baseline.
"""

import re
import statistics
import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from bench.scratch import scratch_database

ROUNDS, WARM = 40, 5
LEAST_SAME, AIM_BARE = 0.5, 0.35


def run() -> bool:
    """Print medians and ratios; True when both reach half of the same stack's speed."""
    with scratch_database() as vendor:
        from django.test import override_settings

        from bench import baseline

        baseline.make_table()
        print(f"desk ({vendor}): median of {ROUNDS} requests")
        with override_settings(ROOT_URLCONF="bench.baseline", ALLOWED_HOSTS=["testserver"]):
            session, clerk = _park()
            with override_settings(MIDDLEWARE=[]):
                bare = _median(_inserts(None))
            same = _median(_inserts(clerk))
            scan = _median(_scans(session, clerk))
            signup = _median(_signups(session))
    print(f"  bare {bare * 1000:.1f} ms, same stack {same * 1000:.1f} ms")
    reached = True
    for title, took in (("desk scan", scan), ("sign-up", signup)):
        reached &= same / took >= LEAST_SAME
        print(
            f"  {title:<10} {took * 1000:.1f} ms  to same stack {same / took:.2f} (≥ {LEAST_SAME})"
            f"  to bare {bare / took:.2f} (aim {AIM_BARE})"
        )
    return reached


def _median(deeds: list[Callable[[], Any]]) -> float:
    times = []
    for deed in deeds:
        began = time.perf_counter()
        deed()
        times.append(time.perf_counter() - began)
    return statistics.median(times[WARM:])


def _park() -> tuple[Any, Any]:
    from datetime import time as clock

    from parkportal.clock import park_today
    from testing.tests.factories import make_range, make_session, make_staff

    session = make_session(day=park_today(), start=clock(0, 10), end=clock(23, 50), minutes=10, places=99)
    make_range(lab=session.campaign.lab)
    return session, make_staff(session.point)


def _browser(user: Any) -> Any:
    from django.test import Client

    browser = Client()
    if user is not None:
        browser.force_login(user, backend="parkportal.accounts.backends.PortalBackend")
    return browser


def _inserts(user: Any) -> list[Callable[[], Any]]:
    browser = _browser(user)
    return [lambda: _ok(browser.post("/bench/insert/", {"text": "36.5"}))] * (ROUNDS + WARM)


def _scans(session: Any, clerk: Any) -> list[Callable[[], Any]]:
    from testing.tests.factories import make_signup

    browser, slots = _browser(clerk), list(session.slots.all())
    people = [make_signup(slots[n % len(slots)], status="measured") for n in range(ROUNDS + WARM)]

    def scan(number: int) -> None:
        data = {"token": uuid4(), "text": f"HZ{200000001 + number}", "step": "tube", "current": people[number].code}
        said = browser.post(f"/testing/station/{session.pk}/", data, headers={"Accept": "application/json"})
        if _ok(said).json()["tone"] != "done":
            raise RuntimeError(said.content.decode())

    return [lambda number=number: scan(number) for number in range(ROUNDS + WARM)]


def _signups(session: Any) -> list[Callable[[], Any]]:
    from enterprises.tests.factories import id_number, phone

    base = f"/signup/{session.campaign.slug}/"
    slots = [slot.pk for slot in session.slots.order_by("-starts_at")[:5]]

    def prepared(number: int) -> Callable[[], Any]:
        browser = _browser(None)
        browser.post(base + "step/who/", {"name": "陆青禾", "enterprise_name": "名录以外的单位"})
        browser.post(base + "step/contact/", {"document_type": "id_card", "number": id_number(), "phone": phone()})
        browser.post(base + "step/health/", {"origin": "changsha", "had_contact": "no"})
        page = browser.post(base + "step/place/", {"slot": slots[number % len(slots)]}, follow=True)
        token = re.search(r'name="token" value="([0-9a-f-]{36})"', page.content.decode())
        if token is None:
            raise RuntimeError(page.content.decode())

        def press() -> None:
            answer = browser.post(base + "check/", {"token": token[1], "consent": "on"})
            if answer.status_code != 302 or "/signup/code/" not in answer["Location"]:
                raise RuntimeError(answer.content.decode())

        return press

    return [prepared(number) for number in range(ROUNDS + WARM)]


def _ok(answer: Any) -> Any:
    if answer.status_code != 200:
        raise RuntimeError(f"{answer.status_code} {answer.content[:400]!r}")
    return answer
