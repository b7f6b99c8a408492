"""Quantities: Decimal with three places outside, integer thousandths in the database.

SQLite stores decimals as floats, and 0.3 − 0.1 − 0.2 is then not 0, so `CHECK >= 0` would lie.
"""

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models

THOUSAND = Decimal(1000)
LARGEST = Decimal("999999999.999")


class QuantityField(models.BigIntegerField):
    """A Decimal with up to three places, stored as an integer number of thousandths."""

    description = "Quantity in thousandths"
    _pyi_private_set_type: Any  # what the type checker's Django plug-in reads
    _pyi_private_get_type: Any

    def to_python(self, value: Any) -> Decimal | None:
        if value is None or isinstance(value, Decimal):
            return value
        return Decimal(str(value))

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Decimal | None:
        return None if value is None else Decimal(int(value)) / THOUSAND

    def get_prep_value(self, value: Any) -> int | None:
        if value is None:
            return None
        scaled = Decimal(str(value)) * THOUSAND
        if scaled != scaled.to_integral_value():
            raise ValidationError("数量最多三位小数。", code="too_precise")
        return int(scaled)

    def value_to_string(self, obj: models.Model) -> str:
        return str(self.value_from_object(obj))

    def formfield(self, **kwargs: Any) -> Any:
        return forms.DecimalField(
            **{"max_digits": 12, "decimal_places": 3, "label": self.verbose_name, "required": not self.blank, **kwargs}
        )

    @property
    def validators(self) -> list:
        return self._validators


def plain(quantity: int | Decimal | None) -> str:
    """A quantity as people write it: 780, 3.6, 1,250.125; nothing is —."""
    if quantity is None:
        return "—"
    text = f"{quantity:,.3f}"
    return text.rstrip("0").rstrip(".")


def rate(part: int | Decimal, whole: int | Decimal) -> Decimal | None:
    """A percentage with one decimal, half up, from integers; None where the denominator is 0 (handbook §4)."""
    if not whole:
        return None
    return (Decimal(part) * 100 / Decimal(whole)).quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)


def average(total: int | Decimal, count: int) -> Decimal | None:
    """A mean with one decimal, half up; None of nothing. Never a mean of percentages (handbook §4)."""
    if not count:
        return None
    return (Decimal(total) / count).quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)


def rate_text(part: int | Decimal, whole: int | Decimal | None) -> str:
    """93.3%, and 100% without decimals; — where there is no denominator."""
    value = rate(part, whole or 0)
    if value is None:
        return "—"
    return "100%" if value == 100 else f"{value}%"


def largest_remainder(total: int, weights: list[Decimal]) -> list[int]:
    """Shares of a whole number by weight whose sum is exactly the total (Hamilton); ties go to the earlier row."""
    whole = sum(weights, Decimal(0))
    if total < 0 or any(weight < 0 for weight in weights):
        raise ValueError("total and weights may not be negative")
    if not whole:
        if total:
            raise ValueError("nothing to weigh by")
        return [0] * len(weights)
    exact = [Decimal(total) * weight / whole for weight in weights]
    shares = [int(value) for value in exact]
    left = total - sum(shares)
    order = sorted(range(len(weights)), key=lambda i: (-(exact[i] - shares[i]), i))
    for i in order[:left]:
        shares[i] += 1
    return shares
