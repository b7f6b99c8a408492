"""One function computes a figure; screen, list, workbook, narrative and `figures --json` call it.

An app declares `Figure`s in its `figures.py` and registers them in AppConfig.ready(). A figure is a
set of rows and what is summed over them, so the number and the list behind it cannot differ: the list
opens with `?figure=CODE&as_of=ISO` and shows `rows(as_of)`.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.urls import reverse

from parkportal.clock import SHANGHAI, end_of, park_now, park_today
from parkportal.quantities import rate, rate_text
from parkportal.records.models import FigureSnapshot

Number = int | Decimal


def whole_or_decimal(number: Number | None) -> Number | None:
    """A count as an integer, whatever the column keeps it as: 70, not 70.000."""
    return int(number) if number is not None and number == int(number) else number


@dataclass(frozen=True)
class FigureValue:
    """A figure as of an instant. `denominator` None = no confirmed denominator, and no rate is shown."""

    code: str
    label: str
    unit: str
    numerator: Number | None
    denominator: Number | None
    as_of: datetime
    definition: str = ""
    href: str = ""
    is_frozen: bool = False

    @property
    def rate(self) -> Decimal | None:
        if self.numerator is None or self.denominator is None:
            return None
        return rate(self.numerator, self.denominator)

    @property
    def rate_text(self) -> str:
        return rate_text(self.numerator or 0, self.denominator)

    def as_json(self) -> dict:
        def plain(number: Number | None) -> int | float | None:
            return float(number) if isinstance(number, Decimal) else number

        return {
            "label": self.label,
            "unit": self.unit,
            "numerator": plain(self.numerator),
            "denominator": plain(self.denominator),
            "rate": None if self.rate is None else str(self.rate),
            "as_of": self.as_of.isoformat(),
            "frozen": self.is_frozen,
            "definition": self.definition,
        }


@dataclass(frozen=True)
class Figure:
    """A declared figure.

    rows(as_of) → the queryset of exactly the rows counted; `total(rows, as_of)` → the number (default: count; None = a mean of nothing);
    `whole(as_of)` → the denominator or None; `list_url` → the URL name of the list that can show the rows.
    """

    code: str
    label: str
    unit: str
    rows: Callable[[datetime], QuerySet]
    list_url: str
    definition: str = ""
    total: Callable[[QuerySet, datetime], Number | None] | None = None
    whole: Callable[[datetime], Number | None] | None = None
    block: str = ""
    extra_query: dict[str, str] | None = None

    def value(self, as_of: datetime) -> FigureValue:
        """Compute the figure now, as of an instant."""
        rows = self.rows(as_of)
        numerator = self.total(rows, as_of) if self.total else rows.count()
        return self.shown(numerator, self.whole(as_of) if self.whole else None, as_of)

    def shown(
        self, numerator: Number | None, denominator: Number | None, as_of: datetime, *, is_frozen: bool = False
    ) -> FigureValue:
        as_of = as_of.astimezone(SHANGHAI)
        return FigureValue(
            self.code,
            self.label,
            self.unit,
            whole_or_decimal(numerator),
            whole_or_decimal(denominator),
            as_of,
            self.definition,
            self.href(as_of),
            is_frozen,
        )

    def href(self, as_of: datetime) -> str:
        """The address of exactly the rows behind the number."""
        query = {"figure": self.code, "as_of": as_of.isoformat(), **(self.extra_query or {})}
        return f"{reverse(self.list_url)}?{urlencode(query)}"


_registry: dict[str, Figure] = {}
_sources: list[Callable[[], Iterable[Figure]]] = []


def register(figures: Iterable[Figure]) -> None:
    """Called in AppConfig.ready()."""
    for figure in figures:
        _registry[figure.code] = figure


def register_source(source: Callable[[], Iterable[Figure]]) -> None:
    """Called in AppConfig.ready(): figures that follow from what staff have in a dictionary, asked for each time."""
    if source not in _sources:
        _sources.append(source)


def declared() -> list[Figure]:
    """The figures of a fresh park."""
    return list(_registry.values())


def all_figures() -> list[Figure]:
    """Those, and the ones that follow from what staff have added to a dictionary."""
    return [*declared(), *(figure for source in _sources for figure in source())]


def get(code: str) -> Figure | None:
    return _registry.get(code) or next((figure for figure in all_figures() if figure.code == code), None)


def as_of_for(day: date) -> datetime:
    """The instant a day's figures stand for: its 24时, or now while the day runs."""
    return min(end_of(day), park_now())


def of_day(day: date) -> dict[str, FigureValue]:
    """Every figure of a day: frozen days are read, the running day is computed."""
    frozen = {row.code: row for row in FigureSnapshot.objects.of_day(day)}
    as_of = as_of_for(day)
    return {
        figure.code: (
            figure.shown(row.numerator, row.denominator, row.as_of, is_frozen=True)
            if (row := frozen.get(figure.code))
            else figure.value(as_of)
        )
        for figure in all_figures()
    }


def latest(codes: Iterable[str] | None = None) -> dict[str, FigureValue]:
    """The figures as the dashboards show them: the live rows refreshed each minute; one statement when they exist."""
    live = {row.code: row for row in FigureSnapshot.objects.latest_live().filter(day=park_today())}
    now = park_now()
    asked = live.keys() - _registry.keys() or not live  # a dictionary is read only where its figures are kept
    everything = all_figures() if asked else declared()
    wanted = everything if codes is None else [_registry[code] for code in codes]
    return {
        figure.code: (
            figure.shown(row.numerator, row.denominator, row.as_of)
            if (row := live.get(figure.code))
            else figure.value(now)
        )
        for figure in wanted
    }


def refresh() -> int:
    """Compute every figure as of one instant and keep it as the live row of today."""
    now = park_now()
    values = [figure.value(now) for figure in all_figures()]
    return _keep(values, park_today(), is_frozen=False)


def freeze(day: date) -> int:
    """Write the figures of a day that is over, once; a frozen row is never overwritten."""
    as_of = end_of(day)
    have = set(FigureSnapshot.objects.of_day(day).values_list("code", flat=True))
    values = [figure.value(as_of) for figure in all_figures() if figure.code not in have]
    rows = [_row(value, day, is_frozen=True) for value in values]
    return len(FigureSnapshot.objects.bulk_create(rows, ignore_conflicts=True))


def _row(value: FigureValue, day: date, *, is_frozen: bool) -> FigureSnapshot:
    return FigureSnapshot(
        code=value.code,
        day=day,
        as_of=value.as_of,
        numerator=value.numerator,
        denominator=value.denominator,
        is_frozen=is_frozen,
    )


def _keep(values: list[FigureValue], day: date, *, is_frozen: bool) -> int:
    FigureSnapshot.objects.bulk_create(
        [_row(value, day, is_frozen=is_frozen) for value in values],
        update_conflicts=True,
        unique_fields=["code", "day", "is_frozen"],
        update_fields=["as_of", "numerator", "denominator"],
    )
    return len(values)
