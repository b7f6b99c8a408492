"""Judging a file of one of the declared kinds: a pure function of file, day, and what the portal holds.

An app declares its kind as a table (`enterprises/intake.py`, …) and registers it in `AppConfig.ready()`.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Protocol

from parkportal.workbooks.cells import read_cell
from parkportal.workbooks.columns import ColumnTable, Context, Parsed
from parkportal.workbooks.headers import Header, find_header
from parkportal.workbooks.judgement import (
    ACCEPTED,
    CREATE,
    REFUSED,
    SKIPPED,
    UNCHANGED,
    UPDATE,
    DataSheet,
    Fault,
    JudgedRow,
    Judgement,
    ReadColumn,
    column_letters,
    plain,
)
from parkportal.workbooks.reading import read_workbook
from parkportal.workbooks.sheets import NOTHING, Cell, Row, Sheet, Workbook
from parkportal.workbooks.skipping import reason_to_skip

Key = tuple[Hashable, ...]
_SHOWN = 40


class Holdings(Protocol):
    """What the portal holds beforehand."""

    def present(self, keys: list[Key]) -> Mapping[Key, Mapping[str, Any]]:
        """For each key that the portal holds, its current values by column (for results: status, result)."""


class NoHoldings:
    """A portal that holds nothing."""

    def present(self, keys: list[Key]) -> Mapping[Key, Mapping[str, Any]]:
        return {}


@dataclass
class Draft:
    """A row of data while its rules are applied."""

    context: Context
    parsed: dict[str, Parsed]
    cells: dict[str, Cell]
    warnings: list[Fault] = field(default_factory=list)

    def good(self, *names: str) -> bool:
        """Whether none of these columns has an error. Rules that look at two cells ask this first."""
        return all(name not in self.parsed or self.parsed[name].error is None for name in names)

    def value(self, name: str) -> Any:
        """The value of a column; None when the file does not have it or the cell is faulty."""
        parsed = self.parsed.get(name)
        return parsed.value if parsed and parsed.error is None else None

    def given(self, name: str) -> bool:
        """Whether the cell says something, be it wrong."""
        return name in self.parsed and (self.parsed[name].given or self.parsed[name].error not in {None, "required"})

    def set(self, name: str, parsed: Parsed) -> None:
        self.parsed[name] = parsed

    def fail(self, name: str, code: str) -> None:
        """Refuses the row for this column; its first error stays."""
        if self.good(name):
            self.parsed[name] = Parsed(error=code)

    def warn(self, name: str | None, code: str) -> None:
        self.warnings.append(Fault(name, code, self.shown(name)))

    def shown(self, name: str | None) -> str:
        text = self.cells.get(name or "", NOTHING).text.strip()
        return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"


@dataclass(frozen=True)
class IntakeKind:
    """One of the kinds of file that the portal takes in.

    `rules` looks at one row across its cells. `key` gives a good row's key by its values (None: no key), `key_column`
    the column that is blamed for it. `settle` decides outcomes across rows; the usual one is `settle_by_key`.
    `always` are columns whose values a row has even if the file does not have the column.
    """

    code: str
    title: str
    columns: ColumnTable
    rules: Callable[[Draft], None]
    settle: Callable[["IntakeKind", list[JudgedRow], Holdings], None]
    key: Callable[[Mapping[str, Any]], Key] | None = None
    key_column: Callable[[Mapping[str, Any]], str] | None = None
    always: tuple[str, ...] = ()
    firm_key: str | None = None
    figures: Callable[[Iterable[Mapping[str, Any]]], dict[str, Any]] | None = None


_REGISTRY: dict[str, IntakeKind] = {}


def register(kind: IntakeKind) -> None:
    """Makes a kind known to the commands and pages; called in AppConfig.ready()."""
    _REGISTRY[kind.code] = kind


def get(code: str) -> IntakeKind:
    """The kind of that code. Raises KeyError."""
    return _REGISTRY[code]


def kinds() -> list[IntakeKind]:
    """Every registered kind."""
    return list(_REGISTRY.values())


def judge(
    kind: IntakeKind,
    path: str | Path,
    *,
    as_of: date,
    holdings: Holdings | None = None,
    mapping: Mapping[str, str | None] | None = None,
    name: str | None = None,
) -> Judgement:
    """What an import of the file on that day would do. Raises WorkbookRefused when it cannot be read at all.

    `mapping` says by hand which column of the kind a header text is (None: none); `name` is the file's own name.
    """
    vocabulary = kind.columns.vocabulary(dict(mapping or {}))
    workbook = read_workbook(path, header_words=vocabulary.words)
    return judge_workbook(kind, workbook, as_of=as_of, holdings=holdings, mapping=mapping, name=name or Path(path).name)


def judge_workbook(
    kind: IntakeKind,
    workbook: Workbook,
    *,
    as_of: date,
    holdings: Holdings | None = None,
    mapping: Mapping[str, str | None] | None = None,
    name: str = "",
) -> Judgement:
    """The same for a workbook that was read already."""
    judgement = Judgement(file=name, kind=kind.code, as_of=as_of)
    vocabulary = kind.columns.vocabulary(dict(mapping or {}))
    found: list[tuple[Sheet, Header]] = []
    for sheet in workbook.sheets:
        header = None if sheet.hidden else find_header(sheet, vocabulary)
        if header is None:
            judgement.ignored_sheets.append(sheet.name)
            continue
        found.append((sheet, header))
        columns = (ReadColumn(column_letters(h.column), h.text, h.field) for h in header.headings)
        judgement.sheets.append(DataSheet(sheet.name, header.rows, tuple(columns)))
    judgement.errors = _missing_columns(kind, [header for _, header in found])
    if judgement.errors:
        return judgement
    reader = _RowReader(kind, Context(as_of, workbook.date1904), [header for _, header in found])
    for sheet, header in found:
        judgement.rows += reader.rows(sheet, header)
    kind.settle(kind, [row for row in judgement.rows if row.is_good], NoHoldings() if holdings is None else holdings)
    if kind.figures:
        judgement.figures = kind.figures(row.values for row in judgement.rows if row.outcome == ACCEPTED)
    return judgement


def _missing_columns(kind: IntakeKind, headers: list[Header]) -> list[Fault]:
    """A required column that one of the sheets lacks refuses the whole file."""
    having = [header.fields() for header in headers] or [{}]
    return [
        Fault(name, "missing_column")
        for name in kind.columns.required()
        if any(name not in fields for fields in having)
    ]


class _RowReader:
    """Reads the rows of one file. Equal cells of a column are parsed once."""

    def __init__(self, kind: IntakeKind, context: Context, headers: list[Header]) -> None:
        self._kind = kind
        self._context = context
        named = {name for header in headers for name in header.fields()}
        self._names = [h.field for h in headers[0].headings if h.field]
        self._names += sorted(named - set(self._names))
        self._names += [name for name in kind.always if name not in named]
        self._parsed: dict[tuple[str, str, Any], Parsed] = {}

    def rows(self, sheet: Sheet, header: Header) -> Iterable[JudgedRow]:
        """Every row below the header up to the last filled one."""
        fields = header.fields()
        last = max((n for n, row in sheet.rows.items() if any(not cell.merged for _, cell in row.filled())), default=0)
        for number in range(header.rows[-1] + 1, last + 1):
            row = sheet.row(number)
            reason = reason_to_skip(row, header, fields, self._kind.firm_key)
            if reason:
                yield JudgedRow(sheet.name, number, SKIPPED, reason=reason)
            else:
                yield self._data(sheet.name, row, fields)

    def _data(self, sheet: str | None, row: Row, fields: Mapping[str, int]) -> JudgedRow:
        cells = {name: row.cell(fields[name]) if name in fields else NOTHING for name in self._names}
        parsed = {name: self._read(name, cell) for name, cell in cells.items()}
        draft = Draft(self._context, parsed, cells)
        self._kind.rules(draft)
        if row.hidden:
            draft.warn(None, "hidden_row")
        errors = [Fault(name, p.error, draft.shown(name)) for name, p in parsed.items() if p.error]
        if errors:
            good = {name: p.value for name, p in parsed.items() if not p.error}  # they say whose row it is
            return JudgedRow(sheet, row.number, REFUSED, errors=errors, values=good)
        warnings = [Fault(name, code, draft.shown(name)) for name, p in parsed.items() for code in p.warnings]
        return JudgedRow(
            sheet,
            row.number,
            ACCEPTED,
            CREATE,
            values={name: p.value for name, p in parsed.items()},
            warnings=warnings + draft.warnings,
            given=frozenset(name for name, p in parsed.items() if p.given),
        )

    def _read(self, name: str, cell: Cell) -> Parsed:
        key = (name, cell.kind, cell.value)
        try:
            return self._parsed[key]
        except KeyError:
            parsed = self._parsed[key] = read_cell(self._kind.columns.by_name[name], cell, self._context)
            return parsed


# --- outcomes across rows --------------------------------------------------------------------------------------------


def refuse(row: JudgedRow, column: str, code: str) -> None:
    """Refuses a row that was good so far."""
    row.outcome, row.action = REFUSED, None
    row.errors.append(Fault(column, code))


def leave(row: JudgedRow) -> None:
    """Marks a row that says nothing new."""
    row.outcome, row.action = UNCHANGED, None


def settle_by_key(kind: IntakeKind, rows: list[JudgedRow], holdings: Holdings) -> None:
    """The same key twice in the file, and keys that the portal holds (README §3)."""
    if kind.key is None or kind.key_column is None:
        raise TypeError(f"{kind.code} has no key")
    keys = [kind.key(row.values) for row in rows]
    held = holdings.present(list(dict.fromkeys(keys)))
    first: dict[Key, JudgedRow] = {}
    for row, key in zip(rows, keys, strict=True):
        earlier = first.setdefault(key, row)
        if earlier is not row:
            if earlier.values == row.values:
                leave(row)
            else:
                refuse(row, kind.key_column(row.values), "duplicate_in_file")
        elif key in held:
            _compare(row, held[key])


def _compare(row: JudgedRow, held: Mapping[str, Any]) -> None:
    """Empty cells leave the old value; nothing differs: unchanged, else an update."""
    for name, new in row.values.items():
        if name in row.given and new not in (None, []) and not _same(held.get(name), new):
            row.changes[name] = [held.get(name), new]
    if row.changes:
        row.action = UPDATE
    else:
        leave(row)


def _same(old: Any, new: Any) -> bool:
    """Whether two values are one, be they Python values or as JSON has them; the order of a list does not matter."""
    if isinstance(new, list):
        return sorted(map(str, old or [])) == sorted(map(str, new))
    if isinstance(new, Decimal) and old is not None:
        return Decimal(str(old)) == new
    return plain(old) == plain(new)
