"""Sampling at the door (上门采样): who is visited by whom, in which order, within which hours."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from enterprises.models import Squad
from parkportal.clock import park_now
from parkportal.idempotency import TokenField
from testing.models.sessions import Session
from testing.models.signups import SignUp


class DoorRoundQuerySet(models.QuerySet["DoorRound"]):
    def visible_to(self, user: Any) -> "DoorRoundQuerySet":
        """The committee all; a team the rounds it walks."""
        if not user.is_authenticated:
            return self.none()
        return self if user.has_role("committee") else self.filter(team=user)


class DoorRound(models.Model):
    """One round of visits: a squad, its team, a time window, what to wear. Its tubes belong to a sitting without slots."""

    session = models.OneToOneField(Session, models.PROTECT, related_name="door_round", verbose_name="场次")
    squad = models.ForeignKey(
        Squad, models.PROTECT, null=True, blank=True, related_name="door_rounds", verbose_name="小分队"
    )
    team = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="door_rounds", verbose_name="上门人员")
    note = models.CharField("防护提示", max_length=300, blank=True)
    created_at = models.DateTimeField("建立时间", default=park_now)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="建立人")
    token = TokenField()

    objects = DoorRoundQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "上门采样"
        ordering = ["-session__starts_at", "-id"]

    def __str__(self) -> str:
        return f"{self.session.day:%Y-%m-%d} 上门"


class DoorStop(models.Model):
    """One door of a round: in which order, and what became of it."""

    class Outcome(models.TextChoices):
        PLANNED = "planned", "还没有去"
        DONE = "done", "采到了"
        ABSENT = "absent", "家里没有人"
        REFUSED = "refused", "不愿意采"
        DROPPED = "dropped", "这一轮不去"

    round = models.ForeignKey(DoorRound, models.PROTECT, related_name="stops", verbose_name="上门采样")
    signup = models.ForeignKey(SignUp, models.PROTECT, related_name="door_stops", verbose_name="登记")
    position = models.PositiveSmallIntegerField("第几家")
    outcome = models.CharField("结果", max_length=8, choices=Outcome, default=Outcome.PLANNED)
    outcome_at = models.DateTimeField("何时", null=True, blank=True)
    outcome_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="谁"
    )
    note = models.CharField("说明", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "上门采样的一家"
        ordering = ["round", "position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["signup"],
                condition=Q(outcome__in=["planned", "done"]),
                name="door_stop_once",
                violation_error_message="这个人已经排在一轮上门采样里。",
            ),
            models.UniqueConstraint(fields=["round", "signup"], name="door_stop_of_round"),
            models.CheckConstraint(
                condition=Q(outcome__in=["planned", "done", "absent", "refused", "dropped"]), name="door_stop_outcome"
            ),
            models.CheckConstraint(
                condition=Q(outcome="planned", outcome_at__isnull=True, outcome_by__isnull=True)
                | Q(outcome_at__isnull=False, outcome_by__isnull=False) & ~Q(outcome="planned"),
                name="door_stop_outcome_pair",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.round_id} {self.position}"
