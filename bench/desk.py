"""The desk's scan that marks a tube collected, and the last button of the public sign-up, against one committed INSERT.

*bare* has no middleware, *same stack* the portal's middleware and session; all four go through the portal's own web
server in turn, so that whatever else the machine does meets them alike. 1.0 would be as fast as the baseline.
"""

import http.client
import os
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit
from uuid import uuid4

from bench.scratch import scratch_database

ROUNDS, WARM = 60, 10
LEAST_SAME, AIM_BARE = 0.5, 0.35
CSRF = "a" * 32
Deed = Callable[[http.client.HTTPConnection], Any]


def run() -> bool:
    """Print medians and ratios; True when both reach half of the same stack's speed."""
    with scratch_database() as vendor:
        from bench import baseline

        baseline.make_table()
        session, clerk = _park()
        deeds = {
            "bare": _inserts("/bench/bare/", None),
            "same stack": _inserts("/bench/stack/", clerk),
            "desk scan": _scans(session, clerk),
            "sign-up": _signups(session),
        }
        with _server() as port:
            took = _medians(port, deeds)
    print(f"desk ({vendor}): medians of {ROUNDS} requests to the portal's web server")
    bare, same = took.pop("bare"), took.pop("same stack")
    print(f"  bare {bare * 1000:.1f} ms, same stack {same * 1000:.1f} ms")
    for title, seconds in took.items():
        print(
            f"  {title:<10} {seconds * 1000:.1f} ms  to same stack {same / seconds:.2f} (≥ {LEAST_SAME})"
            f"  to bare {bare / seconds:.2f} (aim {AIM_BARE})"
        )
    return all(same / seconds >= LEAST_SAME for seconds in took.values())


def _medians(port: int, deeds: dict[str, list[Deed]]) -> dict[str, float]:
    times: dict[str, list[float]] = {title: [] for title in deeds}
    wires = {title: http.client.HTTPConnection("127.0.0.1", port, timeout=60) for title in deeds}
    for number in range(ROUNDS + WARM):
        for title, found in deeds.items():
            began = time.perf_counter()
            found[number](wires[title])
            times[title].append(time.perf_counter() - began)
    return {title: statistics.median(seconds[WARM:]) for title, seconds in times.items()}


@contextmanager
def _server() -> Iterator[int]:
    """The web server of `manage.py start`, with one worker, at the scratch database; its port."""
    from django.db import connection

    from tests.servers import free_port

    port, name = free_port(), str(connection.settings_dict["NAME"])
    url = urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}"))
    environment = {**os.environ, "DATABASE_URL": f"sqlite:///{name}" if connection.vendor == "sqlite" else url}
    command = [sys.executable, "-m", "gunicorn", "bench.wsgi", "--bind", f"127.0.0.1:{port}", "--workers", "1"]
    command += ["--threads", "8", "--worker-class", "gthread", "--log-level", "warning"]
    process = subprocess.Popen(command, env=environment)
    try:
        _wait(port)
        yield port
    finally:
        process.terminate()
        process.wait(20)


def _wait(port: int) -> None:
    for _ in range(150):
        wire = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        try:
            wire.request("GET", "/healthz")
            if wire.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.2)
        finally:
            wire.close()
    raise RuntimeError("the web server does not answer")


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


def _post(wire: http.client.HTTPConnection, browser: Any, path: str, data: dict[str, Any]) -> tuple[Any, str]:
    """One request with the browser's cookies; the answer, and its text."""
    cookies = "; ".join(f"{name}={one.value}" for name, one in browser.cookies.items() if name != "csrftoken")
    headers = {
        "Cookie": f"{cookies}; csrftoken={CSRF}",
        "X-CSRFToken": CSRF,
        "Accept": "application/json",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    wire.request("POST", path, urlencode(data), headers)
    answer = wire.getresponse()
    return answer, answer.read().decode()


def _inserts(path: str, user: Any) -> list[Deed]:
    browser = _browser(user)

    def insert(wire: http.client.HTTPConnection) -> None:
        answer, text = _post(wire, browser, path, {"text": "36.5"})
        if answer.status != 200:
            raise RuntimeError(f"{answer.status} {text[:400]}")

    return [insert] * (ROUNDS + WARM)


def _scans(session: Any, clerk: Any) -> list[Deed]:
    from testing.tests.factories import make_signup

    browser, slots = _browser(clerk), list(session.slots.all())
    people = [make_signup(slots[n % len(slots)], status="measured") for n in range(ROUNDS + WARM)]

    def scan(number: int, wire: http.client.HTTPConnection) -> None:
        data = {"token": uuid4(), "text": f"HZ{200000001 + number}", "step": "tube", "current": people[number].code}
        answer, text = _post(wire, browser, f"/testing/station/{session.pk}/", data)
        if answer.status != 200 or '"tone": "done"' not in text:
            raise RuntimeError(f"{answer.status} {text[:400]}")

    return [lambda wire, number=number: scan(number, wire) for number in range(ROUNDS + WARM)]


def _signups(session: Any) -> list[Deed]:
    from enterprises.tests.factories import id_number, phone

    base = f"/signup/{session.campaign.slug}/"
    slots = [slot.pk for slot in session.slots.order_by("-starts_at")[:5]]

    def prepared(number: int) -> Deed:
        browser = _browser(None)
        browser.post(base + "step/who/", {"name": "陆青禾", "enterprise_name": "名录以外的单位"})
        browser.post(base + "step/contact/", {"document_type": "id_card", "number": id_number(), "phone": phone()})
        browser.post(base + "step/health/", {"origin": "changsha", "had_contact": "no"})
        page = browser.post(base + "step/place/", {"slot": slots[number % len(slots)]}, follow=True)
        token = re.search(r'name="token" value="([0-9a-f-]{36})"', page.content.decode())
        if token is None:
            raise RuntimeError(page.content.decode())

        def press(wire: http.client.HTTPConnection) -> None:
            answer, text = _post(wire, browser, base + "check/", {"token": token[1], "consent": "on"})
            if answer.status != 302 or "/signup/code/" not in answer.headers["Location"]:
                raise RuntimeError(f"{answer.status} {text[:400]}")

        return press

    return [prepared(number) for number in range(ROUNDS + WARM)]
