"""xlsx: values by calamine, after one bounded pass over each sheet for what calamine drops or does not bound."""

import io
import posixpath
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from math import isfinite
from typing import Any
from xml.parsers import expat

import python_calamine

from parkportal.workbooks.limits import (
    MOST_AREA,
    MOST_CELLS,
    MOST_CHARACTERS,
    MOST_MERGES,
    MOST_PARTS,
    MOST_ROWS,
    MOST_UNPACKED,
)
from parkportal.workbooks.sheets import DATE, DATETIME, ERROR, NO_VALUE, TIME, WorkbookRefused

_CHUNK = 256 * 1024
_DIGITS = "0123456789"


def read_xlsx(data: bytes) -> dict[str, Any]:
    """The visible sheets of a workbook, as `workbook_from_json` takes them. Raises WorkbookRefused."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        _check_parts(archive)
        book = _read_book(archive)
        scans = {sheet.name: _scan(archive, sheet.path) for sheet in book.sheets if sheet.path and not sheet.hidden}
        _check_size(scans.values())
        workbook = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        sheets = [_sheet(workbook, sheet, scans.get(sheet.name)) for sheet in book.sheets]
    except python_calamine.PasswordError:
        raise WorkbookRefused("encrypted") from None
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, expat.ExpatError, KeyError, ValueError,
            python_calamine.CalamineError, python_calamine.XmlError, python_calamine.ZipError,
            python_calamine.WorksheetNotFound) as exc:  # fmt: skip
        raise WorkbookRefused("damaged") from exc
    return {"kind": "xlsx", "date1904": book.date1904, "sheets": sheets}


# --- the ZIP and its parts -------------------------------------------------------------------------------------------


def _check_parts(archive: zipfile.ZipFile) -> None:
    infos = archive.infolist()
    names = {info.filename.lower() for info in infos}
    if len(infos) > MOST_PARTS or len(names) < len(infos):
        raise WorkbookRefused("too_many_parts")
    if any(info.flag_bits & 1 for info in infos):
        raise WorkbookRefused("encrypted")
    if any(name.endswith("vbaproject.bin") for name in names):
        raise WorkbookRefused("macro")
    if "xl/workbook.bin" in names:
        raise WorkbookRefused("binary_workbook")
    if "xl/workbook.xml" not in names:
        raise WorkbookRefused("not_a_table")
    if sum(info.file_size for info in infos) > MOST_UNPACKED:
        raise WorkbookRefused("unpacks_too_large")
    unpacked = 0
    for info in infos:
        prolog = _Prolog() if info.filename.lower().endswith((".xml", ".rels")) else None
        for chunk in _chunks(archive, info.filename):
            unpacked += len(chunk)
            if unpacked > MOST_UNPACKED:
                raise WorkbookRefused("unpacks_too_large")
            if prolog and not prolog.over:
                prolog.feed(chunk)


def _chunks(archive: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    with archive.open(name) as part:
        while chunk := part.read(_CHUNK):
            yield chunk


class _Prolog:
    """Reads an XML part as far as its first element: a DOCTYPE stands before it or nowhere."""

    def __init__(self) -> None:
        self.over = False
        self._parser = _parser()
        self._parser.StartElementHandler = self._first_element

    def _first_element(self, *_: Any) -> None:
        self.over = True

    def feed(self, chunk: bytes) -> None:
        for begin in range(0, len(chunk), 4096):
            try:
                self._parser.Parse(chunk[begin : begin + 4096], False)
            except expat.ExpatError:
                if not self.over:
                    raise
            if self.over:
                return


def _parser() -> expat.XMLParserType:
    parser = expat.ParserCreate()
    parser.buffer_text = True

    def doctype(*_: Any) -> None:
        raise WorkbookRefused("doctype")

    parser.StartDoctypeDeclHandler = doctype
    parser.EntityDeclHandler = doctype
    return parser


def _parse(archive: zipfile.ZipFile, name: str, start: Callable[[str, dict[str, str]], None]) -> None:
    parser = _parser()
    parser.StartElementHandler = lambda tag, attributes: start(tag.rpartition(":")[2], attributes)
    for chunk in _chunks(archive, name):
        parser.Parse(chunk, False)
    parser.Parse(b"", True)


# --- workbook.xml ----------------------------------------------------------------------------------------------------


@dataclass
class _BookSheet:
    name: str
    hidden: bool
    path: str | None


@dataclass
class _Book:
    sheets: list[_BookSheet] = field(default_factory=list)
    date1904: bool = False


def _read_book(archive: zipfile.ZipFile) -> _Book:
    part = {name.lower(): name for name in archive.namelist()}
    targets: dict[str, str] = {}

    def relationship(tag: str, attributes: dict[str, str]) -> None:
        if tag == "Relationship" and attributes.get("Type", "").endswith("/worksheet"):
            path = posixpath.normpath(posixpath.join("/xl", attributes["Target"])).lstrip("/")
            targets[attributes["Id"]] = part[path.lower()]

    book = _Book()

    def element(tag: str, attributes: dict[str, str]) -> None:
        if tag == "workbookPr":
            book.date1904 = attributes.get("date1904") in {"1", "true"}
        elif tag == "sheet":
            ids = [value for key, value in attributes.items() if key.rpartition(":")[2] == "id" and ":" in key]
            hidden = attributes.get("state", "visible") != "visible"
            book.sheets.append(_BookSheet(attributes["name"], hidden, targets.get(ids[0]) if ids else None))

    if "xl/_rels/workbook.xml.rels" in part:
        _parse(archive, part["xl/_rels/workbook.xml.rels"], relationship)
    _parse(archive, part["xl/workbook.xml"], element)
    return book


# --- a sheet, first pass: rows, formulas, errors, merges, extent --------------------------------------------------------


class _Scan:
    """What one pass over a sheet's elements finds; rows count from 1, columns from 0."""

    def __init__(self) -> None:
        self.hidden_rows: set[int] = set()
        self.errors: dict[tuple[int, int], list[str]] = {}
        self.formulas: dict[tuple[int, int], bool] = {}  # whether a text is stored, be it empty
        self.merges: list[list[int]] = []
        self.top, self.left, self.bottom, self.right = 1 << 30, 1 << 30, 0, 0
        self.filled = 0
        self._row, self._column, self._type = 0, -1, ""
        self._tags: dict[str, Callable[[dict[str, str]], None] | None] = {}
        self._columns: dict[str, int] = {}
        self._known = {"row": self._on_row, "c": self._on_cell, "v": self._on_value, "is": self._on_value,
                       "f": self._on_formula, "mergeCell": self._on_merge}  # fmt: skip
        self.parser = _parser()
        self.parser.StartElementHandler = self._on_element

    def _on_element(self, tag: str, attributes: dict[str, str]) -> None:
        if self.parser.CharacterDataHandler is not None:
            self.parser.CharacterDataHandler = None
        try:
            handle = self._tags[tag]
        except KeyError:
            handle = self._tags[tag] = self._known.get(tag.rpartition(":")[2])
        if handle is not None:
            handle(attributes)

    def _on_row(self, attributes: dict[str, str]) -> None:
        self._row = int(attributes["r"]) if "r" in attributes else self._row + 1
        self._column = -1
        if attributes.get("hidden") in {"1", "true"}:
            self.hidden_rows.add(self._row)

    def _on_cell(self, attributes: dict[str, str]) -> None:
        self._type = attributes.get("t", "")
        reference = attributes.get("r")
        if reference is None:
            self._column += 1
        else:
            letters = reference.rstrip(_DIGITS)
            self._row = int(reference[len(letters) :])
            self._column = self._columns.get(letters, -1)
            if self._column < 0:
                self._column = self._columns[letters] = _column_number(letters)

    def _on_value(self, _: dict[str, str]) -> None:
        row, column = self._row, self._column
        self.filled += 1
        self.top, self.bottom = min(self.top, row), max(self.bottom, row)
        self.left, self.right = min(self.left, column), max(self.right, column)
        if self._type == "e":
            self.parser.CharacterDataHandler = self.errors.setdefault((row, column), []).append
        elif self._type == "str" and (row, column) in self.formulas:
            self.formulas[row, column] = True
        if self.filled > MOST_CELLS:
            raise WorkbookRefused("too_many_cells")
        if row > MOST_ROWS:
            raise WorkbookRefused("too_many_rows")

    def _on_formula(self, _: dict[str, str]) -> None:
        self.formulas[self._row, self._column] = False
        if self._row > MOST_ROWS:
            raise WorkbookRefused("too_many_rows")
        if len(self.formulas) > MOST_CELLS:
            raise WorkbookRefused("too_many_cells")

    def _on_merge(self, attributes: dict[str, str]) -> None:
        first, _, last = attributes["ref"].partition(":")
        (top, left), (bottom, right) = _address(first), _address(last or first)
        self.merges.append([top, left, bottom, right])
        if len(self.merges) > MOST_MERGES:
            raise WorkbookRefused("too_many_merges")


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        if not "A" <= letter <= "Z" or len(letters) > 3:
            raise ValueError(letters)
        number = number * 26 + ord(letter) - 64
    return number - 1


def _address(reference: str) -> tuple[int, int]:
    letters = reference.replace("$", "").rstrip(_DIGITS)
    return int(reference.replace("$", "")[len(letters) :]), _column_number(letters)


def _scan(archive: zipfile.ZipFile, path: str) -> _Scan:
    scan = _Scan()
    for chunk in _chunks(archive, path):
        scan.parser.Parse(chunk, False)
    scan.parser.Parse(b"", True)
    return scan


def _check_size(scans: Any) -> None:
    filled = area = 0
    for scan in scans:
        filled += scan.filled
        area += max(0, scan.bottom) * max(0, scan.right + 1)
    if filled > MOST_CELLS:
        raise WorkbookRefused("too_many_cells")
    if area > MOST_AREA:
        raise WorkbookRefused("area_too_large")


# --- a sheet, second pass: values ------------------------------------------------------------------------------------


def _sheet(workbook: Any, sheet: _BookSheet, scan: _Scan | None) -> dict[str, Any]:
    given: dict[str, Any] = {"name": sheet.name, "hidden": sheet.hidden, "rows": [], "merges": []}
    if scan is None or not scan.filled and not scan.formulas:
        return given
    values = workbook.get_sheet_by_name(sheet.name).to_python(skip_empty_area=False)
    marks = _marks(scan, values)
    characters = 0
    for number, row in enumerate(values, 1):
        cells = [_value(value) for value in row]
        for column, mark in marks.pop(number, ()):
            cells.extend([None] * (column + 1 - len(cells)))
            cells[column] = mark
        while cells and cells[-1] in (None, ""):
            cells.pop()
        if cells:
            characters += sum(len(cell) for cell in cells if isinstance(cell, str))
            if characters > MOST_CHARACTERS:
                raise WorkbookRefused("too_big")
            given["rows"].append([number, number in scan.hidden_rows, cells])
    for number, row_marks in sorted(marks.items()):
        cells = [None] * (max(column for column, _ in row_marks) + 1)
        for column, mark in row_marks:
            cells[column] = mark
        given["rows"].append([number, number in scan.hidden_rows, cells])
    given["merges"] = scan.merges
    return given


def _marks(scan: _Scan, values: list[list[Any]]) -> dict[int, list[tuple[int, dict[str, Any]]]]:
    """By row, the cells that calamine left empty: error values, and formulas without a stored value."""
    marks: dict[int, list[tuple[int, dict[str, Any]]]] = {}
    for (row, column), text in scan.errors.items():
        marks.setdefault(row, []).append((column, {ERROR: "".join(text) or "#N/A"}))
    for (row, column), stored in scan.formulas.items():
        if stored or (row, column) in scan.errors:
            continue
        if row <= len(values) and column < len(values[row - 1]) and values[row - 1][column] != "":
            continue
        marks.setdefault(row, []).append((column, {NO_VALUE: 1}))
    return marks


def _value(value: Any) -> Any:
    if isinstance(value, str | bool | int) or isinstance(value, float) and isfinite(value):
        return value
    if isinstance(value, datetime):
        return {DATETIME: to_the_second(value).isoformat()}
    if isinstance(value, date):
        return {DATE: value.isoformat()}
    if isinstance(value, time):
        return {TIME: value.isoformat()}
    if isinstance(value, timedelta):
        return value / timedelta(days=1)
    return None


def to_the_second(moment: datetime) -> datetime:
    """Serial days are floats: 14:06:59.9999 is 14:07:00."""
    try:
        return (moment + timedelta(microseconds=500_000)).replace(microsecond=0)
    except OverflowError:
        return moment.replace(microsecond=0)
