"""Workbooks that go out: bulk exports, and a sent file with what is wrong in it written beside each row.

Text from people never becomes a formula: text cells are written as text, whatever they begin with.
"""

import io
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from copy import copy
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from itertools import chain, islice
from pathlib import Path
from typing import Any, BinaryIO
from zoneinfo import ZoneInfo

from openpyxl import Workbook as OutWorkbook
from openpyxl.cell import Cell as OutCell
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from parkportal.workbooks.judgement import JudgedRow, Judgement
from parkportal.workbooks.messages import sentence
from parkportal.workbooks.reading import read_workbook
from parkportal.workbooks.sheets import (
    BOOLEAN,
    DATE,
    DATETIME,
    EMPTY,
    ERROR,
    NO_VALUE,
    NUMBER,
    TEXT,
    TIME,
    Cell,
    Row,
    Sheet,
)

try:
    import rustpy_xlsxwriter
except ImportError:  # a machine without a wheel for it: slower, the same cells
    rustpy_xlsxwriter = None  # type: ignore[assignment]

SHANGHAI = ZoneInfo("Asia/Shanghai")
EIGHT_HOURS, SUMMER_TIME_ENDED = timezone(timedelta(hours=8)), 1992
LONGEST = 32_767
DAY_FORMAT, INSTANT_FORMAT = "yyyy-mm-dd", "yyyy-mm-dd hh:mm"
_BATCH = 500
_BAD_IN_SHEET_NAME = re.compile(r"[\[\]:*?/\\']")
_NO_TEXT = re.compile(r"[\ud800-\udfff\ufffe\uffff]")

Values = Sequence[Any]


# --- bulk exports ----------------------------------------------------------------------------------------------------


def write_table(
    target: str | Path | BinaryIO,
    headers: Sequence[str],
    rows: Iterable[Values],
    *,
    title: str | None = None,
    sheet_name: str = "数据",
    text_columns: Collection[str] = (),
) -> None:
    """Writes one table as xlsx. Rows may come from a generator and are not kept.

    Values are text, numbers, Decimals, days, instants (aware ones become Shanghai time), booleans, lists of words or
    None. `text_columns` are headers whose cells are text even if somebody edits them later: numbers of documents,
    phones, codes. Headers must differ. A text longer than a cell can hold ends with ….
    """
    if len(set(headers)) < len(headers):
        raise ValueError("headers must differ")
    clean = _clean_rows(rows)
    first = list(islice(clean, _BATCH))
    formats = _column_formats(headers, first, text_columns)
    write = _write_fast if rustpy_xlsxwriter and first else _write_plain
    write(target, headers, chain(first, clean), title=title, sheet_name=_sheet_name(sheet_name), formats=formats)


def _clean_rows(rows: Iterable[Values]) -> Iterator[Values]:
    """The rows as cells can hold them, a batch at a time and by columns: hardly any column needs to be changed."""
    rows = iter(rows)
    while batch := list(islice(rows, _BATCH)):
        yield from zip(*map(_clean_column, zip(*batch, strict=True)), strict=True)


def _clean_column(values: Values) -> Values:
    kinds = set(map(type, values))
    if str in kinds:
        texts = [value for value in values if type(value) is str]
        if max(map(len, texts)) > LONGEST or not _is_clean("".join(texts)):
            values = [clean_text(value) if type(value) is str else value for value in values]
    if kinds <= _AS_IT_IS:
        return values
    if kinds <= _MOMENTS:
        return [value and naive(value) for value in values]
    return [value if type(value) in _AS_IT_IS else _clean_other(value) for value in values]


def _is_clean(text: str) -> bool:
    """Whether a workbook can hold the text; control characters are escaped by the writer."""
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\ufffe" not in text and "\uffff" not in text


_AS_IT_IS = frozenset({str, int, float, bool, type(None), date})
_MOMENTS = frozenset({datetime, type(None)})


def _clean_other(value: Any) -> Any:
    if isinstance(value, datetime):
        return naive(value)
    if isinstance(value, list | tuple):
        return clean_text("、".join(map(str, value)))
    if isinstance(value, Decimal):
        return float(value)
    return clean_text(str(value))


def clean_text(text: str) -> str:
    """Text as a cell can hold it: no control characters or half characters, at most 32,767 long."""
    text = _NO_TEXT.sub("", ILLEGAL_CHARACTERS_RE.sub("", text))
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def naive(moment: datetime) -> datetime:
    """Shanghai time without a zone, as workbooks have it."""
    if moment.tzinfo is None:
        return moment
    return moment.astimezone(SHANGHAI if moment.year < SUMMER_TIME_ENDED else EIGHT_HOURS).replace(tzinfo=None)


def _sheet_name(name: str) -> str:
    return _BAD_IN_SHEET_NAME.sub(" ", name).strip()[:31] or "数据"


def _column_formats(headers: Sequence[str], rows: list[Values], text_columns: Collection[str]) -> dict[str, str]:
    formats = dict.fromkeys(text_columns, "@")
    for place, header in enumerate(headers):
        kind = next((type(row[place]) for row in rows if row[place] is not None), None)
        if kind in (date, datetime):
            formats[header] = DAY_FORMAT if kind is date else INSTANT_FORMAT
    return formats


def _width(header: str, format_: str | None) -> float:
    return max(min(2 * len(header) + 4, 40), 22 if format_ == "@" else 18 if format_ == INSTANT_FORMAT else 12)


def _write_fast(
    target: str | Path | BinaryIO,
    headers: Sequence[str],
    rows: Iterable[Values],
    *,
    title: str | None,
    sheet_name: str,
    formats: dict[str, str],
) -> None:
    """By rustpy-xlsxwriter: text goes out as inline strings, memory stays constant."""
    make = rustpy_xlsxwriter.Format
    header_row = 1 if title else 0
    above: list[Any] | None = (
        [(0, 0, 0, len(headers) - 1, clean_text(title), make().set_bold().set_font_size(14))] if title else None
    )
    if above and len(headers) == 1:
        above, header_row = None, 0
    rustpy_xlsxwriter.write_worksheet(
        (dict(zip(headers, row, strict=True)) for row in rows),
        target if hasattr(target, "write") else str(target),
        sheet_name,
        header_row=header_row,
        merge_ranges=above,
        freeze_row=header_row + 1,
        bold_headers=True,
        datetime_format=INSTANT_FORMAT,
        column_formats={header: make().set_num_format(format_) for header, format_ in formats.items()},
        column_widths={header: _width(header, formats.get(header)) for header in headers},
    )


def _write_plain(
    target: Any,
    headers: Sequence[str],
    rows: Iterable[Values],
    *,
    title: str | None,
    sheet_name: str,
    formats: dict[str, str],
) -> None:
    """The same by openpyxl."""
    book = OutWorkbook(write_only=True)
    sheet = book.create_sheet(sheet_name)
    for place, header in enumerate(headers, 1):
        sheet.column_dimensions[get_column_letter(place)].width = _width(header, formats.get(header))
    sheet.freeze_panes = f"A{3 if title else 2}"
    bold = Font(bold=True)
    if title:
        sheet.append([_out(sheet, clean_text(title), font=Font(bold=True, size=14))])
    sheet.append([_out(sheet, clean_text(header), font=bold) for header in headers])
    styles = [_out(sheet, None, number_format=formats.get(header)) for header in headers]
    for row in rows:
        sheet.append([_styled(sheet, value, style) for value, style in zip(row, styles, strict=True)])
    book.save(target)


def _out(sheet: Any, value: Any, **style: Any) -> OutCell:
    """A cell; text stays text, be it =1+1."""
    cell = WriteOnlyCell(sheet, value=None)
    for name, wanted in style.items():
        if wanted is not None:
            setattr(cell, name, wanted)
    return _fill(cell, value)


def _styled(sheet: Any, value: Any, like: Any) -> Any:
    if value is None:
        return None
    cell = WriteOnlyCell(sheet, value=None)
    cell._style = copy(like._style)
    return _fill(cell, value)


def _fill(cell: OutCell, value: Any) -> OutCell:
    if isinstance(value, str):
        cell.value = clean_text(value)
        cell.data_type = "s"
    elif value is not None:
        wanted = cell.number_format
        cell.value = value
        if wanted != "General":
            cell.number_format = wanted
    return cell


# --- the sent file with its faults written beside --------------------------------------------------------------------

NOTE_HEADER = "错误说明"
_ERROR_FILL = PatternFill("solid", fgColor="FFF8D7DA")
_WARNING_FILL = PatternFill("solid", fgColor="FFFFF3CD")
_FORMATS = {TEXT: "@", ERROR: "@", DATE: DAY_FORMAT, DATETIME: "yyyy-mm-dd hh:mm:ss", TIME: "hh:mm:ss"}


def annotated_copy(path: str | Path, judgement: Judgement) -> bytes:
    """The file's visible sheets as xlsx, with a column 错误说明 in the first free one.

    Merges and hidden rows are kept, so the corrected copy can be sent in again. Faulty cells are coloured. Raises
    WorkbookRefused like `read_workbook`.
    """
    read = read_workbook(path, header_words={column.header for sheet in judgement.sheets for column in sheet.columns})
    book = OutWorkbook(write_only=True)
    if read.date1904:
        book.epoch = CALENDAR_MAC_1904
    notes: dict[str | None, dict[int, JudgedRow]] = {}
    for row in judgement.rows:
        notes.setdefault(row.sheet, {})[row.row] = row
    for sheet in read.sheets:
        if not sheet.hidden:
            _copy_sheet(book, sheet, judgement, notes.get(sheet.name, {}))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _copy_sheet(book: OutWorkbook, sheet: Sheet, judgement: Judgement, notes: dict[int, JudgedRow]) -> None:
    target = book.create_sheet(_sheet_name(sheet.name or "数据"))
    data = next((found for found in judgement.sheets if found.name == sheet.name), None)
    fields = {c.field: _column_index(c.col) for c in data.columns if c.field} if data else {}
    note_column = _note_column(sheet, data)
    for merge in sheet.merges:
        target.merged_cells.add(
            f"{get_column_letter(merge.left + 1)}{merge.top}:{get_column_letter(merge.right + 1)}{merge.bottom}"
        )
    for number, row in sheet.rows.items():
        if row.hidden:
            target.row_dimensions[number].hidden = True
    if data:
        target.column_dimensions[get_column_letter(note_column + 1)].width = 60
        target.freeze_panes = f"A{data.header_rows[-1] + 1}"
        if len(data.header_rows) == 2:
            letter = get_column_letter(note_column + 1)
            target.merged_cells.add(f"{letter}{data.header_rows[0]}:{letter}{data.header_rows[1]}")
    cell_for = _cell_maker(target)
    for number in range(1, max(sheet.rows, default=0) + 1):
        cells = list(_copy_row(sheet.row(number), notes.get(number), fields, cell_for))
        note = NOTE_HEADER if data and number == data.header_rows[0] else _note(notes.get(number))
        if note:
            cells = cells[:note_column] + [None] * (note_column - len(cells)) + [cell_for(Cell(TEXT, note), None)]
        target.append(cells)


def _note_column(sheet: Sheet, data: Any) -> int:
    """Where the notes go: the column that has them from last time, else the first one that nothing stands in."""
    for column in data.columns if data else ():
        if column.header == NOTE_HEADER:
            return _column_index(column.col)
    own = max((len(row.cells) for row in sheet.rows.values()), default=0)
    merged = max((merge.right + 1 for merge in sheet.merges if merge.right < 1000), default=0)
    return max(own, merged)


def _column_index(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def _note(row: JudgedRow | None) -> str:
    """Errors and warnings of a row, in words; nothing beside rows that are not data, so that they stay what they are."""
    if row is None:
        return ""
    said = [f"{fault.column}: {sentence(fault.code)}" for fault in row.errors]
    said += [f"提示: {fault.column or '本行'}: {sentence(fault.code)}" for fault in row.warnings]
    return "; ".join(said)


def _copy_row(row: Row, judged: JudgedRow | None, fields: dict[str, int], cell_for: Callable) -> Iterator[Any]:
    fills = {}  # type: ignore[var-annotated]
    if judged:
        fills |= {fields.get(fault.column or ""): _WARNING_FILL for fault in judged.warnings}
        fills |= {fields.get(fault.column or ""): _ERROR_FILL for fault in judged.errors}
    longest = max(len(row.cells), 1 + max((place for place in fills if place is not None), default=-1))
    for place in range(longest):
        cell = row.cell(place)
        if place in fills or cell.kind != EMPTY and not cell.merged:
            yield cell_for(cell, fills.get(place))
        else:
            yield None


def _cell_maker(sheet: Any) -> Callable[[Cell, PatternFill | None], OutCell]:
    """Makes cells that share their styles."""
    styles: dict[tuple[str, int], Any] = {}

    def make(cell: Cell, fill: PatternFill | None) -> OutCell:
        key = (cell.kind, id(fill))
        if key not in styles:
            wrap = Alignment(wrap_text=True, vertical="top") if cell.kind == TEXT else None
            styles[key] = _out(sheet, None, fill=fill, number_format=_FORMATS.get(cell.kind), alignment=wrap)
        value = _out_value(cell)
        out = WriteOnlyCell(sheet, value=None)
        out._style = copy(styles[key]._style)
        return _fill(out, value)

    return make


def _out_value(cell: Cell) -> Any:
    if cell.kind in {NUMBER, BOOLEAN, DATE, DATETIME, TIME, TEXT, ERROR}:
        return cell.value
    return "#VALUE!" if cell.kind == NO_VALUE else None
