"""The weekly issues that leadership signs."""

from typing import Any

from django.conf import settings
from django.db import models

from parkportal.records.models import StoredFile


class WeeklyIssueQuerySet(models.QuerySet["WeeklyIssue"]):
    def visible_to(self, user: Any) -> "WeeklyIssueQuerySet":
        """Weekly reports are read by leadership and the committee."""
        return self if user.is_authenticated and user.has_role("leader", "committee") else self.none()


class WeeklyIssue(models.Model):
    """One frozen issue of the weekly report: written after Sunday 24:00, never computed again."""

    week = models.CharField("周", max_length=8, unique=True)
    number = models.PositiveSmallIntegerField("期号", unique=True)
    as_of = models.DateTimeField("截至")
    narrative = models.TextField("文字稿")
    figures = models.JSONField("数字", default=dict)
    workbook = models.ForeignKey(StoredFile, models.PROTECT, related_name="+", verbose_name="工作簿")
    checksum = models.CharField("校验", max_length=64)
    frozen_at = models.DateTimeField("冻结时间")
    signed_at = models.DateTimeField("签发时间", null=True, blank=True)
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="签发人"
    )

    objects = WeeklyIssueQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "周报"
        ordering = ["-week"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(signed_at__isnull=True, signed_by__isnull=True)
                | models.Q(signed_at__isnull=False, signed_by__isnull=False),
                name="weekly_issue_signed_pair",
            )
        ]

    def __str__(self) -> str:
        return f"{self.week} 第 {self.number} 期"
