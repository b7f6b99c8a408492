"""A sitting of a journey's own in the shared park: people who are signed up and tubes that are registered."""

import json
import time
from dataclasses import dataclass

SCRIPT = """
import json
from datetime import time
from itertools import count
from parkportal.accounts.models import User
from parkportal.clock import park_today
from enterprises.models import EnterpriseContact
from enterprises.tests import factories as firms
from testing.models import Campaign, LabStaff, PointStaff
from testing.tests.factories import make_campaign, make_point, make_range, make_session, make_signup
# Each sitting of one park has numbers of its own for its lab and its people.
firms._serial = count(200_000 + 1000 * Campaign.objects.count())
campaign = make_campaign(pool_size={pool_size}, slug="own-{prefix}".lower())
point = make_point("{point}", building="{prefix}", code="{prefix}")
for name in ("caiyang1", "caiyang2"):
    PointStaff.objects.create(point=point, user=User.objects.get(username=name), starts_on=park_today())
for name in ("jianyan", "shenhe"):
    LabStaff.objects.create(lab=campaign.lab, user=User.objects.get(username=name), starts_on=park_today())
firm = EnterpriseContact.objects.filter(user__username="lianluo1").first().enterprise
session = make_session(campaign, day=park_today(), start=time(0, 10), end=time(23, 50), minutes=60, places=99, point=point)
make_range(lab=campaign.lab, first="{prefix}0000001", last="{prefix}0009999")
slots = list(session.slots.all())
people = [make_signup(slots[n % len(slots)], group="C", enterprise=firm) for n in range({people})]
print(json.dumps({{"session": session.pk, "campaign": campaign.pk, "codes": [one.code for one in people], "names": [one.name for one in people]}}))
"""


@dataclass
class Sitting:
    """What a journey needs to know of its sitting; `tube(1)` is its first registered tube."""

    session: int
    campaign: int
    codes: list[str]
    names: list[str]
    prefix: str

    def tube(self, number: int) -> str:
        return f"{self.prefix}{number:07d}"

    @property
    def desk(self) -> str:
        return f"/testing/station/{self.session}/"


def own_sitting(park, *, point: str, prefix: str, people: int, pool_size: int = 1) -> Sitting:
    """Made inside the park's own database by its own code; caiyang1 and caiyang2 work there, jianyan and shenhe at its lab.

    The people are staff of lianluo1's firm.
    """
    script = SCRIPT.format(point=point, prefix=prefix, people=people, pool_size=pool_size)
    said = park.manage("shell", "-v", "0", "-c", script).stdout.strip().splitlines()[-1]
    return Sitting(**json.loads(said), prefix=prefix)


def ask(park, expression: str, *, imports: str = "from testing.models import *"):
    """The value of a Python expression inside the park."""
    script = f"import json\n{imports}\nprint(json.dumps({expression}, default=str))"
    return json.loads(park.manage("shell", "-v", "0", "-c", script).stdout.strip().splitlines()[-1])


def settled(page, *, seconds: float = 90) -> None:
    """Waits until nothing in the browser's queue is on its way any more."""
    until = time.monotonic() + seconds
    while page.evaluate("async () => (await window.parkQueue.items()).some((item) => item.state === 'waiting')"):
        assert time.monotonic() < until, "the queue did not empty"
        page.wait_for_timeout(30)
