"""Code 128 and QR, as SVG for pages and as drawing for PDF, with the quiet zones that a scanner needs."""

import math
import re
from collections.abc import Iterator
from html import escape
from typing import Any

import segno
from barcode.codex import Code128
from django.utils.safestring import SafeString, mark_safe
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

MODULE_MM = 0.33
SCREEN_MODULE_MM = 2 * 25.4 / 96  # two pixels of a plain screen: what is thinner cannot be read from it
LABEL_MODULE_MM = 0.25  # thinner bars are not read at 203 dpi (two printer dots)
QUIET_MM = 2.5
QUIET_MODULES = 10  # ISO/IEC 15417
QR_QUIET_MODULES = 4  # ISO/IEC 18004

_PRINTABLE = re.compile(r"[ -~]{1,80}")
_OWN_CODE = re.compile(r"([A-Z]{2})(\d{6})(\d{6})")


class CannotBeCoded(ValueError):
    """The text does not fit the symbol that was asked for."""


class _Code128(Code128):
    def _try_to_optimize(self, encoded: list[int]) -> list[int]:
        # The library takes a leading data pair "99" for a switch of the character set and drops it.
        return encoded if self.code[:2].isdigit() else super()._try_to_optimize(encoded)


def grouped_code(text: str) -> str:
    """The code as people read it aloud: ``YL200218008635`` → ``YL 200218 008635``; other codes stay as they are."""
    match = _OWN_CODE.fullmatch(text)
    return " ".join(match.groups()) if match else text


def code128_modules(text: str) -> str:
    """The bars of Code 128 as ones and zeros, a module each, without quiet zones.

    Raises CannotBeCoded unless the text is 1 to 80 printable ASCII characters.
    """
    if not _PRINTABLE.fullmatch(text):
        raise CannotBeCoded("条码只能由 1 到 80 个英文字母、数字和半角符号组成")
    return str(_Code128(text).build()[0])


def qr_modules(text: str) -> tuple[tuple[bool, ...], ...]:
    """The squares of a QR code, row by row, without the quiet zone. Error correction M or better.

    Raises CannotBeCoded for empty text and for what is too long for one symbol.
    """
    if not text:
        raise CannotBeCoded("二维码内容不能为空")
    try:
        symbol = segno.make_qr(text, error="m")
    except segno.DataOverflowError:
        raise CannotBeCoded("内容太长，一个二维码放不下") from None
    return tuple(tuple(bool(dark) for dark in row) for row in symbol.matrix)


def code128_width(text: str, *, module_mm: float = MODULE_MM) -> float:
    """Millimetres that the bars take, without quiet zones."""
    return len(code128_modules(text)) * module_mm


def code128_quiet(module_mm: float = MODULE_MM) -> float:
    """Millimetres to keep white on either side: ten modules, and at least 2.5 mm."""
    return max(QUIET_MM, QUIET_MODULES * module_mm)


def code128_svg(
    text: str,
    *,
    module_mm: float = SCREEN_MODULE_MM,
    height_mm: float = 15,
    label: str = "",
    css_class: str = "barcode",
) -> SafeString:
    """A barcode as an SVG element made of rectangles: no inline style, so that the content policy lets it through.

    It has its true size in millimetres and can be scaled by a class; the quiet zones are inside. A code of the portal
    is 308 pixels wide on a screen: two a module, and a class should leave it that. `label` is what a
    screen reader says, by default 条码 and the grouped code. Safe to put in a template as it is.
    """
    modules = code128_modules(text)
    quiet = math.ceil(code128_quiet(module_mm) / module_mm - 1e-6)
    across, down = len(modules) + 2 * quiet, round(height_mm / module_mm, 2)
    bars = "".join(
        f'<rect x="{quiet + start}" y="0" width="{length}" height="{down:g}"/>' for start, length in _runs(modules)
    )
    size = (round(across * module_mm, 3), round(down * module_mm, 3))
    return _svg(
        bars, view=(across, down), size_mm=size, label=label or f"条码 {grouped_code(text)}", css_class=css_class
    )


def qr_svg(text: str, *, size_mm: float = 40, label: str = "二维码", css_class: str = "qr") -> SafeString:
    """A QR code as an SVG element of one path, `size_mm` square with its quiet zone; no inline style.

    Safe to put in a template as it is. What it holds is not repeated in the label: addresses may carry a token.
    """
    rows = qr_modules(text)
    side = len(rows) + 2 * QR_QUIET_MODULES
    strokes = "".join(
        f"M{QR_QUIET_MODULES + start} {QR_QUIET_MODULES + number}h{length}v1h-{length}z"
        for number, start, length in _row_runs(rows)
    )
    return _svg(
        f'<path d="{strokes}"/>', view=(side, side), size_mm=(size_mm, size_mm), label=label, css_class=css_class
    )


def draw_code128(
    canvas: Canvas, text: str, *, x: float, y: float, module_mm: float = MODULE_MM, height_mm: float = 15
) -> float:
    """Draws the bars with their lower left corner at x, y (points) and answers their width in points.

    The caller keeps `code128_quiet(module_mm)` millimetres white on both sides.
    """
    modules = code128_modules(text)
    step = module_mm * mm
    path = canvas.beginPath()
    for start, length in _runs(modules):
        path.rect(x + start * step, y, length * step, height_mm * mm)
    _fill_black(canvas, path)
    return len(modules) * step


def draw_qr(canvas: Canvas, text: str, *, x: float, y: float, size_mm: float) -> None:
    """Draws a QR code into a square of `size_mm`, lower left corner at x, y (points), quiet zone inside."""
    rows = qr_modules(text)
    step = size_mm * mm / (len(rows) + 2 * QR_QUIET_MODULES)
    top = y + size_mm * mm - QR_QUIET_MODULES * step
    path = canvas.beginPath()
    for number, start, length in _row_runs(rows):
        path.rect(x + (QR_QUIET_MODULES + start) * step, top - (number + 1) * step, length * step, step)
    _fill_black(canvas, path)


def _fill_black(canvas: Canvas, path: Any) -> None:
    canvas.saveState()
    canvas.setFillGray(0)
    canvas.drawPath(path, stroke=0, fill=1)
    canvas.restoreState()


def _runs(modules: str) -> Iterator[tuple[int, int]]:
    for match in re.finditer("1+", modules):
        yield match.start(), match.end() - match.start()


def _row_runs(rows: tuple[tuple[bool, ...], ...]) -> Iterator[tuple[int, int, int]]:
    for number, row in enumerate(rows):
        for start, length in _runs("".join("1" if dark else "0" for dark in row)):
            yield number, start, length


def _svg(
    shapes: str, *, view: tuple[float, float], size_mm: tuple[float, float], label: str, css_class: str
) -> SafeString:
    return mark_safe(  # every value below is a number or escaped
        f'<svg xmlns="http://www.w3.org/2000/svg" class="{escape(css_class)}" role="img" '
        f'aria-label="{escape(label)}" width="{size_mm[0]:g}mm" height="{size_mm[1]:g}mm" '
        f'viewBox="0 0 {view[0]:g} {view[1]:g}" shape-rendering="crispEdges">'
        f'<rect width="100%" height="100%" fill="#fff"/><g fill="#000">{shapes}</g></svg>'
    )
