"""The responsibility board 复工复产疫情防控责任 that hangs on the wall of an enterprise (domain-handbook.md §6)."""

from dataclasses import dataclass

from parkportal.printing.fonts import FittedText, fit_line, fit_lines
from parkportal.printing.paper import A2, A3, HAIR, PALE, PT, Page, PdfFile, baseline

TITLE = "复工复产疫情防控责任"
SIZES = {"A3": A3, "A2": A2}

_LEFT, _RIGHT = 21.0, 276.0
_MEASURE = _RIGHT - _LEFT
_NAME, _DUTY = 101.0, 176.0
_TOP, _FOOT = 95.5, 351.0
_TALLEST_ROW = 42.6
_AIR = 3.0  # white between a row's words and its rules, above and below together, millimetres
_HEAVY = 1.5


@dataclass(frozen=True)
class BoardRole:
    """One line of the board: duty, name, phone as it may be shown (masked or empty), and what the person does."""

    duty: str
    name: str
    phone: str
    content: str


@dataclass(frozen=True)
class ResponsibilityBoard:
    """One version of an enterprise's board. `url` is where a reader reports a problem; `is_void` stamps it 作废."""

    enterprise: str
    roles: tuple[BoardRole, ...]
    version: int
    issued_on: str
    url: str
    park: str = "岳麓高新区疫情防控"
    issuer: str = "岳麓高新区管理委员会"
    is_void: bool = False


def responsibility_board_pdf(board: ResponsibilityBoard, size: str = "A3") -> bytes:
    """One page, portrait, to be read from two metres; A2 is the A3 drawing enlarged. `size` is a key of SIZES."""
    pdf = PdfFile(TITLE, SIZES[size])
    scale = SIZES[size][0] / A3[0]
    pdf.canvas.scale(scale, scale)
    page = Page(pdf.canvas, A3)
    _draw_head(page, board)
    _draw_roles(page, board.roles)
    _draw_foot(page, board)
    if board.is_void:
        page.stamp("旧版作废", size=125)
    pdf.next_page()
    return pdf.to_bytes()


def _draw_head(page: Page, board: ResponsibilityBoard) -> None:
    page.text(_LEFT, 28.5, board.park, 21, room=_MEASURE)
    page.lines(_LEFT, 60.5, fit_line(TITLE, _MEASURE / PT, 100, smallest=40, bold=True), bold=True)
    name = fit_line(board.enterprise, _MEASURE / PT, 36, smallest=23)
    if name.is_cut:
        name = fit_lines(board.enterprise, _MEASURE / PT, 22, smallest=12, max_lines=2)
    page.lines(_LEFT, 82.5 if len(name.lines) == 1 else 78, name)
    page.rule(_LEFT, _TOP, _RIGHT, _TOP, weight=_HEAVY)


def _draw_roles(page: Page, roles: tuple[BoardRole, ...]) -> None:
    height = min(_TALLEST_ROW, (_FOOT - _TOP) / max(len(roles), 1))
    scale = min(1.0, height / 34)
    y = _TOP
    for number, role in enumerate(roles):
        if number:
            page.rule(_LEFT, y, _RIGHT, y, weight=HAIR * 2, gray=PALE)
        _draw_role(page, role, y, height, scale)
        y += height
    page.rule(_LEFT, y, _RIGHT, y, weight=_HEAVY)


def _draw_role(page: Page, role: BoardRole, y: float, height: float, scale: float) -> None:
    room = (height - _AIR) / PT
    duty = _within(role.duty, (_NAME - _LEFT - 6) / PT, room, 23 * scale, smallest=12 * scale, lines=2)
    top = y + (height - duty.height() * PT) / 2
    page.lines(_LEFT, baseline(top, duty.size), duty)
    name = _within(role.name, (_DUTY - _NAME - 6) / PT, room, 46 * scale, smallest=18 * scale, lines=2, bold=True)
    top = y + (height - name.height(1.2) * PT) / 2
    page.lines(_NAME, baseline(top, name.size), name, bold=True, leading=1.2)
    _draw_duty(page, role, y, height, scale)


def _draw_duty(page: Page, role: BoardRole, y: float, height: float, scale: float) -> None:
    width = (_RIGHT - _DUTY) / PT
    phone = fit_line(role.phone, width, 23 * scale, smallest=10 * scale, bold=True)
    phone_step = phone.size * 1.35 * PT if role.phone else 0.0
    room = (height - _AIR - phone_step) / PT
    content = _within(role.content, width, room, 20 * scale, smallest=10 * scale, lines=3, phrases=True)
    top = y + (height - phone_step - content.height() * PT) / 2
    if role.phone:
        page.lines(_DUTY, baseline(top, phone.size), phone, bold=True)
    page.lines(_DUTY, baseline(top + phone_step, content.size), content)


def _within(
    text: str, width: float, room: float, size: float, *, smallest: float, lines: int, **manner: bool
) -> FittedText:
    """The text as large as the row's width allows, and where rows are low small enough to keep off their rules."""
    fitted = fit_lines(text, width, size, smallest=smallest, max_lines=lines, **manner)
    if fitted.height() <= room:
        return fitted
    low = room / (lines * 1.4)
    return fit_lines(text, width, low, smallest=min(smallest, low), max_lines=lines, **manner)


def _draw_foot(page: Page, board: ResponsibilityBoard) -> None:
    size = 47.0
    quiet = 4.0  # about the white that the symbol brings along, so that its squares stand on the margin
    page.qr(_LEFT - quiet, 359.5, board.url, size=size)
    x = _LEFT + size
    page.text(x, 380, "发现问题，扫码告诉园区", 20, bold=True)
    page.text(x, 390, "换了人，请换新的责任牌。", 20)
    page.text(x, 400, f"第 {board.version} 版，旧版作废", 20)
    issuer = fit_line(board.issuer, (_RIGHT - x - 84) / PT, 22, smallest=12)
    page.lines(_RIGHT, 388.5, issuer, align="right")
    page.text(_RIGHT, 400, board.issued_on, 22, align="right", room=84)
