"""xls (BIFF8 in OLE2), by xlrd with formatting information: hidden rows and merges."""

import io
import os
from datetime import datetime, timedelta
from typing import Any

import xlrd

from parkportal.workbooks.limits import MOST_CELLS, MOST_CHARACTERS, MOST_MERGES
from parkportal.workbooks.sheets import DATE, DATETIME, ERROR, TIME, WorkbookRefused
from parkportal.workbooks.xlsx import to_the_second

_DAY_ZERO = {0: datetime(1899, 12, 30), 1: datetime(1904, 1, 1)}


def read_xls(data: bytes) -> dict[str, Any]:
    """The visible sheets of a workbook, as `workbook_from_json` takes them. Raises WorkbookRefused."""
    if _names(data, "EncryptedPackage"):
        raise WorkbookRefused("encrypted")
    if _names(data, "_VBA_PROJECT"):
        raise WorkbookRefused("macro")
    if not _names(data, "Workbook") and not _names(data, "Book"):
        raise WorkbookRefused("not_a_table")
    try:
        with open(os.devnull, "w") as silent, _opened(data, silent) as book:
            sheets = [_sheet(book, index) for index in range(book.nsheets)]
    except xlrd.XLRDError as exc:
        raise WorkbookRefused("encrypted" if "ncrypted" in str(exc) else "damaged") from exc
    except (WorkbookRefused, MemoryError):
        raise
    except Exception as exc:  # xlrd answers a damaged file with whatever its parsing runs into
        raise WorkbookRefused("damaged") from exc
    return {"kind": "xls", "date1904": book.datemode == 1, "sheets": sheets}


def _names(data: bytes, stream: str) -> bool:
    """Whether a directory entry of the OLE2 container has this name."""
    return (stream + "\0").encode("utf-16-le") in data


def _opened(data: bytes, silent: io.TextIOBase) -> Any:
    return xlrd.open_workbook(
        file_contents=data, formatting_info=True, on_demand=True, ragged_rows=True, logfile=silent
    )


def _sheet(book: Any, index: int) -> dict[str, Any]:
    sheet = book.sheet_by_index(index)
    if sheet.visibility:
        return {"name": sheet.name, "hidden": True, "rows": [], "merges": []}
    rows, filled, characters = [], 0, 0
    for number in range(sheet.nrows):
        cells = [_value(cell, book.datemode) for cell in sheet.row(number)]
        while cells and cells[-1] in (None, ""):
            cells.pop()
        if not cells:
            continue
        filled += len(cells)
        characters += sum(len(cell) for cell in cells if isinstance(cell, str))
        if filled > MOST_CELLS or characters > MOST_CHARACTERS:
            raise WorkbookRefused("too_many_cells")
        info = sheet.rowinfo_map.get(number)
        rows.append([number + 1, bool(info and info.hidden), cells])
    merges = [[top + 1, left, bottom, right - 1] for top, bottom, left, right in sheet.merged_cells]
    if len(merges) > MOST_MERGES:
        raise WorkbookRefused("too_many_merges")
    book.unload_sheet(index)
    return {"name": sheet.name, "hidden": False, "rows": rows, "merges": merges}


def _value(cell: Any, datemode: int) -> Any:
    kind, value = cell.ctype, cell.value
    if kind in (xlrd.XL_CELL_TEXT, xlrd.XL_CELL_NUMBER):
        return value
    if kind == xlrd.XL_CELL_DATE:
        return _day(value, datemode)
    if kind == xlrd.XL_CELL_BOOLEAN:
        return bool(value)
    if kind == xlrd.XL_CELL_ERROR:
        return {ERROR: xlrd.error_text_from_code.get(value, "#N/A")}
    return None


def _day(serial: float, datemode: int) -> Any:
    try:
        moment = to_the_second(_DAY_ZERO[datemode] + timedelta(days=serial))
    except OverflowError:
        return serial
    if 0 <= serial < 1:
        return {TIME: moment.time().isoformat()}
    if serial < 0:
        return serial
    return {DATE: moment.date().isoformat()} if serial == int(serial) else {DATETIME: moment.isoformat()}
