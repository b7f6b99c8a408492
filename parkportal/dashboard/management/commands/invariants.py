"""`manage.py invariants`."""

from typing import Any

from django.core.management.base import BaseCommand

from parkportal.dashboard.invariants import broken


class Command(BaseCommand):
    help = "Check ledger, places, codes, custody and snapshots. Exit 1 and a list when one is broken."

    def handle(self, **options: Any) -> None:
        found = [line for lines in broken().values() for line in lines]
        for line in found:
            self.stdout.write(line)
        if found:
            raise SystemExit(1)
        self.stdout.write("账、名额、编码、交接、快照都对得上。")
