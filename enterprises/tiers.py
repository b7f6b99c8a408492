"""必须开 / 引导开 / 支持开: the tier that tags and key projects give (handbook §1). Several matches: the highest."""

from collections.abc import Iterable

from enterprises.dictionaries import ABOVE_SCALE, BACKBONE, KEY
from enterprises.models import Tier
from enterprises.models.kinds import NO_KEY_PROJECT


def derived_tier(*, tag_codes: Iterable[str], key_level: str = "", exemption: str = "") -> str:
    """MUST for the four exempt kinds and key projects, GUIDE for 重点 and 骨干, SUPPORT for 规上, else OTHER."""
    tags = set(tag_codes)
    if exemption or key_level not in NO_KEY_PROJECT:
        return Tier.MUST
    if tags & {KEY, BACKBONE}:
        return Tier.GUIDE
    return Tier.SUPPORT if ABOVE_SCALE in tags else Tier.OTHER
