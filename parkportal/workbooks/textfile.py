"""Text files: UTF-8 with or without BOM, UTF-16 with BOM, else GB18030; comma, tab or semicolon."""

import codecs
import csv
import io
import re
from collections.abc import Collection
from typing import Any

from parkportal.workbooks.headers import header_forms
from parkportal.workbooks.limits import MOST_CELLS, MOST_ROWS
from parkportal.workbooks.sheets import WorkbookRefused

_WRAPPER = re.compile(r'\s*="(.*)"\s*', re.DOTALL)
_WEB = re.compile(r"\s*<(\?xml|!doctype|html|head|body|table|meta|style|div)\b", re.IGNORECASE)
_CONTROL = re.compile(r"[\x01-\x08\x0e-\x1f\x7f]")


def read_text(data: bytes, header_words: Collection[str]) -> dict[str, Any]:
    """The one sheet of a text file; `header_words` (in the form of `header_key`) help to find the delimiter."""
    text = _decoded(data)
    if "\x00" in text or len(_CONTROL.findall(text)) > 10 + len(text) // 1000:
        raise WorkbookRefused("not_a_table")
    if _WEB.match(text):
        raise WorkbookRefused("web_page")
    records = _records(text, _delimiter(text, header_words))
    rows = []
    cells = 0
    for number, record in enumerate(records, 1):
        values = [_unwrapped(value) for value in record]
        while values and not values[-1].strip():
            values.pop()
        if not values:
            continue
        cells += len(values)
        if number > MOST_ROWS or cells > MOST_CELLS:
            raise WorkbookRefused("too_many_rows" if number > MOST_ROWS else "too_many_cells")
        rows.append([number, False, values])
    sheet = {"name": None, "hidden": False, "rows": rows, "merges": []}
    return {"kind": "text", "date1904": False, "sheets": [sheet]}


def _decoded(data: bytes) -> str:
    try:
        if data.startswith(codecs.BOM_UTF8):
            return data.decode("utf-8-sig")
        if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return data.decode("utf-16")
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError:
            return data.decode("gb18030")
    except UnicodeDecodeError:
        raise WorkbookRefused("not_a_table" if b"\x00" in data[:4096] else "bad_encoding") from None


def _records(text: str, delimiter: str, most: int | None = None) -> list[list[str]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    records: list[list[str]] = []
    begins = ends = 0
    try:
        for record in reader:
            records.append(record)
            begins, ends = ends, reader.line_num
            if len(records) == most:
                return records
    except csv.Error:
        raise WorkbookRefused("open_quote") from None
    if ends - begins > 1:
        last = "".join(io.StringIO(text, newline="").readlines()[begins:])
        if last.count('"') % 2:
            raise WorkbookRefused("open_quote")
    return records


def _delimiter(text: str, header_words: Collection[str]) -> str:
    """The delimiter that splits the header row into most cells; without a known header, any of the first rows."""
    words = frozenset(header_words)
    best, most = ",", (False, 0)
    for delimiter in ",\t;":
        top = _records(text, delimiter, 20)
        headers = [row for row in top if sum(not words.isdisjoint(header_forms(_unwrapped(c))) for c in row) >= 3]
        width = len(headers[0]) if headers else max(map(len, top), default=0)
        if (bool(headers), width) > most:
            best, most = delimiter, (bool(headers), width)
    return best


def _unwrapped(value: str) -> str:
    """`="0012"` is how Excel is told that 0012 is text; no other text of a text file is a formula."""
    match = _WRAPPER.fullmatch(value)
    return match[1].replace('""', '"') if match else value
