"""`manage.py demo --seed 20200218`: the park of 2020-02-18, for everyone to check against a printed page."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from parkportal.accounts.models import User
from parkportal.dashboard.demo import plant_park
from parkportal.records.triggers import lifted


class Command(BaseCommand):
    help = "Make the demo park from a seed number. Only in DEMO_MODE, only into an empty database (or with --reset)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--seed", type=int, default=20200218, help="the seed of all invented data (20200218)")
        parser.add_argument("--reset", action="store_true", help="throw away everything in the database first")

    def handle(self, *, seed: int, reset: bool, **options: Any) -> None:
        if not settings.DEMO_MODE:
            raise CommandError("Demo accounts cannot exist outside demo mode: set DEMO_MODE=1.")
        if reset:
            with lifted():
                call_command("flush", interactive=False, verbosity=0)
        if User.objects.exists():
            raise CommandError("The database already has accounts. `make reset` starts afresh.")
        plant_park(seed)
        self.stdout.write("演示园区建好了。")
