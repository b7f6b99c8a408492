"""Reads what was printed, as a scanner and a person would: pages as pictures, their codes, their text."""

import subprocess
import tempfile
from pathlib import Path

import zxingcpp
from PIL import Image


def pages(pdf: bytes, dpi: int = 203, *, mono: bool = False) -> list[Image.Image]:
    """Each page as a picture at a printer's resolution; `mono` as a thermal printer does it, black or white."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "print.pdf"
        file.write_bytes(pdf)
        subprocess.run(
            ["pdftoppm", "-r", str(dpi), "-mono" if mono else "-gray", str(file), str(Path(folder) / "page")],
            check=True,
        )
        return [Image.open(picture).convert("L").copy() for picture in sorted(Path(folder).glob("page-*"))]


def codes(picture: Image.Image) -> list[str]:
    """The text of every barcode and QR code in a picture."""
    return [found.text for found in zxingcpp.read_barcodes(picture)]


class Shown(str):
    """Text of a print in which spaces do not count: `in`, `count` and `index` look through them."""

    def __new__(cls, value: str) -> "Shown":
        return super().__new__(cls, _squeezed(value))

    def __contains__(self, words: object) -> bool:
        return super().__contains__(_squeezed(str(words)))

    def count(self, words: str) -> int:  # type: ignore[override]
        return super().count(_squeezed(words))

    def index(self, words: str) -> int:  # type: ignore[override]
        return super().index(_squeezed(words))


def _squeezed(words: str) -> str:
    return "".join(char for char in words if char == "\f" or not char.isspace())


def text(pdf: bytes) -> Shown:
    """The text of all pages, pages parted by form feeds."""
    done = subprocess.run(["pdftotext", "-layout", "-", "-"], input=pdf, stdout=subprocess.PIPE, check=True)
    return Shown(done.stdout.decode())


def pictures(pdf: bytes) -> int:
    """How many pictures are drawn on all pages."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "print.pdf"
        file.write_bytes(pdf)
        done = subprocess.run(["pdfimages", "-list", str(file)], stdout=subprocess.PIPE, check=True)
    return len(done.stdout.decode().splitlines()) - 2


def ink_edges(picture: Image.Image) -> tuple[int, int, int, int]:
    """White pixels between the ink and the left, upper, right and lower edge of a page."""
    box = picture.point(lambda value: 255 if value < 200 else 0).getbbox()
    assert box is not None, "the page is blank"
    return box[0], box[1], picture.width - box[2], picture.height - box[3]


def own_code(prefix: str, serial: int, day: str = "200218") -> str:
    """A code of the portal with its Luhn digit over the eleven digits (domain-handbook.md §3)."""
    digits = f"{day}{serial:05d}"
    total = 0
    for place, digit in enumerate(reversed(digits)):
        doubled = int(digit) * (2 if place % 2 == 0 else 1)
        total += doubled - 9 if doubled > 9 else doubled
    return f"{prefix}{digits}{-total % 10}"


HOSTILE = "<script>alert(1)</script>\x00\u202e\u200b\ud800=1+1{{7*7}}%s\r\n" + "长" * 400
