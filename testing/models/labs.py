"""What was agreed with a laboratory: price, when a result is due, which days it works; and the payer's budget."""

from datetime import time
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from enterprises.models import Enterprise
from parkportal.clock import park_now
from parkportal.idempotency import TokenField

END_OF_DAY = time(18)


class DueFrom(models.TextChoices):
    """The event from which the time limit runs (handbook §10)."""

    RECEIVED = "received", "实验室收样"
    HANDED = "handed", "采样点交出"
    COLLECTED = "collected", "采样"


class LabTermsQuerySet(models.QuerySet["LabTerms"]):
    def visible_to(self, user: Any) -> "LabTermsQuerySet":
        """Prices are the payer's business: the committee and leaders."""
        if user.is_authenticated and user.has_role("committee", "leader"):
            return self
        return self.none()

    def in_force(self, day: Any) -> "LabTermsQuerySet":
        """Those that hold on a day, the latest first."""
        return self.filter(valid_from__lte=day).order_by("-valid_from")


class LabTerms(models.Model):
    """An agreement with a laboratory from a day on. Earlier ones stay: what was tested under them costs what they say."""

    lab = models.ForeignKey(Enterprise, models.PROTECT, related_name="lab_terms", verbose_name="实验室")
    valid_from = models.DateField("从")
    price_fen = models.PositiveIntegerField("每管价格（分）")
    due_from = models.CharField("时限从什么时候算", max_length=10, choices=DueFrom, default=DueFrom.RECEIVED)
    due_clock = models.TimeField("下一个工作日几点前", default=END_OF_DAY)
    cut_off = models.TimeField("几点以后算第二天", null=True, blank=True)
    works_every_day = models.BooleanField("周末和节假日也出结果", default=False)
    made_at = models.DateTimeField("登记时间", default=park_now)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="登记人"
    )
    token = TokenField()

    objects = LabTermsQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "实验室约定"
        ordering = ["lab", "-valid_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["lab", "valid_from"],
                name="lab_terms_once_a_day",
                violation_error_message="这个实验室在这一天已经有约定。",
            ),
            models.CheckConstraint(
                condition=Q(due_from__in=DueFrom.values),
                name="lab_terms_due_from",
                violation_error_message="请选时限从什么时候算。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.lab} {self.valid_from}"

    @property
    def price(self) -> Decimal:
        """In yuan."""
        return Decimal(self.price_fen) / 100


class LabDay(models.Model):
    """A day on which a laboratory works or rests, whatever the park's calendar says."""

    lab = models.ForeignKey(Enterprise, models.PROTECT, related_name="lab_days", verbose_name="实验室")
    day = models.DateField("日期")
    is_working = models.BooleanField("上班", default=True)
    note = models.CharField("说明", max_length=60, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "实验室工作日"
        ordering = ["lab", "day"]
        constraints = [
            models.UniqueConstraint(
                fields=["lab", "day"], name="lab_day_once", violation_error_message="这一天已经登记过。"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day:%Y-%m-%d} {'上班' if self.is_working else '休息'}"


class BudgetQuerySet(models.QuerySet["Budget"]):
    def visible_to(self, user: Any) -> "BudgetQuerySet":
        if user.is_authenticated and user.has_role("committee", "leader"):
            return self
        return self.none()


class Budget(models.Model):
    """Money that a payer (园区财政) set aside for tests in a period."""

    payer = models.CharField("费用由谁承担", max_length=40, default="园区财政")
    amount_fen = models.PositiveBigIntegerField("预算（分）")
    starts_on = models.DateField("从")
    ends_on = models.DateField("到（含）")
    note = models.CharField("文号或说明", max_length=60, blank=True)
    made_at = models.DateTimeField("登记时间", default=park_now)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="登记人"
    )
    voided_at = models.DateTimeField("作废时间", null=True, blank=True)
    token = TokenField()

    objects = BudgetQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "检测预算"
        ordering = ["-starts_on", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="budget_dates",
                violation_error_message="结束日期不能早于开始日期。",
            ),
            models.CheckConstraint(
                condition=Q(amount_fen__gt=0), name="budget_amount", violation_error_message="预算要大于零。"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.payer} {self.starts_on:%Y-%m-%d}"
