"""The cell types that are numbers (README §4): count, decimal, temperature, CT, price, quantity, unit."""

import re
from collections.abc import Callable
from decimal import Context as Arithmetic
from decimal import Decimal

from parkportal.identifiers import dense, plain_dashes
from parkportal.workbooks.cells import choice, word_key, word_table
from parkportal.workbooks.columns import CellType, Context, Parsed
from parkportal.workbooks.sheets import NUMBER, TEXT, Cell

_NUMBER = r"[+-]?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)?(?:\.[0-9]+)?"
_PLAIN = re.compile(_NUMBER)
_INEXACT = re.compile(r"约|余|多|左右|近|上下|以上|以内")
_RANGE = re.compile(r"[0-9]+(\.[0-9]+)?[^0-9.,]{0,4}?(-{1,2}|[~〜∼至到]|\.\.)[0-9]+(\.[0-9]+)?[^0-9]{0,6}")
_ARITHMETIC = Arithmetic(prec=60)
_NOISE = Decimal("1e-9")
LARGEST_COUNT = Decimal(2_147_483_647)
LARGEST_AMOUNT = Decimal("999999999.9999")


def plain_text(text: str) -> str:
    """A number as it is parsed: NFKC, without blanks, every dash as -."""
    return plain_dashes(dense(text))


def read_decimal(cell: Cell, text: str) -> Parsed:
    """A number without anything behind it: value, or `not_exact`, or `not_a_number`."""
    if cell.kind == NUMBER:
        return Parsed(_without_noise(Decimal(repr(cell.value))))
    if cell.kind != TEXT:
        return Parsed(error="not_a_number")
    plain = plain_text(text)
    if _PLAIN.fullmatch(plain) and plain[-1:].isdigit():
        return Parsed(_without_noise(Decimal(plain.replace(",", ""))))
    return Parsed(error=_why_not(plain))


def _without_noise(number: Decimal) -> Decimal:
    """Noise below 1e-9 is rounded off; what is left has no trailing zeros."""
    if abs(number) < 10**40:
        number = number.quantize(_NOISE, context=_ARITHMETIC)
    return tidy(number)


def tidy(number: Decimal) -> Decimal:
    """The same number as 1200, 0.3 or 38: no exponent, no trailing zeros, no minus zero."""
    short = number.normalize(_ARITHMETIC)
    exponent = short.as_tuple().exponent
    if isinstance(exponent, int) and exponent > 0:
        short = short.quantize(Decimal(1), context=_ARITHMETIC) if exponent < 40 else short
    return abs(short) if short == 0 else short


def _why_not(plain: str) -> str:
    inexact = re.search("[0-9]", plain) and _INEXACT.search(plain) or _RANGE.fullmatch(plain)
    return "not_exact" if inexact else "not_a_number"


def _bounded(
    number: Decimal, *, places: int, low: Decimal, high: Decimal, open_low: bool = False, whole: bool = False
) -> Parsed:
    exponent = number.as_tuple().exponent
    decimals = -exponent if isinstance(exponent, int) else 0
    if whole and decimals > 0:
        return Parsed(error="not_an_integer")
    if decimals > places:
        return Parsed(error="too_precise")
    if number < low or number > high or open_low and number == low:
        return Parsed(error="out_of_range")
    return Parsed(int(number) if whole else number)


_PEOPLE = re.compile(r"(人|名|个|位)$")


def _count(cell: Cell, text: str, context: Context) -> Parsed:
    if cell.kind == TEXT:
        text = _PEOPLE.sub("", plain_text(text))
    parsed = read_decimal(cell, text)
    if parsed.error:
        return parsed
    return _bounded(parsed.value, places=0, low=Decimal(0), high=LARGEST_COUNT, whole=True)


def _decimal(
    *, places: int, low: str, high: Decimal | str, open_low: bool = False, trim: str = ""
) -> Callable[[Cell, str, Context], Parsed]:
    trimmed = re.compile(trim)

    def parse(cell: Cell, text: str, context: Context) -> Parsed:
        if cell.kind == TEXT and trim:
            text = trimmed.sub("", plain_text(text))
        parsed = read_decimal(cell, text)
        if parsed.error:
            return parsed
        return _bounded(parsed.value, places=places, low=Decimal(low), high=Decimal(high), open_low=open_low)

    return parse


FEVER = Decimal("37.3")
_degrees = _decimal(places=1, low="34.0", high="42.0", trim=r"(°C|°c|℃|度)$")


def _temperature(cell: Cell, text: str, context: Context) -> Parsed:
    parsed = _degrees(cell, text, context)
    if parsed.error is None and parsed.value >= FEVER:
        parsed.warnings = ("fever",)
    return parsed


_NO_CT = frozenset({"NOCT", "UNDET", "UNDETERMINED", "N/A"})
_cycles = _decimal(places=2, low="0", high="50", open_low=True)


def _ct(cell: Cell, text: str, context: Context) -> Parsed:
    if cell.kind == TEXT and word_key(text) in _NO_CT:
        return Parsed(None)
    return _cycles(cell, text, context)


COUNT = CellType("count", _count)
TEMPERATURE = CellType("temperature", _temperature)
CT = CellType("CT", _ct)
PRICE = CellType("price", _decimal(places=4, low="0", high=LARGEST_AMOUNT, trim=r"^[¥￥]|元$"))


# --- quantities and units --------------------------------------------------------------------------------------------

_UNIT_WORDS = "个; 只; 支; 把; 瓶; 盒; 箱; 桶; 包; 袋; 套; 件; 双; 副; 台; 卷; 剂 ← 付; 公斤 ← KG 千克; 升 ← L 公升"
_UNITS = word_table(_UNIT_WORDS)
UNIT_WORDS = tuple(dict.fromkeys(_UNITS.values()))
DIVISIBLE = frozenset({"公斤", "升"})
_QUANTITY = re.compile(rf"({_NUMBER})(万?)(.*)")
_UNIT_LIKE = re.compile(r"(?![零〇一二三四五六七八九十百千万亿两半])[^\W\d_]{1,6}")
MOST_PLACES = 3


def _quantity(cell: Cell, text: str, context: Context) -> Parsed:
    """A number above 0 with up to three places; 万 multiplies; `unit` has the unit that follows."""
    unit = None
    number = read_decimal(cell, text)
    if number.error:
        plain = plain_text(text)
        match = _QUANTITY.fullmatch(plain)
        if cell.kind != TEXT or not match or not match[1][-1:].isdigit():
            return number
        times, rest = 10_000 if match[2] else 1, match[3]
        unit = _UNITS.get(word_key(rest)) if rest else None
        if rest and unit is None:
            inexact = number.error == "not_exact"
            return number if inexact or not _UNIT_LIKE.fullmatch(rest) else Parsed(error="bad_unit")
        number = Parsed(_without_noise(Decimal(match[1].replace(",", "")) * times))
    parsed = _bounded(number.value, places=MOST_PLACES, low=Decimal(0), high=LARGEST_AMOUNT, open_low=True)
    parsed.unit = unit
    return parsed


QUANTITY = CellType("quantity", _quantity)
UNIT = choice(_UNIT_WORDS, bad="bad_unit")
