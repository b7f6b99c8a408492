"""What may stand in a message and how many it counts as (handbook §7)."""

import re
import unicodedata
from collections.abc import Mapping
from math import ceil
from typing import Any

from django.conf import settings

from parkportal.messaging.purposes import PLACEHOLDER, Purpose
from parkportal.states import Refused

LONGEST = 500
LINK_PLACEHOLDER = "link"
_BRACKETS = str.maketrans("【】", "〔〕")
_DOMAIN_DOT = re.compile(r"(?<=[A-Za-z0-9])\.(?=[A-Za-z]{2})")


def segments(text: str) -> int:
    """How many text messages this counts as: up to 70 characters 1, beyond that each 67, signature included."""
    return 1 if len(text) <= 70 else ceil(len(text) / 67)


def plain(value: Any) -> str:
    """A value that a person typed, made harmless: one line, no signature brackets, nothing a phone makes a link of."""
    text = "".join(" " if unicodedata.category(character)[0] in "CZ" else character for character in str(value))
    text = re.sub(" +", " ", text).strip().translate(_BRACKETS).replace("://", "：")
    return _DOMAIN_DOT.sub("．", text)


def portal_link(path: str) -> str:
    """A path of this portal as a full address; a full address of this portal stays. Raises ValueError for another host."""
    if path.startswith("/") and not path.startswith("//"):
        return settings.PORTAL_URL.rstrip("/") + path
    if path.startswith(settings.PORTAL_URL.rstrip("/") + "/"):
        return path
    raise ValueError("a message links to a path of this portal only")


def parameters(purpose: Purpose, values: Mapping[str, Any]) -> dict[str, str]:
    """The placeholders' values as they will be sent. Raises ValueError when one is missing or too many are given."""
    wanted, given = set(purpose.placeholders), set(values)
    if wanted != given:
        raise ValueError(f"{purpose.code}: placeholders {sorted(wanted)}, given {sorted(given)}")
    return {
        name: portal_link(str(value)) if name == LINK_PLACEHOLDER else plain(value) for name, value in values.items()
    }


def compose(purpose: Purpose, params: Mapping[str, str]) -> str:
    """The whole text: signature and template with its values. Raises Refused `message_too_long` beyond 500 characters."""
    body = PLACEHOLDER.sub(lambda match: params[match.group(1)], purpose.template)
    text = f"【{settings.SMS_SIGNATURE}】{body}"
    if len(text) > LONGEST:
        raise Refused("message_too_long", f"短信有 {len(text)} 字，最多 {LONGEST} 字，请缩短。")
    return text
