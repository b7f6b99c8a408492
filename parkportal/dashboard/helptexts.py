"""Reads the help pages: a title line, `## ` headings, `- ` lists, `1. ` steps, and paragraphs. No HTML passes."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings

FOLDER = Path(settings.BASE_DIR) / "docs" / "help"


@dataclass(frozen=True)
class Block:
    """A heading (`h2`), a paragraph (`p`), a list (`ul`) or steps (`ol`)."""

    kind: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Page:
    slug: str
    title: str
    blocks: tuple[Block, ...]


def _kind(line: str) -> tuple[str, str]:
    if line.startswith("## "):
        return "h2", line[3:]
    if line.startswith("- "):
        return "ul", line[2:]
    number, dot, rest = line.partition(". ")
    if dot and number.isdigit():
        return "ol", rest
    return "p", line


@cache
def page(slug: str) -> Page | None:
    """The page of a role, or None when there is none."""
    path = FOLDER / f"{slug}.md"
    if not slug.replace("_", "").isalnum() or not path.is_file():
        return None
    lines = [line.strip() for line in path.read_text(encoding="utf-8").splitlines()]
    blocks: list[Block] = []
    for line in lines[1:]:
        if not line:
            blocks.append(Block("", ()))
            continue
        kind, text = _kind(line)
        if blocks and blocks[-1].kind == kind and kind in {"ul", "ol"}:
            blocks[-1] = Block(kind, (*blocks[-1].lines, text))
        else:
            blocks.append(Block(kind, (text,)))
    return Page(slug, lines[0].lstrip("# "), tuple(block for block in blocks if block.lines))


def pages(user: Any) -> list[Page]:
    """The help pages of the person's roles first, then the others."""
    found = [page(path.stem) for path in sorted(FOLDER.glob("*.md"))]
    return sorted((p for p in found if p), key=lambda p: (not user.has_role(p.slug), p.slug))
