"""The waiting list: who waits for a place, alone or as a group, and the place that is kept for them a while."""

from datetime import datetime
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q

from enterprises.models import Enterprise, EnterpriseContact
from parkportal.accounts.models import in_force
from parkportal.clock import park_now
from parkportal.idempotency import TokenField
from parkportal.states import Move, Stateful, status_constraint
from testing.models.campaigns import Campaign
from testing.models.sessions import Session


class PartyStatus(models.TextChoices):
    WAITING = "waiting", "等名额"
    OFFERED = "offered", "已留名额，等确认"
    PLACED = "placed", "已排上"
    LAPSED = "lapsed", "到时没有确认"
    WITHDRAWN = "withdrawn", "不等了"


class WaitingPartyQuerySet(models.QuerySet["WaitingParty"]):
    def visible_to(self, user: Any) -> "WaitingPartyQuerySet":
        """The committee and leaders all; a contact the own firm's."""
        if not user.is_authenticated:
            return self.none()
        if user.has_role("committee", "leader"):
            return self
        if not user.has_role("contact", "principal"):
            return self.none()
        return self.filter(enterprise__in=EnterpriseContact.objects.filter(in_force(), user=user).values("enterprise"))

    def in_line(self) -> "WaitingPartyQuerySet":
        """Still waiting, the longest first."""
        return self.filter(status=PartyStatus.WAITING).order_by("waiting_since", "id")

    def wanting(self, session: Session) -> "WaitingPartyQuerySet":
        """Whom a place in this sitting would suit."""
        return self.in_line().filter(Q(session=session) | Q(session__isnull=True), campaign=session.campaign_id)

    def overdue(self, now: datetime) -> "WaitingPartyQuerySet":
        return self.filter(status=PartyStatus.OFFERED, offer_until__lte=now)


class WaitingParty(Stateful):
    """One person or a group in the waiting list. A group gets places in one sitting, or is told that it was split.

    While an offer stands, the places are counted as taken and its people hold them.
    """

    Status = PartyStatus
    MOVES = {
        PartyStatus.WAITING: frozenset({PartyStatus.OFFERED, PartyStatus.PLACED, PartyStatus.WITHDRAWN}),
        PartyStatus.OFFERED: frozenset({PartyStatus.PLACED, PartyStatus.LAPSED, PartyStatus.WITHDRAWN}),
        PartyStatus.PLACED: frozenset(),
        PartyStatus.LAPSED: frozenset(),
        PartyStatus.WITHDRAWN: frozenset(),
    }

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="parties", verbose_name="检测任务")
    session = models.ForeignKey(
        Session, models.PROTECT, null=True, blank=True, related_name="parties", verbose_name="想去的场次"
    )
    enterprise = models.ForeignKey(
        Enterprise, models.PROTECT, null=True, blank=True, related_name="waiting_parties", verbose_name="单位"
    )
    size = models.PositiveSmallIntegerField("几人", default=1)
    may_split = models.BooleanField("可以分开", default=False)
    status = models.CharField("状态", max_length=10, choices=Status, default=PartyStatus.WAITING)
    waiting_since = models.DateTimeField("从何时等", default=park_now)
    offered_session = models.ForeignKey(
        Session, models.PROTECT, null=True, blank=True, related_name="offers", verbose_name="留的场次"
    )
    offered_at = models.DateTimeField("何时留的", null=True, blank=True)
    offer_until = models.DateTimeField("留到何时", null=True, blank=True)
    public_token = models.UUIDField(unique=True, default=uuid4, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="代登记人"
    )
    token = TokenField()

    objects = WaitingPartyQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "候补"
        ordering = ["waiting_since", "id"]
        indexes = [models.Index(fields=["campaign", "status", "waiting_since"], name="waiting_in_line")]
        constraints = [
            status_constraint(PartyStatus, "waiting_status"),
            models.CheckConstraint(
                condition=Q(size__gte=1), name="waiting_size", violation_error_message="候补至少一人。"
            ),
            models.CheckConstraint(
                condition=~Q(status="offered") | Q(offered_at__isnull=False, offer_until__isnull=False),
                name="waiting_offer_has_times",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.size} 人，{self.get_status_display()}"

    @property
    def is_group(self) -> bool:
        return self.size > 1


class WaitingMove(Move):
    """One step of a waiting party."""

    LABEL = "subject__campaign__title"

    subject = models.ForeignKey(WaitingParty, models.PROTECT, related_name="moves", verbose_name="候补")

    class Meta(Move.Meta):
        abstract = False
        verbose_name = verbose_name_plural = "候补进度"

    def __str__(self) -> str:
        return f"{self.subject_id} {self.to_status}"
