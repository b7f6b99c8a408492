"""领用登记表 as a workbook: the columns of the handbook, with the drawn signatures as pictures in their cells."""

import io
from collections.abc import Iterator

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpResponse
from openpyxl import Workbook
from openpyxl.drawing.image import Image
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from parkportal.clock import park_now, park_today
from parkportal.records import files
from parkportal.workbooks.writing import clean_text
from supplies.models import Delivery, Receipt
from supplies.papers import register_lines, whole

COLUMNS = (
    ("序号", 6), ("领用单位", 30), ("物资", 20), ("规格", 14), ("单位", 6), ("数量", 10), ("批号", 16), ("有效期", 12),
    ("发放人", 12), ("联络员", 12), ("领用人签字", 22), ("手机", 14), ("日期", 12), ("备注", 18),
)  # fmt: skip
SIGNED = 11
HEAD = 3
SIGNATURE_PIXELS = (132, 54)
ROW_POINTS = 44
LIMIT = 2000
THIN = Side(style="thin", color="83888C")


def answer(deliveries: QuerySet[Delivery]) -> HttpResponse:
    """The workbook of what was signed for, at most the latest 2,000 deliveries."""
    latest = whole(deliveries.order_by("-receipt__at", "-id")).select_related("receipt__image", "warehouse")
    rows = list(latest[: LIMIT + 1])
    out = io.BytesIO()
    book(rows[:LIMIT][::-1], is_cut=len(rows) > LIMIT).save(out)
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    told = HttpResponse(out.getvalue(), content_type=kind)
    told["Content-Disposition"] = f'attachment; filename="lingyong-{park_today():%Y%m%d}.xlsx"'
    told["Cache-Control"] = "no-store"
    return told


def book(deliveries: list[Delivery], *, is_cut: bool = False) -> Workbook:
    """One row for each line; a delivery's signature stands beside its first line. A register that is cut says so."""
    made = Workbook()
    sheet = made.active
    sheet.title = "领用登记表"
    _heading(sheet)
    if is_cut:
        sheet["A2"] = f"{sheet['A2'].value}，只列最近 {LIMIT} 张配送单"
    number = 0
    for delivery in deliveries:
        for place, values in enumerate(_values(delivery)):
            number += 1
            row = HEAD + number
            for column, value in enumerate((number, *values), 1):
                cell = sheet.cell(row, column, clean_text(value) if isinstance(value, str) else value)
                cell.border = Border(THIN, THIN, THIN, THIN)
                cell.alignment = Alignment(vertical="center", wrap_text=True)
                if isinstance(value, str):
                    cell.data_type, cell.number_format = "s", "@"
            sheet.row_dimensions[row].height = ROW_POINTS
            if not place and delivery.receipt is not None:
                _sign(sheet, row, delivery.receipt)
    _paper(sheet, HEAD + number)
    return made


def _heading(sheet: Worksheet) -> None:
    last = get_column_letter(len(COLUMNS))
    sheet.merge_cells(f"A1:{last}1")
    sheet["A1"] = f"{settings.PARK_NAME}疫情防控物资领用登记表"
    sheet["A1"].font, sheet["A1"].alignment = Font(size=16, bold=True), Alignment(horizontal="center")
    sheet["A2"] = f"截至 {park_now():%Y-%m-%d %H:%M}"
    for column, (title, width) in enumerate(COLUMNS, 1):
        cell = sheet.cell(HEAD, column, title)
        cell.font, cell.border = Font(bold=True), Border(THIN, THIN, THIN, THIN)
        cell.alignment = Alignment(horizontal="center", vertical="center")
        sheet.column_dimensions[get_column_letter(column)].width = width
    sheet.freeze_panes = f"A{HEAD + 1}"


def _values(delivery: Delivery) -> Iterator[tuple]:
    lines = zip(register_lines(delivery), delivery.lines.all(), strict=True)
    for line, stored in lines:
        yield (
            line.receiver, line.item, line.specification, line.unit, float(stored.received or 0), line.lot,
            f"{line.expires_on:%Y-%m-%d}" if line.expires_on else "", line.issued_by, line.liaison, line.signed_by,
            line.phone, f"{line.received_on:%Y-%m-%d}" if line.received_on else "", line.remark,
        )  # fmt: skip


def _sign(sheet: Worksheet, row: int, receipt: Receipt) -> None:
    """The picture over the cell; the name stays below it in the cell, for who searches."""
    if receipt.image is None:
        return
    picture = Image(io.BytesIO(files.content(receipt.image)))
    picture.width, picture.height = SIGNATURE_PIXELS
    picture.anchor = f"{get_column_letter(SIGNED)}{row}"
    sheet.add_image(picture)
    sheet.cell(row, SIGNED).alignment = Alignment(vertical="bottom", horizontal="right", wrap_text=True)
    sheet.cell(row, SIGNED).font = Font(size=8)


def _paper(sheet: Worksheet, last: int) -> None:
    sheet.print_title_rows = f"1:{HEAD}"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 9
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.cell(last + 2, 1, "制表：　　　　　　　审核：　　　　　　　签字：")
