"""领用登记表, to print and as a workbook with the drawn signatures in their cells: made by a job."""

import io
from collections.abc import Iterable, Iterator

from django.conf import settings
from openpyxl import Workbook
from openpyxl.drawing.image import Image
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from parkportal.clock import park_now
from parkportal.records import jobs
from parkportal.records.audit import record
from parkportal.records.files import keep_made
from parkportal.records.models import Job
from parkportal.records.models.files import JOB_LIFE
from parkportal.workbooks.writing import clean_text
from supplies import listing, papers
from supplies.models import Delivery, Receipt
from supplies.papers import register_lines, whole

COLUMNS = (
    ("序号", 6), ("领用单位", 30), ("物资", 20), ("规格", 14), ("单位", 6), ("数量", 10), ("批号", 16), ("有效期", 12),
    ("发放人", 12), ("联络员", 12), ("领用人签字", 22), ("手机", 14), ("日期", 12), ("备注", 18), ("照片", 13),
)  # fmt: skip
SIGNED, PHOTO = 11, 15
HEAD = 3
SIGNATURE_PIXELS, PHOTO_HEIGHT = (132, 54), 54
ROW_POINTS = 44
LIMIT = 20_000
KIND = "issue_register"
FORMS = {"pdf": "打印", "xlsx": "Excel"}
THIN = Side(style="thin", color="83888C")


@jobs.handler(KIND, unit="张")
def run(job: Job, progress: jobs.Progress) -> jobs.Finished:
    """Deliveries that were signed for, as the list shows them to the job's owner; at most the latest `LIMIT`."""
    form = job.params["form"]
    asked = listing.rows_of(job.params["query"], job.owner).received()
    latest = list(
        whole(asked.order_by("-receipt__at", "-id")).select_related("receipt__image", "receipt__photo")[: LIMIT + 1]
    )
    rows, is_cut = latest[:LIMIT][::-1], len(latest) > LIMIT

    def told() -> Iterator[Delivery]:
        for number, row in enumerate(rows, 1):
            progress.tick(number, len(rows))
            yield row

    raw = papers.register(told(), as_of=_as_of(is_cut)) if form == "pdf" else _saved(book(told(), as_of=_as_of(is_cut)))
    stored = keep_made(raw, form, name="领用登记表", purpose="export", owner=job.owner, life=JOB_LIFE)
    record("supplies.register_exported", by=job.owner, after={"张数": len(rows), "形式": FORMS[form]})
    return jobs.Finished(message=f"{len(rows)} 张签收过的配送单", result=stored)


def _as_of(is_cut: bool) -> str:
    return f"截至 {park_now():%Y-%m-%d %H:%M}" + (f"，只列最近 {LIMIT} 张配送单" if is_cut else "")


def _saved(made: Workbook) -> bytes:
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def book(deliveries: Iterable[Delivery], *, as_of: str) -> Workbook:
    """One row for each line; a delivery's signature stands beside its first line."""
    made = Workbook()
    sheet = made.active
    sheet.title = "领用登记表"
    _heading(sheet, as_of)
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
            sheet.cell(row, PHOTO).border = Border(THIN, THIN, THIN, THIN)
            if not place and delivery.receipt is not None:
                _sign(sheet, row, delivery.receipt)
                _show(sheet, row, delivery.receipt)
    _paper(sheet, HEAD + number)
    return made


def _heading(sheet: Worksheet, as_of: str) -> None:
    last = get_column_letter(len(COLUMNS))
    sheet.merge_cells(f"A1:{last}1")
    sheet["A1"] = f"{settings.PARK_NAME}疫情防控物资领用登记表"
    sheet["A1"].font, sheet["A1"].alignment = Font(size=16, bold=True), Alignment(horizontal="center")
    sheet["A2"] = as_of
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
    picture = Image(io.BytesIO(papers.small(receipt.image)))
    picture.width, picture.height = SIGNATURE_PIXELS
    picture.anchor = f"{get_column_letter(SIGNED)}{row}"
    sheet.add_image(picture)
    sheet.cell(row, SIGNED).alignment = Alignment(vertical="bottom", horizontal="right", wrap_text=True)
    sheet.cell(row, SIGNED).font = Font(size=8)


def _show(sheet: Worksheet, row: int, receipt: Receipt) -> None:
    """The photo that was taken at the door, as high as its row."""
    if receipt.photo is None:
        return
    picture = Image(io.BytesIO(papers.small_photo(receipt.photo)))
    picture.width, picture.height = round(picture.width * PHOTO_HEIGHT / picture.height), PHOTO_HEIGHT
    picture.anchor = f"{get_column_letter(PHOTO)}{row}"
    sheet.add_image(picture)


def _paper(sheet: Worksheet, last: int) -> None:
    sheet.print_title_rows = f"1:{HEAD}"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 9
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.cell(last + 2, 1, "制表：　　　　　　　审核：　　　　　　　签字：")
