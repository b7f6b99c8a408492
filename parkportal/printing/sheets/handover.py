"""The hand-over sheet 标本交接单: one box, its tubes by position, three signatures (domain-handbook.md §3)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from parkportal.printing.barcodes import grouped_code
from parkportal.printing.flow import Drawing, Margins, Piece, flow_pdf, gap
from parkportal.printing.fonts import fit_line
from parkportal.printing.paper import A4, FINE, HAIR, PALE, PT, Page, baseline
from parkportal.printing.sheet_parts import SignHere, head, moment, page_foot, signatures
from parkportal.printing.tables import Fact, facts

_MARGINS = Margins()
_MEASURE = A4[0] - _MARGINS.left - _MARGINS.right
_ACROSS = 4
_ROW_TALL, _ROW_LOW = 9.0, 6.2
_ONLY_ROWS, _FIRST_ROWS, _NEXT_ROWS = 24, 31, 40  # of the only page, of the first of several, of the others
_FREE = 118.0  # millimetres for the rows of tubes between the facts and the signatures of one page


@dataclass(frozen=True)
class HandoverTube:
    """One tube at its position in the box; `note` names what is odd about it (缺, 漏液)."""

    position: int
    code: str
    note: str = ""


@dataclass(frozen=True)
class HandoverSheet:
    """A sealed box on its way from the sampling point to the laboratory. What is empty is written by hand."""

    park: str
    point: str
    box_code: str
    seal: str
    expected: int
    tubes: tuple[HandoverTube, ...]
    lab: str
    actual: int | None = None  # what the laboratory signed for; None before
    temperature: Decimal | None = None
    first_sampled_at: datetime | None = None
    due_at: datetime | None = None
    handed_over_by: str = ""
    handed_over_at: datetime | None = None
    carrier: str = ""
    plate: str = ""
    received_by: str = ""
    received_at: datetime | None = None
    discrepancies: tuple[str, ...] = ()
    printed_at: datetime | None = None


def handover_sheet_pdf(sheet: HandoverSheet) -> bytes:
    """One page for boxes of up to 96 tubes, more pages after that; tubes run down the columns."""
    temperature = f"{sheet.temperature:.1f} ℃" if sheet.temperature is not None else "______ ℃"
    grid = [
        *_counts(sheet),
        Fact("箱内温度", f"{temperature}（要求 2–8 ℃）"),
        Fact("最早采样", moment(sheet.first_sampled_at)),
        Fact("送往", sheet.lab),
        Fact("最迟送达", moment(sheet.due_at)),
    ]
    caption = f"封条 {sheet.seal}" if sheet.seal else "封条 ______________"
    pieces = [
        head(f"{sheet.park}　{sheet.point}", "标本交接单", sheet.box_code, measure=_MEASURE, caption=caption),
        *facts(grid, measure=_MEASURE),
        gap(4),
        *_tube_blocks(sheet.tubes),
        _discrepancies(sheet),
        signatures(_signers(sheet), measure=_MEASURE),
    ]
    printed = f"　打印 {moment(sheet.printed_at)}" if sheet.printed_at else ""
    foot = page_foot(f"标本交接单 {grouped_code(sheet.box_code)}{printed}")
    return flow_pdf(f"标本交接单 {sheet.box_code}", A4, pieces, margins=_MARGINS, foot=foot)


def _counts(sheet: HandoverSheet) -> list[Fact]:
    """What was packed, or, once it is signed for, what should have arrived and what did."""
    if sheet.actual is None:
        words, counts = ("应装", "实装"), (sheet.expected, len(sheet.tubes))
    else:
        words, counts = ("应到", "实到完好"), (sheet.expected, sheet.actual)
    return [Fact(word, f"{count:,}", "支", large=True) for word, count in zip(words, counts, strict=True)]


def _signers(sheet: HandoverSheet) -> tuple[SignHere, ...]:
    return (
        SignHere("交出人", sheet.handed_over_by, (f"时间 {moment(sheet.handed_over_at)}",)),
        SignHere("运送人", sheet.carrier, (f"车牌 {sheet.plate}", "时间")),
        SignHere("接收人", sheet.received_by, (f"时间 {moment(sheet.received_at)}",)),
    )


def _tube_blocks(tubes: Sequence[HandoverTube]) -> list[Piece]:
    blocks: list[Piece] = []
    start, rows = 0, _ONLY_ROWS if len(tubes) <= _ONLY_ROWS * _ACROSS else _FIRST_ROWS
    tall = _ROW_TALL if rows == _ONLY_ROWS else _ROW_LOW
    while start < len(tubes) or not blocks:
        part = tubes[start : start + rows * _ACROSS]
        used = max(-(-len(part) // _ACROSS), 1)
        height = max(_ROW_LOW, min(tall, _FREE / used))
        blocks.append(_tube_block(part, used, height))
        start, rows = start + rows * _ACROSS, _NEXT_ROWS
    return blocks


def _tube_block(tubes: Sequence[HandoverTube], rows: int, row_height: float) -> Piece:
    width = _MEASURE / _ACROSS

    def draw(page: Page, x: float, y: float) -> None:
        size = 11 if row_height > 7.5 else 10
        for column in range(_ACROSS):
            left = x + column * width
            page.text(left + 1.6, baseline(y, size, height=7), "位", size)
            page.text(left + 9, baseline(y, size, height=7), "试管号", size)
        page.rule(x, y + 7, x + _MEASURE, y + 7, weight=FINE)
        for row in range(rows):
            foot = y + 7 + (row + 1) * row_height
            page.rule(x, foot, x + _MEASURE, foot, weight=HAIR, gray=PALE)
        for number, tube in enumerate(tubes):
            column, row = divmod(number, rows)
            _draw_tube(page, tube, x + column * width, y + 7 + row * row_height, row_height, size)

    return Piece(Drawing(7 + rows * row_height, draw))


def _draw_tube(page: Page, tube: HandoverTube, x: float, y: float, height: float, size: float) -> None:
    base = baseline(y, size, height=height)
    page.text(x + 1.6, base, str(tube.position), size)
    room = _MEASURE / _ACROSS - 10
    noted = fit_line(tube.note, 11 / PT, size - 2, smallest=6, bold=True) if tube.note else None
    beside = noted.width() * PT + 1.2 if noted else 0
    code = fit_line(tube.code, (room - beside) / PT, size, smallest=6)
    page.lines(x + 9, base, code)
    if noted:
        page.lines(x + 9 + code.width() * PT + 0.8, base, noted, bold=True)


def _discrepancies(sheet: HandoverSheet) -> Piece:
    lines = sheet.discrepancies or ("□ 无　□ 有，第 ________ 位，原因 ____________________________",)

    def draw(page: Page, x: float, y: float) -> None:
        for number, line in enumerate(lines):
            base = y + 8 + number * 6.5
            if not number:
                page.text(x + 1.6, base, "不符情况：", 11)
            page.lines(x + 22, base, fit_line(line, (_MEASURE - 22) / PT, 11, smallest=7))

    return Piece(Drawing(8 + 6.5 * len(lines), draw), keeps_next=True)
