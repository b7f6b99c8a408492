"""The slip for somebody without a phone: when and where to come, and the code to show."""

from dataclasses import dataclass

from parkportal.printing.barcodes import code128_width, grouped_code
from parkportal.printing.fonts import fit_line, fit_lines
from parkportal.printing.paper import A5, FINE, PALE, PT, STRONG, Page, PdfFile, baseline

_LEFT, _RIGHT = 14.0, A5[0] - 14.0
_MEASURE = _RIGHT - _LEFT
_MIDDLE = A5[0] / 2
STEPS = ("戴口罩，带上有效证件", "到现场出示本单，先测体温", "领咽拭子和条码，排队采样")


@dataclass(frozen=True)
class AppointmentSlip:
    """One appointment. `person` is masked (陆**); `qr_text` is what the station scans, mostly the code itself."""

    park: str
    title: str
    day: str
    hours: str
    place: str
    person: str
    code: str
    qr_text: str
    enterprise: str = ""
    steps: tuple[str, ...] = STEPS
    afterwards: str = "收样后一个工作日内出结果，短信通知您。"
    fever_phone: str = ""


def appointment_slip_pdf(slip: AppointmentSlip) -> bytes:
    """One A5 page, portrait: the time first, then the codes, then three steps."""
    pdf = PdfFile(slip.title, A5)
    page = pdf.page
    page.text(_LEFT, 18, slip.park, 11, room=_MEASURE)
    page.lines(_LEFT, 27.5, fit_line(slip.title, _MEASURE / PT, 19, smallest=10, bold=True), bold=True)
    page.rule(_LEFT, 32, _RIGHT, 32, weight=STRONG)
    _draw_when(page, slip)
    page.rule(_LEFT, 61, _RIGHT, 61, weight=FINE, gray=PALE)
    _draw_codes(page, slip)
    page.rule(_LEFT, 154, _RIGHT, 154, weight=STRONG)
    _draw_steps(page, slip)
    pdf.next_page()
    return pdf.to_bytes()


def _draw_when(page: Page, slip: AppointmentSlip) -> None:
    page.text(_LEFT, 39.5, f"{slip.day}，请这时到", 11, room=_MEASURE)
    page.lines(_LEFT, 51, fit_line(slip.hours, _MEASURE / PT, 30, smallest=14, bold=True), bold=True)
    page.lines(_LEFT, 58.5, fit_line(slip.place, _MEASURE / PT, 13, smallest=7))


def _draw_codes(page: Page, slip: AppointmentSlip) -> None:
    page.qr(_MIDDLE - 27, 62, slip.qr_text, size=54)
    who = "　".join(word for word in (slip.person, slip.enterprise) if word)
    page.lines(_MIDDLE, 120, fit_line(who, _MEASURE / PT, 12, smallest=7, bold=True), bold=True, align="center")
    bars = code128_width(slip.code)
    page.barcode(_MIDDLE - bars / 2, 125, slip.code, height=17)
    page.text(_MIDDLE, 149, grouped_code(slip.code), 14, room=_MEASURE, align="center")


def _draw_steps(page: Page, slip: AppointmentSlip) -> None:
    y = 156.5
    for number, step in enumerate(slip.steps, start=1):
        page.text(_LEFT, baseline(y, 12), str(number), 12, bold=True)
        fitted = fit_lines(step, (_MEASURE - 7) / PT, 12, smallest=8, max_lines=1)
        page.lines(_LEFT + 7, baseline(y, 12), fitted)
        y += 7.6
    page.lines(_LEFT, baseline(y + 1.5, 10), fit_lines(slip.afterwards, _MEASURE / PT, 10, smallest=7, max_lines=2))
    if slip.fever_phone:
        page.text(_LEFT, 201, f"发热请先打 {slip.fever_phone}，不要直接来", 11, bold=True, room=_MEASURE)
