"""诉求: what an enterprise needs and cannot solve alone, on its way between the departments that can."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from enterprises.models.registry import Enterprise
from parkportal.clock import park_now, park_today
from parkportal.idempotency import TokenField
from parkportal.states import Move, Stateful, status_constraint


class NeedStatus(models.TextChoices):
    """登记 → 转办 → 办结 → 回访 (handbook §1); an enterprise that is not content opens it again."""

    REGISTERED = "registered", "已登记"
    PASSED = "passed", "已转办"
    DONE = "done", "已办结"
    CONFIRMED = "confirmed", "已回访"
    REOPENED = "reopened", "重新办理"
    VOID = "void", "已作废"


OPEN = (NeedStatus.REGISTERED, NeedStatus.PASSED, NeedStatus.REOPENED)


class NeedQuerySet(models.QuerySet["Need"]):
    def visible_to(self, user: Any) -> "NeedQuerySet":
        """Those of the enterprises whose work the person follows, and those that were passed to the person."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(Q(enterprise__in=Enterprise.objects.followed_by(user)) | Q(owner=user))

    def handled_by(self, user: Any) -> "NeedQuerySet":
        """Those the person may pass on and close: the committee all, squads and supervisors theirs, owners their own."""
        if not user.is_authenticated:
            return self.none()
        if user.has_role("committee"):
            return self
        own = Q(owner=user)
        if user.has_role("squad", "supervisor"):
            own |= Q(enterprise__in=Enterprise.objects.cared_for_by(user))
        return self.filter(own)

    def open(self) -> "NeedQuerySet":
        """Somebody still has to do something."""
        return self.filter(status__in=OPEN)

    def overdue(self, day: Any = None) -> "NeedQuerySet":
        """Open, and the day it was due by is over."""
        return self.open().filter(due_on__lt=day or park_today())

    def to_confirm(self) -> "NeedQuerySet":
        """Done, as the office says; the enterprise has not said so yet."""
        return self.filter(status=NeedStatus.DONE)


class Need(Stateful):
    """One 诉求 of an enterprise: what, who takes care of it until when, and how it went from desk to desk.

    A need for supplies becomes a supply request by a POST to supplies, which closes it by `actions.close_need`.
    """

    Status = NeedStatus
    MOVES = {
        NeedStatus.REGISTERED: frozenset({NeedStatus.PASSED, NeedStatus.DONE, NeedStatus.VOID}),
        # passed on from department to department as often as it takes
        NeedStatus.PASSED: frozenset({NeedStatus.PASSED, NeedStatus.DONE, NeedStatus.VOID}),
        NeedStatus.DONE: frozenset({NeedStatus.CONFIRMED, NeedStatus.REOPENED}),
        NeedStatus.CONFIRMED: frozenset({NeedStatus.REOPENED}),
        NeedStatus.REOPENED: frozenset({NeedStatus.PASSED, NeedStatus.DONE, NeedStatus.VOID}),
        NeedStatus.VOID: frozenset(),
    }

    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="needs", verbose_name="企业")
    kind = models.CharField("类别", max_length=32, help_text="字典 need_kind（手册 §1 困难类型）")
    description = models.CharField("诉求内容", max_length=500)
    department = models.CharField("承办部门", max_length=32, blank=True, help_text="字典 department")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="承办人"
    )
    due_on = models.DateField("办结期限")
    status = models.CharField("状态", max_length=12, choices=NeedStatus, default=NeedStatus.REGISTERED)
    outcome = models.CharField("办理结果", max_length=300, blank=True)
    escalated_at = models.DateTimeField("超期上报时间", null=True, blank=True)
    registered_at = models.DateTimeField("登记时间", default=park_now)
    registered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="登记人"
    )
    token = TokenField()

    objects = NeedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "诉求"
        ordering = ["due_on", "id"]
        indexes = [
            models.Index(fields=["status", "due_on"], name="need_open"),
            models.Index(fields=["enterprise", "status"], name="need_of_enterprise"),
        ]
        constraints = [
            status_constraint(NeedStatus, "need_status"),
            models.CheckConstraint(
                condition=~Q(status__in=[NeedStatus.DONE, NeedStatus.CONFIRMED]) | ~Q(outcome=""),
                name="need_done_has_outcome",
                violation_error_message="办结要写明结果。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enterprise} {self.description[:20]}"

    def handling(self) -> dict[str, Any]:
        """Who has it and until when: what passing it on changes."""
        return {"department": self.department, "owner": self.owner, "due_on": self.due_on}

    @property
    def is_open(self) -> bool:
        return self.status in OPEN

    @property
    def is_overdue(self) -> bool:
        return self.is_open and self.due_on < park_today()


class NeedMove(Move):
    """One step of a need, with the department and the person it was given to."""

    LABEL = "subject__enterprise__name"

    subject = models.ForeignKey(Need, models.PROTECT, related_name="moves", verbose_name="诉求")
    department = models.CharField("承办部门", max_length=32, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="承办人"
    )

    class Meta(Move.Meta):
        abstract = False
        verbose_name = verbose_name_plural = "诉求办理过程"

    def __str__(self) -> str:
        return f"{self.subject_id} {self.to_status}"

    @property
    def words(self) -> str:
        return NeedStatus(self.to_status).label
