"""Documents longer than a page: blocks are laid out before anything is drawn, so each foot knows the page count."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from parkportal.printing.paper import Page, PdfFile

Foot = Callable[[Page, int, int], None]


class Block(Protocol):
    """A piece of a document that is never cut: its height in millimetres, and how it draws itself."""

    @property
    def height(self) -> float: ...

    def draw(self, page: Page, x: float, y: float) -> None: ...


@dataclass(frozen=True)
class Piece:
    """A block with its place in the flow.

    `repeat` is drawn first when the piece starts a new page (a table's header); `keeps_next` keeps it on the page of
    the piece that follows.
    """

    block: Block
    repeat: Block | None = None
    keeps_next: bool = False


@dataclass(frozen=True)
class Drawing:
    """A block made of a height and a function that draws it at x, y."""

    height: float
    on: Callable[[Page, float, float], None]

    def draw(self, page: Page, x: float, y: float) -> None:
        self.on(page, x, y)


def gap(height: float) -> Piece:
    """White space of a height in millimetres."""
    return Piece(Drawing(height, lambda page, x, y: None), keeps_next=True)


@dataclass(frozen=True)
class Margins:
    """White edges of a page in millimetres."""

    left: float = 15
    top: float = 14
    right: float = 15
    bottom: float = 16


class TooTall(ValueError):
    """One block is higher than a page."""


def flow_pdf(
    title: str, size: tuple[float, float], pieces: Sequence[Piece], *, margins: Margins | None = None, foot: Foot
) -> bytes:
    """Lays pieces out over as many pages as they need and draws them; `foot` is told page number and page count."""
    return flows_pdf(title, [Document(size, pieces, foot)], margins=margins)


@dataclass(frozen=True)
class Document:
    """One of several in a file: its paper (width, height in millimetres), what stands on it, and its foot."""

    size: tuple[float, float]
    pieces: Sequence[Piece]
    foot: Foot


def flows_pdf(title: str, documents: Sequence[Document], *, margins: Margins | None = None) -> bytes:
    """Several documents in one file, each beginning on a page of its own and counting its own pages."""
    margins = margins or Margins()
    pdf = PdfFile(title, documents[0].size)
    for document in documents:
        pdf.turn(document.size)
        pages = _lay_out(document.pieces, document.size[1] - margins.top - margins.bottom)
        for number, placed in enumerate(pages, start=1):
            for y, block in placed:
                block.draw(pdf.page, margins.left, margins.top + y)
            document.foot(pdf.page, number, len(pages))
            pdf.next_page()
    return pdf.to_bytes()


def _lay_out(pieces: Sequence[Piece], room: float) -> list[list[tuple[float, Block]]]:
    pages: list[list[tuple[float, Block]]] = [[]]
    y = 0.0
    for index, piece in enumerate(pieces):
        if pages[-1] and y + _kept_height(pieces, index) > room + 0.01:
            pages.append([])
            y = 0.0
            if piece.repeat is not None:
                pages[-1].append((y, piece.repeat))
                y += piece.repeat.height
        if piece.block.height > room + 0.01:
            raise TooTall("这一项的内容太长，一页放不下")
        pages[-1].append((y, piece.block))
        y += piece.block.height
    return pages


def _kept_height(pieces: Sequence[Piece], index: int) -> float:
    height = 0.0
    for piece in pieces[index:]:
        height += piece.block.height
        if not piece.keeps_next:
            break
    return height
