"""The papers that go with goods, as PDF answers: pick list, delivery notes, register of what was handed out."""

from collections.abc import Iterable

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpResponse

from parkportal.clock import day_of, park_now, park_today
from parkportal.printing import sheets
from parkportal.privacy import mask_phone
from parkportal.quantities import plain
from parkportal.states import Refused
from supplies.models import Delivery

NOTE_LIMIT = 300


def answer(what: str, deliveries: QuerySet[Delivery]) -> HttpResponse:
    """`pick` is one list of all lines; `notes` a note for each delivery, one file."""
    rows = list(_whole(deliveries.order_by("squad__number", "enterprise__pinyin_key", "id")[:NOTE_LIMIT]))
    if not rows:
        return HttpResponse("没有选配送单。", status=422, content_type="text/plain; charset=utf-8")
    if what == "pick":
        return _pdf(pick_list(rows), f"jianhuodan-{park_today():%Y%m%d}.pdf")
    return _pdf(delivery_notes(rows), f"peisongdan-{rows[0].code if len(rows) == 1 else len(rows)}.pdf")


def register(deliveries: QuerySet[Delivery]) -> HttpResponse:
    """领用登记表 of the deliveries that were signed for."""
    rows = _whole(deliveries.order_by("receipt__at", "id"))
    lines = tuple(line for row in rows for line in _register_lines(row))
    sheet = sheets.IssueRegister(
        park=settings.PARK_NAME, lines=lines, warehouse="各仓库", as_of=f"截至 {park_now():%Y-%m-%d %H:%M}"
    )
    return _pdf(sheets.issue_register_pdf(sheet), f"lingyong-{park_today():%Y%m%d}.pdf")


def pick_list(deliveries: list[Delivery]) -> bytes:
    """All lines in shelf order: item, then the lot that expires first."""
    lines = [(line, row) for row in deliveries for line in row.lines.all()]
    lines.sort(key=lambda pair: (pair[0].lot.item.pinyin_key, pair[0].lot.expires_on or park_today().max))
    return sheets.pick_list_pdf(
        sheets.PickList(
            park=settings.PARK_NAME,
            code=deliveries[0].code,
            warehouse=str(deliveries[0].warehouse),
            for_whom=f"{len(deliveries)} 张配送单",
            printed_at=park_now(),
            lines=tuple(
                sheets.PickLine(
                    place=row.squad.name if row.squad else "自取",
                    item=line.lot.item.name,
                    specification=line.lot.item.spec,
                    unit=line.lot.item.unit,
                    quantity=plain(line.expected),
                    lot=line.lot.batch,
                    expires_on=line.lot.expires_on,
                    receiver=row.enterprise.name,
                )
                for line, row in lines
            ),
        )
    )


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
            remark=line.lot.item.safety_note[:20],
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
        planned_for=f"{row.planned_at:%Y-%m-%d %H:%M}" if row.planned_at else "",
        issued_at=row.issued_at,
    )


def _register_lines(row: Delivery) -> Iterable[sheets.IssueRegisterLine]:
    receipt = row.receipt
    if receipt is None:
        raise Refused("unsigned", f"{row} 还没有签收。")
    for line in row.lines.all():
        missing = line.missing or 0
        yield sheets.IssueRegisterLine(
            receiver=row.enterprise.name,
            item=line.lot.item.name,
            specification=line.lot.item.spec,
            unit=line.lot.item.unit,
            quantity=plain(line.received),
            lot=line.lot.batch,
            expires_on=line.lot.expires_on,
            issued_by=str(row.warehouse),
            liaison=str(row.handover.signed_name) if row.handover else "",
            signed_by=receipt.signed_name,
            phone=mask_phone(row.enterprise.liaison_phone),
            received_on=day_of(receipt.at),
            remark=f"少 {plain(missing)}，{line.get_shortage_display()}" if missing else "",
        )


def _whole(deliveries: QuerySet[Delivery]) -> QuerySet[Delivery]:
    return deliveries.select_related("enterprise", "squad", "warehouse", "receipt", "handover").prefetch_related(
        "lines__lot__item"
    )


def _pdf(data: bytes, name: str) -> HttpResponse:
    answer = HttpResponse(data, content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{name}"'
    return answer
