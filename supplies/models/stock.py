"""The ledger: lots, movements between places, and the balances that must always equal their sum."""

from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce

from parkportal.clock import park_now, park_today
from parkportal.idempotency import TokenField
from parkportal.quantities import QuantityField
from supplies.models.catalogue import Item
from supplies.models.places import Place, reached_warehouses

ZERO = models.Value(0, output_field=QuantityField())


class LotQuerySet(models.QuerySet["Lot"]):
    def visible_to(self, user: Any) -> "LotQuerySet":
        """The committee and the leaders all; a keeper what lies or lay in the own warehouses."""
        if not user.is_authenticated or not user.has_role("committee", "leader", "warehouse"):
            return self.none()
        if user.has_role("committee", "leader"):
            return self
        return self.filter(pk__in=Balance.objects.filter(place__in=reached_warehouses(user)).values("lot"))

    def usable(self, day: date | None = None) -> "LotQuerySet":
        """What may be handed out: not quarantined and not expired on the day."""
        day = day or park_today()
        return self.filter(status=Lot.Status.OK).exclude(expires_on__lt=day)

    def first_expired_first(self) -> "LotQuerySet":
        """FEFO: the lot that expires first, then the one received first; without expiry last."""
        return self.order_by(F("expires_on").asc(nulls_last=True), F("received_on").asc(nulls_last=True), "id")

    def held_at(self, instant: datetime, places: models.QuerySet) -> "LotQuerySet":
        """Adds `held`: how much of the lot the ledger had put into these places by an instant."""

        def total(end: str) -> Coalesce:
            lines = Line.objects.filter(lot=OuterRef("pk"), movement__at__lte=instant, **{f"{end}__in": places})
            sums = lines.order_by().values("lot").annotate(total=Sum("quantity")).values("total")
            return Coalesce(Subquery(sums, output_field=QuantityField()), ZERO)

        return self.annotate(
            held=models.ExpressionWrapper(total("to_place") - total("from_place"), output_field=QuantityField())
        )


class Lot(models.Model):
    """What came in together: an item with its batch, dates, source and price."""

    class Source(models.TextChoices):
        PURCHASE = "purchase", "采购"
        DONATION = "donation", "捐赠"
        TRANSFER = "transfer", "调拨"

    class Status(models.TextChoices):
        OK = "ok", "可用"
        QUARANTINED = "quarantined", "隔离"
        RECALLED = "recalled", "召回"

    item = models.ForeignKey(Item, models.PROTECT, related_name="lots", verbose_name="物资")
    batch = models.CharField("批号", max_length=100, blank=True)
    made_on = models.DateField("生产日期", null=True, blank=True)
    expires_on = models.DateField("有效期至", null=True, blank=True)
    source = models.CharField("来源", max_length=12, choices=Source, blank=True)
    supplier = models.CharField("供应商或捐赠单位", max_length=200, blank=True)
    manufacturer = models.CharField("生产厂家", max_length=200, blank=True)
    unit_price = models.DecimalField("单价（元）", max_digits=12, decimal_places=4, null=True, blank=True)
    received_on = models.DateField("入库日期", null=True, blank=True)
    status = models.CharField("状态", max_length=12, choices=Status, default=Status.OK)
    status_reason = models.CharField("隔离原因", max_length=200, blank=True)
    created_at = models.DateTimeField("登记时间", default=park_now)

    objects = LotQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "批次"
        ordering = ["item", "expires_on", "id"]
        indexes = [models.Index(fields=["item", "status", "expires_on"], name="lot_fefo")]
        constraints = [
            models.CheckConstraint(
                condition=Q(made_on__isnull=True) | Q(expires_on__isnull=True) | Q(expires_on__gte=F("made_on")),
                name="lot_dates",
                violation_error_message="有效期至不能早于生产日期。",
            ),
            models.CheckConstraint(
                condition=Q(unit_price__isnull=True) | Q(unit_price__gte=0),
                name="lot_price",
                violation_error_message="单价不能小于 0。",
            ),
            models.CheckConstraint(
                condition=Q(status="ok") | ~Q(status_reason=""),
                name="lot_quarantine_reason",
                violation_error_message="隔离要写原因。",
            ),
        ]

    def __str__(self) -> str:
        return self.batch or f"无批号 {self.pk}"

    @property
    def is_expired(self) -> bool:
        return self.expires_on is not None and self.expires_on < park_today()

    @property
    def is_usable(self) -> bool:
        return self.status == self.Status.OK and not self.is_expired


class LotPaper(models.Model):
    """A certificate, an invoice or a photo that belongs to a lot."""

    lot = models.ForeignKey(Lot, models.PROTECT, related_name="papers", verbose_name="批次")
    file = models.ForeignKey("records.StoredFile", models.PROTECT, related_name="+", verbose_name="文件")
    title = models.CharField("名称", max_length=60)
    at = models.DateTimeField("上传时间", default=park_now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="上传人")
    token = TokenField()

    class Meta:
        verbose_name = verbose_name_plural = "批次附件"
        ordering = ["id"]

    def __str__(self) -> str:
        return self.title


class MovementQuerySet(models.QuerySet["Movement"]):
    def visible_to(self, user: Any) -> "MovementQuerySet":
        """The committee and the leaders all; a keeper what touches the own warehouses."""
        if not user.is_authenticated or not user.has_role("committee", "leader", "warehouse"):
            return self.none()
        if user.has_role("committee", "leader"):
            return self
        own = reached_warehouses(user)
        touching = Line.objects.filter(Q(from_place__in=own) | Q(to_place__in=own))
        return self.filter(pk__in=touching.values("movement"))

    def standing(self) -> "MovementQuerySet":
        """What was not undone: neither reversals nor what they reverse."""
        return self.filter(reverses__isnull=True, reversed_by__isnull=True)


class Movement(models.Model):
    """One entry of the ledger: things that changed place together. Never changed; a mistake is reversed."""

    class Kind(models.TextChoices):
        RECEIPT = "receipt", "入库"
        ISSUE = "issue", "出库"
        HANDOVER = "handover", "交联络员"
        SIGNED = "signed", "企业签收"
        TRANSFER = "transfer", "调拨"
        RETURN = "return", "退回"
        LOSS = "loss", "报损"
        CONSUMPTION = "consumption", "消耗"
        STOCKTAKE = "stocktake", "盘点"
        REVERSAL = "reversal", "冲正"

    kind = models.CharField("种类", max_length=12, choices=Kind)
    at = models.DateTimeField("发生时间", default=park_now, db_index=True)
    recorded_at = models.DateTimeField("记账时间", default=park_now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="经办")
    reason = models.CharField("说明", max_length=200, blank=True)
    delivery = models.ForeignKey(
        "Delivery", models.PROTECT, null=True, blank=True, related_name="movements", verbose_name="配送单"
    )
    occasion = models.CharField(
        "事由",
        max_length=60,
        null=True,
        blank=True,
        db_index=True,
        help_text="One standing movement for each: e.g. the session it closes.",
    )
    reverses = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="reversed_by", verbose_name="冲正的是"
    )
    replaces = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="replaced_by", verbose_name="更正的是"
    )
    token = TokenField()

    objects = MovementQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "台账"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="reversal", reverses__isnull=False) | (~Q(kind="reversal") & Q(reverses__isnull=True)),
                name="movement_reversal",
                violation_error_message="冲正要指明冲正的是哪一笔。",
            ),
            # With the column `replaces`, which is unique, and a guard in the database (migration 0007): of the movements
            # of an occasion one stands, each later one in the place of a reversed one.
            models.UniqueConstraint(
                fields=["occasion"],
                condition=Q(replaces__isnull=True),
                name="movement_occasion_once",
                violation_error_message="这件事已经记过账。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk}"


class LineQuerySet(models.QuerySet["Line"]):
    def visible_to(self, user: Any) -> "LineQuerySet":
        return self.filter(movement__in=Movement.objects.visible_to(user))

    def standing(self) -> "LineQuerySet":
        """Of movements that were not undone."""
        return self.filter(movement__reverses__isnull=True, movement__reversed_by__isnull=True)


class Line(models.Model):
    """So much of a lot went from one place to another. These rows are the truth; balances follow."""

    movement = models.ForeignKey(Movement, models.PROTECT, related_name="lines")
    from_place = models.ForeignKey(Place, models.PROTECT, related_name="lines_out", verbose_name="从")
    to_place = models.ForeignKey(Place, models.PROTECT, related_name="lines_in", verbose_name="到")
    lot = models.ForeignKey(Lot, models.PROTECT, related_name="lines", verbose_name="批次")
    quantity = QuantityField("数量")

    objects = LineQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "台账明细"
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(quantity__gt=0), name="line_quantity", violation_error_message="数量要大于 0。"
            ),
            models.CheckConstraint(
                condition=~Q(from_place=F("to_place")),
                name="line_two_places",
                violation_error_message="从哪里来和到哪里去不能是同一处。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.lot_id}: {self.from_place_id} → {self.to_place_id} {self.quantity}"


class BalanceQuerySet(models.QuerySet["Balance"]):
    def visible_to(self, user: Any) -> "BalanceQuerySet":
        return self.filter(place__in=Place.objects.visible_to(user))

    def usable(self, day: date | None = None) -> "BalanceQuerySet":
        """In a lot that may be handed out on the day."""
        day = day or park_today()
        return self.filter(lot__status=Lot.Status.OK).exclude(lot__expires_on__lt=day)


class Balance(models.Model):
    """How much of a lot lies in a place. Changed only together with the lines; this row is what gets locked."""

    place = models.ForeignKey(Place, models.PROTECT, related_name="balances", verbose_name="库位")
    lot = models.ForeignKey(Lot, models.PROTECT, related_name="balances", verbose_name="批次")
    amount = QuantityField("结存", default=0)

    objects = BalanceQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "结存"
        constraints = [
            models.UniqueConstraint(fields=["place", "lot"], name="balance_place_lot"),
            models.CheckConstraint(
                condition=Q(amount__gte=0),
                name="balance_not_negative",
                violation_error_message="库存不够，结存不能小于 0。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.place_id} {self.lot_id} {self.amount}"
