"""Plants the demo park from the lowest app up, then freezes the days before it."""

import random
from datetime import date, datetime, timedelta

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone

import enterprises.demo
import investment.demo
import supplies.demo
import testing.demo
import testing.demo_messages
import testing.demo_pools
from parkportal import clock, table_sizes
from parkportal.accounts.models import RoleGrant, User
from parkportal.dashboard.actions import freeze_day, freeze_week
from parkportal.demo import CAST, DEMO_PASSWORD, Stage
from parkportal.privacy import lookup_hash
from parkportal.records import figures, terms
from parkportal.records import settings as park_settings
from parkportal.records.models import ParkSetting

FIRST_DAY = date(2020, 2, 3)
LAST_DAY = date(2020, 2, 17)


def plant_park(seed: int) -> None:
    """Everything, from one seed. The park's clock starts at 2020-02-18 17:40 and runs."""
    ParkSetting.objects.update_or_create(
        key=clock.DEMO_CLOCK_KEY, defaults={"value": timezone.now().isoformat(), "note": "演示时钟的起点"}
    )
    clock.forget_demo_clock()
    terms.plant()
    now = datetime.fromisoformat(settings.DEMO_PARK_START)
    with transaction.atomic():
        stage = Stage(rng=random.Random(seed), users=_accounts(), now=now)
        park_settings.put("positive_contact", "guanwei2", by=stage.users["admin"])
        for app in (
            enterprises.demo,
            supplies.demo,
            testing.demo,
            testing.demo_pools,
            testing.demo_messages,
            investment.demo,
        ):
            app.plant(stage)
    day = FIRST_DAY
    while day <= LAST_DAY:
        freeze_day(day)
        day += timedelta(days=1)
    for week in ("2020-W06", "2020-W07"):
        freeze_week(week)
    figures.refresh()
    table_sizes.learn()


def _accounts() -> dict[str, User]:
    password = make_password(DEMO_PASSWORD)
    users = []
    for number, (username, name, _, department) in enumerate(CAST, 1):
        phone = f"199000090{number:02d}"
        users.append(
            User(
                username=username,
                name=name,
                department=department,
                password=password,
                phone=phone,
                phone_hash=lookup_hash(phone, kind="phone"),
                is_demo=True,
                is_staff=username == "admin",
                is_superuser=username == "admin",
            )
        )
    User.objects.bulk_create(users)
    roles = {username: role for username, _, role, _ in CAST}
    RoleGrant.objects.bulk_create(
        [RoleGrant(user=user, role=roles[user.username], starts_on=date(2020, 1, 24)) for user in users]
    )
    return {user.username: user for user in users}
