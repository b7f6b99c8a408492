"""The print font, and how Chinese text is measured, broken into lines and made to fit.

Sizes and widths are in points. The two files are for print only; no web page loads them.
"""

import functools
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

FOLDER = Path(__file__).resolve().parents[2] / "static" / "fonts"
REGULAR = "NotoSansSC"
BOLD = "NotoSansSC-SemiBold"
_FILES = {REGULAR: "NotoSansSC-Regular-0.4.3.ttf", BOLD: "NotoSansSC-SemiBold-0.4.3.ttf"}

MISSING = "〓"  # what a Chinese printer sets for a character that the type case does not hold
MOST_CELL_LINES = 14  # a cell longer than this is cut with …, so that a row always fits on a page
ASCENT = 0.88  # of the size; the foot of the em box lies 0.12 below the base line

_NO_LINE_START = set("、。，．：；！？）〕】》」』〉”’…—～·％‰℃°,.:;!?)]}%>")
_NO_LINE_END = set("（〔【《「『〈“‘￥＄([{<$")
_WORD = re.compile(r"[0-9A-Za-z*_@#&+/=~^.\-'\\|]")
_NOT_DRAWN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


@functools.cache
def register_fonts() -> None:
    """Makes both weights known to reportlab, once a process. Raises FileNotFoundError when a file is not there."""
    for name, file_name in _FILES.items():
        path = FOLDER / file_name
        if not path.is_file():
            raise FileNotFoundError(f"缺少打印字体 {path}")
        pdfmetrics.registerFont(TTFont(name, str(path)))


def font_name(bold: bool = False) -> str:
    """The reportlab name of the weight, registered."""
    register_fonts()
    return BOLD if bold else REGULAR


@functools.cache
def _characters() -> frozenset[int]:
    face: Any = pdfmetrics.getFont(font_name()).face
    return frozenset(face.charToGlyph)


@functools.lru_cache(maxsize=8192)
def printable(text: str) -> str:
    """The text as it will be drawn: composed, on one line, without control, direction and variation characters.

    What the font does not hold becomes 〓, never a blank: a missing character of a name must be seen.
    """
    known = _characters()
    return "".join(char if ord(char) in known else MISSING for char in _drawable(text))


def _drawable(text: str) -> str:
    kept = "".join(
        char
        for char in unicodedata.normalize("NFC", text)
        if char.isspace()
        or unicodedata.category(char) not in _NOT_DRAWN
        and not 0xFE00 <= ord(char) <= 0xFE0F
        and not 0xE0100 <= ord(char) <= 0xE01EF
    )
    return re.sub(r"[^\S\u3000]+", " ", kept).strip(" ")


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """Width in points of one line of printable text."""
    return float(pdfmetrics.stringWidth(text, font_name(bold), size))


@dataclass(frozen=True)
class FittedText:
    """Lines that fit and the size in points at which they do.

    `is_cut` says that a … stands for the rest, `splits_word`
    that a word is broken in its middle.
    """

    lines: tuple[str, ...]
    size: float
    is_cut: bool = False
    splits_word: bool = False

    def height(self, leading: float = 1.4) -> float:
        """Points from the top of the first line to the foot of the last."""
        return self.size * (leading * max(len(self.lines) - 1, 0) + 1)

    def width(self, *, bold: bool = False) -> float:
        """Points that the widest line takes."""
        return max(text_width(line, self.size, bold=bold) for line in self.lines)


def wrap(text: str, width: float, size: float, *, bold: bool = False, phrases: bool = False) -> list[str]:
    """Breaks a text into lines of at most `width`; a line feed starts a new line.

    Chinese breaks between any two characters, except that closing punctuation never starts a line and opening
    punctuation never ends one; Latin words and numbers stay whole unless one alone is wider than the line. With
    `phrases` lines break behind punctuation wherever a phrase fits on a line, as on a poster.
    """
    lines: list[str] = []
    for paragraph in re.split(r"\r\n|[\n\r\u2028\u2029]", text):
        lines += _wrap_paragraph(printable(paragraph), width, size, bold, phrases)
    return lines


def _wrap_paragraph(text: str, width: float, size: float, bold: bool, phrases: bool) -> list[str]:
    lines: list[str] = []
    line, line_width = "", 0.0
    for piece in _phrases(text, width / size, bold) if phrases else _pieces(text):
        piece_width = text_width(piece.rstrip(), size, bold=bold)
        if line and line_width + piece_width > width + 0.01:
            lines.append(line.rstrip())
            line, line_width = "", 0.0
        if piece_width > width + 0.01:
            *full, piece = _cut_long(piece, width, size, bold)
            lines += full
        line += piece
        line_width = text_width(line, size, bold=bold)
    lines.append(line.rstrip())
    return lines


def _pieces(text: str) -> list[str]:
    """Cuts where a line may break."""
    pieces: list[str] = []
    for char in text:
        if pieces and _holds_together(pieces[-1][-1], char):
            pieces[-1] += char
        else:
            pieces.append(char)
    return pieces


def _phrases(text: str, width: float, bold: bool) -> list[str]:
    """Cuts behind punctuation and spaces; a phrase wider than `width` (in sizes) is cut where a line may break."""
    whole = [""]
    for piece in _pieces(text):
        whole[-1] += piece
        if piece[-1] in "，、。；：！？ \u3000":
            whole.append("")
    parts: list[str] = []
    for phrase in filter(None, whole):
        parts += [phrase] if text_width(phrase.rstrip(), 1, bold=bold) <= width else _pieces(phrase)
    return parts


def _holds_together(before: str, after: str) -> bool:
    if after.isspace() or after in _NO_LINE_START:
        return True
    if before in _NO_LINE_END:
        return True
    if before == "-" and after.isalpha():
        return False  # a double name may break behind its hyphen, a number or a date may not
    return bool(_WORD.fullmatch(before) and _WORD.fullmatch(after))


def _cut_long(piece: str, width: float, size: float, bold: bool) -> list[str]:
    parts = [""]
    for char in piece:
        if parts[-1] and text_width(parts[-1] + char, size, bold=bold) > width + 0.01:
            parts.append("")
        parts[-1] += char
    return parts


def fit_line(text: str, width: float, size: float, *, smallest: float, bold: bool = False) -> FittedText:
    """One line, as large as fits between `smallest` and `size`; what is still too long ends in …."""
    text = printable(text)
    natural = text_width(text, 1, bold=bold)
    fitting = min(size, width / natural) if natural else size
    if fitting >= smallest:
        return FittedText((text,), fitting)
    return FittedText((_cut_to(text, width, smallest, bold),), smallest, is_cut=True)


def fit_lines(
    text: str,
    width: float,
    size: float,
    *,
    smallest: float,
    max_lines: int,
    bold: bool = False,
    phrases: bool = False,
) -> FittedText:
    """At most `max_lines` lines, as large as fits between `smallest` and `size`; the rest becomes ….

    A word is cut in its middle only at the smallest size. `phrases` as in `wrap`.
    """
    longest_word = _longest_word(text, bold)
    step = max((size - smallest) / 12, 0.1)
    current = size
    while current > smallest:
        if longest_word * current <= width:
            lines = wrap(text, width, current, bold=bold, phrases=phrases)
            if len(lines) <= max_lines:
                return FittedText(tuple(lines), current)
        current -= step
    lines = wrap(text, width, smallest, bold=bold)
    if len(lines) <= max_lines:
        return FittedText(tuple(lines), smallest, splits_word=longest_word * smallest > width)
    kept = lines[:max_lines]
    joint = " " if _WORD.match(kept[-1][-1:]) and _WORD.match(lines[max_lines]) else ""
    kept[-1] = _cut_to(kept[-1] + joint + lines[max_lines], width, smallest, bold)
    return FittedText(tuple(kept), smallest, is_cut=True)


def fit_cell(
    text: str, width: float, size: float, *, bold: bool = False, max_lines: int = MOST_CELL_LINES
) -> FittedText:
    """A cell's text: one line, a little smaller if need be, before a second line with a single character."""
    fitted = fit_line(text, width, size, smallest=size * 0.85, bold=bold)
    if not fitted.is_cut and "\n" not in text:
        return fitted
    return fit_lines(text, width, size, smallest=size * 0.6, max_lines=max_lines, bold=bold)


def balanced(text: str, fitted: FittedText, width: float, *, bold: bool = False) -> FittedText:
    """The fitted text broken as evenly as possible: 上官 / 若水 instead of 上官若 / 水. For names and titles."""
    if len(fitted.lines) < 2 or fitted.is_cut or fitted.splits_word:
        return fitted
    best = fitted.lines
    for tenth in range(9, 3, -1):
        lines = wrap(text, width * tenth / 10, fitted.size, bold=bold)
        if len(lines) > len(fitted.lines) or _longest_word(text, bold) * fitted.size > width * tenth / 10:
            break
        best = tuple(lines)
    return FittedText(best, fitted.size)


def _longest_word(text: str, bold: bool) -> float:
    """Width at size 1 of the widest piece that should not be cut."""
    return max((text_width(piece.rstrip(), 1, bold=bold) for piece in _pieces(printable(text))), default=0.0)


def _cut_to(text: str, width: float, size: float, bold: bool) -> str:
    while text and text_width(text + "…", size, bold=bold) > width + 0.01:
        text = text[:-1]
    return text + "…"
