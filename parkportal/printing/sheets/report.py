"""The report of one result 检测报告 with the fields of domain-handbook.md §3."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from parkportal.printing.flow import Drawing, Margins, Piece, flow_pdf, gap
from parkportal.printing.fonts import fit_line
from parkportal.printing.paper import A4, FINE, PT, STRONG, Page
from parkportal.printing.sheet_parts import head, moment, page_foot, paragraph
from parkportal.printing.tables import Column, Fact, TableStyle, facts, ruled_table

_MARGINS = Margins(left=18, right=18, top=16)
_QR = 34.0
_MEASURE = A4[0] - _MARGINS.left - _MARGINS.right


@dataclass(frozen=True)
class ResultReport:
    """One released result. The ID number is masked by the caller; a corrected report carries version and reason."""

    lab: str
    number: str
    specimen_code: str
    name: str
    sex: str
    age: str
    id_masked: str
    unit: str
    result: str
    sampled_at: datetime
    received_at: datetime
    reported_at: datetime
    tester: str
    verifier: str
    point: str = ""
    specimen_type: str = "咽拭子"
    method: str = "荧光 PCR 法"
    targets: tuple[tuple[str, str], ...] = (("ORF1ab 基因", ""), ("N 基因", ""))
    reference: str = "阴性"
    version: int = 1
    correction_reason: str = ""
    statement: str = "本报告仅对本标本负责。"
    verify_url: str = ""


def result_report_pdf(report: ResultReport) -> bytes:
    """One A4 page with the specimen's barcode, the result large, both names, and a place for the laboratory's stamp."""
    grid = [
        Fact("姓名", report.name),
        Fact("报告编号", report.number),
        Fact("性别、年龄", f"{report.sex}　{report.age}"),
        Fact("标本类型", report.specimen_type),
        Fact("证件号码", report.id_masked),
        Fact("采样时间", moment(report.sampled_at)),
        Fact("单位", report.unit),
        Fact("收样时间", moment(report.received_at)),
        Fact("采样点", report.point),
        Fact("报告时间", moment(report.reported_at)),
    ]
    pieces = [
        head(report.lab, "新型冠状病毒核酸检测报告", report.specimen_code, measure=_MEASURE),
        *facts(grid, measure=_MEASURE),
        gap(6),
        *_items(report),
        gap(6),
        _verdict(report),
        *_correction(report),
        _signed(report),
        gap(6),
        *paragraph(report.statement, measure=_MEASURE, size=10),
        *_verification(report),
    ]
    foot = page_foot(f"报告编号 {report.number}，第 {report.version} 版", margin=_MARGINS.left)
    return flow_pdf("检测报告", A4, pieces, margins=_MARGINS, foot=foot)


def _items(report: ResultReport) -> list[Piece]:
    columns = (Column("检测项目", 60), Column("方法", 40), Column("结果", 40, bold=True), Column("参考值", 30))
    rows: Sequence[tuple[str, ...]] = [
        (f"新型冠状病毒 {target}", report.method, value or report.result, report.reference)
        for target, value in report.targets
    ]
    return ruled_table(columns, rows, measure=_MEASURE, style=TableStyle(size=11, row=10))


def _verdict(report: ResultReport) -> Piece:
    def draw(page: Page, x: float, y: float) -> None:
        page.rule(x, y, x + _MEASURE, y, weight=STRONG)
        page.text(x + 1.6, y + 10.5, "结果", 12)
        page.lines(x + 29.6, y + 13, fit_line(report.result, 110 / PT, 30, smallest=12, bold=True), bold=True)
        page.rule(x, y + 19, x + _MEASURE, y + 19, weight=STRONG)

    return Piece(Drawing(21, draw))


def _correction(report: ResultReport) -> list[Piece]:
    if report.version == 1:
        return []
    text = f"本报告为第 {report.version} 版，以前各版作废。更正原因：{report.correction_reason}"
    return [gap(2), *paragraph(text, measure=_MEASURE, size=11, bold=True)]


def _verification(report: ResultReport) -> list[Piece]:
    """A code that leads to a page where the holder asks whether the paper is right; it holds no name and no result."""
    if not report.verify_url:
        return []

    def draw(page: Page, x: float, y: float) -> None:
        page.qr(x - 2, y + 4, report.verify_url, size=_QR)
        page.text(x + _QR + 3, y + 16, "核对本报告", 11, bold=True)
        page.text(x + _QR + 3, y + 23, "扫左边的码，填报告上的条码号和结果，页面只回答相符或不相符。", 10)
        page.text(x + _QR + 3, y + 29, "以最新一版为准；更正以后，旧版不再相符。", 10)

    return [Piece(Drawing(_QR + 6, draw))]


def _signed(report: ResultReport) -> Piece:
    def draw(page: Page, x: float, y: float) -> None:
        half = _MEASURE / 3
        for number, (title, name) in enumerate((("检验者", report.tester), ("审核者", report.verifier))):
            left = x + number * half
            page.text(left + 1.6, y + 12, title, 11)
            page.lines(left + 18, y + 12, fit_line(name, (half - 20) / PT, 12, smallest=7, bold=True), bold=True)
            page.rule(left + 17, y + 14.5, left + half - 6, y + 14.5, weight=FINE)
        page.text(x + 2 * half + 4, y + 12, "实验室（盖章）", 11)
        page.lines(x + _MEASURE, y + 32, fit_line(report.lab, half / PT, 11, smallest=7), align="right")
        page.text(x + _MEASURE, y + 39, moment(report.reported_at)[:10], 11, align="right")

    return Piece(Drawing(44, draw))
