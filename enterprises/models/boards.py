"""责任上墙: the responsibility board of an enterprise, versioned."""

import uuid
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Q

from enterprises.models.registry import Enterprise
from parkportal.clock import park_now
from parkportal.idempotency import TokenField
from parkportal.states import Move, Stateful, status_as_of, status_constraint

HANDLERS = ("committee", "contact", "principal", "supervisor", "squad")


class BoardStatus(models.TextChoices):
    GENERATED = "generated", "已生成"
    POSTED = "posted", "已张贴"
    VERIFIED = "verified", "已核验"
    VOID = "void", "旧版作废"


class BoardQuerySet(models.QuerySet["Board"]):
    def visible_to(self, user: Any) -> "BoardQuerySet":
        return self.filter(enterprise__in=Enterprise.objects.visible_to(user))

    def current(self) -> "BoardQuerySet":
        return self.exclude(status=Board.Status.VOID)

    def handled_by(self, user: Any) -> "BoardQuerySet":
        """Whose board this person makes and posts: the committee, the enterprise itself, its supervisor and squad."""
        if not user.is_authenticated or not user.has_role(*HANDLERS):
            return self.none()
        return self.filter(enterprise__in=Enterprise.objects.followed_by(user))

    def to_see(self) -> "BoardQuerySet":
        """Not yet seen on the wall, posted in the portal or only printed, with nobody replaced since."""
        return self.filter(status__in=[Board.Status.GENERATED, Board.Status.POSTED], outdated_at__isnull=True)

    def outdated(self) -> "BoardQuerySet":
        """Still the current version, though the people on it have changed."""
        return self.current().filter(outdated_at__isnull=False)

    def on_the_wall_as_of(self, instant: datetime) -> "BoardQuerySet":
        """Posted, verified or not, at an instant."""
        return self.annotate(status_then=status_as_of(BoardMove.objects, instant)).filter(
            status_then__in=[BoardStatus.POSTED, BoardStatus.VERIFIED]
        )


class Board(Stateful):
    """One version of the poster 《复工复产疫情防控责任》 of an enterprise."""

    Status = BoardStatus

    MOVES = {
        BoardStatus.GENERATED: frozenset({BoardStatus.POSTED, BoardStatus.VOID}),
        BoardStatus.POSTED: frozenset({BoardStatus.VERIFIED, BoardStatus.VOID}),
        BoardStatus.VERIFIED: frozenset({BoardStatus.VOID}),
        BoardStatus.VOID: frozenset(),
    }

    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="boards", verbose_name="企业")
    number = models.PositiveSmallIntegerField("版次", default=1)
    status = models.CharField("状态", max_length=12, choices=Status, default=BoardStatus.GENERATED)
    holders = models.JSONField("责任人", default=list, help_text="[{code, duty, name, phone, content}]，电话已打码")
    photo = models.ForeignKey("records.StoredFile", models.PROTECT, null=True, blank=True, related_name="+")
    outdated_at = models.DateTimeField("换人时间", null=True, blank=True)
    outdated_reason = models.CharField("换了谁", max_length=100, blank=True)
    public_token = models.UUIDField("二维码", default=uuid.uuid4, unique=True, editable=False)
    created_at = models.DateTimeField("生成时间", default=park_now)
    token = TokenField()

    objects = BoardQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "责任牌"
        ordering = ["-number"]
        constraints = [
            status_constraint(BoardStatus, "board_status"),
            models.UniqueConstraint(fields=["enterprise", "number"], name="board_number"),
            models.UniqueConstraint(
                fields=["enterprise"],
                condition=~Q(status="void"),
                name="board_one_current",
                violation_error_message="这家企业已经有一版有效的责任牌。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enterprise} 第 {self.number} 版"


class BoardMove(Move):
    """One step of a board: generated, posted, verified, voided."""

    LABEL = "subject__enterprise__name"

    subject = models.ForeignKey(Board, models.PROTECT, related_name="moves", verbose_name="责任牌")

    class Meta(Move.Meta):
        abstract = False
        verbose_name = verbose_name_plural = "责任牌进度"

    def __str__(self) -> str:
        return f"{self.subject_id} {self.to_status}"

    @property
    def words(self) -> str:
        return BoardStatus(self.to_status).label
