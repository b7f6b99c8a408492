"""Tube labels of 50 × 20 mm on sheets and rolls, and the page that finds out how far a printer is off.

Bars of 0.25 mm are two dots of a 203 dpi printer; the quiet zones stay 2.5 mm or more even when the sheet drifts.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from parkportal.printing.barcodes import (
    LABEL_MODULE_MM,
    QUIET_MM,
    CannotBeCoded,
    code128_width,
    grouped_code,
)
from parkportal.printing.fonts import FittedText, balanced, fit_line, fit_lines
from parkportal.printing.paper import A4, PT, Page, PdfFile, baseline

TUBE_PART = "试管 1/2"
FORM_PART = "登记单 2/2"
LARGEST_OFFSET_MM = 5.0
ROLL_FRAME_INSET_MM = 2.0

_BARS_LEFT, _BARS_TOP, _BARS_HEIGHT = 3.7, 1.6, 12.4
_CODE_BASE = 17.4
_WIDE_LEFT, _EDGE = 2.7, 1.0


class LabelCountMismatch(ValueError):
    """What would come out of the printer is not what was asked for."""


class OffsetTooLarge(ValueError):
    """An offset that would push labels off the sheet: the paper lies wrong, or the measure is mistyped."""


@dataclass(frozen=True)
class TubeLabel:
    """What stands on one label: the code, the person's name, up to three short lines (女 27, A1栋, 02-18), which part.

    A label printed ahead of the sampling has no name and no lines.
    """

    code: str
    part: str
    name: str = ""
    lines: tuple[str, ...] = ()


def tube_labels(code: str, name: str = "", lines: tuple[str, ...] = ()) -> tuple[TubeLabel, TubeLabel]:
    """The two labels of one tube: the first goes lengthwise on the tube, the second on the form, same number."""
    return TubeLabel(code, TUBE_PART, name, lines), TubeLabel(code, FORM_PART, name, lines)


@dataclass(frozen=True)
class LabelFormat:
    """A sheet or roll with its measures in millimetres; on a roll a page is one row of labels.

    `left` and `top` lead from the paper's edge to the first label; `is_sheet` adds outlines and a foot with counts.
    """

    key: str
    title: str
    page: tuple[float, float]
    columns: int
    rows: int
    left: float = 0
    top: float = 0
    width: float = 50
    height: float = 20
    gap_x: float = 0
    gap_y: float = 0
    is_sheet: bool = True

    @property
    def per_page(self) -> int:
        """Labels on one page."""
        return self.columns * self.rows

    def corner(self, place: int) -> tuple[float, float]:
        """Upper left corner of a place of the page, counted from 0 along the rows."""
        row, column = divmod(place, self.columns)
        return self.left + column * (self.width + self.gap_x), self.top + row * (self.height + self.gap_y)


LABEL_FORMATS = {
    label_format.key: label_format
    for label_format in (
        LabelFormat("a4-4x13", "A4，4 列 13 行", A4, 4, 13, left=5, top=11),
        LabelFormat("roll-50x20", "卷纸，单列 50 × 20 mm", (50, 20), 1, 1, is_sheet=False),
        LabelFormat("roll-2x50x20", "卷纸，双列 50 × 20 mm", (102, 20), 2, 1, gap_x=2, is_sheet=False),
    )
}


def expected_distances(label_format: LabelFormat) -> tuple[float, float]:
    """Where the calibration page's first frame should lie, from the paper's left and upper edge.

    On a roll the label's edge is the paper's edge and no line can be seen there, so the frame is drawn inside it.
    """
    inset = 0 if label_format.is_sheet else ROLL_FRAME_INSET_MM
    left, top = label_format.corner(0)
    return left + inset, top + inset


@dataclass(frozen=True)
class Offset:
    """How far a printer's output is moved, in millimetres: `x` to the right, `y` down. Kept once per printer."""

    x: float = 0
    y: float = 0

    def __post_init__(self) -> None:
        if not (abs(self.x) <= LARGEST_OFFSET_MM and abs(self.y) <= LARGEST_OFFSET_MM):
            raise OffsetTooLarge(f"偏移不能超过 {LARGEST_OFFSET_MM:g} mm，请检查纸张和实测值")

    @classmethod
    def from_measured(
        cls, label_format: LabelFormat, *, left: float, top: float, printed_with: "Offset | None" = None
    ) -> "Offset":
        """The offset that brings the first frame to its place, from its measured distances to the paper's edges."""
        shown = expected_distances(label_format)
        used = printed_with or cls()
        return cls(round(used.x + shown[0] - left, 1), round(used.y + shown[1] - top, 1))


NO_OFFSET = Offset()


def label_sheet_pdf(
    labels: Sequence[TubeLabel],
    label_format: LabelFormat,
    offset: Offset = NO_OFFSET,
    *,
    asked: int | None = None,
    skip: int = 0,
    note: str = "",
) -> bytes:
    """The labels as a PDF, a place each, in the order given.

    `skip` leaves the places free that are used up on the first sheet; `note` stands in the foot (place and day).
    Raises LabelCountMismatch when there are not `asked` labels or one comes twice; CannotBeCoded for a code that does
    not fit on the label.
    """
    _check_count(labels, asked, skip, label_format)
    pdf = PdfFile("试管标签", label_format.page)
    places = [None] * skip + list(labels)
    starts = range(0, len(places), label_format.per_page)
    drawn = 0
    for number, start in enumerate(starts, start=1):
        on_page = places[start : start + label_format.per_page]
        for place, label in enumerate(on_page):
            if label is not None:
                _draw_place(pdf.page, label, label_format, place, offset)
                drawn += 1
        if label_format.is_sheet:
            here = sum(label is not None for label in on_page)
            counts = f"第 {number} 页，共 {len(starts)} 页　本批 {len(labels)} 张，本页 {here} 张"
            _draw_foot(pdf.page, counts, note)
        pdf.next_page()
    if drawn != len(labels):
        raise LabelCountMismatch(f"要 {len(labels)} 张，只排出 {drawn} 张")
    return pdf.to_bytes()


def _check_count(labels: Sequence[TubeLabel], asked: int | None, skip: int, label_format: LabelFormat) -> None:
    if asked is not None and asked != len(labels):
        raise LabelCountMismatch(f"要 {asked} 张，给了 {len(labels)} 张")
    if not labels:
        raise LabelCountMismatch("没有要打印的标签")
    if len({(label.code, label.part) for label in labels}) != len(labels):
        raise LabelCountMismatch("同一张标签在这一批里出现了两次")
    if not 0 <= skip < label_format.per_page:
        raise LabelCountMismatch(f"第一页最多跳过 {label_format.per_page - 1} 张的位置")


def _draw_foot(page: Page, counts: str, note: str) -> None:
    page.text(5.5, page.height - 8, counts, 8)
    page.text(page.width - 5.5, page.height - 8, note, 8, align="right", room=90)


def _draw_place(page: Page, label: TubeLabel, label_format: LabelFormat, place: int, offset: Offset) -> None:
    x, y = label_format.corner(place)
    x, y = x + offset.x, y + offset.y
    if label_format.is_sheet:
        page.dotted_box(x, y, label_format.width, label_format.height)
    draw_label(page, label, x, y, width=label_format.width)


def draw_label(page: Page, label: TubeLabel, x: float, y: float, *, width: float = 50) -> None:
    """One label with its upper left corner at x, y: bars and digits left, who and where right.

    A long code of a laboratory takes the whole width, and the name goes beside its digits. Raises CannotBeCoded when
    the bars do not fit even so.
    """
    bars = code128_width(label.code, module_mm=LABEL_MODULE_MM)
    column = _BARS_LEFT + bars + QUIET_MM
    if column <= width - _EDGE - 9:
        page.barcode(x + _BARS_LEFT, y + _BARS_TOP, label.code, height=_BARS_HEIGHT, module=LABEL_MODULE_MM)
        _draw_digits(page, label.code, x + _BARS_LEFT, y + _CODE_BASE, bars)
        _draw_column(page, label, x + column, y, width - _EDGE - column)
    elif bars <= width - 2 * _WIDE_LEFT:
        left = x + (width - bars) / 2
        page.barcode(left, y + _BARS_TOP, label.code, height=_BARS_HEIGHT, module=LABEL_MODULE_MM)
        _draw_line_below(page, label, x + _WIDE_LEFT, y + _CODE_BASE, width - 2 * _WIDE_LEFT)
    else:
        raise CannotBeCoded(f"条码 {label.code} 太长，{width:g} mm 的标签放不下")


def _draw_digits(page: Page, code: str, x: float, y: float, width: float) -> None:
    groups = grouped_code(code).split(" ")
    if len(groups) > 1:
        page.spread(x, y, groups, width, 8.5)
    else:
        page.lines(x, y, fit_line(code, width / PT, 8.5, smallest=5, bold=True), bold=True)


def _draw_column(page: Page, label: TubeLabel, x: float, y: float, width: float) -> None:
    name = _fit_name(label.name, width / PT)
    line_step = name.size * 1.18 * PT
    base = page.lines(x, baseline(y + 1.2, name.size), name, bold=True, leading=1.18)
    top = base - baseline(0, name.size) + 0.1 if label.name else y + 1.2
    lines = [line for line in label.lines if line][:3]
    step = min(2.65, (y + 14.3 - top) / max(len(lines), 1), max(line_step, 2.2))
    for line in lines:
        fitted = fit_line(line, width / PT, min(6.4, step / 1.15 / PT), smallest=3.6)
        page.lines(x, baseline(top, fitted.size, height=step), fitted)
        top += step
    _draw_part(page, label.part, x, y + 14.75, width)


def _fit_name(name: str, width: float) -> FittedText:
    fitted = fit_lines(name, width, 8.4, smallest=6, max_lines=2, bold=True)
    if fitted.is_cut or fitted.splits_word:
        fitted = fit_lines(name, width, 6, smallest=3.8, max_lines=3, bold=True)
    return balanced(name, fitted, width, bold=True)


def _draw_part(page: Page, part: str, x: float, y: float, width: float) -> None:
    fitted = fit_line(part, (width - 1.2) / PT, 5.4, smallest=3.6)
    page.box(x, y, min(width, fitted.width() * PT + 1.5), 3.1, weight=0.15, radius=0.35)
    page.lines(x + 0.75, baseline(y, fitted.size, height=3.1), fitted)


def _draw_line_below(page: Page, label: TubeLabel, x: float, y: float, width: float) -> None:
    left = fit_line(label.code, width * 0.52 / PT, 8.5, smallest=4.5, bold=True)
    page.lines(x, y, left, bold=True)
    words = "　".join(word for word in (label.name, label.part) if word)
    page.lines(x + width, y, fit_line(words, width * 0.46 / PT, 6.2, smallest=4), align="right")
    if label.lines:
        below = fit_line("　".join(label.lines), width / PT, 4.6, smallest=3.6)
        page.lines(x, y + 2, below)
