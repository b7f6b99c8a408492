"""Kinds that rules ask for by name."""

from django.db import models


class UnitKind(models.TextChoices):
    ENTERPRISE = "enterprise", "企业"
    SITE = "site", "工地"


class Tier(models.TextChoices):
    """必须开 > 引导开 > 支持开 (handbook §1)."""

    MUST = "must", "必须开"
    GUIDE = "guide", "引导开"
    SUPPORT = "support", "支持开"
    OTHER = "other", "其他"


class KeyLevel(models.TextChoices):
    UNKNOWN = "", "—"
    NONE = "none", "无"
    CITY = "city", "市重点"
    PROVINCE = "province", "省重点"


# Staff add levels to the dictionary `key_level`; whatever is neither unknown nor 无 makes a key project.
NO_KEY_PROJECT = ("", KeyLevel.NONE)
