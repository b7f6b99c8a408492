"""The cell types of intake files (README §4): text, names, numbers of documents and phones, words, lists.

A type's `parse` gets the cell, its text with blanks normalised, and the context; it is never called for empty cells,
error values and formulas without a value (`read_cell` answers those) and never raises.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from parkportal import identifiers
from parkportal.identifiers import IdentifierProblem, compact, dense, one_blank, plain_dashes
from parkportal.workbooks.columns import CellType, Column, Context, Parsed
from parkportal.workbooks.sheets import EMPTY, ERROR, NO_VALUE, NUMBER, Cell

_ERRORS = re.compile(
    r"#(N/A|REF!|VALUE!|DIV/0!|NUM!|NAME\?|NULL!|SPILL!|CALC!|FIELD!|BLOCKED!|CONNECT!|BUSY!|UNKNOWN!|GETTING_DATA)"
)
_NOTHING = re.compile(r"/|-{1,2}|无|暂无")
_HALF_WIDTH = {code: code - 0xFEE0 for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))}
_FULL_WIDTH = re.compile("[０-９Ａ-Ｚａ-ｚ]+")
_BESIDE_HAN = re.compile(rf"(?<={identifiers.HAN.pattern})\s+|\s+(?={identifiers.HAN.pattern})")
_SCIENTIFIC = re.compile(r"[0-9](\.[0-9]+)?E\+?[0-9]+")
_LONG = 10**15


def read_cell(column: Column, cell: Cell, context: Context) -> Parsed:
    """What a cell of the column holds: value, error code or nothing; warnings."""
    if cell.kind == EMPTY:
        return _nothing(column)
    if cell.kind == ERROR:
        return Parsed(error="cell_error")
    if cell.kind == NO_VALUE:
        return Parsed(error="no_cached_value")
    text = one_blank(cell.text)
    word = word_key(text)
    if _ERRORS.fullmatch(word):
        return Parsed(error="cell_error")
    if not word or word not in column.type.words and _NOTHING.fullmatch(word):
        return _nothing(column)
    parsed = column.type.parse(cell, text, context)
    texts = parsed.value if isinstance(parsed.value, list) else (parsed.value,)
    if any(isinstance(text, str) and len(text) > column.longest for text in texts):
        return Parsed(error="too_long")
    if parsed.value is None and parsed.error is None:
        return _nothing(column)
    return parsed


def _nothing(column: Column) -> Parsed:
    parsed = column.nothing()
    if column.required and column.needed:
        parsed.error = "required"
    return parsed


def word_key(text: str) -> str:
    """A word as it is compared: NFKC, blanks removed, every dash as -, upper case."""
    return plain_dashes(dense(text)).upper()


# --- text and names --------------------------------------------------------------------------------------------------


def half_width(text: str) -> str:
    """Full-width letters and digits become half-width; nothing else changes."""
    return text if text.isascii() else _FULL_WIDTH.sub(lambda match: match[0].translate(_HALF_WIDTH), text)


def _text(cell: Cell, text: str, context: Context) -> Parsed:
    return Parsed(half_width(text))


def _unit_name(cell: Cell, text: str, context: Context) -> Parsed:
    name = _BESIDE_HAN.sub("", half_width(text))
    return Parsed(name.replace("(", "（").replace(")", "）"))


def _identifier(normal: Callable[[str], str]) -> Callable[[Cell, str, Context], Parsed]:
    def parse(cell: Cell, text: str, context: Context) -> Parsed:
        try:
            return Parsed(normal(text))
        except IdentifierProblem as problem:
            return Parsed(error=problem.code)

    return parse


def lost_precision(cell: Cell, text: str, check: Callable[[str], str]) -> bool:
    """Whether a spreadsheet has eaten the last digits of an 18-character number.

    That is a number cell of 16 digits or more, text like 4.399E+17, or 18 digits that end in 000 with a wrong check
    character; `check` computes the right one from the first 17.
    """
    if cell.kind == NUMBER and abs(cell.value) >= _LONG:
        return True
    number = compact(text)
    if _SCIENTIFIC.fullmatch(number):
        return True
    return bool(re.fullmatch(r"[0-9]{15}000", number)) and check(number[:17]) != number[17]


def _credit_code(cell: Cell, text: str, context: Context) -> Parsed:
    if lost_precision(cell, text, identifiers.credit_check_character):
        return Parsed(error="code_precision_lost")
    try:
        return Parsed(identifiers.normal_credit_code(text))
    except IdentifierProblem as problem:
        return Parsed(error=problem.code)


def _document_text(cell: Cell, text: str, context: Context) -> Parsed:
    return Parsed(compact(text))


def read_document(kind: str, cell: Cell, context: Context) -> Parsed:
    """The number of a document, once its type is known."""
    text = one_blank(cell.text)
    if kind == identifiers.ID_CARD and lost_precision(cell, text, identifiers.id_check_character):
        return Parsed(error="id_precision_lost")
    if cell.kind == NUMBER and abs(cell.value) >= _LONG:
        return Parsed(error="document_format")
    try:
        return Parsed(identifiers.normal_document(kind, text, today=context.as_of))
    except IdentifierProblem as problem:
        return Parsed(error=problem.code)


TEXT = CellType("text", _text)
UNIT_NAME = CellType("unit name", _unit_name)
NAME = CellType("name", _identifier(identifiers.normal_name))
PHONE = CellType("phone", _identifier(identifiers.normal_phone))
CREDIT_CODE = CellType("credit code", _credit_code)
DOCUMENT = CellType("ID number", _document_text)
BARCODE = CellType("barcode", _identifier(identifiers.normal_barcode))


# --- words -----------------------------------------------------------------------------------------------------------


def word_table(words: str | Mapping[str, Iterable[str]]) -> dict[str, str]:
    """Words and aliases by their compared form, from a mapping or from `词 ← 别名 别名; 词`."""
    if isinstance(words, str):
        pairs = (part.partition("←") for part in words.split(";"))
        words = {word.strip(): aliases.split() for word, _, aliases in pairs}
    table = {word_key(word): word for word in words}
    for word, aliases in words.items():
        for alias in aliases:
            table.setdefault(word_key(alias), word)
    return table


def choice(words: str | Mapping[str, Iterable[str]], *, empty: str = "", bad: str = "bad_choice") -> CellType:
    """One of the words; those of `empty`, separated by blanks, mean nothing."""
    return _choice({**word_table(words), **{word_key(word): None for word in empty.split()}}, bad)


def _choice(table: Mapping[str, str | None], bad: str) -> CellType:
    def parse(cell: Cell, text: str, context: Context) -> Parsed:
        key = word_key(text)
        return Parsed(table[key]) if key in table else Parsed(error=bad)

    return CellType("choice", parse, words=frozenset(table), widened=lambda more: _choice(_with(table, more), bad))


def _with(table: Mapping[str, Any], more: Mapping[str, str]) -> dict[str, Any]:
    """The table and further texts at its end; what it says itself holds."""
    return {**table, **{word_key(text): word for text, word in more.items() if word_key(text) not in table}}


def flag(yes: str, no: str) -> CellType:
    """A boolean: the words for yes and for no, separated by blanks."""
    table = {word_key(word): True for word in yes.split()} | {word_key(word): False for word in no.split()}

    def parse(cell: Cell, text: str, context: Context) -> Parsed:
        key = word_key(text)
        return Parsed(table[key]) if key in table else Parsed(error="bad_choice")

    return CellType("yes/no", parse, words=frozenset(table))


_LIST_ENDS = re.compile(r"[、,;/|+\s]+")


def listing(words: str | Mapping[str, Iterable[str]], *, unknown: str | None = None) -> CellType:
    """A list of words in the order of the table; with `unknown` other words are kept at its end, with that warning."""
    return _listing(word_table(words), unknown)


def _listing(table: Mapping[str, str], unknown: str | None) -> CellType:
    order = {word: place for place, word in enumerate(dict.fromkeys(table.values()))}

    def parse(cell: Cell, text: str, context: Context) -> Parsed:
        found: dict[str, int] = {}
        for part in _LIST_ENDS.split(unicodedata.normalize("NFKC", text)):
            key = word_key(part)
            if key in table:
                found[table[key]] = order[table[key]]
            elif key and not _NOTHING.fullmatch(key):
                if unknown is None:
                    return Parsed(error="bad_choice")
                found[part] = len(order)
        own = any(place == len(order) for place in found.values())
        value: list[Any] = sorted(found, key=found.__getitem__)
        return Parsed(value, warnings=(unknown,) if own and unknown else ())

    return CellType(
        "list", parse, empty=[], words=frozenset(table), widened=lambda more: _listing(_with(table, more), unknown)
    )
