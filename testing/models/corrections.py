"""What comes after a release: a correction that a second person decides, and the printed report with its code."""

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from parkportal.clock import park_now
from parkportal.idempotency import TokenField
from testing.models.results import Reading, Result
from testing.models.specimens import Specimen


class CorrectionStatus(models.TextChoices):
    ASKED = "asked", "等审核"
    ACCEPTED = "accepted", "已更正"
    DECLINED = "declined", "没有更正"


class CorrectionQuerySet(models.QuerySet["Correction"]):
    def at_bench(self, user: Any) -> "CorrectionQuerySet":
        """What somebody of the laboratory may see and decide."""
        return self.filter(specimen__in=Specimen.objects.at_bench(user))

    def open(self) -> "CorrectionQuerySet":
        return self.filter(status=CorrectionStatus.ASKED)


class Correction(models.Model):
    """A released result that a tester says is wrong, with the new reading and why. It counts once somebody else agrees."""

    Status = CorrectionStatus

    specimen = models.ForeignKey(Specimen, models.PROTECT, related_name="corrections", verbose_name="标本")
    reading = models.OneToOneField(Reading, models.PROTECT, related_name="correction", verbose_name="新读数")
    reason = models.CharField("更正原因", max_length=200)
    status = models.CharField("状态", max_length=10, choices=Status, default=Status.ASKED)
    asked_at = models.DateTimeField("提出时间", default=park_now)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="提出人")
    decided_at = models.DateTimeField("审核时间", null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="审核人"
    )
    result = models.OneToOneField(
        Result, models.PROTECT, null=True, blank=True, related_name="correction", verbose_name="新版结果"
    )
    token = TokenField()

    objects = CorrectionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "结果更正"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["specimen"],
                condition=Q(status="asked"),
                name="correction_one_open",
                violation_error_message="这一管已经有一份更正在等审核。",
            ),
            models.CheckConstraint(
                condition=~Q(reason=""), name="correction_reason", violation_error_message="请写为什么更正。"
            ),
            models.CheckConstraint(
                condition=Q(status="asked", decided_at__isnull=True, decided_by__isnull=True)
                | Q(status__in=["accepted", "declined"], decided_at__isnull=False, decided_by__isnull=False),
                name="correction_decided_pair",
                violation_error_message="更正的审核时间和审核人要一起有。",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("asked_by")),
                name="correction_second_person",
                violation_error_message="提出更正的人不能审核自己的更正。",
            ),
            models.CheckConstraint(
                condition=Q(status="accepted", result__isnull=False)
                | Q(status__in=["asked", "declined"], result__isnull=True),
                name="correction_has_result",
                violation_error_message="更正通过才有新版结果。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.specimen_id} {self.get_status_display()}"


class Report(models.Model):
    """A report that was printed of one version of a result. Whoever holds the paper can ask whether it is right."""

    result = models.OneToOneField(Result, models.PROTECT, related_name="report", verbose_name="结果")
    number = models.CharField("报告编号", max_length=26, unique=True)
    public_token = models.UUIDField("验证码", default=uuid.uuid4, unique=True, editable=False)
    issued_at = models.DateTimeField("第一次出具", default=park_now)

    class Meta:
        verbose_name = verbose_name_plural = "检测报告"
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.number
