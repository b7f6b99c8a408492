"""Resumption of work: the dated history, and the filing (备案)."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from parkportal.clock import park_now
from parkportal.idempotency import TokenField
from parkportal.privacy import EncryptedJSONField
from parkportal.states import Move, Stateful, status_constraint


class ResumptionStatus(models.TextChoices):
    NOT_RESUMED = "not_resumed", "未复工"
    PLANNED = "planned", "拟复工"
    FILED = "filed", "已备案"
    RESUMED = "resumed", "已复工"
    STOPPED = "stopped", "再停工"


class ResumptionMove(Move):
    """One change of an enterprise's resumption status; never overwritten."""

    LABEL = "subject__name"

    subject = models.ForeignKey("Enterprise", models.PROTECT, related_name="moves", verbose_name="企业")

    class Meta(Move.Meta):
        abstract = False
        verbose_name = verbose_name_plural = "复工状态变动"
        indexes = [models.Index(fields=["subject", "-effective_at", "-id"], name="resumption_move_latest")]

    def __str__(self) -> str:
        return f"{self.subject_id} {self.to_status}"

    @property
    def words(self) -> str:
        return ResumptionStatus(self.to_status).label


class FilingStatus(models.TextChoices):
    DRAFT = "draft", "填写中"
    SUBMITTED = "submitted", "待核准"
    RETURNED = "returned", "退回补正"
    FILED = "filed", "已备案"
    WITHDRAWN = "withdrawn", "已撤回"


class FilingQuerySet(models.QuerySet["Filing"]):
    def visible_to(self, user: Any) -> "FilingQuerySet":
        """Those of the enterprises that the person reaches, where a filing is any of the person's business."""
        enterprises = Filing._meta.get_field("enterprise").related_model._default_manager
        return self.filter(enterprise__in=enterprises.followed_by(user))

    def editable_by(self, user: Any) -> "FilingQuerySet":
        """Still to be filled or corrected, by whoever may correct the enterprise."""
        enterprises = Filing._meta.get_field("enterprise").related_model._default_manager
        return self.filter(
            enterprise__in=enterprises.editable_by(user), status__in=[Filing.Status.DRAFT, Filing.Status.RETURNED]
        )

    def waiting(self) -> "FilingQuerySet":
        """Handed in and not yet looked at."""
        return self.filter(status=Filing.Status.SUBMITTED)


class Filing(Stateful):
    """The resumption filing (备案) of an enterprise: filed at once, or with an approval step as a setting.

    `pack` holds the handbook §4 form: planned day, headcounts, Hubei counts, isolation rooms, stock and days,
    canteen, dormitory; encrypted as a whole.
    """

    Status = FilingStatus

    MOVES = {
        FilingStatus.DRAFT: frozenset({FilingStatus.SUBMITTED, FilingStatus.FILED, FilingStatus.WITHDRAWN}),
        FilingStatus.SUBMITTED: frozenset({FilingStatus.RETURNED, FilingStatus.FILED, FilingStatus.WITHDRAWN}),
        FilingStatus.RETURNED: frozenset({FilingStatus.SUBMITTED, FilingStatus.FILED, FilingStatus.WITHDRAWN}),
        FilingStatus.FILED: frozenset({FilingStatus.RETURNED}),  # 告知即备案: looked at afterwards
        FilingStatus.WITHDRAWN: frozenset(),
    }

    enterprise = models.ForeignKey("Enterprise", models.PROTECT, related_name="filings", verbose_name="企业")
    status = models.CharField("状态", max_length=12, choices=Status, default=FilingStatus.DRAFT)
    planned_on = models.DateField("拟复工日期", null=True, blank=True)
    pack = EncryptedJSONField("备案材料", default=dict, blank=True)
    corrections = models.JSONField("补正意见", default=dict, blank=True)
    filed_at = models.DateTimeField("备案时间", null=True, blank=True)
    filed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="备案人"
    )
    created_at = models.DateTimeField("建立时间", default=park_now)
    version = models.PositiveIntegerField("版本", default=1)
    token = TokenField()

    objects = FilingQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "复工备案"
        ordering = ["-id"]
        constraints = [
            status_constraint(FilingStatus, "filing_status"),
            models.UniqueConstraint(
                fields=["enterprise"],
                condition=Q(status__in=["draft", "submitted", "returned"]),
                name="filing_one_open",
                violation_error_message="这家企业已经有一份没有办完的备案。",
            ),
            models.CheckConstraint(
                condition=Q(filed_at__isnull=True, filed_by__isnull=True)
                | Q(filed_at__isnull=False, filed_by__isnull=False),
                name="filing_filed_pair",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enterprise} 备案"


class FilingMove(Move):
    """One step of a filing."""

    LABEL = "subject__enterprise__name"

    subject = models.ForeignKey(Filing, models.PROTECT, related_name="moves", verbose_name="备案")

    class Meta(Move.Meta):
        abstract = False
        verbose_name = verbose_name_plural = "备案进度"

    def __str__(self) -> str:
        return f"{self.subject_id} {self.to_status}"

    @property
    def words(self) -> str:
        return FilingStatus(self.to_status).label
