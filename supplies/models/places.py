"""Where things are, and where they come from and go to."""

from typing import Any

from django.db import models
from django.db.models import Q

from enterprises.models import Enterprise, Squad, SquadMember
from parkportal.accounts.models import DatedMembership, in_force
from parkportal.idempotency import TokenField


class PlaceKind(models.TextChoices):
    SUPPLIER = "supplier", "供应方"
    WAREHOUSE = "warehouse", "仓库"
    TRANSIT = "transit", "在途"
    SQUAD = "squad", "小分队"
    ENTERPRISE = "enterprise", "企业"
    POINT = "point", "采样点"
    LOSS = "loss", "损耗"
    CONSUMPTION = "consumption", "消耗"


# Sources and drains have no shelf: nothing is counted there, so no balance is kept.
UNBOUNDED = frozenset({PlaceKind.SUPPLIER, PlaceKind.LOSS, PlaceKind.CONSUMPTION})
SINGLE = ("supplier", "transit", "loss", "consumption")


class PlaceQuerySet(models.QuerySet["Place"]):
    def visible_to(self, user: Any) -> "PlaceQuerySet":
        """The committee and the leaders all; a warehouse keeper the own warehouses, a squad its own bag, a contact the own firm."""
        if not user.is_authenticated:
            return self.none()
        if user.has_role("committee", "leader"):
            return self
        reach = Q(pk__in=[])
        if user.has_role("warehouse"):
            reach |= Q(pk__in=own_warehouses(user))
        if user.has_role("squad"):
            reach |= Q(squad__in=SquadMember.objects.filter(in_force(), user=user).values("squad"))
        if user.has_role("contact", "principal"):
            reach |= Q(enterprise__in=Enterprise.objects.editable_by(user))
        return self.filter(reach)

    def with_keepers(self) -> "PlaceQuerySet":
        """Each with `keepers`: the staff rows in force, with their users."""
        staff = WarehouseStaff.objects.filter(in_force()).select_related("user").order_by("starts_on", "id")
        return self.prefetch_related(models.Prefetch("staff", staff, to_attr="keepers"))

    def warehouses(self) -> "PlaceQuerySet":
        return self.filter(kind=PlaceKind.WAREHOUSE, is_active=True)

    def the(self, kind: str) -> "Place":
        """The one place of a kind that the park has once: supplier, transit, loss, consumption."""
        return self.get_or_create(kind=kind, defaults={"name": PlaceKind(kind).label})[0]

    def of_squad(self, squad: Squad) -> "Place":
        return self.get_or_create(kind=PlaceKind.SQUAD, squad=squad, defaults={"name": squad.name})[0]

    def of_enterprises(self, enterprises: list[Enterprise]) -> dict[int, "Place"]:
        """enterprise id → its place; missing ones are made."""
        ids = [enterprise.pk for enterprise in enterprises]
        have = set(self.filter(enterprise__in=ids).values_list("enterprise", flat=True))
        self.bulk_create(
            [
                Place(kind=PlaceKind.ENTERPRISE, enterprise=enterprise, name=enterprise.name[:60])
                for enterprise in enterprises
                if enterprise.pk not in have
            ],
            ignore_conflicts=True,
        )
        return {place.enterprise_id: place for place in self.filter(enterprise__in=ids)}

    def point(self, code: str, name: str) -> "Place":
        """The stock of a testing point, known by the code that the testing app gives it."""
        return self.get_or_create(kind=PlaceKind.POINT, code=code, defaults={"name": name[:60]})[0]


class Place(models.Model):
    """A warehouse, a squad's bag, an enterprise, a testing point; or a source or a drain of the ledger."""

    kind = models.CharField("种类", max_length=12, choices=PlaceKind)
    name = models.CharField("名称", max_length=60)
    code = models.CharField("代码", max_length=40, null=True, blank=True, unique=True)
    squad = models.OneToOneField(Squad, models.PROTECT, null=True, blank=True, related_name="stock_place")
    enterprise = models.OneToOneField(Enterprise, models.PROTECT, null=True, blank=True, related_name="stock_place")
    address = models.CharField("地址", max_length=120, blank=True)
    is_active = models.BooleanField("在用", default=True)
    token = TokenField()

    objects = PlaceQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "库位"
        ordering = ["kind", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=PlaceKind.values), name="place_kind", violation_error_message="种类不对。"
            ),
            models.CheckConstraint(
                condition=Q(kind="squad", squad__isnull=False) | (~Q(kind="squad") & Q(squad__isnull=True)),
                name="place_squad",
                violation_error_message="小分队的库位要指明小分队。",
            ),
            models.CheckConstraint(
                condition=Q(kind="enterprise", enterprise__isnull=False)
                | (~Q(kind="enterprise") & Q(enterprise__isnull=True)),
                name="place_enterprise",
                violation_error_message="企业的库位要指明企业。",
            ),
            models.CheckConstraint(
                condition=~Q(kind="point") | Q(code__isnull=False),
                name="place_point_code",
                violation_error_message="采样点的库位要有代码。",
            ),
            models.UniqueConstraint(fields=["kind"], condition=Q(kind__in=SINGLE), name="place_single"),
            models.UniqueConstraint(
                fields=["name"],
                condition=Q(kind="warehouse"),
                name="place_warehouse_name",
                violation_error_message="已经有同名的仓库。",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_bounded(self) -> bool:
        """Whether things are counted here, so that its balance may not fall below zero."""
        return self.kind not in UNBOUNDED


class Shelf(models.Model):
    """货位: where in a warehouse an item lies; the pick list is walked in this order."""

    place = models.ForeignKey(Place, models.CASCADE, related_name="shelves", verbose_name="仓库")
    item = models.ForeignKey("Item", models.CASCADE, related_name="shelves", verbose_name="物资")
    label = models.CharField("货位", max_length=12)

    class Meta:
        verbose_name = verbose_name_plural = "货位"
        ordering = ["place", "label", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["place", "item"], name="shelf_once", violation_error_message="这种物资在这个仓库已有货位。"
            ),
            models.CheckConstraint(condition=~Q(label=""), name="shelf_label", violation_error_message="请写货位。"),
        ]

    def __str__(self) -> str:
        return self.label


class WarehouseStaff(DatedMembership):
    """A keeper (仓管) of a warehouse; reaches its stock, allocations and deliveries."""

    place = models.ForeignKey(Place, models.PROTECT, related_name="staff", verbose_name="仓库")

    class Meta:
        verbose_name = verbose_name_plural = "仓库人员"
        constraints = [
            models.UniqueConstraint(
                fields=["place", "user"],
                condition=Q(ends_on__isnull=True),
                name="warehouse_staff_open_once",
                violation_error_message="已经是这个仓库的人员。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.place} {self.user}"


def own_warehouses(user: Any) -> models.QuerySet:
    """The ids of the warehouses that a keeper serves today, as a subquery."""
    return WarehouseStaff.objects.filter(in_force(), user=user).values("place")


def reached_warehouses(user: Any) -> PlaceQuerySet:
    """The warehouses whose book this person may open: all for the committee and leaders, the own for a keeper."""
    if not user.is_authenticated or not user.has_role("committee", "leader", "warehouse"):
        return Place.objects.none()
    return Place.objects.visible_to(user).filter(kind=PlaceKind.WAREHOUSE)
