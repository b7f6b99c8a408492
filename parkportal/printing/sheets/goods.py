"""Paper that goes with goods: pick list 拣货单, delivery note 配送单, issue register 领用登记表 (domain-handbook.md §5)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from parkportal.printing.barcodes import grouped_code
from parkportal.printing.flow import Document, Margins, Piece, flow_pdf, flows_pdf, gap
from parkportal.printing.paper import A4
from parkportal.printing.sheet_parts import SignHere, day, head, moment, page_foot, paragraph, signatures
from parkportal.printing.sheets.table import TableSheet, table_sheet_pdf
from parkportal.printing.tables import Column, Drawn, Fact, TableStyle, facts, ruled_table

_MARGINS = Margins()
_MEASURE = A4[0] - _MARGINS.left - _MARGINS.right
_LINES = TableStyle(size=10, row=9)
_DELIVERY_COLUMNS = (
    Column("序号", 12, align="right"),
    Column("物资", 34, bold=True),
    Column("规格", 26),
    Column("单位", 10),
    Column("数量", 17, align="right", bold=True),
    Column("批号", 26),
    Column("有效期", 22),
    Column("实收", 16, align="right"),
    Column("备注", 18),
)
_PICK_COLUMNS = (
    Column("拣", 8, align="center"),
    Column("货位", 15, bold=True),
    Column("物资", 31, bold=True),
    Column("规格", 20),
    Column("数量", 16, align="right", bold=True),
    Column("单位", 10),
    Column("批号", 22),
    Column("有效期", 21),
    Column("发给", 49),
)


@dataclass(frozen=True)
class DeliveryLine:
    """One lot of one item on a delivery; `quantity` is text as it shall be read (1,000 or 3.597)."""

    item: str
    specification: str
    unit: str
    quantity: str
    lot: str
    expires_on: date | None = None
    remark: str = ""


@dataclass(frozen=True)
class DeliveryNote:
    """Goods on their way to one receiver. The phone is as it may be shown; what is empty is written by hand; `hints` are
    how to take or to handle something, a paragraph each."""

    park: str
    code: str
    warehouse: str
    receiver: str
    lines: tuple[DeliveryLine, ...]
    squad: str = ""
    liaison: str = ""
    contact: str = ""
    phone: str = ""
    address: str = ""
    planned_for: str = ""
    issued_by: str = ""
    issued_at: datetime | None = None
    hints: tuple[str, ...] = ()
    note: str = "免费发放。数量不符请当场注明原因，三方签字后各留一份。"


def delivery_note_pdf(note: DeliveryNote) -> bytes:
    """The delivery note with its PS code as barcode, received and shortage to be written beside each line."""
    return delivery_notes_pdf([note])


def delivery_notes_pdf(notes: Sequence[DeliveryNote]) -> bytes:
    """One note after the other in one file; each begins on a page of its own."""
    documents = [Document(A4, _note_pieces(note), page_foot(f"物资配送单 {grouped_code(note.code)}")) for note in notes]
    title = f"物资配送单 {notes[0].code}" if len(notes) == 1 else f"物资配送单 {len(notes)} 张"
    return flows_pdf(title, documents, margins=_MARGINS)


def _note_pieces(note: DeliveryNote) -> list[Piece]:
    grid = [
        Fact("出库仓库", note.warehouse),
        Fact("出库时间", moment(note.issued_at)),
        Fact("领用单位", note.receiver),
        Fact("计划送达", note.planned_for),
        Fact("收货人", f"{note.contact}　{note.phone}"),
        Fact("联络员", f"{note.squad}　{note.liaison}"),
        Fact("地址", note.address),
    ]
    rows = [
        (
            str(number),
            line.item,
            line.specification,
            line.unit,
            line.quantity,
            line.lot,
            day(line.expires_on),
            "",
            line.remark,
        )
        for number, line in enumerate(note.lines, start=1)
    ]
    return [
        head(note.park, "物资配送单", note.code, measure=_MEASURE, caption=f"共 {len(rows)} 行"),
        *facts(grid, measure=_MEASURE),
        gap(5),
        *ruled_table(_DELIVERY_COLUMNS, rows, measure=_MEASURE, style=_LINES),
        gap(3),
        *(piece for hint in note.hints for piece in paragraph(hint, measure=_MEASURE, size=10)),
        *paragraph(note.note, measure=_MEASURE, size=10),
        gap(4),
        signatures(
            (SignHere("发放人", note.issued_by), SignHere("联络员", note.liaison), SignHere("领用人", "")),
            measure=_MEASURE,
        ),
    ]


@dataclass(frozen=True)
class PickLine:
    """What to take from where, first expiring first."""

    place: str
    item: str
    specification: str
    unit: str
    quantity: str
    lot: str
    expires_on: date | None = None
    receiver: str = ""


@dataclass(frozen=True)
class PickList:
    """Lines to pick in one warehouse, in the order in which its shelves are walked; no code when for many deliveries."""

    park: str
    code: str
    warehouse: str
    lines: tuple[PickLine, ...]
    for_whom: str = ""
    printed_at: datetime | None = None


def pick_list_pdf(pick_list: PickList) -> bytes:
    """The pick list with a box to tick beside each line."""
    grid = [
        Fact("仓库", pick_list.warehouse),
        Fact("打印时间", moment(pick_list.printed_at)),
        Fact("发给", pick_list.for_whom),
        Fact("行数", f"{len(pick_list.lines):,}", "行"),
    ]
    rows = [
        (
            "□",
            line.place,
            line.item,
            line.specification,
            line.quantity,
            line.unit,
            line.lot,
            day(line.expires_on),
            line.receiver,
        )
        for line in pick_list.lines
    ]
    pieces: list[Piece] = [
        head(pick_list.park, "拣货单", pick_list.code, measure=_MEASURE),
        *facts(grid, measure=_MEASURE),
        gap(5),
        *ruled_table(_PICK_COLUMNS, rows, measure=_MEASURE, style=_LINES),
        gap(6),
        signatures((SignHere("拣货人"), SignHere("复核人")), measure=_MEASURE),
    ]
    foot = page_foot(f"拣货单 {grouped_code(pick_list.code)}".strip())
    return flow_pdf(f"拣货单 {pick_list.code}".strip(), A4, pieces, margins=_MARGINS, foot=foot)


@dataclass(frozen=True)
class IssueRegisterLine:
    """One receipt by one unit; the signature stays empty unless who signed in the portal is known.

    `drawn` is a PNG, `photo` a JPEG that stands beside the remark.
    """

    receiver: str
    item: str
    specification: str
    unit: str
    quantity: str
    lot: str
    expires_on: date | None
    issued_by: str
    liaison: str
    signed_by: str = ""
    phone: str = ""
    received_on: date | None = None
    remark: str = ""
    drawn: bytes = b""
    photo: bytes = b""


@dataclass(frozen=True)
class IssueRegister:
    """The register of what was handed out, to be filed."""

    park: str
    lines: tuple[IssueRegisterLine, ...]
    warehouse: str = ""
    as_of: str = ""


def issue_register_pdf(register: IssueRegister) -> bytes:
    """领用登记表 on A4 landscape with the columns of the handbook."""
    shares = (
        ("序号", 11, "right"),
        ("领用单位", 38, "left"),
        ("物资", 26, "left"),
        ("规格", 18, "left"),
        ("单位", 10, "left"),
        ("数量", 16, "right"),
        ("批号", 22, "left"),
        ("有效期", 20, "left"),
        ("发放人", 15, "left"),
        ("联络员", 15, "left"),
        ("领用人签字", 22, "left"),
        ("手机", 23, "left"),
        ("日期", 20, "left"),
        ("备注", 18, "left"),
    )
    rows = tuple(
        (
            *(str(number), line.receiver, line.item, line.specification, line.unit, line.quantity, line.lot),
            *(day(line.expires_on), line.issued_by, line.liaison),
            Drawn(line.drawn, line.signed_by) if line.drawn else line.signed_by,
            line.phone,
            day(line.received_on),
            Drawn(line.photo, line.remark) if line.photo else line.remark,
        )
        for number, line in enumerate(register.lines, start=1)
    )
    return table_sheet_pdf(
        TableSheet(
            title=f"{register.park}疫情防控物资领用登记表",
            columns=tuple(Column(title, share, align=align) for title, share, align in shares),
            rows=rows,
            left=f"仓库：{register.warehouse}",
            middle=register.as_of,
            right=f"共 {len(rows):,} 行",
            style=TableStyle(size=8.5, row=8.5, framed=True),
        )
    )
