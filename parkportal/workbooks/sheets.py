"""What was read from a file: workbook, sheets, rows, cells; and the refusals of files that cannot be read."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from parkportal.identifiers import one_blank

EMPTY, TEXT, NUMBER, DATE, DATETIME, TIME, BOOLEAN, ERROR, NO_VALUE = (
    "empty", "text", "number", "date", "datetime", "time", "boolean", "error", "no_value",
)  # fmt: skip

REFUSALS = {
    "missing": "文件不存在或已被删除, 请重新上传",
    "empty": "文件是空的, 请核对后重新上传",
    "too_large": "文件超过 20 MB, 请删去图片或分成几个文件上传",
    "too_many_parts": "文件内部的部件过多, 不是普通的 Excel 工作簿, 请另存为 .xlsx 后重试",
    "unpacks_too_large": "文件解压后过大, 请只保留要导入的表, 另存为 .xlsx 后重试",
    "doctype": "文件内含不允许的 XML 声明, 请用 Excel 或 WPS 另存为 .xlsx 后重试",
    "encrypted": "文件有打开密码, 请去掉密码后重新上传",
    "macro": "文件带有宏, 请另存为不含宏的 .xlsx 后重试",
    "binary_workbook": "这是二进制工作簿 (.xlsb), 请另存为 .xlsx 后重试",
    "not_a_table": "这不是 Excel 或文本表格, 请上传 .xlsx、.xls 或 .csv 文件",
    "web_page": "这是网页格式的表格, 请用 Excel 或 WPS 打开后另存为 .xlsx 再上传",
    "damaged": "文件已损坏或不完整, 请用 Excel 或 WPS 打开后另存为 .xlsx 再上传",
    "bad_encoding": "文本文件的编码无法识别, 请另存为 UTF-8 或 .xlsx 后重试",
    "open_quote": "文本文件中有没有配对的引号, 请核对后重试",
    "too_many_rows": "表中最后一行超过第 100000 行, 请删去末尾多余的行或分成几个文件上传",
    "too_many_cells": "表中的单元格过多, 请只保留要导入的行和列后重试",
    "area_too_large": "表中有离数据很远的单元格, 请删去末尾多余的行和列后重试",
    "too_many_merges": "表中的合并单元格过多或过大, 请取消合并后重试",
    "too_slow": "读取文件超过 20 秒, 请只保留要导入的表后重试",
    "too_big": "读取文件需要的内存过多, 请只保留要导入的表后重试",
}


class WorkbookRefused(Exception):
    """The file cannot be read. `code` is a key of REFUSALS, `message_zh` a sentence for who uploaded it."""

    def __init__(self, code: str) -> None:
        self.code = code
        self.message_zh = REFUSALS[code]
        super().__init__(self.message_zh)


@dataclass(slots=True)
class Cell:
    """A cell as it is stored. `merged` marks a value that a merge brings down from a row above."""

    kind: str
    value: Any = None
    merged: bool = False

    @property
    def text(self) -> str:
        """The cell as a person would read it; '' when nothing is in it."""
        if self.kind == TEXT:
            return self.value
        if self.kind == NUMBER:
            return number_text(self.value)
        if self.kind == BOOLEAN:
            return "TRUE" if self.value else "FALSE"
        if self.kind == DATETIME:
            return self.value.isoformat(" ")
        if self.kind in {DATE, TIME}:
            return self.value.isoformat()
        return self.value if self.kind == ERROR else ""


NOTHING = Cell(EMPTY)


def number_text(number: float) -> str:
    """A number as its digits: 20200105.0 is 20200105, 0.30000000000000004 is 0.3."""
    if number == int(number) and abs(number) < 1e22:
        return str(int(number))
    return f"{number:.15g}"


@dataclass(slots=True)
class Row:
    """One row. `widths` has, by column, how many columns a merge that covers this row is wide."""

    number: int
    cells: list[Cell]
    hidden: bool = False
    widths: dict[int, int] = field(default_factory=dict)

    def cell(self, column: int) -> Cell:
        """The cell of a column, 0 for A; NOTHING beyond the last."""
        return self.cells[column] if column < len(self.cells) else NOTHING

    def filled(self) -> Iterator[tuple[int, Cell]]:
        """Columns and cells that hold something a person can see (or a formula without a value)."""
        return ((column, cell) for column, cell in enumerate(self.cells) if cell is not NOTHING)


@dataclass(slots=True)
class Merge:
    """A merged area, rows from 1, columns from 0, both ends included."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(slots=True)
class Sheet:
    """One sheet; the name of a text file's is None. `rows` has only rows that hold something, by number."""

    name: str | None
    hidden: bool = False
    rows: dict[int, Row] = field(default_factory=dict)
    merges: list[Merge] = field(default_factory=list)

    def row(self, number: int) -> Row:
        return self.rows.get(number) or Row(number, [])


@dataclass(slots=True)
class Workbook:
    """What a file holds. `kind` is xlsx, xls or text; `date1904` says from when its serial days count."""

    kind: str
    sheets: list[Sheet]
    date1904: bool = False


MOST_MERGED_CELLS = 1_000_000


def workbook_from_json(read: dict[str, Any]) -> Workbook:
    """The workbook that the reading process printed. Raises WorkbookRefused when merges would fill too much."""
    sheets = []
    for given in read["sheets"]:
        rows = {number: Row(number, list(map(_cell, cells)), hidden) for number, hidden, cells in given["rows"]}
        sheet = Sheet(given["name"], given["hidden"], rows, [Merge(*merge) for merge in given["merges"]])
        _bring_down(sheet)
        sheets.append(sheet)
    return Workbook(read["kind"], sheets, read["date1904"])


def _cell(value: Any) -> Cell:
    if isinstance(value, str):
        return Cell(TEXT, value) if one_blank(value) else NOTHING
    if value is None:
        return NOTHING
    if isinstance(value, bool):
        return Cell(BOOLEAN, value)
    if isinstance(value, int | float):
        return Cell(NUMBER, value)
    [(kind, inner)] = value.items()
    return Cell(kind, _INNER[kind](inner))


_INNER: dict[str, Any] = {
    DATE: date.fromisoformat, DATETIME: datetime.fromisoformat, TIME: time.fromisoformat, ERROR: str,
    NO_VALUE: lambda _: None,
}  # fmt: skip


def _bring_down(sheet: Sheet) -> None:
    """A value merged downwards belongs to every row of the merge, as far as the sheet has rows."""
    last = max(sheet.rows, default=0)
    filled = 0
    for merge in sheet.merges:
        width = merge.right - merge.left + 1
        bottom = min(merge.bottom, last)
        filled += max(0, bottom - merge.top + 1)
        if filled > MOST_MERGED_CELLS:
            raise WorkbookRefused("too_many_merges")
        top = sheet.rows.get(merge.top)
        source = top.cell(merge.left) if top else NOTHING
        if source.kind == EMPTY:
            continue
        for number in range(merge.top, bottom + 1):
            row = sheet.rows.setdefault(number, Row(number, []))
            row.widths[merge.left] = width
            if number > merge.top:
                row.cells.extend([NOTHING] * (merge.left + 1 - len(row.cells)))
                row.cells[merge.left] = Cell(source.kind, source.value, merged=True)
