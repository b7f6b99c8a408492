"""Who gets how much of an item, why, and who agreed."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from enterprises.models import Enterprise
from parkportal.clock import park_now
from parkportal.idempotency import TokenField
from parkportal.quantities import QuantityField
from parkportal.states import Move, Stateful, status_constraint
from supplies.models.catalogue import Item
from supplies.models.places import Place, reached_warehouses


class AllocationStatus(models.TextChoices):
    DRAFT = "draft", "草稿"
    SUBMITTED = "submitted", "待批准"
    APPROVED = "approved", "已批准"
    DONE = "done", "已完成"
    VOID = "void", "作废"


class AllocationMode(models.TextChoices):
    ON_DUTY = "on_duty", "按到岗人数"
    HEADCOUNT = "headcount", "按职工总数"
    EACH = "each", "按家平分"
    DAYS = "days", "按够用天数"
    REQUESTED = "requested", "按企业申请"
    MANUAL = "manual", "手工填写"


class AllocationQuerySet(models.QuerySet["Allocation"]):
    def visible_to(self, user: Any) -> "AllocationQuerySet":
        """The committee and the leaders all; a keeper those from the own warehouses."""
        if not user.is_authenticated or not user.has_role("committee", "leader", "warehouse"):
            return self.none()
        return self if user.has_role("committee", "leader") else self.filter(warehouse__in=reached_warehouses(user))

    def awaiting(self) -> "AllocationQuerySet":
        return self.filter(status=AllocationStatus.SUBMITTED)


def default_weights() -> dict[str, str]:
    return {"must": "1.2", "guide": "1.1", "support": "1", "other": "1"}


class Allocation(Stateful):
    """A plan that shares an item among enterprises. Approved by a second person it is frozen."""

    Status = AllocationStatus
    MOVES = {
        AllocationStatus.DRAFT: frozenset({AllocationStatus.SUBMITTED, AllocationStatus.VOID}),
        AllocationStatus.SUBMITTED: frozenset(
            {AllocationStatus.APPROVED, AllocationStatus.DRAFT, AllocationStatus.VOID}
        ),
        AllocationStatus.APPROVED: frozenset({AllocationStatus.DONE}),
        AllocationStatus.DONE: frozenset(),
        AllocationStatus.VOID: frozenset(),
    }

    item = models.ForeignKey(Item, models.PROTECT, related_name="allocations", verbose_name="物资")
    warehouse = models.ForeignKey(Place, models.PROTECT, related_name="allocations", verbose_name="仓库")
    mode = models.CharField("方式", max_length=12, choices=AllocationMode, default=AllocationMode.ON_DUTY)
    total = QuantityField("分配总量")
    minimum = QuantityField("每家保底", default=0)
    maximum = QuantityField("每家封顶", null=True, blank=True)
    days = models.PositiveSmallIntegerField("够用天数", null=True, blank=True)
    weights = models.JSONField("档位权重", default=default_weights)
    tag_weights = models.JSONField(
        "标签权重", default=dict, blank=True, help_text="{标签代码: 权重}；一家有几个标签时取最大的。"
    )
    scope = models.JSONField("范围", default=dict, blank=True, help_text="{squad, tier}；空为全部已复工企业")
    status = models.CharField("状态", max_length=12, choices=AllocationStatus, default=AllocationStatus.DRAFT)
    factor = models.CharField("每单位份额", max_length=24, blank=True, editable=False)
    note = models.CharField("说明", max_length=200, blank=True)
    created_at = models.DateTimeField("起草时间", default=park_now)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="起草人")
    approved_at = models.DateTimeField("批准时间", null=True, blank=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="批准人"
    )
    version = models.PositiveIntegerField("版本", default=1)
    token = TokenField()

    objects = AllocationQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "分配方案"
        ordering = ["-id"]
        constraints = [
            status_constraint(AllocationStatus, "allocation_status"),
            models.CheckConstraint(
                condition=Q(total__gt=0), name="allocation_total", violation_error_message="分配总量要大于 0。"
            ),
            models.CheckConstraint(
                condition=Q(minimum__gte=0), name="allocation_minimum", violation_error_message="保底不能小于 0。"
            ),
            models.CheckConstraint(
                condition=Q(maximum__isnull=True) | Q(maximum__gte=F("minimum")),
                name="allocation_maximum",
                violation_error_message="封顶不能小于保底。",
            ),
            models.CheckConstraint(
                condition=Q(approved_at__isnull=True, approved_by__isnull=True)
                | Q(approved_at__isnull=False, approved_by__isnull=False),
                name="allocation_approved_pair",
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("created_by")),
                name="allocation_second_person",
                violation_error_message="起草人不能批准自己的方案。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item} 分配方案 {self.pk}"

    @property
    def is_open(self) -> bool:
        """Still to be changed: not frozen and not void."""
        return self.status == AllocationStatus.DRAFT

    @property
    def is_weighted(self) -> bool:
        """Whether the tiers' weights count: not where every firm counts once or numbers are typed."""
        return self.mode not in {AllocationMode.EACH, AllocationMode.MANUAL}

    def weight_of(self, tier: str, tags: Iterable[str] = ()) -> Decimal:
        """The tier's weight times the largest of the tags' weights; a tag without a weight counts 1."""
        known = [Decimal(str(self.tag_weights[tag])) for tag in tags if tag in self.tag_weights]
        return Decimal(str(self.weights.get(tier or "other", "1"))) * max(known, default=Decimal(1))


class AllocationMove(Move):
    """One step of a plan: drafted, submitted, sent back, approved, done, void."""

    LABEL = "subject__item__name"

    subject = models.ForeignKey(Allocation, models.PROTECT, related_name="moves", verbose_name="分配方案")

    class Meta(Move.Meta):
        abstract = False
        verbose_name = verbose_name_plural = "分配方案进度"

    def __str__(self) -> str:
        return f"{self.subject_id} {self.to_status}"


class AllocationLine(models.Model):
    """What one enterprise gets, with everything from which the number came."""

    class Rule(models.TextChoices):
        SHARE = "share", "按份额"
        MINIMUM = "minimum", "补到保底"
        MAXIMUM = "maximum", "封顶"
        MANUAL = "manual", "手工"

    allocation = models.ForeignKey(Allocation, models.CASCADE, related_name="lines")
    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="allocation_lines", verbose_name="企业")
    position = models.PositiveIntegerField("次序", default=0)
    heads = models.PositiveIntegerField("人数", default=0)
    heads_source = models.CharField("人数从哪里来", max_length=12, blank=True)
    weight = models.DecimalField("权重", max_digits=8, decimal_places=4, default=1)
    wanted = QuantityField("申请数量", null=True, blank=True)
    exact = models.CharField("应得", max_length=24, blank=True, help_text="两位小数的文字；手工和保底没有。")
    quantity = QuantityField("分得")
    rule = models.CharField("依据", max_length=8, choices=Rule, default=Rule.SHARE)
    why = models.CharField("为什么是这个数", max_length=120)
    override_reason = models.CharField("手工调整的原因", max_length=200, blank=True)
    is_frozen = models.BooleanField(
        "已冻结",
        default=False,
        editable=False,
        help_text="Set by the approval; the database then refuses every change.",
    )

    class Meta:
        verbose_name = verbose_name_plural = "分配明细"
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["allocation", "enterprise"], name="allocation_line_once"),
            models.CheckConstraint(
                condition=Q(quantity__gte=0),
                name="allocation_line_quantity",
                violation_error_message="分得的数量不能小于 0。",
            ),
            models.CheckConstraint(
                condition=~Q(rule="manual") | ~Q(override_reason=""),
                name="allocation_line_reason",
                violation_error_message="手工调整要写原因。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.allocation_id} {self.enterprise_id} {self.quantity}"
