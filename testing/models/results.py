"""What the laboratory found: readings, released results, and the alerts that positives raise."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery

from parkportal.clock import local, park_now
from parkportal.idempotency import TokenField
from testing.models.specimens import Specimen


class ResultValue(models.TextChoices):
    NEGATIVE = "negative", "阴性"
    POSITIVE = "positive", "阳性"
    SUSPECT = "suspect", "可疑"
    INVALID = "invalid", "无效"


WITHHELD = (ResultValue.POSITIVE, ResultValue.SUSPECT)


class Reading(models.Model):
    """A result as the tester entered it, before a second person has looked. Append-only: the last one counts."""

    specimen = models.ForeignKey(Specimen, models.PROTECT, related_name="readings", verbose_name="标本")
    value = models.CharField("结果", max_length=8, choices=ResultValue)
    ct_orf1ab = models.DecimalField("CT值ORF1ab", max_digits=4, decimal_places=2, null=True, blank=True)
    ct_n = models.DecimalField("CT值N", max_digits=4, decimal_places=2, null=True, blank=True)
    tester = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="录入人")
    tester_name = models.CharField("检验者", max_length=50, blank=True)
    tested_at = models.DateTimeField("检验时间")
    note = models.CharField("备注", max_length=200, blank=True)
    recorded_at = models.DateTimeField("录入时间", default=park_now)
    token = TokenField()

    class Meta:
        verbose_name = verbose_name_plural = "检验读数"
        ordering = ["-id"]
        indexes = [models.Index(fields=["specimen", "-id"], name="reading_latest")]
        constraints = [
            models.CheckConstraint(condition=Q(value__in=ResultValue.values), name="reading_value"),
        ]

    def __str__(self) -> str:
        return f"{self.specimen_id} {self.get_value_display()}"


class ResultQuerySet(models.QuerySet["Result"]):
    def visible_to(self, user: Any) -> "ResultQuerySet":
        rows = self.filter(specimen__in=Specimen.objects.visible_to(user))
        if user.is_authenticated and user.has_role("contact", "principal") and not user.has_role("committee"):
            return rows.in_force().exclude(value__in=WITHHELD)
        return rows

    def in_force(self) -> "ResultQuerySet":
        """The last version of each specimen's result."""
        newest = Result.objects.filter(specimen=OuterRef("specimen")).order_by("-version").values("pk")[:1]
        return self.filter(pk=Subquery(newest))

    def as_of(self, instant: Any) -> "ResultQuerySet":
        """The version of each result that was in force at an instant."""
        newest = (
            Result.objects.filter(specimen=OuterRef("specimen"), released_at__lte=instant)
            .order_by("-version")
            .values("pk")[:1]
        )
        return self.filter(released_at__lte=instant, pk=Subquery(newest))


class Result(models.Model):
    """One released version of a result: append-only, verified by somebody else than the tester."""

    specimen = models.ForeignKey(Specimen, models.PROTECT, related_name="results", verbose_name="标本")
    version = models.PositiveSmallIntegerField("版本", default=1)
    reading = models.ForeignKey(Reading, models.PROTECT, related_name="results", verbose_name="读数")
    value = models.CharField("结果", max_length=8, choices=ResultValue)
    tester = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="录入人")
    tester_name = models.CharField("检验者", max_length=50, blank=True)
    tested_at = models.DateTimeField("检验时间")
    verifier = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="审核者")
    released_at = models.DateTimeField("发布时间", default=park_now)
    correction_reason = models.CharField("更正原因", max_length=200, blank=True)
    token = TokenField()

    objects = ResultQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "检测结果"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(value__in=ResultValue.values), name="result_value"),
            models.UniqueConstraint(fields=["specimen", "version"], name="result_version"),
            models.CheckConstraint(
                condition=~Q(verifier=F("tester")),
                name="result_second_person",
                violation_error_message="检验的人不能审核自己的结果。",
            ),
            models.CheckConstraint(
                condition=Q(version=1) | ~Q(correction_reason=""),
                name="result_correction_reason",
                violation_error_message="更正结果要写原因。",
            ),
            models.CheckConstraint(
                condition=Q(released_at__gte=F("tested_at")),
                name="result_released_after_tested",
                violation_error_message="发布不能早于检验。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.specimen_id} 第 {self.version} 版"

    @property
    def is_withheld(self) -> bool:
        return self.value in WITHHELD


class AlertQuerySet(models.QuerySet["Alert"]):
    def visible_to(self, user: Any) -> "AlertQuerySet":
        """Positives are the committee's business; a laboratory sees the alerts it raised."""
        if not user.is_authenticated:
            return self.none()
        if user.has_role("committee"):
            return self
        return self.filter(specimen__in=Specimen.objects.at_bench(user))

    def open(self) -> "AlertQuerySet":
        return self.filter(acknowledged_at__isnull=True)


class Alert(models.Model):
    """A positive or suspect result that a named officer has to take in hand, with the acknowledgement."""

    result = models.OneToOneField(Result, models.PROTECT, related_name="alert", verbose_name="结果")
    specimen = models.ForeignKey(Specimen, models.PROTECT, related_name="alerts", verbose_name="标本")
    officer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="告知谁"
    )
    raised_at = models.DateTimeField("告警时间", default=park_now)
    acknowledged_at = models.DateTimeField("接手时间", null=True, blank=True)
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="接手人"
    )
    note = models.CharField("处置", max_length=300, blank=True)

    objects = AlertQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "结果告警"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(acknowledged_at__isnull=True, acknowledged_by__isnull=True)
                | Q(acknowledged_at__isnull=False, acknowledged_by__isnull=False),
                name="alert_acknowledged_pair",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.specimen} {local(self.raised_at):%Y-%m-%d %H:%M}"


class LookupLock(models.Model):
    """Failed look-ups of results from one address or for one document, in real time; too many shut the door a while."""

    key = models.CharField(max_length=32, unique=True)
    failures = models.PositiveSmallIntegerField(default=0)
    locked_until = models.DateTimeField(null=True, blank=True)
    changed_at = models.DateTimeField()

    class Meta:
        verbose_name = verbose_name_plural = "查询锁定"

    def __str__(self) -> str:
        return self.key
