"""What an enterprise says each day, and how it stood at each cut-off."""

from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q

from enterprises.models.registry import Enterprise
from parkportal.clock import park_now
from parkportal.idempotency import TokenField


class DailyReportQuerySet(models.QuerySet["DailyReport"]):
    def visible_to(self, user: Any) -> "DailyReportQuerySet":
        """Counts of people and of fever: of the enterprises whose work the person follows."""
        return self.filter(enterprise__in=Enterprise.objects.followed_by(user))

    def of_day(self, day: date, *, by: datetime | None = None) -> "DailyReportQuerySet":
        """What was said about a day, as it stands now, or as it stood at an instant."""
        rows = self.filter(day=day)
        if by is None:
            return rows.in_force()
        later = DailyReport.objects.filter(corrects=OuterRef("pk"), reported_at__lte=by)
        return rows.filter(reported_at__lte=by).exclude(Exists(later))

    def in_force(self) -> "DailyReportQuerySet":
        """The latest version of each report."""
        return self.filter(is_replaced=False)


class DailyReport(models.Model):
    """零报告: the counts of a day. Zero is an explicit row; a missing report is not zero. Corrected by a new version."""

    COUNTS = ("on_duty", "hubei", "fever", "quarantined", "masks_left")

    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="daily_reports", verbose_name="企业")
    day = models.DateField("日期")
    on_duty = models.PositiveIntegerField("到岗人数")
    hubei = models.PositiveIntegerField("湖北籍或湖北旅居人数", default=0)
    fever = models.PositiveIntegerField("发热人数", default=0)
    quarantined = models.PositiveIntegerField("隔离观察人数", default=0)
    masks_left = models.PositiveIntegerField("口罩库存（只）", default=0)
    note = models.CharField("说明", max_length=300, blank=True)
    reported_at = models.DateTimeField("报送时间", default=park_now)
    reported_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="报送人")
    is_late = models.BooleanField("迟报", default=False)
    correction_reason = models.CharField("更正原因", max_length=200, blank=True)
    corrects = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="corrected_by")
    is_replaced = models.BooleanField("已被更正", default=False)
    token = TokenField()

    objects = DailyReportQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "日报"
        ordering = ["-day", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "day"],
                condition=Q(is_replaced=False),
                name="daily_report_once",
                violation_error_message="今天的日报已经交过了。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.enterprise} {self.day:%Y-%m-%d}"

    def facts(self) -> dict[str, Any]:
        """What was said, as the form asks it."""
        return {name: getattr(self, name) for name in (*self.COUNTS, "note")}


class UnitDay(models.Model):
    """How one unit stood at one cut-off (24:00): written once, read for ever after."""

    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="days")
    day = models.DateField("日期")
    kind = models.CharField(max_length=12)
    squad = models.ForeignKey("Squad", models.PROTECT, null=True, blank=True, related_name="+")
    sishang_kind = models.CharField(max_length=12, null=True, blank=True)
    key_level = models.CharField(max_length=12, blank=True)
    status = models.CharField(max_length=12)
    is_counted = models.BooleanField("计入应复工", default=True)
    headcount = models.PositiveIntegerField(null=True, blank=True)
    on_duty = models.PositiveIntegerField(null=True, blank=True)
    reported = models.BooleanField(default=False)
    frozen_at = models.DateTimeField(default=park_now)

    class Meta:
        verbose_name = verbose_name_plural = "单位日况"
        constraints = [
            models.UniqueConstraint(fields=["enterprise", "day"], name="unit_day_once"),
        ]

    def __str__(self) -> str:
        return f"{self.enterprise_id} {self.day}"
