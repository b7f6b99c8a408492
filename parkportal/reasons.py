"""Why something was done, in words of one's own. A reason stands in moves and in the audit, which nothing erases, so that
it says why and not who (decision 103)."""

import re
import unicodedata
from collections.abc import Iterable
from typing import Any

from django import forms

from parkportal.states import Refused

SAYS_WHO = "这里不能写姓名、手机和证件号码：原因长期留存，到期也删不掉。写事由就行。"
HINT, SHORT_HINT = "只写事由，不写姓名、手机和证件号码", "事由，不写姓名号码"
# A mobile number, an ID number of 18 or 15 digits, alone and not inside a barcode; blanks and hyphens do not hide it.
_NUMBER = re.compile(r"(?<![0-9A-Z])(?:\+?86)?(?:1[3-9][0-9]{9}|[0-9]{17}[0-9X]|[0-9]{15})(?![0-9A-Z])")
_INSIDE = re.compile(r"(?<=[0-9])[\s-]+(?=[0-9X])")


def says_who(text: str, names: Iterable[str] = ()) -> bool:
    """Whether a reason holds a phone or ID number, or one of these names."""
    plain = _INSIDE.sub("", unicodedata.normalize("NFKC", text).upper())
    told = "".join(plain.split())
    return bool(_NUMBER.search(plain)) or any(len(name) > 1 and "".join(name.upper().split()) in told for name in names)


def plain_reason(text: str, *, names: Iterable[str] = (), field: str = "reason") -> str:
    """The reason without blanks at its ends. Raises Refused `says_who`, beside `field` of the form that it came from."""
    if says_who(text, names):
        raise Refused("says_who", SAYS_WHO, said="换个说法", field=field)
    return text.strip()


class ReasonField(forms.CharField):
    """Words of one's own on why; what says who is refused beside the field."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": 200, "help_text": HINT, **kwargs})

    def validate(self, value: str) -> None:
        super().validate(value)
        if says_who(value):
            raise forms.ValidationError(SAYS_WHO, code="says_who")
