"""Counting what really lies on the shelves: the sheet, the variance, and who agreed to book it."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from parkportal.clock import local, park_now
from parkportal.idempotency import TokenField
from parkportal.quantities import QuantityField
from parkportal.states import Move, Stateful, status_constraint
from supplies.models.places import Place, PlaceKind, reached_warehouses
from supplies.models.stock import Lot, Movement


class StockTakeStatus(models.TextChoices):
    COUNTING = "counting", "清点中"
    SUBMITTED = "submitted", "待批准"
    APPROVED = "approved", "已入账"
    VOID = "void", "作废"


class StockTakeQuerySet(models.QuerySet["StockTake"]):
    def visible_to(self, user: Any) -> "StockTakeQuerySet":
        """The committee and the leaders all; a keeper those of the own warehouses and of the testing points."""
        if not user.is_authenticated or not user.has_role("committee", "leader", "warehouse"):
            return self.none()
        if user.has_role("committee", "leader"):
            return self
        return self.filter(Q(place__in=reached_warehouses(user)) | Q(place__kind=PlaceKind.POINT))

    def awaiting(self) -> "StockTakeQuerySet":
        return self.filter(status=StockTakeStatus.SUBMITTED)


class StockTake(Stateful):
    """盘点: one place is counted; a second person approves the variance, which is booked by one movement."""

    Status = StockTakeStatus
    MOVES = {
        StockTakeStatus.COUNTING: frozenset({StockTakeStatus.SUBMITTED, StockTakeStatus.VOID}),
        StockTakeStatus.SUBMITTED: frozenset(
            {StockTakeStatus.APPROVED, StockTakeStatus.COUNTING, StockTakeStatus.VOID}
        ),
        StockTakeStatus.APPROVED: frozenset(),
        StockTakeStatus.VOID: frozenset(),
    }

    place = models.ForeignKey(Place, models.PROTECT, related_name="stock_takes", verbose_name="库位")
    status = models.CharField("状态", max_length=12, choices=StockTakeStatus, default=StockTakeStatus.COUNTING)
    is_blind = models.BooleanField("盲盘", default=True, help_text="盘点单上不印账面数，点完才看得到差异。")
    note = models.CharField("说明", max_length=200, blank=True)
    created_at = models.DateTimeField("开始时间", default=park_now)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="开单人")
    counted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="清点人"
    )
    approved_at = models.DateTimeField("批准时间", null=True, blank=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="批准人"
    )
    movement = models.OneToOneField(
        Movement, models.PROTECT, null=True, blank=True, related_name="stock_take", verbose_name="台账"
    )
    token = TokenField()

    objects = StockTakeQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "盘点"
        ordering = ["-id"]
        constraints = [
            status_constraint(StockTakeStatus, "stock_take_status"),
            models.UniqueConstraint(
                fields=["place"],
                condition=Q(status__in=["counting", "submitted"]),
                name="stock_take_one_open",
                violation_error_message="这里已经有一张没有办完的盘点单。",
            ),
            models.CheckConstraint(
                condition=Q(approved_at__isnull=True, approved_by__isnull=True)
                | Q(approved_at__isnull=False, approved_by__isnull=False),
                name="stock_take_approved_pair",
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("counted_by")),
                name="stock_take_second_person",
                violation_error_message="清点人不能批准自己的盘点。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.place}盘点 {local(self.created_at):%Y-%m-%d}"


class StockTakeMove(Move):
    """One step of a stock-take: opened, counted, sent back, approved, void."""

    LABEL = "subject__place__name"

    subject = models.ForeignKey(StockTake, models.PROTECT, related_name="moves", verbose_name="盘点")

    class Meta(Move.Meta):
        abstract = False
        verbose_name = verbose_name_plural = "盘点进度"

    def __str__(self) -> str:
        return f"{self.subject_id} {self.to_status}"


class StockTakeLineQuerySet(models.QuerySet["StockTakeLine"]):
    def unexplained(self) -> "StockTakeLineQuerySet":
        """Counted otherwise than the book says, and nobody has said why: a blind count leaves that to the approval."""
        return self.filter(counted__isnull=False, reason="").exclude(counted=F("book"))


class StockTakeLine(models.Model):
    """One lot of the sheet: what the book says, what was counted, and why they differ."""

    take = models.ForeignKey(StockTake, models.CASCADE, related_name="lines")
    lot = models.ForeignKey(Lot, models.PROTECT, related_name="stock_take_lines", verbose_name="批次")
    shelf = models.CharField("货位", max_length=12, blank=True)
    book = QuantityField("账面", default=0)
    counted = QuantityField("实盘", null=True, blank=True)
    reason = models.CharField("差异原因", max_length=100, blank=True)

    objects = StockTakeLineQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "盘点明细"
        ordering = ["shelf", "lot__item__pinyin_key", "lot__expires_on", "id"]
        constraints = [
            models.UniqueConstraint(fields=["take", "lot"], name="stock_take_line_once"),
            models.CheckConstraint(
                condition=Q(counted__isnull=True) | Q(counted__gte=0),
                name="stock_take_line_counted",
                violation_error_message="实盘不能小于 0。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.take_id} {self.lot_id}"

    @property
    def variance(self) -> Any:
        """Counted less book; None before it is counted."""
        return None if self.counted is None else self.counted - self.book
