"""What was erased when a campaign's time was over: counts that stay, signed, and nobody's name."""

from typing import Any

from django.conf import settings
from django.db import models

from parkportal.clock import local
from testing.models.campaigns import Campaign


class ErasureReportQuerySet(models.QuerySet["ErasureReport"]):
    def visible_to(self, user: Any) -> "ErasureReportQuerySet":
        """Counts only: the committee, leaders and administrators."""
        if user.is_authenticated and user.has_role("committee", "leader", "admin"):
            return self
        return self.none()


class ErasureReport(models.Model):
    """The count report of one erasure, append-only; `checksum` is over its lines, `signature` is keyed."""

    campaign = models.OneToOneField(Campaign, models.PROTECT, related_name="erasure", verbose_name="检测任务")
    counts = models.JSONField("各有多少")
    figures_before = models.JSONField("删除前的数")
    figures_after = models.JSONField("删除后的数")
    erased_at = models.DateTimeField("删除时间")
    erased_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="谁"
    )
    checksum = models.CharField("校验和", max_length=64)
    signature = models.CharField("签名", max_length=64)

    objects = ErasureReportQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "到期删除报告"
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.campaign} {local(self.erased_at):%Y-%m-%d}"
