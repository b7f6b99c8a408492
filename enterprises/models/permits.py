"""绿色通道: permits that the park hurries along, with the statutory, the promised and the actual time."""

from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from enterprises.models.registry import Enterprise
from parkportal.clock import day_of, last_moment, park_now, park_today
from parkportal.idempotency import TokenField
from parkportal.states import Move, Stateful, known_by, status_as_of, status_constraint


class PermitStatus(models.TextChoices):
    ACCEPTED = "accepted", "受理"
    REVIEW = "review", "审查"
    SUPPLEMENT = "supplement", "补正材料"
    GRANTED = "granted", "准予许可"
    DENIED = "denied", "不予许可"
    WITHDRAWN = "withdrawn", "撤回"


FINISHED = (PermitStatus.GRANTED, PermitStatus.DENIED)
RUNNING = (PermitStatus.ACCEPTED, PermitStatus.REVIEW, PermitStatus.SUPPLEMENT)


class PermitCaseQuerySet(models.QuerySet["PermitCase"]):
    def visible_to(self, user: Any) -> "PermitCaseQuerySet":
        """Of the enterprises that the person follows, and those that the person helps along."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(Q(enterprise__in=Enterprise.objects.followed_by(user)) | Q(owner=user))

    def handled_by(self, user: Any) -> "PermitCaseQuerySet":
        """Which this person may take a step further: the committee all, the park's people those they look after or own."""
        if not user.is_authenticated or not user.has_role("committee", "supervisor", "squad"):
            return self.none()
        if user.has_role("committee"):
            return self
        return self.filter(Q(owner=user) | Q(enterprise__in=Enterprise.objects.cared_for_by(user)))

    def late(self, day: date) -> "PermitCaseQuerySet":
        """The promised day is over and nothing is decided."""
        return self.running().filter(due_on__lt=day)

    def accepted_as_of(self, instant: datetime) -> "PermitCaseQuerySet":
        """Taken in by an instant and not taken back, with `status_then`."""
        rows = self.annotate(status_then=status_as_of(PermitMove.objects, instant))
        return rows.exclude(status_then=None).exclude(status_then=PermitStatus.WITHDRAWN)

    def running(self) -> "PermitCaseQuerySet":
        return self.filter(status__in=RUNNING)

    def finished_by(self, instant: datetime) -> "PermitCaseQuerySet":
        """Decided by an instant, and known by the grace of its cut-off."""
        return self.filter(
            status__in=FINISHED, finished_on__lte=day_of(last_moment(instant)), finished_at__lte=known_by(instant)
        )


class PermitCase(Stateful):
    """One permit of one enterprise on its way. Terms count working days of the park's calendar."""

    Status = PermitStatus
    MOVES = {
        PermitStatus.ACCEPTED: frozenset(
            {PermitStatus.REVIEW, PermitStatus.SUPPLEMENT, *FINISHED, PermitStatus.WITHDRAWN}
        ),
        PermitStatus.REVIEW: frozenset({PermitStatus.SUPPLEMENT, *FINISHED, PermitStatus.WITHDRAWN}),
        PermitStatus.SUPPLEMENT: frozenset({PermitStatus.REVIEW, PermitStatus.WITHDRAWN}),
        PermitStatus.GRANTED: frozenset(),
        PermitStatus.DENIED: frozenset(),
        PermitStatus.WITHDRAWN: frozenset(),
    }

    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="permits", verbose_name="企业")
    name = models.CharField("许可证名称", max_length=60)
    office = models.CharField("审批部门", max_length=60, blank=True)
    statutory_days = models.PositiveSmallIntegerField("法定时限（工作日）")
    promised_days = models.PositiveSmallIntegerField("承诺时限（工作日）")
    accepted_on = models.DateField("受理日期")
    due_on = models.DateField("承诺办结日")
    status = models.CharField("阶段", max_length=12, choices=Status, default=PermitStatus.ACCEPTED)
    finished_on = models.DateField("办结日期", null=True, blank=True)
    finished_at = models.DateTimeField("记录办结的时间", null=True, blank=True)
    actual_days = models.PositiveSmallIntegerField("实际用时（工作日）", null=True, blank=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="帮办人")
    note = models.CharField("备注", max_length=200, blank=True)
    created_at = models.DateTimeField("登记时间", default=park_now)
    token = TokenField()

    objects = PermitCaseQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "绿色通道"
        ordering = ["-accepted_on", "-id"]
        constraints = [
            status_constraint(PermitStatus, "permit_status"),
            models.CheckConstraint(
                condition=Q(promised_days__gte=1, promised_days__lte=F("statutory_days")),
                name="permit_promise_within_law",
                violation_error_message="承诺时限不能比法定时限长，至少 1 个工作日。",
            ),
            models.CheckConstraint(
                condition=Q(status__in=FINISHED, finished_on__isnull=False, finished_at__isnull=False)
                & Q(actual_days__isnull=False)
                | ~Q(status__in=FINISHED) & Q(finished_on__isnull=True),
                name="permit_finished_with_days",
                violation_error_message="办结的要有办结日期和实际用时。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enterprise} {self.name}"

    @property
    def is_running(self) -> bool:
        return self.status in RUNNING

    @property
    def days_saved(self) -> int | None:
        """Working days under the statutory term; negative when it took longer."""
        return None if self.actual_days is None else self.statutory_days - self.actual_days

    @property
    def is_late(self) -> bool:
        return self.is_running and self.due_on < park_today()

    @property
    def next_steps(self) -> list[tuple[str, str]]:
        """(status, label) of the stages that may come next, in the order of the life."""
        return [(code, label) for code, label in PermitStatus.choices if self.can_move(code)]


class PermitMove(Move):
    """One stage of a permit case. `effective_at` is noon of the day it happened, as the office said."""

    LABEL = "subject__enterprise__name"

    subject = models.ForeignKey(PermitCase, models.PROTECT, related_name="moves", verbose_name="许可")

    class Meta(Move.Meta):
        abstract = False
        verbose_name = verbose_name_plural = "许可进度"

    def __str__(self) -> str:
        return f"{self.subject_id} {self.to_status}"

    @property
    def words(self) -> str:
        return PermitStatus(self.to_status).label
