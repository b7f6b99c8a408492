"""Small charts drawn on the server: they stand without a script and print as they are (docs/decisions/0004)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from parkportal.clock import SHANGHAI


@dataclass(frozen=True)
class Mark:
    """A labelled position in the drawing, in its own units."""

    x: float
    y: float
    label: str


@dataclass(frozen=True)
class Curve:
    """A line over days: `points` for the polyline, `area` for the ground under it, grid lines, day labels, the end."""

    points: str
    area: str
    grid: Sequence[Mark]
    days: Sequence[Mark]
    end: Mark
    rule: Mark | None = None
    width: int = 500
    height: int = 190


@dataclass(frozen=True)
class Bar:
    x: float
    y: float
    width: float
    height: float
    label: str
    value: int
    is_now: bool

    @property
    def middle(self) -> float:
        return self.x + self.width / 2

    @property
    def value_y(self) -> float:
        return self.y - 5


def _ceiling(largest: int) -> int:
    """The grid's top: the next 10, 50, 100 … above the largest value."""
    for step in (4, 10, 20, 50, 100, 150, 200, 300, 500, 1000, 2000, 5000, 10000, 50000):
        if largest <= step:
            return step
    return largest


def curve(series: Sequence[tuple[date, int]], *, rule: tuple[date, str] | None = None) -> Curve | None:
    """A curve from (day, value) in order; None for fewer than two days. Bars and curves start at zero."""
    if len(series) < 2:
        return None
    left, right, top, bottom = 30.0, 474.0, 16.0, 160.0
    ceiling = _ceiling(max(value for _, value in series))
    span = (series[-1][0] - series[0][0]).days

    def x_of(day: date) -> float:
        return round(left + (right - left) * (day - series[0][0]).days / span, 1)

    def y_of(value: float) -> float:
        return round(bottom - (bottom - top) * value / ceiling, 1)

    points = [(x_of(day), y_of(value)) for day, value in series]
    line = " ".join(f"{x},{y}" for x, y in points)
    last_day, last = series[-1]
    days = [Mark(x_of(series[0][0]), 180, f"{series[0][0]:%m-%d}"), Mark(x_of(last_day), 180, f"{last_day:%m-%d}")]
    ruled = Mark(x_of(rule[0]), top, rule[1]) if rule and series[0][0] < rule[0] < last_day else None
    if ruled and rule:
        days.insert(1, Mark(ruled.x, 180, f"{rule[0]:%m-%d}"))
    return Curve(
        points=line,
        area=f"{left},{bottom} {line} {points[-1][0]},{bottom}",
        grid=[Mark(left, y_of(ceiling * n / 3), f"{ceiling * n // 3}") for n in range(4)],
        days=days,
        end=Mark(points[-1][0], points[-1][1], str(last)),
        rule=ruled,
    )


def bars(series: Sequence[tuple[str, int]], *, now: int = -1) -> list[Bar]:
    """One bar for each label in a drawing of 378 × 170; `now` is the place of the one that speaks, the last by default."""
    if not series:
        return []
    now %= len(series)
    largest = max(1, *(value for _, value in series))
    slot = 378 / len(series)
    return [
        Bar(
            x=round(n * slot + slot * 0.14, 1),
            y=round(150 - 130 * value / largest, 1),
            width=round(slot * 0.72, 1),
            height=round(130 * value / largest, 1),
            label=label,
            value=value,
            is_now=n == now,
        )
        for n, (label, value) in enumerate(series)
    ]


WIDE, LEFT, RIGHT, LANE, HEAD = 720, 120.0, 650.0, 46, 24


@dataclass(frozen=True)
class Lane:
    """One row of a drawing over time: its name, its ground line, what is drawn on it, and the word at its end."""

    label: str
    y: float
    end: str = ""
    points: str = ""
    area: str = ""
    dots: Sequence[Mark] = ()


@dataclass(frozen=True)
class Lanes:
    """Rows over one time axis: `days` label it, `now` is the present where it lies within."""

    lanes: Sequence[Lane]
    days: Sequence[Mark]
    height: int
    now: Mark | None = None
    width: int = WIDE
    left: float = LEFT
    right: float = RIGHT


def _along(first: datetime, last: datetime) -> Callable[[datetime], float]:
    span = max((last - first).total_seconds(), 1)
    return lambda at: round(LEFT + (RIGHT - LEFT) * (at - first).total_seconds() / span, 1)


def steps(rows: Sequence[tuple[str, Sequence[tuple[datetime, Decimal]], str]], *, until: datetime) -> Lanes | None:
    """Amounts over time as small stairs under each other, all to one scale from zero.

    `rows` are (label, [(instant, amount from then on)] in order, word at the end). None without any instant.
    """
    instants = [at for _, series, _ in rows for at, _ in series]
    if not instants:
        return None
    first, largest = min(instants), max(amount for _, series, _ in rows for _, amount in series)
    x_of = _along(first, max(until, *instants))

    def drawn(place: int, label: str, series: Sequence[tuple[datetime, Decimal]], end: str) -> Lane:
        ground = HEAD + LANE * (place + 1) - 8.0
        height, points = ground, []
        for at, amount in series:
            points.append((x_of(at), height))
            height = round(ground - float(amount / (largest or 1)) * (LANE - 16), 1)
            points.append((x_of(at), height))
        points.append((RIGHT, height))
        line = " ".join(f"{x},{y}" for x, y in points)
        return Lane(label, ground, end, line, f"{points[0][0]},{ground} {line} {RIGHT},{ground}")

    height = HEAD + LANE * len(rows) + 22
    first, until = (instant.astimezone(SHANGHAI) for instant in (first, until))
    form = "%m-%d" if first.date() != until.date() else "%m-%d %H:%M"
    days = [Mark(LEFT, height - 6, f"{first:{form}}"), Mark(RIGHT, height - 6, f"{until:{form}}")]
    return Lanes([drawn(n, *row) for n, row in enumerate(rows)], days, height)


def calendar(rows: Sequence[tuple[str, Sequence[tuple[date, str]], str]], *, today: date, months: int) -> Lanes | None:
    """What falls into which month: a row each, a dot with its words in the middle of its month.

    What lies before the present month is drawn at its beginning, what lies beyond the last one at the end.
    """
    if not rows:
        return None
    first = today.replace(day=1)

    def x_of(day: date) -> float:
        place = (day.year - first.year) * 12 + day.month - first.month
        return round(LEFT + (RIGHT - LEFT) * (min(max(place, 0), months - 1) + 0.5) / months, 1)

    height = HEAD + LANE * len(rows) + 22
    ends = [date(first.year + (first.month + n - 1) // 12, (first.month + n - 1) % 12 + 1, 1) for n in range(months)]
    shown = [
        Mark(x_of(day), height - 6, _month(day, n, months))
        for n, day in enumerate(ends)
        if (n % 4 == 0 and months - n > 4) or n == months - 1
    ]
    lanes = []
    for place, (label, marks, end) in enumerate(rows):
        ground = HEAD + LANE * (place + 1) - 8.0
        lanes.append(Lane(label, ground, end, dots=[Mark(x_of(day), ground, words) for day, words in marks]))
    return Lanes(lanes, shown, height, now=Mark(x_of(today), HEAD, f"{today:%m-%d}"))


def _month(day: date, place: int, months: int) -> str:
    return f"{day:%Y-%m}" + ("及以后" if place == months - 1 else "")
