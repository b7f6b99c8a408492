"""`manage.py figures --date 2020-02-18 --json`."""

import json
from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from parkportal.clock import not_to_come, park_today
from parkportal.records import figures


class Command(BaseCommand):
    help = "Print every figure of a day's dashboards with numerator, denominator and as-of time."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--date", type=date.fromisoformat, default=None, help="the day, 2020-02-18; default: today")
        parser.add_argument("--json", action="store_true", help="one JSON object keyed by figure code")

    def handle(self, *, date: date | None, json: bool, **options: Any) -> None:
        try:
            day = not_to_come(date or park_today())
        except ValueError as exc:
            raise CommandError(f"--date: {exc}") from exc
        values = figures.of_day(day)
        if json:
            self.stdout.write(_as_json(day, values))
            return
        for value in values.values():
            whole = "" if value.denominator is None else f" / {value.denominator}"
            self.stdout.write(
                f"{value.label}：{value.numerator}{whole} {value.unit}（截至 {value.as_of:%Y-%m-%d %H:%M}）"
            )


def _as_json(day: date, values: dict[str, figures.FigureValue]) -> str:
    body = {"date": day.isoformat(), "figures": {code: value.as_json() for code, value in values.items()}}
    return json.dumps(body, ensure_ascii=False, indent=1)
