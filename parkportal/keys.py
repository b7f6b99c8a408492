"""Primary keys as they come from outside: from a query string, a ticked box, a crafted request.

`str.isdigit()` is true for "²", which `int()` refuses, and a number of forty digits fits no column; here both are no key.
"""

from collections.abc import Iterable
from typing import Any

from django import forms

LONGEST = 18  # digits that are sure to fit a BigAutoField


def key_of(text: str | None) -> int | None:
    """The key that a text spells in plain digits; None for anything else."""
    text = text or ""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= LONGEST else None


def keys_of(texts: Iterable[str]) -> list[int]:
    """The keys among the texts, in their order; what is no key is left out."""
    return [key for text in texts if (key := key_of(text)) is not None]


class KeysField(forms.ModelMultipleChoiceField):
    """Several rows by their keys; what no column could hold is refused like any other row that is not offered."""

    def _check_values(self, value: Any) -> Any:
        for text in value if isinstance(value, list | tuple) else ():
            if key_of(str(text)) is None:
                raise forms.ValidationError(
                    self.error_messages["invalid_choice"], code="invalid_choice", params={"value": str(text)[:20]}
                )
        return super()._check_values(value)


class KeyField(forms.IntegerField):
    """One key in a form of its own making; what no column could hold is refused."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"min_value": 1, "max_value": 10**LONGEST - 1, **kwargs})
        for code in ("min_value", "max_value"):
            self.error_messages.setdefault(code, self.error_messages["invalid"])
