"""`manage.py narrative --date 2020-02-18`."""

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from parkportal.clock import not_to_come, park_today
from parkportal.dashboard import narrative
from parkportal.records import figures


class Command(BaseCommand):
    help = "Print the day's narrative, made by the same code as any week's."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--date", type=date.fromisoformat, default=None, help="the day, 2020-02-18; default: today")

    def handle(self, *, date: date | None, **options: Any) -> None:
        try:
            day = not_to_come(date or park_today())
        except ValueError as exc:
            raise CommandError(f"--date: {exc}") from exc
        self.stdout.write(narrative.text(figures.of_day(day)))
