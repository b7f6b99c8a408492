"""The papers that go with goods, as PDF answers: pick list, delivery notes, register of what was handed out."""

import io
from collections.abc import Iterable
from datetime import date

from django.conf import settings
from django.db.models import Prefetch, QuerySet
from django.http import HttpResponse
from PIL import Image, ImageOps

from parkportal.clock import day_of, local, park_now, park_today
from parkportal.printing import sheets
from parkportal.printing.tables import Column, TableStyle
from parkportal.privacy import mask_phone
from parkportal.quantities import plain
from parkportal.records import files
from parkportal.records.models import StoredFile
from parkportal.states import Refused
from supplies.corrected import corrections, numbers
from supplies.models import Delivery, DeliveryLine, DeliveryMove, DeliveryStatus, Line, Movement, Shelf, StockTake

NOTE_LIMIT = 300
SIGNATURE_PIXELS, PHOTO_PIXELS = (264, 109), (240, 160)


def answer(what: str, deliveries: QuerySet[Delivery]) -> HttpResponse:
    """`pick` is one list of all lines; `notes` a note for each delivery, one file. Raises Refused `none`, `too_many`."""
    rows = list(whole(deliveries.order_by("squad__number", "enterprise__pinyin_key", "id")[: NOTE_LIMIT + 1]))
    if not rows:
        raise Refused("none", "没有选配送单。")
    if len(rows) > NOTE_LIMIT:
        raise Refused("too_many", f"一次最多打印 {NOTE_LIMIT} 张配送单，请按小分队或状态筛选后再打印。")
    if what == "pick":
        return _pdf(pick_list(rows), f"jianhuodan-{park_today():%Y%m%d}.pdf")
    return _pdf(delivery_notes(rows), f"peisongdan-{rows[0].code if len(rows) == 1 else len(rows)}.pdf")


def register(deliveries: Iterable[Delivery], *, as_of: str) -> bytes:
    """领用登记表 of deliveries that were signed for, each with its lines and pictures read (`whole`)."""
    lines = tuple(line for row in deliveries for line in register_lines(row, with_signatures=True))
    return sheets.issue_register_pdf(
        sheets.IssueRegister(park=settings.PARK_NAME, lines=lines, warehouse="各仓库", as_of=as_of)
    )


def pick_list(deliveries: list[Delivery]) -> bytes:
    """All lines in the order in which the shelves are walked: shelf, item, then the lot that expires first."""
    shelves = _shelves(deliveries)
    lines = [
        (shelves.get((row.warehouse_id, line.lot.item_id), ""), line, row)
        for row in deliveries
        for line in row.lines.all()
    ]
    return sheets.pick_list_pdf(
        sheets.PickList(
            park=settings.PARK_NAME,
            code=deliveries[0].code if len(deliveries) == 1 else "",
            warehouse=str(deliveries[0].warehouse),
            for_whom=f"{len(deliveries)} 张配送单",
            printed_at=park_now(),
            lines=tuple(_pick_line(*line) for line in sorted(lines, key=_walk)),
        )
    )


def _shelves(deliveries: list[Delivery]) -> dict[tuple[int, int], str]:
    """(warehouse, item) → the label of its shelf."""
    rows = Shelf.objects.filter(place__in={row.warehouse_id for row in deliveries})
    return {(place, item): label for place, item, label in rows.values_list("place", "item", "label")}


def _walk(pick: tuple[str, DeliveryLine, Delivery]) -> tuple:
    """What has no shelf comes last."""
    shelf, line, _ = pick
    return (not shelf, shelf, line.lot.item.pinyin_key, line.lot.expires_on or date.max, line.pk)


def _pick_line(shelf: str, line: DeliveryLine, row: Delivery) -> sheets.PickLine:
    item = line.lot.item
    return sheets.PickLine(
        place=shelf or "—",
        item=item.name,
        specification=item.spec,
        unit=item.unit,
        quantity=plain(line.expected),
        lot=line.lot.batch,
        expires_on=line.lot.expires_on,
        receiver=f"{row.squad.name if row.squad else '自取'}　{row.enterprise.name}",
    )


def count_sheet(take: StockTake) -> HttpResponse:
    """盘点单: every lot by shelf with room for the number; on a blind one the book is not printed."""
    head = [
        ("序号", 12, "right"),
        ("货位", 18, "left"),
        ("物资", 44, "left"),
        ("规格", 34, "left"),
        ("批号", 32, "left"),
    ]
    head += [("有效期", 24, "left"), ("单位", 14, "left")]
    head += [] if take.is_blind else [("账面", 22, "right")]
    head += [("实盘", 24, "right"), ("差异原因", 45, "left")]
    lines = take.lines.select_related("lot__item")
    rows = []
    for number, line in enumerate(lines, 1):
        item, until = line.lot.item, line.lot.expires_on
        row = [str(number), line.shelf, item.name, item.spec, line.lot.batch, f"{until:%Y-%m-%d}" if until else "—"]
        rows.append((*row, item.unit, *([] if take.is_blind else [plain(line.book)]), "", ""))
    sheet = sheets.TableSheet(
        title=f"{settings.PARK_NAME}物资盘点单",
        columns=tuple(Column(title, share, align=align) for title, share, align in head),
        rows=tuple(rows),
        left=f"库位：{take.place}",
        middle=f"{'盲盘' if take.is_blind else '明盘'}，{local(take.created_at):%Y-%m-%d} 开单",
        right=f"共 {len(rows)} 批",
        signers=("清点", "复点", "批准"),
        style=TableStyle(size=10, row=9, framed=True),
    )
    return _pdf(sheets.table_sheet_pdf(sheet), f"pandiandan-{take.pk}.pdf")


def receipt_sheet(movement: Movement) -> HttpResponse:
    """入库单 of one receipt, for the keeper and whoever approves to sign; an undone one says so on its face."""
    head = (
        ("序号", 11, "right"), ("物资", 40, "left"), ("规格", 30, "left"), ("单位", 12, "left"), ("数量", 22, "right"),
        ("批号", 28, "left"), ("生产日期", 22, "left"), ("有效期", 22, "left"), ("生产厂家", 38, "left"),
        ("来源", 12, "left"), ("供应商或捐赠单位", 38, "left"),
    )  # fmt: skip
    lines = list(movement.lines.select_related("lot__item", "to_place"))
    undone = Movement.objects.filter(reverses=movement).exists()
    anew = Movement.objects.filter(replaces=movement).first()
    state = f"（已更正，以第 {anew.pk} 笔为准）" if anew else "（已冲正，作废）" if undone else ""
    sheet = sheets.TableSheet(
        title=f"{settings.PARK_NAME}物资入库单{state}",
        columns=tuple(Column(title, share, align=align) for title, share, align in head),
        rows=tuple(_received(number, line) for number, line in enumerate(lines, 1)),
        left=f"仓库：{lines[0].to_place}",
        middle=f"{local(movement.at):%Y-%m-%d %H:%M} 入库，台账第 {movement.pk} 笔",
        right=f"共 {len(lines)} 批",
        signers=(f"仓管（经办 {movement.by}）", "审批", "日期"),
        style=TableStyle(size=9.5, row=9, framed=True),
    )
    return _pdf(sheets.table_sheet_pdf(sheet), f"rukudan-{movement.pk}.pdf")


def _received(number: int, line: Line) -> tuple[str, ...]:
    lot, item = line.lot, line.lot.item
    made, until = (f"{day:%Y-%m-%d}" if day else "—" for day in (lot.made_on, lot.expires_on))
    what = (str(number), item.name, item.spec, item.unit, plain(line.quantity), lot.batch)
    return (*what, made, until, lot.manufacturer, lot.get_source_display(), lot.supplier)


def delivery_notes(deliveries: list[Delivery]) -> bytes:
    """One note after the other, each with its own barcode and page count."""
    return sheets.delivery_notes_pdf([_note(row) for row in deliveries])


def _note(row: Delivery) -> sheets.DeliveryNote:
    firm = row.enterprise
    lines = [
        sheets.DeliveryLine(
            item=line.lot.item.name,
            specification=line.lot.item.spec,
            unit=line.lot.item.unit,
            quantity=plain(line.expected),
            lot=line.lot.batch,
            expires_on=line.lot.expires_on,
        )
        for line in row.lines.all()
    ]
    return sheets.DeliveryNote(
        park=settings.PARK_NAME,
        code=row.code,
        warehouse=str(row.warehouse),
        receiver=firm.name,
        lines=tuple(lines),
        squad=row.squad.name if row.squad else "",
        contact=firm.liaison_name,
        phone=mask_phone(firm.liaison_phone),
        address=firm.address or firm.place,
        planned_for=f"{local(row.planned_at):%Y-%m-%d %H:%M}" if row.planned_at else "",
        issued_at=row.issued_at,
        hints=tuple(
            f"{item.name}：{item.hint}。"
            for item in dict.fromkeys(line.lot.item for line in row.lines.all())
            if item.hint
        ),
    )


def small(stored: StoredFile) -> bytes:
    """A drawn signature in grey and as large as its cell needs, so that a register of hundreds stays a small file."""
    return _shrunk(stored, "L", SIGNATURE_PIXELS, "PNG")


def small_photo(stored: StoredFile) -> bytes:
    """The photo of a receipt as large as its cell in the workbook needs, a JPEG without what the camera wrote into it."""
    return _shrunk(stored, "RGB", PHOTO_PIXELS, "JPEG")


def _shrunk(stored: StoredFile, mode: str, pixels: tuple[int, int], kind: str) -> bytes:
    with Image.open(io.BytesIO(files.content(stored))) as picture:
        made = ImageOps.exif_transpose(picture).convert(mode)
    made.thumbnail(pixels)
    out = io.BytesIO()
    made.save(out, kind)
    return out.getvalue()


def register_lines(row: Delivery, *, with_signatures: bool = False) -> Iterable[sheets.IssueRegisterLine]:
    """The lines of one signed delivery as 领用登记表 has them. Raises Refused `unsigned`."""
    receipt = row.receipt
    if receipt is None:
        raise Refused("unsigned", f"{row} 还没有签收。")
    changed = numbers(row.corrections)
    # one signature for many items stands beside the first
    for place, line in enumerate(row.lines.all()):
        yield sheets.IssueRegisterLine(
            receiver=row.enterprise.name,
            item=line.lot.item.name,
            specification=line.lot.item.spec,
            unit=line.lot.item.unit,
            quantity=plain(line.received),
            lot=line.lot.batch,
            expires_on=line.lot.expires_on,
            issued_by=str(row.issues[0].by) if row.issues else str(row.warehouse),
            liaison=str(row.handover.signed_name) if row.handover else "",
            signed_by=receipt.signed_name,
            phone=mask_phone(row.enterprise.liaison_phone),
            received_on=day_of(receipt.at),
            remark=_remark(line, changed.get(line.pk), photo=bool(not place and receipt.photo_id)),
            drawn=small(receipt.image) if with_signatures and not place and receipt.image else b"",
            photo=small_photo(receipt.photo) if with_signatures and not place and receipt.photo else b"",
        )


def _remark(line: DeliveryLine, corrected: list[str] | None, *, photo: bool) -> str:
    short = f"少 {plain(line.missing)}，{line.shortage_words}" if line.missing else ""
    changed = f"更正：{' → '.join(corrected)}" if corrected else ""
    return "；".join(filter(None, [short, changed, "有照片" if photo else ""]))


def whole(deliveries: QuerySet[Delivery]) -> QuerySet[Delivery]:
    """With everything that the papers print."""
    issued = DeliveryMove.objects.filter(to_status=DeliveryStatus.ISSUED).select_related("by").order_by("-id")
    return deliveries.select_related("enterprise", "squad", "warehouse", "receipt", "handover").prefetch_related(
        "lines__lot__item", Prefetch("moves", issued, to_attr="issues"), corrections()
    )


def _pdf(data: bytes, name: str) -> HttpResponse:
    answer = HttpResponse(data, content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{name}"'
    return answer
