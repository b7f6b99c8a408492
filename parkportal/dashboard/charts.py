"""Two small charts drawn on the server: they stand without a script and print as they are (docs/decisions/0004)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date


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


def bars(series: Sequence[tuple[date, int]]) -> list[Bar]:
    """One bar a day, the last one the present."""
    if not series:
        return []
    largest = max(1, *(value for _, value in series))
    slot = 378 / len(series)
    return [
        Bar(
            x=round(n * slot + slot * 0.14, 1),
            y=round(150 - 130 * value / largest, 1),
            width=round(slot * 0.72, 1),
            height=round(130 * value / largest, 1),
            label=f"{day.day}日",
            value=value,
            is_now=n == len(series) - 1,
        )
        for n, (day, value) in enumerate(series)
    ]
