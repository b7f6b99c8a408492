"""楼宇资料: buildings of the park and the units to let in them."""

from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import Q

from parkportal.clock import park_now
from parkportal.idempotency import TokenField
from parkportal.records.models import StoredFile

READERS = ("investment", "committee", "leader")
KG_PER_KN = Decimal("101.97")


class UnitStatus(models.TextChoices):
    FREE = "free", "可租"
    RESERVED = "reserved", "预留"
    LET = "let", "已租"


class BuildingQuerySet(models.QuerySet["Building"]):
    def visible_to(self, user: Any) -> "BuildingQuerySet":
        return self if user.is_authenticated and user.has_role(*READERS) else self.none()


class Building(models.Model):
    """A building of the park, by the name on its wall: B3栋."""

    name = models.CharField("楼栋", max_length=40, unique=True, error_messages={"unique": "已经有这栋楼。"})
    name_en = models.CharField("英文名", max_length=60, blank=True)
    address = models.CharField("地址", max_length=120, blank=True)
    floors = models.PositiveSmallIntegerField("层数", default=1)
    note = models.CharField("说明", max_length=300, blank=True)
    token = TokenField()

    objects = BuildingQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "楼栋"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def english(self) -> str:
        return self.name_en or f"Building {self.name.removesuffix('栋')}"


class UnitQuerySet(models.QuerySet["Unit"]):
    def visible_to(self, user: Any) -> "UnitQuerySet":
        return self if user.is_authenticated and user.has_role(*READERS) else self.none()

    def free(self) -> "UnitQuerySet":
        return self.filter(status=UnitStatus.FREE)


class Unit(models.Model):
    """A floor or a part of one that can be let, with the facts an investor asks for (handbook §11)."""

    Status = UnitStatus
    FACTS = (
        "building", "floor", "number", "title", "title_en", "area", "rentable", "clear_height", "floor_load", "power",
        "lift", "water", "water_en", "limits", "limits_en", "fit_out", "fit_out_en", "rent", "service_charge",
        "rent_free_months", "available_on", "adaptable", "adaptable_en", "status", "tenant",
    )  # fmt: skip

    building = models.ForeignKey(Building, models.PROTECT, related_name="units", verbose_name="楼栋")
    floor = models.SmallIntegerField("楼层")
    number = models.CharField("单元", max_length=20)
    title = models.CharField("一句话介绍", max_length=80, blank=True)
    title_en = models.CharField("英文介绍", max_length=120, blank=True)
    area = models.DecimalField("建筑面积（m²）", max_digits=9, decimal_places=1)
    rentable = models.DecimalField("可租面积（m²）", max_digits=9, decimal_places=1)
    clear_height = models.DecimalField("层高（m）", max_digits=4, decimal_places=2, null=True, blank=True)
    floor_load = models.PositiveIntegerField("荷载（kg/m²）", null=True, blank=True)
    power = models.PositiveIntegerField("电力（kVA）", null=True, blank=True)
    lift = models.DecimalField("货梯（吨）", max_digits=4, decimal_places=1, null=True, blank=True)
    water = models.CharField("用水和排污", max_length=80, blank=True)
    water_en = models.CharField("用水和排污（英文）", max_length=120, blank=True)
    limits = models.CharField("环评限制", max_length=80, blank=True)
    limits_en = models.CharField("环评限制（英文）", max_length=120, blank=True)
    fit_out = models.CharField("装修", max_length=60, blank=True)
    fit_out_en = models.CharField("装修（英文）", max_length=80, blank=True)
    rent = models.DecimalField("租金（元/m²·月）", max_digits=8, decimal_places=2, null=True, blank=True)
    service_charge = models.DecimalField("物业费（元/m²·月）", max_digits=8, decimal_places=2, null=True, blank=True)
    rent_free_months = models.PositiveSmallIntegerField("免租期（月）", null=True, blank=True)
    available_on = models.DateField("可租日期", null=True, blank=True)
    adaptable = models.CharField("可定制改造", max_length=200, blank=True)
    adaptable_en = models.CharField("可定制改造（英文）", max_length=300, blank=True)
    status = models.CharField("状态", max_length=10, choices=UnitStatus, default=UnitStatus.FREE)
    tenant = models.CharField("租户或预留给", max_length=100, blank=True)
    token = TokenField()

    objects = UnitQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "单元"
        ordering = ["building__name", "-floor", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["building", "floor", "number"],
                name="unit_number",
                violation_error_message="这层楼里已经有这个单元。",
            ),
            models.CheckConstraint(
                condition=Q(rentable__gt=0) & Q(rentable__lte=models.F("area")),
                name="unit_rentable_within_area",
                violation_error_message="可租面积要大于 0，且不超过建筑面积。",
            ),
            models.CheckConstraint(condition=Q(status__in=UnitStatus.values), name="unit_status"),
        ]

    def __str__(self) -> str:
        return f"{self.building} {self.floor} 层 {self.number}"

    def facts(self) -> dict[str, Any]:
        """What its form asks, as it stands."""
        return {name: getattr(self, name) for name in self.FACTS}

    @property
    def load_kn(self) -> Decimal | None:
        """The floor load in kN/m²; 1 kN ≈ 102 kg (handbook §11)."""
        return (Decimal(self.floor_load) / KG_PER_KN).quantize(Decimal("0.1")) if self.floor_load else None


class Photo(models.Model):
    """A picture of a unit, in order."""

    unit = models.ForeignKey(Unit, models.CASCADE, related_name="photos")
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    caption = models.CharField("说明", max_length=60, blank=True)
    caption_en = models.CharField("英文说明", max_length=80, blank=True)
    position = models.PositiveSmallIntegerField("次序", default=0)
    added_at = models.DateTimeField(default=park_now)

    class Meta:
        verbose_name = verbose_name_plural = "照片"
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.caption or str(self.pk)
