"""What the portal's sheets have in common: head with barcode, lines to sign on, foot with page numbers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from parkportal.printing.barcodes import code128_width, grouped_code
from parkportal.printing.flow import Drawing, Foot, Piece
from parkportal.printing.fonts import fit_line, fit_lines, wrap
from parkportal.printing.paper import FINE, PT, STRONG, Page

_PARK_ZONE = ZoneInfo("Asia/Shanghai")
_HEAD_BARCODE_HEIGHT = 16.0


def moment(at: datetime | None) -> str:
    """An instant as it stands on paper, 2020-02-18 09:02 in Shanghai; empty stays empty, to be written by hand."""
    if at is None:
        return ""
    local = at.astimezone(_PARK_ZONE) if at.tzinfo else at
    return f"{local:%Y-%m-%d %H:%M}"


def day(on: date | None) -> str:
    """A day as it stands in tables, 2020-02-18; empty stays empty."""
    return f"{on:%Y-%m-%d}" if on else ""


@dataclass(frozen=True)
class SignHere:
    """One place to sign: whose signature, what is printed below it, and what else is written there (车牌, 时间)."""

    title: str
    name: str = ""
    asks: tuple[str, ...] = ("时间",)


def head(kicker: str, title: str, code: str, *, measure: float, caption: str = "", barcode: bool = True) -> Piece:
    """Who, what and which number at the left; the number as a barcode at the right; an ink rule below.

    `caption` stands under the barcode (封条). Without a barcode the code is only printed.
    """
    bars = code128_width(code) if barcode and code else 0.0

    def draw(page: Page, x: float, y: float) -> None:
        room = (measure - bars - 8) / PT
        page.lines(x, y + 4.6, fit_line(kicker, room, 13, smallest=8))
        page.lines(x, y + 15, fit_line(title, room, 24, smallest=12, bold=True), bold=True)
        page.text(x, y + 22.6, grouped_code(code), 15, room=90)
        right = x + measure
        if bars:
            page.barcode(right - bars, y + 0.5, code, height=_HEAD_BARCODE_HEIGHT)
        page.lines(right, y + 22.6, fit_line(caption, 90 / PT, 11, smallest=7), align="right")
        page.rule(x, y + 27.5, right, y + 27.5, weight=STRONG)

    return Piece(Drawing(29, draw), keeps_next=True)


def paragraph(text: str, *, measure: float, size: float = 11, bold: bool = False, indent: float = 0) -> list[Piece]:
    """Running text, a line a piece, so that it may run over pages."""
    step = size * 1.6 * PT

    def line_of(words: str) -> Drawing:
        return Drawing(step, lambda page, x, y: page.text(x + indent, y + size * 1.2 * PT, words, size, bold=bold))

    return [Piece(line_of(line)) for line in wrap(text, (measure - indent) / PT, size, bold=bold)]


def signatures(places: Sequence[SignHere], *, measure: float) -> Piece:
    """Places to sign side by side, each under its own rule; what is asked is written behind its word."""
    between = 6.0
    width = (measure - between * (len(places) - 1)) / len(places)

    def draw(page: Page, x: float, y: float) -> None:
        for number, place in enumerate(places):
            left = x + number * (width + between)
            page.rule(left, y + 2, left + width, y + 2, weight=0.4)
            page.text(left, y + 8, place.title, 11.5, room=20)
            page.lines(left + 22, y + 8, fit_line(place.name, (width - 22) / PT, 11.5, smallest=6))
            page.rule(left, y + 24, left + width, y + 24, weight=FINE, gray=0.4)
            page.text(left, y + 23, "签字", 8.5)
            step = width / max(len(place.asks), 1)
            for turn, ask in enumerate(place.asks):
                asked = fit_lines(ask, step / PT, 8.5, smallest=6, max_lines=1)
                page.lines(left + turn * step, y + 30, asked)

    return Piece(Drawing(34, draw))


def sign_line(words: Sequence[str], *, measure: float, size: float = 10) -> Piece:
    """One line of words with room to write behind each: 制表 / 审核 / 签字."""

    def draw(page: Page, x: float, y: float) -> None:
        step = measure / len(words)
        for number, word in enumerate(words):
            page.text(x + number * step, y + 9, f"{word}：", size, room=step - 4)

    return Piece(Drawing(13, draw))


def page_foot(left: str, *, margin: float = 15) -> Foot:
    """A foot with a note at the left and 第 n 页，共 m 页 at the right."""

    def draw(page: Page, number: int, count: int) -> None:
        y = page.height - 8.5
        page.lines(margin, y, fit_line(left, (page.width - 2 * margin - 40) / PT, 8.5, smallest=6))
        page.text(page.width - margin, y, f"第 {number} 页，共 {count} 页", 8.5, align="right")

    return draw
