"""Any list as a sheet of paper: title, ruled table with repeated header, total, 制表 / 审核 / 签字."""

from dataclasses import dataclass

from parkportal.printing.flow import Drawing, Margins, Piece, flow_pdf
from parkportal.printing.fonts import fit_line
from parkportal.printing.paper import A4, A4_LANDSCAPE, PT, Page
from parkportal.printing.sheet_parts import page_foot, sign_line
from parkportal.printing.tables import REGISTER, Cell, Column, TableStyle, ruled_table

_MARGINS = Margins(left=14, right=14)


@dataclass(frozen=True)
class TableSheet:
    """A register to print. The line under the title says who fills it, as of when, and in which unit."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    total: tuple[str, ...] | None = None
    left: str = ""
    middle: str = ""
    right: str = ""
    signers: tuple[str, ...] = ("制表", "审核", "签字")
    note: str = ""
    landscape: bool = True
    style: TableStyle = REGISTER


def table_sheet_pdf(sheet: TableSheet) -> bytes:
    """The register on as many A4 pages as it needs."""
    size = A4_LANDSCAPE if sheet.landscape else A4
    measure = size[0] - _MARGINS.left - _MARGINS.right
    pieces = [
        register_head(sheet.title, (sheet.left, sheet.middle, sheet.right), measure=measure),
        *ruled_table(sheet.columns, sheet.rows, measure=measure, style=sheet.style, total=sheet.total),
        sign_line(sheet.signers, measure=measure),
    ]
    foot = page_foot(sheet.note or sheet.title, margin=_MARGINS.left)
    return flow_pdf(sheet.title, size, pieces, margins=_MARGINS, foot=foot)


def register_head(title: str, line: tuple[str, str, str], *, measure: float) -> Piece:
    """A centred title and one line below it, left, middle and right, as Chinese returns are headed."""
    has_line = any(line)

    def draw(page: Page, x: float, y: float) -> None:
        fitted = fit_line(title, measure / PT, 17, smallest=9, bold=True)
        page.lines(x + measure / 2, y + 6.5, fitted, bold=True, align="center")
        places = ((x, "left"), (x + measure / 2, "center"), (x + measure, "right"))
        for text, (at, align) in zip(line, places, strict=True):
            page.lines(at, y + 14.5, fit_line(text, measure / 3 / PT, 9.5, smallest=6), align=align)

    return Piece(Drawing(17.5 if has_line else 11, draw), keeps_next=True)
