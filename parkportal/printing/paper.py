"""Paper, ink and rules: a page to draw on, measured in millimetres from its upper left corner.

Everything printed is black on white.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from io import BytesIO

from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from parkportal.printing import barcodes
from parkportal.printing.fonts import ASCENT, FittedText, fit_line, font_name, printable, text_width

PT = 1 / mm  # millimetres in a point

A5 = (148.0, 210.0)
A4 = (210.0, 297.0)
A4_LANDSCAPE = (297.0, 210.0)
A3 = (297.0, 420.0)
A2 = (420.0, 594.0)

HAIR, FINE, STRONG = 0.15, 0.25, 0.6  # rules, in millimetres
PALE = 0.55  # grey of hair lines; text is always black


class Page:
    """One canvas seen in millimetres from the upper left corner; `y` grows downwards.

    Text is placed by the base line of its first line; font sizes are in points.
    """

    def __init__(self, canvas: Canvas, size: tuple[float, float]) -> None:
        self.canvas = canvas
        self.width, self.height = size

    def text(
        self,
        x: float,
        y: float,
        text: str,
        size: float,
        *,
        bold: bool = False,
        align: str = "left",
        room: float | None = None,
    ) -> None:
        """One line of text; `align` says which part of it stands at `x`: left, right or center.

        What is wider than `room` millimetres is drawn smaller, down to half, and then cut with ….
        """
        text = printable(text)
        if room is not None:
            fitted = fit_line(text, room / PT, size, smallest=size / 2, bold=bold)
            text, size = fitted.lines[0], fitted.size
        self.canvas.setFont(font_name(bold), size)
        draw = {"left": "drawString", "right": "drawRightString", "center": "drawCentredString"}[align]
        getattr(self.canvas, draw)(x * mm, (self.height - y) * mm, text)

    def lines(
        self,
        x: float,
        y: float,
        fitted: FittedText,
        *,
        bold: bool = False,
        align: str = "left",
        leading: float = 1.4,
    ) -> float:
        """Fitted lines below each other, the first base line at `y`; answers the base line after the last."""
        for line in fitted.lines:
            self.text(x, y, line, fitted.size, bold=bold, align=align)
            y += fitted.size * leading * PT
        return y

    def spread(self, x: float, y: float, parts: Sequence[str], width: float, size: float, *, bold: bool = True) -> None:
        """Parts of a code over a measure: the first at its left, the last at its right, equal gaps between."""
        widths = [text_width(part, size, bold=bold) * PT for part in parts]
        gap = (width - sum(widths)) / (len(parts) - 1) if len(parts) > 1 else 0
        for part, part_width in zip(parts, widths, strict=True):
            self.text(x, y, part, size, bold=bold)
            x += part_width + gap

    def rule(self, x1: float, y1: float, x2: float, y2: float, *, weight: float = FINE, gray: float = 0) -> None:
        """A straight rule; weight in millimetres."""
        self.canvas.setLineWidth(weight * mm)
        self.canvas.setStrokeGray(gray)
        self.canvas.line(x1 * mm, (self.height - y1) * mm, x2 * mm, (self.height - y2) * mm)

    def box(self, x: float, y: float, width: float, height: float, *, weight: float = FINE, radius: float = 0) -> None:
        """A frame with its upper left corner at x, y."""
        self.canvas.setLineWidth(weight * mm)
        self.canvas.setStrokeGray(0)
        lower = (self.height - y - height) * mm
        if radius:
            self.canvas.roundRect(x * mm, lower, width * mm, height * mm, radius * mm, stroke=1, fill=0)
        else:
            self.canvas.rect(x * mm, lower, width * mm, height * mm, stroke=1, fill=0)

    def dotted_box(self, x: float, y: float, width: float, height: float) -> None:
        """The pale dotted outline of a label, for cutting."""
        self.canvas.saveState()
        self.canvas.setDash(0.4, 1.6)
        self.canvas.setLineCap(1)
        self.canvas.setLineWidth(0.4)
        self.canvas.setStrokeGray(PALE)
        self.canvas.rect(x * mm, (self.height - y - height) * mm, width * mm, height * mm, stroke=1, fill=0)
        self.canvas.restoreState()

    def barcode(self, x: float, y: float, code: str, *, height: float, module: float = barcodes.MODULE_MM) -> float:
        """Code 128 with its upper left bar at x, y; answers the width of the bars in millimetres."""
        lower = (self.height - y - height) * mm
        return barcodes.draw_code128(self.canvas, code, x=x * mm, y=lower, module_mm=module, height_mm=height) * PT

    def qr(self, x: float, y: float, text: str, *, size: float) -> None:
        """A QR code in a square of `size` millimetres, its quiet zone inside."""
        barcodes.draw_qr(self.canvas, text, x=x * mm, y=(self.height - y - size) * mm, size_mm=size)

    def picture(self, x: float, y: float, data: bytes, *, width: float, height: float) -> None:
        """A picture (PNG, JPEG) as large as fits into the frame, in its middle, its proportions kept."""
        lower = (self.height - y - height) * mm
        self.canvas.drawImage(
            ImageReader(BytesIO(data)), x * mm, lower, width * mm, height * mm, preserveAspectRatio=True, anchor="c"
        )

    def stamp(self, text: str, *, size: float) -> None:
        """A word across the page, framed and turned, as a void stamp is set."""
        self.canvas.saveState()
        self.canvas.translate(self.width / 2 * mm, self.height / 2 * mm)
        self.canvas.rotate(30)
        self.canvas.setFillGray(0)
        self.canvas.setStrokeGray(0)
        self.canvas.setFillAlpha(0.35)
        self.canvas.setStrokeAlpha(0.35)
        width = text_width(text, size, bold=True) + size
        self.canvas.setLineWidth(size * 0.06)
        self.canvas.rect(-width / 2, -size * 0.75, width, size * 1.5, stroke=1, fill=0)
        self.canvas.setFont(font_name(bold=True), size)
        self.canvas.drawCentredString(0, -size * 0.36, text)
        self.canvas.restoreState()


def baseline(y: float, size: float, *, height: float = 0) -> float:
    """Base line of a line of text of `size` points whose em box starts at `y`, or is centred in `height` mm."""
    em = size * PT
    return y + (max(height - em, 0) / 2 if height else 0) + em * ASCENT


@dataclass
class PdfFile:
    """A PDF in memory: pages of one size unless turned, no scaling by the printer, no personal data in its properties."""

    title: str
    size: tuple[float, float]
    _buffer: BytesIO = field(default_factory=BytesIO)

    def __post_init__(self) -> None:
        points = (self.size[0] * mm, self.size[1] * mm)
        self.canvas = Canvas(self._buffer, pagesize=points, pageCompression=1, invariant=1)
        self.canvas.setTitle(printable(self.title))
        self.canvas.setViewerPreference("PrintScaling", "None")
        self.page = Page(self.canvas, self.size)

    def next_page(self) -> None:
        """Ends the page; what is drawn next stands on a new one."""
        self.canvas.showPage()

    def turn(self, size: tuple[float, float]) -> None:
        """Sheets of another size from the page on that is not drawn on yet."""
        self.page.width, self.page.height = self.size = size
        self.canvas.setPageSize((size[0] * mm, size[1] * mm))

    def to_bytes(self) -> bytes:
        """Ends the document."""
        self.canvas.save()
        return self._buffer.getvalue()
