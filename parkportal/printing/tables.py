"""Ruled tables that run over pages with their header repeated, and grids of label and value."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from parkportal.printing.flow import Drawing, Piece
from parkportal.printing.fonts import FittedText, fit_cell, fit_lines
from parkportal.printing.paper import FINE, HAIR, PALE, PT, STRONG, Page, baseline

_PAD = 1.6  # white at either side of a cell, millimetres
_LEADING = 1.35
_BELOW, _DRAWN = 6, 9.2  # size of the word below a picture in points; least height of the picture in millimetres


@dataclass(frozen=True)
class Column:
    """One column: its header, its share of the measure, and on which side its text stands (left, right, center)."""

    title: str
    share: float
    align: str = "left"
    bold: bool = False


@dataclass(frozen=True)
class Drawn:
    """A cell that is a picture, a signature, with its word small below it."""

    picture: bytes
    word: str = ""


Cell = str | Drawn


@dataclass(frozen=True)
class TableStyle:
    """Text size in points, least row height in millimetres, and whether every cell is framed (registers, forms)."""

    size: float = 10
    row: float = 7.5
    framed: bool = False
    header: bool = True


LEDGER = TableStyle()
REGISTER = TableStyle(size=9, row=8, framed=True)


@dataclass(frozen=True)
class _Row:
    """One row, measured: the text of each cell fitted to its column."""

    cells: tuple[FittedText, ...]
    columns: tuple[Column, ...]
    widths: tuple[float, ...]
    height: float
    style: TableStyle
    bold: bool = False
    above: float = 0
    below: float = HAIR
    gray: float = PALE
    pictures: tuple[bytes | None, ...] = ()

    def draw(self, page: Page, x: float, y: float) -> None:
        right = x + sum(self.widths)
        if self.above:
            page.rule(x, y, right, y, weight=self.above)
        pictures = self.pictures or (None,) * len(self.cells)
        for column, cell, picture, width in zip(self.columns, self.cells, pictures, self.widths, strict=True):
            if picture is not None:
                page.picture(x + 0.6, y + 0.4, picture, width=width - 1.2, height=self.height - cell.height() * PT - 1)
            if self.style.framed:
                page.box(x, y, width, self.height, weight=FINE * 0.8)
            _draw_cell(page, cell, column, x, y, width, self, low=picture is not None)
            x += width
        if not self.style.framed:
            page.rule(
                right - sum(self.widths), y + self.height, right, y + self.height, weight=self.below, gray=self.gray
            )


def _draw_cell(
    page: Page, cell: FittedText, column: Column, x: float, y: float, width: float, row: _Row, *, low: bool = False
) -> None:
    at = {"left": x + _PAD, "right": x + width - _PAD, "center": x + width / 2}[column.align]
    room = row.height - cell.height(_LEADING) * PT
    top = y + (room - 0.3 if low else room / 2)
    bold = row.bold or column.bold
    page.lines(at, baseline(top, cell.size), cell, bold=bold, align=column.align, leading=_LEADING)


def ruled_table(
    columns: Sequence[Column],
    rows: Sequence[Sequence[Cell]],
    *,
    measure: float,
    style: TableStyle = LEDGER,
    total: Sequence[str] | None = None,
) -> list[Piece]:
    """The table as pieces of a document, a row each; the header stands again on every page.

    Cells are text as it shall be read, or `Drawn`; `total` is a last row in bold under an ink rule. Raises ValueError when a row
    has not as many cells as there are columns. An empty table says 无.
    """
    columns = tuple(columns)
    shares = sum(column.share for column in columns)
    widths = tuple(column.share / shares * measure for column in columns)
    header = _measured(columns, widths, [column.title for column in columns], style, bold=True)
    header = replace(header, below=FINE, gray=0)
    body = [_measured(columns, widths, row, style) for row in rows] or [_empty(columns, widths, style)]
    if total is not None:
        body.append(replace(_measured(columns, widths, total, style, bold=True), above=STRONG))
    repeat = header if style.header else None
    pieces = [Piece(header, keeps_next=True)] if style.header else []
    return pieces + [Piece(row, repeat=repeat) for row in body]


def _measured(
    columns: tuple[Column, ...],
    widths: tuple[float, ...],
    values: Sequence[Cell],
    style: TableStyle,
    *,
    bold: bool = False,
) -> _Row:
    if len(values) != len(columns):
        raise ValueError(f"表有 {len(columns)} 列，这一行有 {len(values)} 格")
    cells = tuple(
        fit_cell(value, (width - 2 * _PAD) / PT, style.size, bold=bold or column.bold)
        if isinstance(value, str)
        else fit_cell(value.word, (width - 2 * _PAD) / PT, _BELOW)
        for value, width, column in zip(values, widths, columns, strict=True)
    )
    pictures = tuple(value.picture if isinstance(value, Drawn) else None for value in values)
    tallest = max(cell.height(_LEADING) for cell in cells) * PT
    drawn = [cell.height(_LEADING) * PT + _DRAWN for cell, one in zip(cells, pictures, strict=True) if one]
    least = max(style.row, *drawn) if drawn else style.row
    return _Row(cells, columns, widths, max(least, tallest + 2.6), style, bold=bold, pictures=pictures)


def _empty(columns: tuple[Column, ...], widths: tuple[float, ...], style: TableStyle) -> _Row:
    whole = (Column("", 1, align="center"),)
    return _measured(whole, (sum(widths),), ["无"], style)


@dataclass(frozen=True)
class Fact:
    """A label and its value in a grid; `unit` follows smaller, `large` makes the value a figure."""

    label: str
    value: str
    unit: str = ""
    large: bool = False


def facts(pairs: Sequence[Fact], *, measure: float, across: int = 2, size: float = 11) -> list[Piece]:
    """Ruled rows of label and value, `across` pairs a row, read from left to right."""
    rows = [pairs[start : start + across] for start in range(0, len(pairs), across)]
    return [_fact_row(row, measure / across, measure, size) for row in rows]


def _fact_row(row: Sequence[Fact], width: float, measure: float, size: float) -> Piece:
    label_width = min(width * 0.34, 32.0)
    room = (width - label_width - 2) / PT
    fitted = [
        fit_lines(
            fact.value, room, size * 1.7 if fact.large else size, smallest=size * 0.75, max_lines=3, bold=fact.large
        )
        for fact in row
    ]
    height = max(8.2, *(value.height() * PT + 3 for value in fitted))

    def draw(page: Page, x: float, y: float) -> None:
        for number, (fact, value) in enumerate(zip(row, fitted, strict=True)):
            left = x + number * width
            page.text(left + _PAD, baseline(y, size, height=height), fact.label, size, room=label_width - _PAD - 1)
            base = baseline(y + (height - value.height() * PT) / 2, value.size)
            page.lines(left + label_width, base, value, bold=fact.large)
            after = left + label_width + value.width(bold=fact.large) * PT + 1.2
            page.text(after, base, fact.unit, size, room=8)
        page.rule(x, y + height, x + measure, y + height, weight=HAIR, gray=PALE)

    return Piece(Drawing(height, draw), keeps_next=True)
