"""When and where swabs are taken, how many places there are, and whether everything was accounted for at the end."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q, Sum

from parkportal.clock import local, park_now
from parkportal.idempotency import TokenField
from parkportal.prepared import Prepared, Step, send
from testing.models.campaigns import Campaign
from testing.models.points import SamplingPoint, own_points


class SessionQuerySet(models.QuerySet["Session"]):
    def visible_to(self, user: Any) -> "SessionQuerySet":
        """The committee and leaders all, station staff those of their points."""
        if not user.is_authenticated:
            return self.none()
        if user.has_role("committee", "leader"):
            return self
        return self.filter(point__in=own_points(user))

    def workable_by(self, user: Any) -> "SessionQuerySet":
        """Where this person may stand at the desk: the own points; the committee may help out anywhere; a door round
        is worked by its team."""
        if not user.is_authenticated:
            return self.none()
        if user.has_role("committee"):
            return self
        walked = Session.objects.filter(door_round__team=user.pk, kind=Session.Kind.DOOR).values("pk")
        return self.filter(Q(point__in=own_points(user), kind=Session.Kind.POINT) | Q(pk__in=walked))

    def not_cancelled(self) -> "SessionQuerySet":
        return self.exclude(status=Session.Status.CANCELLED)

    def at_points(self) -> "SessionQuerySet":
        """With slots and a queue; door rounds have neither."""
        return self.filter(kind=Session.Kind.POINT)

    def bookable(self, now: datetime) -> "SessionQuerySet":
        """Open for sign-up and not over."""
        return self.filter(status=Session.Status.OPEN, ends_at__gt=now, campaign__status=Campaign.Status.OPEN)

    def with_places(self) -> "SessionQuerySet":
        """Adds `places` that can be booked, `taken`, and `walk_in` places kept for who comes without, summed over the slots."""
        return self.annotate(
            places=Sum("slots__places", default=0),
            taken=Sum("slots__taken", default=0),
            walk_in=Sum("slots__walk_in", default=0),
        )


class Session(models.Model):
    """One sitting of a sampling point on one day, divided into slots."""

    class Status(models.TextChoices):
        OPEN = "open", "可约"
        CLOSED = "closed", "已结束"
        CANCELLED = "cancelled", "已取消"

    class Kind(models.TextChoices):
        POINT = "point", "采样点"
        DOOR = "door", "上门"

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="sessions", verbose_name="检测任务")
    kind = models.CharField("在哪里采", max_length=8, choices=Kind, default=Kind.POINT)
    point = models.ForeignKey(SamplingPoint, models.PROTECT, related_name="sessions", verbose_name="采样点")
    day = models.DateField("日期")
    starts_at = models.DateTimeField("开始")
    ends_at = models.DateTimeField("结束")
    lanes = models.PositiveSmallIntegerField("采样台数", default=2)
    walk_in_percent = models.PositiveSmallIntegerField("现场名额（%）", default=0)
    status = models.CharField("状态", max_length=10, choices=Status, default=Status.OPEN)
    created_at = models.DateTimeField("建立时间", default=park_now)
    token = TokenField()

    objects = SessionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "场次"
        ordering = ["starts_at", "id"]
        indexes = [models.Index(fields=["point", "day"], name="session_point_day")]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=["open", "closed", "cancelled"]),
                name="session_status",
                violation_error_message="状态不对。",
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="session_times",
                violation_error_message="结束时间要晚于开始时间。",
            ),
            models.CheckConstraint(
                condition=Q(walk_in_percent__lte=90),
                name="session_walk_in",
                violation_error_message="现场名额不能超过九成。",
            ),
            models.UniqueConstraint(
                fields=["campaign", "point", "starts_at"],
                condition=~Q(status="cancelled") & Q(kind="point"),
                name="session_once",
                violation_error_message="这个采样点在这个时间已经有一场。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day:%Y-%m-%d} {self.point}"


_TAKE = Prepared()


def _one_more(*, slot: int) -> tuple["SlotQuerySet", dict[str, Any]]:
    return Slot.objects.free().filter(pk=slot), {"taken": F("taken") + 1}


class SlotQuerySet(models.QuerySet["Slot"]):
    def free(self) -> "SlotQuerySet":
        return self.filter(taken__lt=F("places"))

    def bookable(self, now: datetime) -> "SlotQuerySet":
        """Of sessions that are open, and not over yet."""
        return self.filter(
            session__status=Session.Status.OPEN, session__campaign__status=Campaign.Status.OPEN, ends_at__gt=now
        )

    def take_place(self, pk: int) -> bool:
        """Take one place if one is left: lock, check and count in one statement. False when it is full."""
        return bool(send(self.taking(pk))[0])

    def taking(self, pk: int) -> Step:
        """`take_place`, to be sent with what takes the place."""
        return _TAKE.changing((), _one_more, slot=pk)

    def give_back(self, pk: int) -> None:
        self.filter(pk=pk, taken__gt=0).update(taken=F("taken") - 1)


class Slot(models.Model):
    """Ten minutes with a number of places. `taken` is what is locked and counted; the constraint is the last guard."""

    session = models.ForeignKey(Session, models.PROTECT, related_name="slots", verbose_name="场次")
    starts_at = models.DateTimeField("开始")
    ends_at = models.DateTimeField("结束")
    places = models.PositiveSmallIntegerField("名额")
    taken = models.PositiveSmallIntegerField("已约", default=0)
    walk_in = models.PositiveSmallIntegerField("现场名额", default=0)

    objects = SlotQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "时段"
        ordering = ["starts_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(taken__lte=F("places")),
                name="slot_not_oversold",
                violation_error_message="这个时段已经约满。",
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="slot_times",
                violation_error_message="结束时间要晚于开始时间。",
            ),
            models.UniqueConstraint(
                fields=["session", "starts_at"], name="slot_once", violation_error_message="这个时段已经有了。"
            ),
        ]

    def __str__(self) -> str:
        return f"{local(self.starts_at):%Y-%m-%d %H:%M}"

    @property
    def left(self) -> int:
        return max(0, self.places - self.taken)

    @property
    def is_full(self) -> bool:
        return self.taken >= self.places


class Reconciliation(models.Model):
    """What was counted before the team left: arrived, bound, packed, kits used. One for each session."""

    session = models.OneToOneField(Session, models.PROTECT, related_name="reconciliation", verbose_name="场次")
    arrived = models.PositiveIntegerField("到场（人）")
    bound = models.PositiveIntegerField("领管（人）")
    packed = models.PositiveIntegerField("装箱（管）")
    void = models.PositiveIntegerField("作废（管）", default=0)
    kits_used = models.PositiveIntegerField("用去采样包（份）", default=0)
    gaps = models.JSONField("差额说明", default=dict, blank=True)
    movement_id = models.BigIntegerField("库存凭证", null=True, blank=True)
    done_at = models.DateTimeField("核对时间", default=park_now)
    done_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="核对人")
    token = TokenField()

    class Meta:
        verbose_name = verbose_name_plural = "收工核对"

    def __str__(self) -> str:
        return f"{self.session} 收工核对"
