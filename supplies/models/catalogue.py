"""What the warehouse keeps: items, their units and packs."""

import unicodedata
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from pypinyin import lazy_pinyin

from parkportal.idempotency import TokenField
from parkportal.quantities import QuantityField, plain

# fmt: off
UNITS = ("个", "只", "支", "把", "瓶", "盒", "箱", "桶", "包", "袋", "套", "件", "双", "副", "台", "卷", "剂", "公斤", "升")
# fmt: on
DECIMAL_UNITS = frozenset({"公斤", "升"})


# What a testing point uses up, by kind of the dictionary: a kit for each person swabbed, a tube for each tube opened.
KIT, TUBE = "kit", "tube"
KIT_KINDS = {KIT: "采样包", TUBE: "采样管"}


def item_key(name: str, spec: str, unit: str) -> str:
    """What makes two rows the same item: name, specification and base unit, without blanks, widths and case."""
    return "|".join("".join(unicodedata.normalize("NFKC", part).upper().split()) for part in (name, spec, unit))


Packs = Sequence[tuple[str, Decimal]]  # name and how many base units, the smallest first


def pack_words(packs: Packs) -> str:
    """盒 50、箱 2000, as the form of an item asks it."""
    return "、".join(f"{name} {plain(factor).replace(',', '')}" for name, factor in packs)


def misfits(facts: Mapping[str, Any], *, item: int | None = None) -> list[tuple[str, str]]:
    """Field and words of what does not fit together in an item's facts; `item` is the one that has them."""
    found = []
    if all(facts.get(name) is not None for name in ("name", "spec", "unit")):
        key = item_key(facts["name"], facts["spec"], facts["unit"])
        if Item.objects.filter(key=key).exclude(pk=item).exists():
            found.append(("name", "目录里已经有名称、规格和单位都相同的物资。"))
    if any(name == facts.get("unit") for name, _ in facts.get("packs") or []):
        found.append(("packs", "包装单位不能和基本单位相同。"))
    if facts.get("kind") == "herbs" and not (facts.get("safety_note") or "").strip():
        found.append(("safety_note", "中药饮片要写安全说明，例如：孕妇、慢病和儿童遵医嘱。"))
    step = facts.get("step")
    if facts.get("is_integer") and step is not None and step != step.to_integral_value():
        found.append(("step", "只发整数的物资，最小发放量也要是整数。"))
    return found


class ItemQuerySet(models.QuerySet["Item"]):
    def visible_to(self, user: Any) -> "ItemQuerySet":
        """The catalogue holds nothing personal: everybody with an account may read it."""
        return self if user.is_authenticated else self.none()

    def editable_by(self, user: Any) -> "ItemQuerySet":
        return self if user.is_authenticated and user.has_role("committee", "warehouse") else self.none()

    def in_use(self) -> "ItemQuerySet":
        return self.filter(is_active=True)

    def kits(self) -> "ItemQuerySet":
        """What a testing point uses up: swab kits and tubes."""
        return self.filter(kind__in=KIT_KINDS)


class Item(models.Model):
    """One thing of the catalogue, counted in its base unit; whole numbers unless it is weighed or poured."""

    name = models.CharField("物资名称", max_length=200)
    spec = models.CharField("规格", max_length=200, blank=True)
    unit = models.CharField("单位", max_length=4, choices=[(unit, unit) for unit in UNITS])
    kind = models.CharField("类别", max_length=32, default="other", help_text="字典 item_kind")
    is_integer = models.BooleanField("只发整数", default=True)
    step = QuantityField("最小发放量", default=1, help_text="分配时每份是它的整数倍。")
    minimum_stock = QuantityField("最低库存", default=0, help_text="低于它就提醒；0 为不提醒。")
    daily_use = QuantityField("每人每天用量", null=True, blank=True, help_text="算够用几天；空着不算。")
    dosage = models.CharField("服法", max_length=200, blank=True, help_text="例如：一日一剂，分两次饭后温服。")
    course_days = models.PositiveSmallIntegerField("一个疗程（天）", null=True, blank=True)
    safety_note = models.CharField("安全说明", max_length=300, blank=True, help_text="例如饮片：孕妇等遵医嘱。")
    photo = models.ForeignKey("records.StoredFile", models.PROTECT, null=True, blank=True, related_name="+")
    is_active = models.BooleanField("在用", default=True)
    covered_at = models.DateTimeField("够用天数算到", null=True, blank=True, editable=False)
    token = TokenField()
    key = models.CharField(max_length=420, unique=True, editable=False)
    pinyin_key = models.CharField(max_length=200, blank=True, db_index=True, editable=False)

    # What people say of an item besides its packs and its picture.
    FACTS = (
        "name",
        "spec",
        "unit",
        "kind",
        "is_integer",
        "step",
        "minimum_stock",
        "daily_use",
        "course_days",
        "dosage",
        "safety_note",
        "is_active",
    )

    objects = ItemQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "物资"
        ordering = ["pinyin_key", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(unit__in=UNITS), name="item_unit", violation_error_message="单位不在单位表里。"
            ),
            models.CheckConstraint(
                condition=Q(step__gt=0), name="item_step", violation_error_message="最小发放量要大于 0。"
            ),
            models.CheckConstraint(
                condition=Q(minimum_stock__gte=0),
                name="item_minimum",
                violation_error_message="最低库存不能小于 0。",
            ),
            models.CheckConstraint(
                condition=Q(course_days__isnull=True) | Q(course_days__gte=1, course_days__lte=90),
                name="item_course_days",
                violation_error_message="一个疗程要在 1 到 90 天之间。",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def facts(self) -> dict[str, Any]:
        """What stands there, under the names of its form."""
        packs = [(pack.name, pack.factor) for pack in self.packs.all()]
        return {**{name: getattr(self, name) for name in self.FACTS}, "packs": packs}

    def name_it(self, name: str, spec: str, unit: str) -> None:
        """Set the three parts of its identity and what follows from them."""
        self.name, self.spec, self.unit = name, spec, unit
        self.key = item_key(name, spec, unit)
        self.pinyin_key = "".join(lazy_pinyin(f"{name}{spec}"))[:200].lower()

    @property
    def label(self) -> str:
        """一次性医用口罩（平面耳挂式）, or the bare name."""
        return f"{self.name}（{self.spec}）" if self.spec else self.name

    @property
    def dose_line(self) -> str:
        """每人每天 1 剂，一个疗程 3 天；一日一剂，分两次饭后温服。"""
        words = [f"每人每天 {plain(self.daily_use)} {self.unit}"] if self.daily_use else []
        words += [f"一个疗程 {self.course_days} 天"] if self.course_days else []
        return "；".join(part for part in ("，".join(words), self.dosage) if part)

    @property
    def hint(self) -> str:
        """How to take it and what to mind, as it goes along with the goods; empty when there is nothing to say."""
        return "；".join(part.rstrip("。；") for part in (self.dose_line, self.safety_note) if part)

    @property
    def units_line(self) -> str:
        """只、盒（50 只）、箱（2,000 只）: every unit in which it may be received."""
        packs = [f"{pack.name}（{plain(pack.factor)} {self.unit}）" for pack in self.packs.all()]
        return "、".join([self.unit, *packs])


class PackUnit(models.Model):
    """A pack of an item and how many base units it holds: 盒 × 50 只."""

    item = models.ForeignKey(Item, models.CASCADE, related_name="packs", verbose_name="物资")
    name = models.CharField("包装单位", max_length=4, choices=[(unit, unit) for unit in UNITS])
    factor = QuantityField("折合", validators=[MinValueValidator(0)])

    class Meta:
        verbose_name = verbose_name_plural = "包装单位"
        ordering = ["factor", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["item", "name"], name="pack_unit_once", violation_error_message="这个包装单位已经有了。"
            ),
            models.CheckConstraint(
                condition=Q(factor__gt=0), name="pack_unit_factor", violation_error_message="折合数量要大于 0。"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} × {plain(self.factor)} {self.item.unit}"
