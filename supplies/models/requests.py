"""What enterprises ask for: items, how much, what they have themselves; it feeds a plan."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from enterprises.models import Enterprise, Need
from parkportal.clock import park_now
from parkportal.idempotency import TokenField
from parkportal.quantities import QuantityField
from parkportal.states import Move, Stateful, status_constraint
from supplies.models.allocation import AllocationLine
from supplies.models.catalogue import Item

ASKERS = ("committee", "squad", "supervisor", "contact", "principal")


def asked_for_by(user: Any) -> "models.QuerySet[Enterprise]":
    """The enterprises for which this person may ask: all for the committee, for others those they follow."""
    if not user.is_authenticated or not user.has_role(*ASKERS):
        return Enterprise.objects.none()
    return Enterprise.objects.followed_by(user).current()


class RequestStatus(models.TextChoices):
    OPEN = "open", "待安排"
    ALLOTTED = "allotted", "已安排"
    DONE = "done", "已领到"
    DECLINED = "declined", "不予安排"
    WITHDRAWN = "withdrawn", "已撤回"


class SupplyRequestQuerySet(models.QuerySet["SupplyRequest"]):
    def visible_to(self, user: Any) -> "SupplyRequestQuerySet":
        """The committee, the leaders and the keepers all, since plans are made from them; others those of the firms they reach."""
        if not user.is_authenticated:
            return self.none()
        if user.has_role("committee", "leader", "warehouse"):
            return self
        if user.has_role("contact", "principal", "squad", "supervisor"):
            return self.filter(enterprise__in=Enterprise.objects.visible_to(user))
        return self.none()

    def open(self) -> "SupplyRequestQuerySet":
        return self.filter(status=RequestStatus.OPEN)

    def for_list(self) -> "SupplyRequestQuerySet":
        return self.select_related("enterprise__squad", "created_by").prefetch_related("lines__item")


class SupplyRequest(Stateful):
    """物资申请: what one enterprise needs. It waits until a plan answers it, and ends when the goods are signed for."""

    Status = RequestStatus
    MOVES = {
        RequestStatus.OPEN: frozenset(
            {RequestStatus.ALLOTTED, RequestStatus.DONE, RequestStatus.DECLINED, RequestStatus.WITHDRAWN}
        ),
        RequestStatus.ALLOTTED: frozenset({RequestStatus.DONE, RequestStatus.OPEN}),
        RequestStatus.DONE: frozenset(),
        RequestStatus.DECLINED: frozenset({RequestStatus.OPEN}),
        RequestStatus.WITHDRAWN: frozenset(),
    }

    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="supply_requests", verbose_name="企业")
    need = models.ForeignKey(
        Need, models.PROTECT, null=True, blank=True, related_name="supply_requests", verbose_name="诉求"
    )
    status = models.CharField("状态", max_length=12, choices=RequestStatus, default=RequestStatus.OPEN)
    note = models.CharField("说明", max_length=200, blank=True)
    created_at = models.DateTimeField("提出时间", default=park_now)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="提出人")
    token = TokenField()

    objects = SupplyRequestQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "物资申请"
        ordering = ["-id"]
        indexes = [models.Index(fields=["status", "enterprise"], name="supply_request_status")]
        constraints = [
            status_constraint(RequestStatus, "supply_request_status"),
            models.UniqueConstraint(
                fields=["need"],
                condition=Q(status__in=["open", "allotted"]),
                name="supply_request_one_for_a_need",
                violation_error_message="这条诉求已经转成物资申请。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enterprise}的物资申请 {self.pk}"


class SupplyRequestMove(Move):
    """One step of a request: asked, allotted, received, declined, withdrawn."""

    LABEL = "subject__enterprise__name"

    subject = models.ForeignKey(SupplyRequest, models.PROTECT, related_name="moves", verbose_name="物资申请")

    class Meta(Move.Meta):
        abstract = False
        verbose_name = verbose_name_plural = "物资申请进度"

    def __str__(self) -> str:
        return f"{self.subject_id} {self.to_status}"


class SupplyRequestLine(models.Model):
    """One item of a request, with what the enterprise has itself and for how many days that lasts."""

    request = models.ForeignKey(SupplyRequest, models.CASCADE, related_name="lines")
    item = models.ForeignKey(Item, models.PROTECT, related_name="request_lines", verbose_name="物资")
    quantity = QuantityField("要多少")
    own_stock = QuantityField("自己还有", null=True, blank=True)
    days_left = models.PositiveSmallIntegerField("还够用（天）", null=True, blank=True)
    granted = QuantityField("安排了", null=True, blank=True)
    allocation_line = models.ForeignKey(
        AllocationLine, models.SET_NULL, null=True, blank=True, related_name="request_lines"
    )

    class Meta:
        verbose_name = verbose_name_plural = "物资申请明细"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["request", "item"],
                name="supply_request_line_once",
                violation_error_message="同一种物资只写一行。",
            ),
            models.CheckConstraint(
                condition=Q(quantity__gt=0),
                name="supply_request_line_quantity",
                violation_error_message="数量要大于 0。",
            ),
            models.CheckConstraint(
                condition=Q(own_stock__isnull=True) | Q(own_stock__gte=0),
                name="supply_request_line_own",
                violation_error_message="自己还有的不能小于 0。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.request_id} {self.item_id} {self.quantity}"
