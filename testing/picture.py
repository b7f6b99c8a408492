"""The person's code as a picture to keep on the phone: QR, barcode, digits, when and where."""

from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

from parkportal.printing.barcodes import QR_QUIET_MODULES, QUIET_MODULES, code128_modules, grouped_code, qr_modules
from parkportal.printing.fonts import FOLDER

WIDTH, MARGIN = 720, 40
FONT = str(FOLDER / "NotoSansSC-Regular-0.4.3.ttf")
BOLD = str(FOLDER / "NotoSansSC-SemiBold-0.4.3.ttf")
BAR = 4  # pixels a module: read from a screen at arm's length


def code_picture(code: str, *, lines: list[str]) -> bytes:
    """A PNG, black on white. `lines` stand on top, the first one large; nothing but what the page itself shows."""
    head = 40 + 64 + 44 * max(len(lines) - 1, 0)
    picture = Image.new("1", (WIDTH, head + 480 + 200 + 80), 1)
    draw = ImageDraw.Draw(picture)
    y = 32
    for number, line in enumerate(lines):
        font = ImageFont.truetype(BOLD if number == 0 else FONT, 48 if number == 0 else 32)
        draw.text((MARGIN, y), line, font=font, fill=0)
        y += 64 if number == 0 else 44
    y = _qr(draw, code, head)
    y = _bars(draw, code, y)
    draw.text((WIDTH / 2, y + 12), grouped_code(code), font=ImageFont.truetype(FONT, 36), fill=0, anchor="mt")
    out = BytesIO()
    picture.save(out, "PNG", optimize=True)
    return out.getvalue()


def _qr(draw: ImageDraw.ImageDraw, code: str, top: int) -> int:
    rows = qr_modules(code)
    step = 440 // (len(rows) + 2 * QR_QUIET_MODULES)
    side = step * (len(rows) + 2 * QR_QUIET_MODULES)
    left = (WIDTH - side) // 2 + QR_QUIET_MODULES * step
    for row, squares in enumerate(rows):
        for column, dark in enumerate(squares):
            if dark:
                x, y = left + column * step, top + (QR_QUIET_MODULES + row) * step
                draw.rectangle((x, y, x + step - 1, y + step - 1), fill=0)
    return top + side


def _bars(draw: ImageDraw.ImageDraw, code: str, top: int) -> int:
    modules = code128_modules(code)
    bar = min(BAR, WIDTH // (len(modules) + 2 * QUIET_MODULES))
    left = (WIDTH - len(modules) * bar) // 2
    for place, dark in enumerate(modules):
        if dark == "1":
            draw.rectangle((left + place * bar, top, left + (place + 1) * bar - 1, top + 140), fill=0)
    return top + 140
