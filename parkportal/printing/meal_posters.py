"""The poster at a canteen's door 分时就餐: when who eats and how many, to be read while queueing (domain-handbook.md §2, 29)."""

from dataclasses import dataclass

from parkportal.printing.fonts import fit_line, fit_lines
from parkportal.printing.paper import A3, A4, HAIR, PALE, PT, Page, PdfFile, baseline

TITLE = "分时就餐"
SIZES = {"A4": A4, "A3": A3}
RULES = ("先测温、洗手", "隔位就座，面朝一个方向", "不交谈，吃完就走")

_LEFT, _RIGHT = 20.0, 190.0
_MEASURE = _RIGHT - _LEFT
_GROUP, _CAP = 87.0, 186.0
_TOP, _FOOT = 74.0, 246.0
_TALLEST_ROW = 26.0
_HEAVY = 1.1


@dataclass(frozen=True)
class MealTime:
    """One line: 11:30–12:00, who, at most how many."""

    clock: str
    group: str
    cap: int


@dataclass(frozen=True)
class MealPoster:
    """The plan of one point as it holds from a day on (2020年2月18日). Nothing personal."""

    point: str
    place: str
    times: tuple[MealTime, ...]
    seats: int
    issuer: str
    issued_on: str
    rules: tuple[str, ...] = RULES


def meal_poster_pdf(poster: MealPoster, size: str = "A4") -> bytes:
    """One page, portrait; A3 is the A4 drawing enlarged. However many lines there are, they fit. `size` is a key of SIZES."""
    pdf = PdfFile(f"{TITLE} {poster.point}", SIZES[size])
    scale = SIZES[size][0] / A4[0]
    pdf.canvas.scale(scale, scale)
    page = Page(pdf.canvas, A4)
    _draw_head(page, poster)
    _draw_times(page, poster.times)
    _draw_foot(page, poster)
    pdf.next_page()
    return pdf.to_bytes()


def _draw_head(page: Page, poster: MealPoster) -> None:
    page.lines(_LEFT, 42, fit_line(TITLE, _MEASURE / PT, 66, smallest=40, bold=True), bold=True)
    where = f"{poster.point}　{poster.place}"
    page.lines(_LEFT, 60, fit_line(where, _MEASURE / PT, 24, smallest=12))
    page.rule(_LEFT, _TOP, _RIGHT, _TOP, weight=_HEAVY)


def _draw_times(page: Page, times: tuple[MealTime, ...]) -> None:
    height = min(_TALLEST_ROW, (_FOOT - _TOP) / max(len(times), 1))
    scale = min(1.0, height / 22)
    y = _TOP
    for number, line in enumerate(times):
        if number:
            page.rule(_LEFT, y, _RIGHT, y, weight=HAIR * 2, gray=PALE)
        clock = fit_line(line.clock, (_GROUP - _LEFT - 6) / PT, 29 * scale, smallest=6, bold=True)
        page.lines(_LEFT, baseline(y, clock.size, height=height), clock, bold=True)
        group = fit_lines(line.group, (_CAP - _GROUP - 26) / PT, 26 * scale, smallest=5, max_lines=2)
        top = y + (height - group.height(1.2) * PT) / 2
        page.lines(_GROUP, baseline(top, group.size), group, leading=1.2)
        cap = fit_line(f"{line.cap} 人", 30 / PT, 22 * scale, smallest=5)
        page.lines(_RIGHT, baseline(y, cap.size, height=height), cap, align="right")
        y += height
    page.rule(_LEFT, y, _RIGHT, y, weight=_HEAVY)


def _draw_foot(page: Page, poster: MealPoster) -> None:
    page.text(_LEFT, 260, "　".join(poster.rules), 18, bold=True, room=_MEASURE)
    page.text(_LEFT, 270, f"同时最多坐 {poster.seats} 人，不到自己的时段请不要来。", 14, room=_MEASURE)
    page.text(_LEFT, 283, poster.issuer, 12, room=_MEASURE / 2)
    page.text(_RIGHT, 283, f"{poster.issued_on}起", 12, align="right", room=_MEASURE / 2)
