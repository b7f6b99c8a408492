"""Rows below the header that are not data, and why (README §2)."""

import re
from collections.abc import Mapping

from parkportal.identifiers import dense
from parkportal.workbooks.headers import Header, header_key
from parkportal.workbooks.sheets import Cell, Row

_BRACKETS = r"(\[【〔{《<「"
_EXAMPLE = re.compile(rf"(填写示例|示例|样例|例)($|[:{_BRACKETS}])")
_SUBTOTAL = re.compile(rf".{{0,10}}?(小计|合计|总计|共计)($|[:{_BRACKETS})\]】〕}}》>」0-9])")
_FOOTER = re.compile(
    r"(单位负责人|负责人|审核人|审核者|复核人|填报人|填表人|制表人|经办人|保管员|验收人|批准人|检验者|联系电话"
    r"|填报时间|填报日期|填报单位|报告单位|备注|注|说明):|第[0-9零〇一二三四五六七八九十百]+页"
)
_LEAST_KEY = 8
_WIDE = 3


def reason_to_skip(row: Row, header: Header, key_columns: Mapping[str, int], exempting: str | None) -> str | None:
    """Why the row is not data: blank, example, subtotal, footer, repeated_header, section; None for data.

    `exempting` names the column whose eight letters or digits make 合计 a part of a firm's name.
    """
    filled = dict(row.filled())
    if not filled:
        return "blank"
    first = next(iter(filled.values()))
    own = next((cell for cell in filled.values() if not cell.merged), first)
    for text in dict.fromkeys((_text(first), _text(own))):
        if _EXAMPLE.match(text):
            return "example"
        if _SUBTOTAL.match(text) and not _has_key(filled.get(key_columns.get(exempting or "", -1))):
            return "subtotal"
        if _FOOTER.match(text):
            return "footer"
    known = [heading for heading in header.headings if heading.field and heading.column in filled]
    if known and all(header_key(filled[heading.column].text) in heading.labels for heading in known):
        return "repeated_header"
    if len(filled) == 1 and row.widths.get(min(filled), 1) >= _WIDE:
        return "section"
    return None if known else "blank"


def _text(cell: Cell) -> str:
    return dense(cell.text)


def _has_key(cell: Cell | None) -> bool:
    """Whether the row has a key: eight letters or digits."""
    return cell is not None and sum(c.isascii() and c.isalnum() for c in _text(cell)) >= _LEAST_KEY
