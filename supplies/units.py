"""Quantities as people type them: 500公斤, 2箱, 1.5万只."""

import re
import unicodedata
from decimal import Decimal

from parkportal.quantities import LARGEST, plain
from parkportal.states import Refused
from supplies.models import Item

# The same aliases as the intake of receipts (intake/README.md §4).
UNIT_ALIASES = {"KG": "公斤", "千克": "公斤", "L": "升", "公升": "升", "付": "剂"}
_WRITTEN = re.compile(r"(-?)((?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?)(万?)([^\d.,\s]*)")


def unit_word(text: str) -> str:
    """The portal's word for a unit: kg → 公斤."""
    word = "".join(unicodedata.normalize("NFKC", text).upper().split())
    return UNIT_ALIASES.get(word, word)


def read_quantity(text: str, item: Item) -> Decimal:
    """What was typed, in the item's base unit: `2箱` with 箱 × 2,000 只 is 4000. A bare number is in the base unit.

    Raises Refused: not_a_number, unit_mismatch (names the item's units), out_of_range, not_an_integer, too_precise.
    """
    match = _WRITTEN.fullmatch("".join(unicodedata.normalize("NFKC", text).upper().split()))
    if match is None:
        raise Refused("not_a_number", f"看不懂“{text[:20]}”，请写数字，可以带单位：{item.units_line}。")
    sign, digits, wan, word = match.groups()
    quantity = Decimal(digits.replace(",", "")) * (10_000 if wan else 1) * _factor(unit_word(word), item)
    return fitting(-quantity if sign else quantity, item)


def fitting(quantity: Decimal, item: Item) -> Decimal:
    """The quantity, if the item can be counted so: above zero, whole where it must be, three places, not absurd."""
    if quantity <= 0:
        raise Refused("out_of_range", "数量要大于 0。")
    if quantity > LARGEST:
        raise Refused("out_of_range", f"数量太大，最多 {plain(LARGEST)}。")
    if item.is_integer and quantity != quantity.to_integral_value():
        raise Refused("not_an_integer", f"{item.name}按{item.unit}计，要写整数。")
    if quantity != quantity.quantize(Decimal("0.001")):
        raise Refused("too_precise", "数量最多三位小数。")
    return quantity


def _factor(word: str, item: Item) -> Decimal:
    if word in {"", item.unit}:
        return Decimal(1)
    for pack in item.packs.all():
        if pack.name == word:
            return pack.factor
    raise Refused("unit_mismatch", f"“{word[:6]}”不是{item.name}的单位，能用：{item.units_line}。")
