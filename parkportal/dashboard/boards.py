"""What the dashboards and the wall screen show: figures of a day, their course, the squads."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from parkportal import charts
from parkportal.clock import day_of, park_now, park_today
from parkportal.dashboard.squads import squad_rows
from parkportal.quantities import rate_text
from parkportal.records import figures, settings
from parkportal.records.figures import Figure, FigureValue
from parkportal.records.models import FigureSnapshot

COURSE_DAYS = 16
STALE_AFTER = timedelta(minutes=5)
KINDS = ("IND", "SVC", "WRT")
STOCK = ("stock_masks", "stock_alcohol", "stock_disinfectant", "stock_thermometers")


@dataclass(frozen=True)
class Rate:
    """A row of the rate table: part, whole, the rate as text, and where its rows are."""

    label: str
    part: int
    whole: int
    href: str = ""

    @property
    def text(self) -> str:
        return rate_text(self.part, self.whole)


def values_of(day: date) -> dict[str, FigureValue]:
    """Today: the live rows refreshed each minute; a day that is over: its frozen rows."""
    return figures.latest() if day == park_today() else figures.of_day(day)


def course(code: str, day: date, value: FigureValue | None) -> list[tuple[date, int]]:
    """The frozen values of a figure before a day, and the day's own."""
    rows = FigureSnapshot.objects.filter(
        code=code, is_frozen=True, day__lt=day, day__gte=day - timedelta(days=COURSE_DAYS)
    ).order_by("day")
    past = [(row.day, int(row.numerator or 0)) for row in rows]
    return past + ([(day, int(value.numerator or 0))] if value else [])


@dataclass(frozen=True)
class DayOfFigure:
    """A figure's value on one day; `more` = what it is above the frozen day before, None without one."""

    day: date
    value: FigureValue
    more: Decimal | int | None


def days_of(figure: Figure, until: date, days: int) -> list[DayOfFigure]:
    """The frozen values of the last `days` days up to a day, oldest first, and today's live value when it is among
    them. A day that nobody froze is left out, never computed again. Two statements."""
    frozen = FigureSnapshot.objects.filter(
        code=figure.code, is_frozen=True, day__lte=until, day__gt=until - timedelta(days=days)
    ).order_by("day")
    values = [
        (row.day, figure.shown(row.numerator, row.denominator, row.as_of, is_frozen=True))
        for row in frozen
        if row.day != park_today()
    ]
    if until == park_today():
        values.append((until, figures.latest([figure.code])[figure.code]))
    before = [None, *(value.numerator for _, value in values)]
    return [
        DayOfFigure(day, value, None if last is None or value.numerator is None else value.numerator - last)
        for (day, value), last in zip(values, before, strict=False)
    ]


def kind_rates(values: dict[str, FigureValue], labels: dict[str, str]) -> list[Rate]:
    """The three printed kinds, and all others together, those that staff added too (handbook §2: 22 of 23)."""
    rows, whole = [], values["sishang_resumed"]
    for code in KINDS:
        value = values[f"sishang_resumed_{code}"]
        rows.append(
            Rate(labels.get(code, value.label), int(value.numerator or 0), int(value.denominator or 0), value.href)
        )
    part = int(whole.numerator or 0) - sum(rate.part for rate in rows)
    rows.append(Rate("其他类别", part, int(whole.denominator or 0) - sum(rate.whole for rate in rows)))
    return rows


def increase(series: list[tuple[date, int]]) -> int | None:
    """How much the last value is above the one before."""
    return series[-1][1] - series[-2][1] if len(series) > 1 else None


def daily_change(series: list[tuple[date, int]], days: int = 9) -> list[tuple[date, int]]:
    """What each day added to a running total."""
    changes = [(day, value - before) for (_, before), (day, value) in zip(series, series[1:], strict=False)]
    return changes[-days:]


def overview(day: date, labels: dict[str, str]) -> dict[str, Any]:
    """Everything the overview shows, in a constant number of statements."""
    values = values_of(day)
    resumed = course("enterprises_resumed", day, values["enterprises_resumed"])
    sampled = course("persons_sampled", day, values["persons_sampled"])
    earliest = settings.get_date("earliest_resumption_on")
    return {
        "values": values,
        "resumed": values["enterprises_resumed"],
        "resumed_more": increase(resumed),
        "resumed_curve": charts.curve(resumed, rule=(earliest, f"{earliest:%m-%d} 起可复工") if earliest else None),
        "sishang": values["sishang_resumed"],
        "rates": kind_rates(values, labels),
        "sampled": values["persons_sampled"],
        "sampled_today": increase(sampled),
        "sampled_bars": charts.bars([(f"{day.day}日", value) for day, value in daily_change(sampled)]),
        "stock": [values[code] for code in STOCK if code in values],
        "squads": squad_rows(values["enterprises_resumed"].as_of),
        "as_of": values["enterprises_resumed"].as_of,
        "is_frozen": values["enterprises_resumed"].is_frozen,
    }


def is_stale(as_of: datetime) -> bool:
    """Whether the figures are older than the screen may pass over in silence."""
    return park_now() - as_of > STALE_AFTER and day_of(as_of) == park_today()
