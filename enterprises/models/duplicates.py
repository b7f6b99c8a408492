"""Two rows of the register that may be one unit, and what a merge did."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from enterprises.models.registry import Enterprise
from parkportal.clock import park_now
from parkportal.idempotency import TokenField
from parkportal.privacy import EncryptedJSONField

UNDO_WITHIN = timedelta(days=1)


class DoubtStatus(models.TextChoices):
    OPEN = "open", "待核对"
    DIFFERENT = "different", "不是同一家"
    MERGED = "merged", "已合并"


class DoubtQuerySet(models.QuerySet["Doubt"]):
    def visible_to(self, user: Any) -> "DoubtQuerySet":
        """The register is the committee's to clean."""
        return self if user.is_authenticated and user.has_role("committee") else self.none()

    def waiting(self) -> "DoubtQuerySet":
        """Not yet looked at, and both rows still stand for themselves."""
        return self.filter(status=DoubtStatus.OPEN, first__merged_into__isnull=True, second__merged_into__isnull=True)


class Doubt(models.Model):
    """Two rows that look like one unit: the same code, a similar name, the same phone. `first` is the older row."""

    Status = DoubtStatus

    first = models.ForeignKey(Enterprise, models.CASCADE, related_name="+", verbose_name="先登记的")
    second = models.ForeignKey(Enterprise, models.CASCADE, related_name="+", verbose_name="后登记的")
    reasons = models.JSONField("为什么", default=list, help_text="code, name, phone")
    status = models.CharField("状态", max_length=12, choices=DoubtStatus, default=DoubtStatus.OPEN)
    found_at = models.DateTimeField("发现时间", default=park_now)
    decided_at = models.DateTimeField("处理时间", null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="处理人"
    )
    note = models.CharField("说明", max_length=200, blank=True)

    objects = DoubtQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "疑似重复"
        ordering = ["-found_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="doubt_pair_once"),
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="doubt_older_first"),
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True, decided_by__isnull=True)
                | Q(decided_at__isnull=False, decided_by__isnull=False),
                name="doubt_decided_pair",
            ),
        ]
        indexes = [models.Index(fields=["status", "-found_at"], name="doubt_status")]

    def __str__(self) -> str:
        return f"{self.first_id} {self.second_id}"


class MergeQuerySet(models.QuerySet["Merge"]):
    def visible_to(self, user: Any) -> "MergeQuerySet":
        return self if user.is_authenticated and user.has_role("committee") else self.none()

    def in_force(self) -> "MergeQuerySet":
        return self.filter(undone_at__isnull=True)


class Merge(models.Model):
    """One row merged into another: which rows went over, which values were taken. Undone within a day, or for good."""

    kept = models.ForeignKey(Enterprise, models.PROTECT, related_name="+", verbose_name="保留")
    gone = models.ForeignKey(Enterprise, models.PROTECT, related_name="+", verbose_name="并入")
    moved = models.JSONField("移过去的", default=dict, help_text="model label and column → primary keys")
    values = EncryptedJSONField("取用的内容", default=dict, help_text="field → [before, after]")
    made_at = models.DateTimeField("合并时间", default=park_now)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="经办")
    undone_at = models.DateTimeField("撤销时间", null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="撤销人"
    )
    token = TokenField()

    objects = MergeQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "合并"
        ordering = ["-made_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["gone"],
                condition=Q(undone_at__isnull=True),
                name="merge_gone_once",
                violation_error_message="这一家已经并入别的企业。",
            ),
            models.CheckConstraint(
                condition=Q(undone_at__isnull=True, undone_by__isnull=True)
                | Q(undone_at__isnull=False, undone_by__isnull=False),
                name="merge_undone_pair",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.gone} → {self.kept}"

    @property
    def can_undo(self) -> bool:
        return self.undone_at is None and park_now() <= self.made_at + UNDO_WITHIN

    @property
    def undo_until(self) -> Any:
        return self.made_at + UNDO_WITHIN
