"""Finding the header of a sheet and which column each header text claims (intake README §1)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from parkportal.identifiers import dense
from parkportal.workbooks.sheets import EMPTY, Cell, Merge, Sheet

TOP_ROWS = 20
LEAST_COLUMNS = 3
_LONGEST_LABEL = 15
_END_BRACKET = re.compile(r"(.+)(\([^()]*\)|\[[^\[\]]*\]|【[^【】]*】|〔[^〔〕]*〕|{[^{}]*}|《[^《》]*》|<[^<>]*>)")


def header_key(text: str) -> str:
    """A header as it is compared: NFKC, blanks, line breaks and * removed, upper case."""
    return dense(text).replace("*", "").upper()


def header_forms(text: str) -> list[str]:
    """The forms to compare, in order: the whole text, then without a bracket at its end."""
    key = header_key(text)
    match = _END_BRACKET.fullmatch(key)
    return [key, match[1]] if match else [key]


@dataclass(frozen=True)
class Heading:
    """One header cell: its text as it stands, the column of the kind that it claims, and the texts to compare."""

    column: int
    text: str
    field: str | None
    labels: tuple[str, ...]


@dataclass(frozen=True)
class Header:
    """The header of one sheet: its one or two row numbers and its cells from left to right."""

    rows: tuple[int, ...]
    headings: tuple[Heading, ...]

    def fields(self) -> dict[str, int]:
        """The sheet's column number of every recognised column."""
        return {heading.field: heading.column for heading in self.headings if heading.field}


@dataclass(frozen=True)
class Vocabulary:
    """Which header texts (in the form of `header_key`) claim which column; "" claims none, on purpose."""

    words: Mapping[str, str]
    canonical: frozenset[str]

    def find(self, text: str) -> tuple[str | None, bool]:
        """The column that the text claims and whether it does so by the canonical name."""
        for form in header_forms(text):
            if form in self.words:
                return self.words[form] or None, form in self.canonical
        return None, False


def find_header(sheet: Sheet, vocabulary: Vocabulary) -> Header | None:
    """The first of the top rows with three recognised columns, with the row of group labels above or below it."""
    for number in range(1, TOP_ROWS + 1):
        for rows in ((number, number + 1), (number,)):
            if len(rows) == 2 and not _is_two_high(sheet, number):
                continue
            headings = _headings(sheet, rows, vocabulary)
            if sum(heading.field is not None for heading in headings) >= LEAST_COLUMNS:
                return Header(rows, headings)
    return None


def _own(sheet: Sheet, number: int) -> dict[int, str]:
    """The texts that stand in a row itself, without what merges bring down from above."""
    row = sheet.row(number)
    return {column: cell.text for column, cell in row.filled() if not cell.merged}


def _is_two_high(sheet: Sheet, number: int) -> bool:
    """Whether merged cells make this row and the next one header.

    Either some header cells are merged over both rows, or labels stand over groups of columns: then whatever
    stands below an own header cell would be data, so nothing may.
    """
    tops = [merge for merge in sheet.merges if merge.top == number]
    upper, lower = _own(sheet, number), _own(sheet, number + 1)
    if any(merge.bottom == number + 1 and merge.left in upper for merge in tops) and len(upper) > 1:
        return True
    groups = [merge for merge in tops if merge.bottom == number and merge.right > merge.left and merge.left in upper]
    if not groups or not lower or not _are_labels(upper, groups, lower):
        return False
    grouped = {column for merge in groups for column in range(merge.left, merge.right + 1)}
    return all(column in grouped or column not in upper for column in lower) and not grouped.isdisjoint(lower)


def _are_labels(upper: Mapping[int, str], groups: list[Merge], lower: Mapping[int, str]) -> bool:
    """Labels of groups are short; a title or the line 填报单位: … above the header is not one."""
    keys = [header_key(text) for text in upper.values()]
    if any(":" in key or len(key) > _LONGEST_LABEL for key in keys):
        return False
    return len(upper) > 1 or groups[0].left > min(lower)


def _headings(sheet: Sheet, rows: tuple[int, ...], vocabulary: Vocabulary) -> tuple[Heading, ...]:
    found = []
    for column, texts in sorted(_texts(sheet, rows).items()):
        upper, lower = texts if len(texts) == 2 else (texts[0], "")
        joined = f"{upper}/{lower}" if upper and lower else upper or lower
        field, exact = vocabulary.find(joined)
        if field is None and upper and lower:
            field, exact = vocabulary.find(lower)
            if field is None:
                field, exact = vocabulary.find(upper)[0], False
        labels = tuple(header_key(text) for text in texts if text)
        found.append((Heading(column, joined, field, labels), exact))
    return _one_column_each(found)


def _texts(sheet: Sheet, rows: tuple[int, ...]) -> dict[int, tuple[str, ...]]:
    if len(rows) == 1:
        row = sheet.row(rows[0])
        return {column: (cell.text,) for column, cell in row.filled()}
    own, upper, lower = _own(sheet, rows[0]), _spread(sheet, rows[0]), _own(sheet, rows[1])
    return {column: (upper.get(column, ""), lower.get(column, "")) for column in own.keys() | lower.keys()}


def _spread(sheet: Sheet, number: int) -> dict[int, str]:
    """The upper labels, each over all columns that its merge covers."""
    texts = {column: cell.text for column, cell in sheet.row(number).filled()}
    row = sheet.row(number)
    for left, width in row.widths.items():
        cell: Cell = row.cell(left)
        if cell.kind != EMPTY:
            texts |= dict.fromkeys(range(left, min(left + width, left + 1000)), cell.text)
    return texts


def _one_column_each(found: list[tuple[Heading, bool]]) -> tuple[Heading, ...]:
    """If two headers claim one column the canonical name wins, else the leftmost; the other is unknown."""
    winner: dict[str, tuple[bool, int]] = {}
    for heading, exact in found:
        if heading.field and (heading.field not in winner or exact and not winner[heading.field][0]):
            winner[heading.field] = (exact, heading.column)
    return tuple(
        heading
        if heading.field is None or winner[heading.field][1] == heading.column
        else Heading(heading.column, heading.text, None, heading.labels)
        for heading, _ in found
    )
