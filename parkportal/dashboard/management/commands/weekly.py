"""`manage.py weekly --week 2020-W08 --output FILE`."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from parkportal.clock import iso_week, not_to_come, park_today, week_days
from parkportal.dashboard.weekly import workbook_of


class Command(BaseCommand):
    help = "Write the weekly workbook. A frozen week is written exactly as it was; the running one is marked 未定稿."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--week", default="", help="ISO week, 2020-W08; default: the running one")
        parser.add_argument("--output", required=True, type=Path, help="the .xlsx file to write")

    def handle(self, *, week: str, output: Path, **options: Any) -> None:
        week = week or iso_week(park_today())
        try:
            not_to_come(week_days(week)[0])
        except ValueError as exc:
            raise CommandError(f"--week: {exc}") from exc
        content = workbook_of(week)
        try:
            output.write_bytes(content)
        except OSError as exc:
            raise CommandError(f"{output} cannot be written: {exc.strerror}") from exc
        self.stdout.write(f"{week} → {output}")
