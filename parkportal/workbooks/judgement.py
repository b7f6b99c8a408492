"""What an import of a file would do: the outcome of every row, and how it is shown and stored."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from parkportal.workbooks import messages

ACCEPTED, UNCHANGED, REFUSED, SKIPPED = "accepted", "unchanged", "refused", "skipped"
CREATE, UPDATE = "create", "update"


@dataclass(frozen=True)
class Fault:
    """An error or a warning: its column (None for the whole row), its code, and the cell as it stands in the file."""

    column: str | None
    code: str
    shown: str = ""

    def as_json(self) -> dict[str, Any]:
        return {"column": self.column, "code": self.code}


@dataclass
class JudgedRow:
    """The outcome of one row. `values` are Python values: dates, Decimals, lists, booleans, None."""

    sheet: str | None
    row: int
    outcome: str
    action: str | None = None
    reason: str | None = None
    values: dict[str, Any] = field(default_factory=dict)
    changes: dict[str, list[Any]] = field(default_factory=dict)
    errors: list[Fault] = field(default_factory=list)
    warnings: list[Fault] = field(default_factory=list)
    given: frozenset[str] = frozenset()

    @property
    def is_good(self) -> bool:
        """Whether the row holds data without a fault."""
        return self.outcome in {ACCEPTED, UNCHANGED}

    def sentences(self, *, with_sheet: bool = False) -> list[str]:
        """Every error and warning in words, errors first."""
        sheet = self.sheet if with_sheet else None
        return [
            messages.located(self.row, fault.column, fault.code, sheet=sheet, shown=fault.shown)
            for fault in (*self.errors, *self.warnings)
        ]

    def as_json(self) -> dict[str, Any]:
        """The row in the shape of intake/expected.json."""
        out: dict[str, Any] = {"sheet": self.sheet, "row": self.row, "outcome": self.outcome}
        if self.action:
            out["action"] = self.action
        if self.reason:
            out["reason"] = self.reason
        if self.action == UPDATE:
            out["changes"] = {name: [plain(old), plain(new)] for name, (old, new) in self.changes.items()}
        if self.is_good:
            out["values"] = {name: plain(value) for name, value in self.values.items()}
        if self.errors:
            out["errors"] = [fault.as_json() for fault in self.errors]
        if self.warnings and self.is_good:
            out["warnings"] = [fault.as_json() for fault in self.warnings]
        return out


@dataclass(frozen=True)
class ReadColumn:
    """A column of the file: its letter, its header, the column of the kind that it is (None: unknown)."""

    col: str
    header: str
    field: str | None


@dataclass(frozen=True)
class DataSheet:
    """A sheet that was read: its name, its header's row numbers, its columns."""

    name: str | None
    header_rows: tuple[int, ...]
    columns: tuple[ReadColumn, ...]


@dataclass
class Judgement:
    """What an import of a file would do. `errors` refuse the whole file; then there are no rows."""

    file: str
    kind: str
    as_of: date
    sheets: list[DataSheet] = field(default_factory=list)
    ignored_sheets: list[str | None] = field(default_factory=list)
    errors: list[Fault] = field(default_factory=list)
    rows: list[JudgedRow] = field(default_factory=list)
    figures: dict[str, Any] | None = None

    @property
    def is_refused(self) -> bool:
        return bool(self.errors)

    @property
    def totals(self) -> dict[str, int]:
        """Rows by outcome."""
        counts = Counter(row.outcome for row in self.rows)
        return {outcome: counts[outcome] for outcome in (ACCEPTED, UNCHANGED, REFUSED, SKIPPED)}

    def accepted(self) -> list[JudgedRow]:
        """The rows that an import writes."""
        return [row for row in self.rows if row.outcome == ACCEPTED]

    def file_sentences(self) -> list[str]:
        """Why the whole file is refused, in words."""
        if self.errors and not self.sheets:
            return [messages.NO_HEADER]
        return [messages.located(None, fault.column, fault.code) for fault in self.errors]

    def as_json(self) -> dict[str, Any]:
        """One file in the shape of intake/expected.json."""
        first = self.sheets[0] if self.sheets else None
        out: dict[str, Any] = {
            "file": self.file,
            "kind": self.kind,
            "as_of": self.as_of.isoformat(),
            "data_sheets": [sheet.name for sheet in self.sheets],
            "ignored_sheets": self.ignored_sheets,
            "header_rows": list(first.header_rows) if first else [],
            "columns": [vars(column) for column in first.columns] if first else [],
        }
        if self.errors:
            out["errors"] = [fault.as_json() for fault in self.errors]
        if self.figures is not None and not self.errors:
            out["figures"] = self.figures
        return out | {"totals": self.totals, "rows": [row.as_json() for row in self.rows]}


def plain(value: Any) -> Any:
    """A value as JSON has it: days and instants in ISO form, decimals as text."""
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value:f}"
    return value


def column_letters(number: int) -> str:
    """A for 0, AA for 26."""
    letters = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
