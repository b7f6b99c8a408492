"""How a sheet of the weekly workbook is laid out: handbook §4, A4 landscape, one page wide.

openpyxl makes a live formula of any text that begins with "=", so every text cell is written as a string.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from openpyxl.cell import Cell
from openpyxl.chart import BarChart, Reference
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

THIN = Side(style="thin", color="4A5259")
FRAME = Border(left=THIN, right=THIN, top=THIN, bottom=THIN)
HEAD = PatternFill("solid", fgColor="EFEDE6")
PLAIN, BOLD, TITLE = (
    Font(name="宋体", size=11),
    Font(name="宋体", size=11, bold=True),
    Font(name="宋体", size=16, bold=True),
)
FOOTER = ("单位负责人：", "审核人：", "填报人：", "联系电话：")
HEADER_ROW = 3


@dataclass(frozen=True)
class Table:
    """One sheet: its name, column heads, rows, and the 合计 row if the columns can be summed."""

    name: str
    heads: Sequence[str]
    rows: Sequence[Sequence[Any]]
    total: Sequence[Any] | None = None
    widths: Sequence[int] = ()
    notes: Sequence[str] = ()
    text_columns: frozenset[int] = field(default_factory=frozenset)


def put(cell: Cell, value: Any) -> None:
    """A value as data, never as a formula; None is 无 in text and 0 in numbers by the caller's choice."""
    if isinstance(value, str):
        cell.value = value
        cell.data_type = "s"
    elif isinstance(value, Decimal):
        cell.value = float(value)
        cell.number_format = "#,##0.0" if value == value.quantize(Decimal("0.1")) else "#,##0.000"
        if value == value.to_integral_value():
            cell.number_format = "#,##0"
    else:
        cell.value = value
        if isinstance(value, int):
            cell.number_format = "#,##0"


def lay_out(sheet: Worksheet, table: Table, *, title: str, as_of: str, unit: str, stamp: str) -> None:
    """Title, line 2, header, rows, total, notes, signatures, and the print set-up."""
    columns = len(table.heads)
    last = get_column_letter(columns)
    sheet.merge_cells(f"A1:{last}1")
    put(sheet["A1"], title)
    sheet["A1"].font, sheet["A1"].alignment = TITLE, Alignment(horizontal="center")
    _second_line(sheet, columns, as_of, unit)
    for column, head in enumerate(table.heads, 1):
        cell = sheet.cell(HEADER_ROW, column)
        put(cell, head)
        cell.font, cell.fill, cell.border = BOLD, HEAD, FRAME
        cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
    row = HEADER_ROW
    for values in table.rows or [["无"] + [""] * (columns - 1)]:
        row += 1
        _row(sheet, row, values, PLAIN)
    if table.total is not None:
        row += 1
        _row(sheet, row, table.total, BOLD)
    for note in table.notes:
        row += 1
        sheet.merge_cells(start_row=row, start_column=1, end_row=row, end_column=columns)
        cell = sheet.cell(row, 1)
        put(cell, note)
        cell.font, cell.alignment = PLAIN, Alignment(wrap_text=True, vertical="top")
        sheet.row_dimensions[row].height = 15 * (1 + len(note) // 55)
    _signatures(sheet, row + 2, columns)
    _print_setup(sheet, table, stamp)


def _second_line(sheet: Worksheet, columns: int, as_of: str, unit: str) -> None:
    middle = max(2, columns // 2)
    for column, text, align in ((1, "填报单位（盖章）：", "left"), (middle, as_of, "center"), (columns, unit, "right")):
        cell = sheet.cell(2, column)
        put(cell, text)
        cell.font, cell.alignment = PLAIN, Alignment(horizontal=align)


def _row(sheet: Worksheet, row: int, values: Sequence[Any], font: Font) -> None:
    for column, value in enumerate(values, 1):
        cell = sheet.cell(row, column)
        put(cell, value)
        cell.font, cell.border = font, FRAME
        is_number = isinstance(value, int | Decimal)
        cell.alignment = Alignment(horizontal="right" if is_number else "left", vertical="center", wrap_text=True)


def _signatures(sheet: Worksheet, row: int, columns: int) -> None:
    step = max(1, columns // len(FOOTER))
    for position, label in enumerate(FOOTER):
        cell = sheet.cell(row, min(columns, 1 + position * step))
        put(cell, label)
        cell.font = PLAIN


def _print_setup(sheet: Worksheet, table: Table, stamp: str) -> None:
    for column in range(1, len(table.heads) + 1):
        width = table.widths[column - 1] if column <= len(table.widths) else 12
        sheet.column_dimensions[get_column_letter(column)].width = width
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = f"{HEADER_ROW}:{HEADER_ROW}"
    sheet.freeze_panes = sheet.cell(HEADER_ROW + 1, 2)
    sheet.print_options.horizontalCentered = True
    sheet.oddFooter.right.text = f"第 &P 页，共 &N 页　{stamp}"
    sheet.oddFooter.right.size = 9
    sheet.page_margins.left = sheet.page_margins.right = 0.5


def bar_chart(sheet: Worksheet, *, title: str, heads: tuple[int, int], rows: int, anchor: str) -> None:
    """Two bars for each row of the table: the columns `heads` over the first column's words."""
    chart = BarChart()
    chart.type, chart.title, chart.height, chart.width = "bar", title, 7, 18
    first, last = HEADER_ROW, HEADER_ROW + rows
    for column in heads:
        chart.add_data(Reference(sheet, min_col=column, min_row=first, max_row=last), titles_from_data=True)
    chart.set_categories(Reference(sheet, min_col=1, min_row=first + 1, max_row=last))
    for series, colour in zip(chart.series, ("B6CADB", "134F80"), strict=False):
        series.graphicalProperties.solidFill = colour
    chart.y_axis.scaling.min = 0
    chart.x_axis.delete = chart.y_axis.delete = False
    chart.x_axis.scaling.orientation = "maxMin"
    sheet.add_chart(chart, anchor)
