"""Paper forms in the framed manner of Chinese offices: the pack of a filing and whatever else is signed and stamped.

A form is a title and a list of sections; what is left empty is filled in by hand.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from parkportal.printing.flow import Document, Drawing, Margins, Piece, flows_pdf, gap
from parkportal.printing.fonts import FittedText, fit_cell, fit_line, fit_lines
from parkportal.printing.paper import A4, A4_LANDSCAPE, FINE, PT, Page, baseline
from parkportal.printing.sheet_parts import page_foot, paragraph
from parkportal.printing.sheets.table import register_head
from parkportal.printing.tables import Column, TableStyle, ruled_table

_MARGINS = Margins(left=18, right=18, top=16, bottom=17)
_SIZE = 10.5
_ROW = 9.0
_LABEL = 30.0


@dataclass(frozen=True)
class Field:
    """One label and its value; `span` is how many pairs of the row it takes, `lines` how many lines are left free."""

    label: str
    value: str = ""
    span: int = 1
    lines: int = 1


@dataclass(frozen=True)
class FieldGrid:
    """Framed rows of label and value, `across` pairs a row. A section title stands in a row of its own."""

    fields: tuple[Field, ...]
    title: str = ""
    across: int = 2


@dataclass(frozen=True)
class FormTable:
    """A framed table; `blank_rows` empty rows are added to be filled in by hand."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...] = ()
    title: str = ""
    blank_rows: int = 0
    total: tuple[str, ...] | None = None
    size: float = 9


@dataclass(frozen=True)
class Statement:
    """Running text: a promise, an instruction, a plan. A paragraph per entry."""

    paragraphs: tuple[str, ...]
    title: str = ""
    size: float = 12


@dataclass(frozen=True)
class SignatureBox:
    """A framed place for an opinion, signature and stamp: what is signed, printed text, and who dates it."""

    title: str
    text: str = ""
    signer: str = "签字（盖章）"
    on: str = "年　　月　　日"


@dataclass(frozen=True)
class SignatureBoxes:
    """Places to sign side by side, `height` millimetres tall."""

    boxes: tuple[SignatureBox, ...]
    height: float = 42


Section = FieldGrid | FormTable | Statement | SignatureBoxes


@dataclass(frozen=True)
class PaperForm:
    """One form of a pack: begins on a page of its own and counts its own pages; a wide table lies across."""

    title: str
    sections: tuple[Section, ...]
    left: str = ""
    right: str = ""
    foot: str = ""
    landscape: bool = False


def forms_pdf(title: str, forms: Iterable[PaperForm]) -> bytes:
    """Several forms filled from one record, one after the other in one file."""
    return flows_pdf(title, [_document(form) for form in forms], margins=_MARGINS)


def _document(form: PaperForm) -> Document:
    size = A4_LANDSCAPE if form.landscape else A4
    measure = size[0] - _MARGINS.left - _MARGINS.right
    pieces = _pieces(form.title, form.sections, (form.left, "", form.right), measure)
    return Document(size, pieces, page_foot(form.foot or form.title, margin=_MARGINS.left))


def form_pdf(
    title: str,
    sections: Sequence[Section],
    *,
    left: str = "",
    right: str = "",
    foot: str = "",
    landscape: bool = False,
) -> bytes:
    """The form on as many A4 pages as it needs; `left` and `right` stand on the line below the title.

    `foot` says what the form belongs to (number and version), by default the title.
    """
    form = PaperForm(title, tuple(sections), left=left, right=right, foot=foot, landscape=landscape)
    return forms_pdf(title, [form])


def _pieces(title: str, sections: Sequence[Section], line: tuple[str, str, str], measure: float) -> list[Piece]:
    pieces = [register_head(title, line, measure=measure)]
    for number, section in enumerate(sections):
        if number and not _joins(sections[number - 1], section):
            pieces.append(gap(4))
        pieces += _section(section, measure)
    return pieces


def _joins(above: Section, below: Section) -> bool:
    """Framed sections share their rule, so that a form is one frame."""
    return not isinstance(above, Statement) and not isinstance(below, Statement)


def _section(section: Section, measure: float) -> list[Piece]:
    if isinstance(section, FieldGrid):
        return _grid(section, measure)
    if isinstance(section, FormTable):
        return _table(section, measure)
    if isinstance(section, Statement):
        return _statement(section, measure)
    return [_boxes(section, measure)]


def _title_row(title: str, measure: float) -> list[Piece]:
    if not title:
        return []

    def draw(page: Page, x: float, y: float) -> None:
        page.box(x, y, measure, _ROW, weight=FINE)
        page.text(x + 2, baseline(y, 11, height=_ROW), title, 11, bold=True, room=measure - 4)

    return [Piece(Drawing(_ROW, draw), keeps_next=True)]


def _grid(grid: FieldGrid, measure: float) -> list[Piece]:
    rows: list[list[Field]] = [[]]
    for field in grid.fields:
        if sum(one.span for one in rows[-1]) + field.span > grid.across and rows[-1]:
            rows.append([])
        rows[-1].append(field)
    return _title_row(grid.title, measure) + [_grid_row(row, grid.across, measure) for row in rows if row]


def _grid_row(row: list[Field], across: int, measure: float) -> Piece:
    label_width = min(_LABEL, measure / across * 0.42)
    pair = measure / across
    spans = [field.span for field in row]
    spans[-1] += across - sum(spans)  # the last one of a row takes what is left of it
    widths = [min(span, across) * pair - label_width for span in spans]
    labels = [fit_cell(field.label, (label_width - 3) / PT, _SIZE) for field in row]
    values = [
        fit_lines(field.value, (width - 4) / PT, _SIZE, smallest=8, max_lines=max(field.lines, 24))
        for field, width in zip(row, widths, strict=True)
    ]
    tallest = max(text.height() * PT for text in labels + values)
    height = max(_ROW, tallest + 4, *(field.lines * _SIZE * 1.6 * PT + 3 for field in row))

    def draw(page: Page, x: float, y: float) -> None:
        for label, value, width in zip(labels, values, widths, strict=True):
            page.box(x, y, label_width, height, weight=FINE)
            _centred(page, label, x + label_width / 2, y, height, align="center")
            page.box(x + label_width, y, width, height, weight=FINE)
            _centred(page, value, x + label_width + 2, y, height)
            x += label_width + width

    return Piece(Drawing(height, draw))


def _centred(page: Page, text: FittedText, x: float, y: float, height: float, *, align: str = "left") -> None:
    top = y + (height - text.height() * PT) / 2
    page.lines(x, baseline(top, text.size), text, align=align)


def _table(table: FormTable, measure: float) -> list[Piece]:
    blank = ("",) * len(table.columns)
    rows = (*table.rows, *(blank for _ in range(table.blank_rows)))
    style = TableStyle(size=table.size, row=8.5, framed=True)
    return _title_row(table.title, measure) + ruled_table(
        table.columns, rows, measure=measure, style=style, total=table.total
    )


def _statement(statement: Statement, measure: float) -> list[Piece]:
    pieces: list[Piece] = []
    if statement.title:
        pieces += paragraph(statement.title, measure=measure, size=statement.size + 1, bold=True)
    for text in statement.paragraphs:
        pieces += paragraph(text, measure=measure, size=statement.size)
        pieces.append(gap(1.5))
    # The end of the text stays with what follows: nobody signs on a page that says nothing.
    return pieces[:-4] + [replace(piece, keeps_next=True) for piece in pieces[-4:]]


def _boxes(section: SignatureBoxes, measure: float) -> Piece:
    width = measure / len(section.boxes)

    def draw(page: Page, x: float, y: float) -> None:
        for number, box in enumerate(section.boxes):
            _draw_box(page, box, x + number * width, y, width, section.height)

    return Piece(Drawing(section.height, draw))


def _draw_box(page: Page, box: SignatureBox, x: float, y: float, width: float, height: float) -> None:
    page.box(x, y, width, height, weight=FINE)
    page.lines(
        x + 2, baseline(y + 2, 10.5), fit_line(box.title, (width - 4) / PT, 10.5, smallest=7, bold=True), bold=True
    )
    room = max(int((height - 24) / (10 * 1.5 * PT)), 1)
    text = fit_lines(box.text, (width - 4) / PT, 10, smallest=7, max_lines=room)
    page.lines(x + 2, baseline(y + 9, text.size), text, leading=1.5)
    page.text(x + 2, y + height - 11, f"{box.signer}：", 10, room=width - 4)
    page.text(x + width - 3, y + height - 3.5, box.on, 10, align="right", room=width - 5)
