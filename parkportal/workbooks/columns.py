"""What is declared about a column of an intake kind, and what reading one of its cells gives."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from parkportal.workbooks.headers import Vocabulary, header_key
from parkportal.workbooks.sheets import Cell


@dataclass(frozen=True)
class Context:
    """What cells are read against: the day of import, and from when the file's serial days count."""

    as_of: date
    date1904: bool = False


@dataclass(slots=True)
class Parsed:
    """What a cell holds: a value, or the code of an error; codes of warnings; a unit that followed the number.

    `given` is False where the cell says nothing and the value is the column's default or empty. Equal cells share
    one Parsed: a rule that changes a value makes a new one.
    """

    value: Any = None
    error: str | None = None
    warnings: tuple[str, ...] = ()
    unit: str | None = None
    given: bool = True


@dataclass(frozen=True)
class CellType:
    """How the cells of a column are read. `words` are words of the column that would otherwise mean empty.

    `widened` gives the same type with further texts that mean one of its words, or a word of their own.
    """

    name: str
    parse: Callable[[Cell, str, Context], Parsed]
    empty: Any = None
    words: frozenset[str] = frozenset()
    widened: "Callable[[Mapping[str, str]], CellType] | None" = None


@dataclass(frozen=True)
class Column:
    """A declared column: its canonical name, how its cells are read, which header texts claim it.

    `required` means that the file must have the column and each row a value; `needed=False` leaves the latter to
    the rules of the kind.
    """

    name: str
    type: CellType
    synonyms: tuple[str, ...] = ()
    required: bool = False
    needed: bool = True
    default: Any = None
    longest: int = 500

    def nothing(self) -> Parsed:
        """What an empty cell, or a column that the file does not have, means."""
        empty = list(self.type.empty) if isinstance(self.type.empty, list) else self.type.empty
        return Parsed(empty if self.default is None else self.default, given=False)


def column(
    name: str, type: CellType, synonyms: str = "", *, required: bool = False, needed: bool = True, **options: Any
) -> Column:
    """A column whose header synonyms are one text, separated by blanks."""
    return Column(name, type, tuple(synonyms.split()), required, needed, **options)


def _widened(one: Column, words: Mapping[str, str]) -> Column:
    return replace(one, type=one.type.widened(words)) if words and one.type.widened else one


@dataclass(frozen=True)
class ColumnTable:
    """The columns of a kind."""

    columns: tuple[Column, ...]
    by_name: dict[str, Column] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", {column.name: column for column in self.columns})

    def vocabulary(self, mapping: dict[str, str | None] | None = None) -> Vocabulary:
        """Header texts and the columns they claim; `mapping` is what somebody said by hand, and it wins."""
        words = {header_key(column.name): column.name for column in self.columns}
        for column_ in self.columns:
            for synonym in column_.synonyms:
                words.setdefault(header_key(synonym), column_.name)
        canonical = {header_key(column.name) for column in self.columns}
        for text, name in (mapping or {}).items():
            key = header_key(text)
            words[key] = name or ""
            canonical.add(key)
        if mapping:
            taken = {name: header_key(text) for text, name in mapping.items() if name}
            canonical -= {header_key(name) for name, key in taken.items() if header_key(name) != key}
        return Vocabulary(words, frozenset(canonical))

    def widened(self, words: Mapping[str, Mapping[str, str]]) -> "ColumnTable":
        """The same columns that also know further texts: by column, the text and the word that it means."""
        return ColumnTable(tuple(_widened(column, words.get(column.name, {})) for column in self.columns))

    def required(self) -> Iterable[str]:
        """The names of the columns that a file must have."""
        return [column.name for column in self.columns if column.required]
