"""Inspections of enterprises: checklist, findings, the rectification order, evidence, re-inspection."""

from datetime import date
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from enterprises.models.photos import Photo
from enterprises.models.registry import Enterprise
from parkportal.clock import local, park_now, park_today
from parkportal.idempotency import TokenField
from parkportal.states import Move, Stateful, status_constraint

INSPECTORS = ("committee", "supervisor", "squad")


class Severity(models.TextChoices):
    SLIGHT = "slight", "一般"
    GRAVE = "grave", "较重"
    SEVERE = "severe", "严重"


class InspectionStatus(models.TextChoices):
    PASSED = "passed", "合格"
    RECTIFYING = "rectifying", "限期整改"
    SUBMITTED = "submitted", "待复查"
    CONTINUED = "continued", "继续整改"
    CLOSED = "closed", "复查合格"
    VOID = "void", "作废"


UNDER_ORDER = (InspectionStatus.RECTIFYING, InspectionStatus.CONTINUED)
OPEN = (*UNDER_ORDER, InspectionStatus.SUBMITTED)


class InspectionQuerySet(models.QuerySet["Inspection"]):
    def visible_to(self, user: Any) -> "InspectionQuerySet":
        return self.filter(enterprise__in=Enterprise.objects.followed_by(user))

    def inspected_by(self, user: Any) -> "InspectionQuerySet":
        """Whose re-inspection and withdrawal are this person's: inspectors within their reach."""
        if not user.is_authenticated or not user.has_role(*INSPECTORS):
            return self.none()
        return self.visible_to(user)

    def answered_by(self, user: Any) -> "InspectionQuerySet":
        """For which this person may send evidence: the enterprise's own people, and the committee for them."""
        return self.filter(enterprise__in=Enterprise.objects.editable_by(user))

    def under_order(self) -> "InspectionQuerySet":
        return self.filter(status__in=UNDER_ORDER)

    def open(self) -> "InspectionQuerySet":
        return self.filter(status__in=OPEN)

    def overdue(self, day: date | None = None) -> "InspectionQuerySet":
        """The term of the order is over and nothing was sent."""
        return self.under_order().filter(due_on__lt=day or park_today())


class Inspection(Stateful):
    """One inspection on the spot. Without findings it is passed at once; with findings it orders rectification."""

    Status = InspectionStatus
    MOVES = {
        InspectionStatus.PASSED: frozenset({InspectionStatus.VOID}),
        InspectionStatus.RECTIFYING: frozenset({InspectionStatus.SUBMITTED, InspectionStatus.VOID}),
        InspectionStatus.CONTINUED: frozenset({InspectionStatus.SUBMITTED, InspectionStatus.VOID}),
        InspectionStatus.SUBMITTED: frozenset(
            {
                InspectionStatus.CLOSED,
                InspectionStatus.RECTIFYING,
                InspectionStatus.CONTINUED,
                InspectionStatus.VOID,
            }
        ),
        InspectionStatus.CLOSED: frozenset(),
        InspectionStatus.VOID: frozenset(),
    }

    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="inspections", verbose_name="企业")
    inspected_at = models.DateTimeField("检查时间", default=park_now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="检查人")
    place = models.CharField("地点", max_length=100, blank=True)
    met_name = models.CharField("企业在场人", max_length=50, blank=True)
    answers = models.JSONField("检查内容", default=list, help_text="[{code, label, ok, words}]，当时的清单")
    note = models.CharField("补一句", max_length=300, blank=True)
    status = models.CharField("结论", max_length=12, choices=Status)
    due_on = models.DateField("整改期限", null=True, blank=True)
    responsible = models.CharField("整改责任人", max_length=50, blank=True)
    token = TokenField()

    objects = InspectionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "检查"
        ordering = ["-inspected_at", "-id"]
        indexes = [models.Index(fields=["status", "due_on"], name="inspection_due")]
        constraints = [
            status_constraint(InspectionStatus, "inspection_status"),
            models.CheckConstraint(
                condition=~Q(status__in=["rectifying", "continued"]) | Q(due_on__isnull=False) & ~Q(responsible=""),
                name="inspection_order_complete",
                violation_error_message="限期整改要写明期限和责任人。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enterprise} {local(self.inspected_at):%Y-%m-%d} 检查"

    @property
    def is_open(self) -> bool:
        return self.status in OPEN

    @property
    def is_overdue(self) -> bool:
        return self.status in UNDER_ORDER and self.due_on is not None and self.due_on < park_today()

    @property
    def days_late(self) -> int:
        return (park_today() - self.due_on).days if self.is_overdue and self.due_on else 0


class InspectionMove(Move):
    """One step of an inspection: passed or ordered, evidence sent, re-inspected with its conclusion."""

    LABEL = "subject__enterprise__name"

    subject = models.ForeignKey(Inspection, models.PROTECT, related_name="moves", verbose_name="检查")

    class Meta(Move.Meta):
        abstract = False
        verbose_name = verbose_name_plural = "检查进度"

    def __str__(self) -> str:
        return f"{self.subject_id} {self.to_status}"

    @property
    def words(self) -> str:
        return InspectionStatus(self.to_status).label


class Finding(models.Model):
    """One thing that was not in order: which item, how grave, what has to be done."""

    inspection = models.ForeignKey(Inspection, models.PROTECT, related_name="findings", verbose_name="检查")
    item = models.CharField("检查内容", max_length=60)
    severity = models.CharField("程度", max_length=8, choices=Severity, default=Severity.SLIGHT)
    words = models.CharField("检查记录", max_length=200)
    demand = models.CharField("整改要求", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "检查问题"
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(severity__in=Severity.values), name="finding_severity", violation_error_message="程度不对。"
            )
        ]

    def __str__(self) -> str:
        return f"{self.item}：{self.words}"


class InspectionPhoto(Photo):
    """A picture of an inspection: of the first visit, of what was put right, of the re-inspection."""

    class Stage(models.TextChoices):
        FOUND = "found", "检查"
        EVIDENCE = "evidence", "整改"
        SEEN_AGAIN = "seen_again", "复查"

    inspection = models.ForeignKey(Inspection, models.PROTECT, related_name="photos", verbose_name="检查")
    stage = models.CharField("哪一步", max_length=12, choices=Stage, default=Stage.FOUND)

    class Meta(Photo.Meta):
        abstract = False
        verbose_name = verbose_name_plural = "检查照片"

    def __str__(self) -> str:
        return f"{self.inspection_id} {self.stage}"
