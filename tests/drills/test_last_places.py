"""A hundred people press the last button at once for fifty places: fifty have a place, fifty are told so, no error page.

Over HTTP against the running portal on PostgreSQL. Short form: 3 rounds. `DRILL_FULL=1`: 20; `DRILL_ROUNDS` sets it.
"""

import json
import os
import re
import threading
import urllib.error
import urllib.parse
import urllib.request
from collections import Counter
from http.cookiejar import CookieJar

import pytest

from parkportal.identifiers import id_check_character
from tests import servers, stack

pytestmark = pytest.mark.drill

PEOPLE, PLACES = 100, 50
ROUNDS = int(os.environ.get("DRILL_ROUNDS", 20 if os.environ.get("DRILL_FULL") == "1" else 3))
SETUP = """
import json
from itertools import count
from datetime import time
from enterprises.tests import factories
from testing.models import Campaign
from testing.tests.factories import make_campaign, make_point, make_session
factories._serial = count(300_000 + 1000 * Campaign.objects.count())
campaign = make_campaign(slug="places-{n}")
point = make_point("抢位{n}号点", building="Q{n}", code="Q{n}")
session = make_session(campaign, point=point, start=time(9), end=time(9, 10), minutes=10, places={places})
print(json.dumps([campaign.pk, session.slots.get().pk]))
"""
COUNTS = """
import json
from testing.models import SignUp, Slot
print(json.dumps([Slot.objects.get(pk={slot}).taken, SignUp.objects.filter(campaign={campaign}).count()]))
"""


def id_number(serial):
    first17 = f"4399001986{1 + serial // 900:02d}{1 + serial // 30 % 28:02d}{serial % 1000:03d}"
    return first17 + id_check_character(first17)


class Phone:
    """Somebody at the public form: a browser's cookies, no script."""

    def __init__(self, address, slug, slot, number):
        self.address, self.slug, self.slot, self.number = address, slug, slot, number
        self.cookies = CookieJar()
        self.open = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.cookies)).open

    def ask(self, path, data=None):
        """Status, where it ended, and the page."""
        body = None
        if data is not None:
            token = next(cookie.value for cookie in self.cookies if cookie.name == "csrftoken")
            body = urllib.parse.urlencode({**data, "csrfmiddlewaretoken": token}).encode()
        try:
            answer = self.open(urllib.request.Request(self.address + path, body), timeout=120)
        except urllib.error.HTTPError as fault:
            answer = fault
        return answer.status, answer.geturl(), answer.read().decode()

    def fills_the_form(self):
        """Everything but the last button; the token of the check page is kept."""
        base = f"/signup/{self.slug}/"
        self.ask(base + "step/who/")
        self.ask(base + "step/who/", {"name": "陆青禾", "enterprise_name": "单位不在名录里的人"})
        document = {"document_type": "id_card", "number": self.number, "phone": "19900007700"}
        self.ask(base + "step/contact/", document)
        self.ask(base + "step/health/", {"origin": "changsha", "had_contact": "no"})
        _, url, page = self.ask(base + "step/place/", {"slot": self.slot})
        self.check = urllib.parse.urlsplit(url).path
        self.token = re.search(r'name="token" value="([0-9a-f-]{36})"', page)[1]

    def presses_the_button(self):
        """`place`, `full`, or what else came."""
        status, url, page = self.ask(self.check, {"token": self.token, "consent": "on"})
        if status == 200 and "/signup/code/" in url:
            return "place"
        return "full" if status in {200, 422} and "刚刚约满" in page else f"{status} {url}"


def at_once(crowd, work):
    outcomes, gate = [None] * len(crowd), threading.Barrier(len(crowd))

    def run(n):
        gate.wait(120)
        outcomes[n] = work(crowd[n])

    threads = [threading.Thread(target=run, args=(n,)) for n in range(len(crowd))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(300)
    return outcomes


def asked(environment, script):
    return json.loads(stack.manage(environment, "shell", "-v", "0", "-c", script).stdout.strip().splitlines()[-1])


def test_a_hundred_people_at_once_for_fifty_places(postgres_url, redis_url):
    with servers.database(postgres_url) as database_url, stack.portal(database_url, redis_url) as (address, env):
        for n in range(ROUNDS):
            campaign, slot = asked(env, SETUP.format(n=n, places=PLACES))
            crowd = [Phone(address, f"places-{n}", slot, id_number(PEOPLE * n + i)) for i in range(PEOPLE)]
            for start in range(0, PEOPLE, 10):
                at_once(crowd[start : start + 10], Phone.fills_the_form)

            outcomes = Counter(at_once(crowd, Phone.presses_the_button))

            assert outcomes == {"place": PLACES, "full": PEOPLE - PLACES}
            assert asked(env, COUNTS.format(slot=slot, campaign=campaign)) == [PLACES, PLACES]
            print(f"round {n + 1}: {dict(outcomes)}")
        assert stack.manage(env, "invariants", check=False).returncode == 0
