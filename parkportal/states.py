"""Things with a life: one status, one table of allowed moves, one row for each move.

Nothing of record is deleted: it is voided, merged or corrected by a move marked as correction.
`as_of(T)` reads what was effective by T and known by then: see `known_by`.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import OuterRef, Q, QuerySet, Subquery

from parkportal.clock import last_moment, park_now
from parkportal.idempotency import TokenField
from parkportal.origin import OriginField

GRACE = timedelta(minutes=5)


def known_by(instant: datetime) -> datetime:
    """Until when something had to be written down to count at an instant.

    A day's cut-off, 24时, waits for what is on its way; the day is frozen when that time is over, so that its numbers
    and the lists behind them say the same for ever. Any other instant knows what was written down by then.
    """
    return instant + GRACE if last_moment(instant) < instant else instant


class Refused(ValidationError):
    """A rule of the domain says no. `code` names which one, the message says what and what to do, in Chinese."""

    code: str

    def __init__(self, code: str, message: str, **facts: Any) -> None:
        super().__init__(message, code=code)
        self.facts = facts

    @property
    def text(self) -> str:
        return "".join(self.messages)


class AlreadyMoved(Refused):
    """The thing stands there already; `facts` say since when and by whom."""


class Move(models.Model):
    """One step in the life of a thing, kept for ever. Concrete tables add the foreign key `subject`.

    `LABEL` is the look-up that names the thing in the audit; it shows no person's name.
    """

    LABEL: ClassVar[str]
    IS_HEALTH: ClassVar[bool] = False  # of a person's health: not for administrators who are nothing else

    from_status = models.CharField("从", max_length=24, blank=True)
    to_status = models.CharField("到", max_length=24)
    effective_at = models.DateTimeField("生效时间", default=park_now)
    recorded_at = models.DateTimeField("记录时间", default=park_now)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="经办"
    )
    reason = models.CharField("原因", max_length=200, blank=True)
    is_correction = models.BooleanField("更正", default=False)
    address = OriginField("来自")
    token = TokenField()

    class Meta:
        abstract = True
        ordering = ["effective_at", "id"]


def status_as_of(moves: QuerySet | models.Manager, instant: datetime) -> Subquery:
    """The status that the moves of `OuterRef("pk")` had given by an instant, as it was known then.

    By 24时 of a day, what is effective from the next day's 00:00 has not happened yet.
    """
    return Subquery(
        moves.filter(subject=OuterRef("pk"), effective_at__lte=last_moment(instant), recorded_at__lte=known_by(instant))
        .order_by("-effective_at", "-id")
        .values("to_status")[:1]
    )


class Stateful(models.Model):
    """A thing with a status. Subclasses define `Status`, `status`, `MOVES`; their Move table has related_name `moves`."""

    MOVES: ClassVar[Mapping[str, frozenset[str]]] = {}

    class Meta:
        abstract = True

    def can_move(self, to: str) -> bool:
        return to in self.MOVES.get(self.status, frozenset())

    def _check_move(self, to: str, *, correction: bool) -> None:
        """What the table of moves says to it; a correction may go anywhere but to where the thing stands."""
        if self.can_move(to):
            return
        labels = dict(type(self).Status.choices)
        if self.status == to:  # type: ignore[has-type]
            raise AlreadyMoved("already", f"已经是“{labels[to]}”。", status=to)
        if not correction:
            words = f"现在是“{labels[self.status]}”，不能改为“{labels[to]}”。"  # type: ignore[has-type]
            raise Refused("forbidden_move", words, status=self.status)  # type: ignore[has-type]

    def move_to(
        self,
        to: str,
        *,
        by: Any = None,
        at: datetime | None = None,
        reason: str = "",
        token: UUID | None = None,
        correction: bool = False,
        save: tuple[str, ...] = (),
        also: Mapping[str, Any] | None = None,
    ) -> Move:
        """Set the status and write the move. The caller holds the lock and the transaction.

        `save` names columns of the thing that are written with it, `also` gives the values of further columns of the move.
        A move from a status to itself happens only where the table names it.

        The update is conditional on the present status, so that of two callers without a lock only one wins.
        Raises AlreadyMoved when the thing stands there already, Refused `forbidden_move` when the table has no such move.
        """
        self._check_move(to, correction=correction)
        was, now = self.status, at or park_now()  # type: ignore[has-type]
        values = {"status": to, **{name: getattr(self, name) for name in save}}
        if not type(self)._base_manager.filter(pk=self.pk, status=was).update(**values):
            raise Refused("changed_meanwhile", "刚刚有人改过，请刷新后再试。")
        self.status = to
        return self.moves.create(  # type: ignore[attr-defined]
            from_status=was,
            to_status=to,
            effective_at=now,
            by=by,
            reason=reason,
            token=token,
            is_correction=correction,
            **(also or {}),
        )

    def last_move(self, to: str | None = None) -> Move | None:
        """The latest move, or the latest one into a status; with the person who made it."""
        moves = self.moves.select_related("by").order_by("-effective_at", "-id")  # type: ignore[attr-defined]
        return (moves.filter(to_status=to) if to else moves).first()


def status_constraint(status: type[models.TextChoices], name: str) -> models.CheckConstraint:
    """The database refuses a status that the choices do not have."""
    return models.CheckConstraint(
        condition=Q(status__in=status.values), name=name, violation_error_message="状态不对。"
    )
