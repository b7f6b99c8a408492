"""The poster that invites to sign up for sampling: the QR code, when and where, four steps, whom to call with fever."""

from dataclasses import dataclass

from parkportal.printing.fonts import balanced, fit_cell, fit_line, fit_lines
from parkportal.printing.paper import A3, A4, PT, STRONG, Page, PdfFile, baseline

STEPS = ("填表登记", "测体温", "领拭子和条码", "采样")
SIZES = {"A4": A4, "A3": A3}

_LEFT, _RIGHT = 20.0, 190.0
_MEASURE = _RIGHT - _LEFT
_MIDDLE = (_LEFT + _RIGHT) / 2


@dataclass(frozen=True)
class SignupPoster:
    """What the poster says.

    `url` is the absolute address in the QR code, `short_address` the same as people type it (park.example/signup/x/).
    `when` holds one line per day (2月19日 周三　9:00–17:30). The poster carries nothing personal.
    """

    park: str
    title: str
    place: str
    when: tuple[str, ...]
    url: str
    short_address: str
    fever_phone: str
    lead: str = "扫一扫，1 分钟选时间"
    steps: tuple[str, ...] = STEPS
    price: str = "免费，由园区统一安排"
    bring: str = "带有效证件，戴口罩"
    version: int = 1
    issued_on: str = ""


def signup_poster_pdf(poster: SignupPoster, size: str = "A4") -> bytes:
    """One page, portrait; A3 is the A4 drawing at its larger scale. `size` is a key of SIZES."""
    pdf = PdfFile(poster.title, SIZES[size])
    scale = SIZES[size][0] / A4[0]
    pdf.canvas.scale(scale, scale)
    _draw(Page(pdf.canvas, A4), poster)
    pdf.next_page()
    return pdf.to_bytes()


def _draw(page: Page, poster: SignupPoster) -> None:
    page.text(_MIDDLE, 22, poster.park, 15, align="center", room=_MEASURE)
    title = fit_lines(poster.title, _MEASURE / PT, 54, smallest=20, max_lines=2, bold=True)
    title = balanced(poster.title, title, _MEASURE / PT, bold=True)
    first = 44.0 if len(title.lines) == 1 else 26 + title.size * PT * 0.95
    below = page.lines(_MIDDLE, first, title, bold=True, align="center", leading=1.18) - title.size * PT * 1.18
    lead = fit_line(poster.lead, _MEASURE / PT, 23, smallest=12)
    below += 13
    page.lines(_MIDDLE, below, lead, align="center")
    qr_size = min(112.0, 188 - below)
    page.qr(_MIDDLE - qr_size / 2, below + 1, poster.url, size=qr_size)
    address = fit_line(poster.short_address, _MEASURE / PT, 19, smallest=9, bold=True)
    page.lines(_MIDDLE, below + qr_size + 5, address, bold=True, align="center")
    _draw_where(page, poster, below + qr_size + 12)
    _draw_steps(page, poster, 244)
    _draw_foot(page, poster)


def _draw_where(page: Page, poster: SignupPoster, top: float) -> None:
    page.rule(_LEFT, top, _RIGHT, top, weight=STRONG)
    step = (240 - top) / (2 + max(len(poster.when), 1))
    size = min(19.0, step * 0.6 / PT)
    rows = [("地点", poster.place), *(("时间" if not n else "", line) for n, line in enumerate(poster.when))]
    rows.append(("费用", poster.price))
    y = top + 1
    for label, value in rows:
        page.text(_LEFT, baseline(y, size, height=step), label, size)
        fitted = fit_lines(value, (_MEASURE - 24) / PT, size, smallest=size * 0.7, max_lines=1, bold=True)
        if fitted.is_cut:
            fitted = fit_lines(value, (_MEASURE - 24) / PT, step * 0.42 / PT, smallest=7, max_lines=2, bold=True)
        top = y + (step - fitted.height(1.15) * PT) / 2
        page.lines(_LEFT + 24, baseline(top, fitted.size), fitted, bold=True, leading=1.15)
        y += step


def _draw_steps(page: Page, poster: SignupPoster, top: float) -> None:
    page.rule(_LEFT, top, _RIGHT, top)
    share = _MEASURE / max(len(poster.steps), 1)
    steps = [fit_cell(step, (share - 12.5) / PT, 14.5, max_lines=2) for step in poster.steps]
    taken = sum(9 + step.width() * PT for step in steps)
    between = (_MEASURE - taken) / max(len(steps) - 1, 1)  # the same white behind each, however long its words
    x = _LEFT
    for number, step in enumerate(steps, start=1):
        page.text(x, top + 12, str(number), 26, bold=True)
        middle = top + 8.6 - step.height(1.2) * PT / 2
        page.lines(x + 9, baseline(middle, step.size), step, leading=1.2)
        x += 9 + step.width() * PT + between


def _draw_foot(page: Page, poster: SignupPoster) -> None:
    page.rule(_LEFT, 262, _RIGHT, 262, weight=STRONG)
    fever = f"发热请先打 {poster.fever_phone}，不要直接来"
    page.lines(_MIDDLE, 272, fit_line(fever, _MEASURE / PT, 20, smallest=10, bold=True), bold=True, align="center")
    page.text(_LEFT, 283, poster.bring, 13, room=_MEASURE / 2)
    issue = f"第 {poster.version} 版"
    page.text(_RIGHT, 283, f"{poster.issued_on}　{issue}" if poster.issued_on else issue, 13, align="right", room=80)
