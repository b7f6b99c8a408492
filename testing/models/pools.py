"""Mixed samples: one tube that holds the swabs of several people (handbook §3 Pooling)."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from parkportal.clock import park_now
from testing.models.sessions import Session
from testing.models.signups import SignUp
from testing.models.specimens import Specimen


class PoolQuerySet(models.QuerySet["Pool"]):
    def at_desk(self, session_id: int, lane: int) -> "PoolQuerySet":
        """What is being filled at one desk: at most one."""
        return self.filter(session=session_id, lane=lane, closed_at__isnull=True)


class Pool(models.Model):
    """The people of one mixed tube, in the order of their swabs.

    The tube is an ordinary Specimen with `is_pool` and no `signup`: it is boxed, handed over, received and read like
    any other, once. While the pool is filled the tube is 已领条码; closing, by hand or when it is full, makes it 已采样.
    Who lies in it: `pool.members.live()`; the tube of a person: `signup.pool_memberships`, `Specimen.objects.of(signup)`.

    A result hangs on the tube's Specimen. A negative pool makes its live members negative. A positive, suspect or unfit
    one ends the memberships by `pool.release(why=…)`: RETEST (single tube only from then on) or UNFIT (any tube again),
    and the sign-up moves to 需重采. The single tube that is taken then stands in `PoolMember.retest`.
    """

    specimen = models.OneToOneField(Specimen, models.PROTECT, related_name="pool", verbose_name="混采管")
    session = models.ForeignKey(Session, models.PROTECT, related_name="pools", verbose_name="场次")
    lane = models.PositiveSmallIntegerField("台号", default=1)
    size = models.PositiveSmallIntegerField("几人一管")
    opened_at = models.DateTimeField("开管时间", default=park_now)
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="开管人")
    closed_at = models.DateTimeField("封管时间", null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="封管人"
    )

    objects = PoolQuerySet.as_manager()
    count: int  # how many lie in it, where an action has counted
    taken: frozenset[int]  # their places, where an action has read them

    class Meta:
        verbose_name = verbose_name_plural = "混采管"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(size__in=[5, 10, 20]),
                name="pool_size_allowed",
                violation_error_message="混采只能是 5、10、20 人一管。",
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, closed_by__isnull=True)
                | Q(closed_at__isnull=False, closed_by__isnull=False),
                name="pool_closed_pair",
            ),
            models.UniqueConstraint(
                fields=["session", "lane"],
                condition=Q(closed_at__isnull=True),
                name="pool_one_open_a_desk",
                violation_error_message="这个台已经有一支混采管还没有封。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.specimen_id} {self.size} 合 1"

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    def release(self, *, why: str, at: Any = None) -> list["PoolMember"]:
        """End every live membership, since the tube gives no result for its people; those who lay in it, in order.

        The caller holds the transaction and moves the sign-ups.
        """
        members = list(self.members.live().select_related("signup"))
        moment = at or park_now()
        self.members.live().update(left_at=moment, left_why=why)
        for member in members:
            member.left_at, member.left_why = moment, why
        return members


class LeftWhy(models.TextChoices):
    UNDONE = "undone", "操作台撤销"
    UNFIT = "unfit", "整管不能用"
    RETEST = "retest", "混采异常，单管复检"


class PoolMemberQuerySet(models.QuerySet["PoolMember"]):
    def to_retest(self) -> "PoolMemberQuerySet":
        """待复核: whose mixed tube was not negative and who has not been swabbed alone yet."""
        return self.filter(left_why=LeftWhy.RETEST, retest__isnull=True, signup__status="recollect")

    def live(self) -> "PoolMemberQuerySet":
        """Who lies in a tube, in order."""
        return self.filter(left_at__isnull=True).order_by("position")


class PoolMember(models.Model):
    """One person's swab in a mixed tube. A place that was left stays on record and may be taken again."""

    LeftWhy = LeftWhy

    pool = models.ForeignKey(Pool, models.PROTECT, related_name="members", verbose_name="混采管")
    signup = models.ForeignKey(SignUp, models.PROTECT, related_name="pool_memberships", verbose_name="登记")
    position = models.PositiveSmallIntegerField("第几位")
    collected_at = models.DateTimeField("采样时间", default=park_now)
    collected_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="采样人")
    left_at = models.DateTimeField("离开时间", null=True, blank=True)
    left_why = models.CharField("离开原因", max_length=8, choices=LeftWhy, blank=True)
    retest = models.OneToOneField(
        Specimen, models.PROTECT, null=True, blank=True, related_name="retest_of_member", verbose_name="单管复检"
    )

    objects = PoolMemberQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "混采成员"
        ordering = ["pool", "position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["pool", "position"],
                condition=Q(left_at__isnull=True),
                name="pool_member_position",
                violation_error_message="这一位已经有人。",
            ),
            models.UniqueConstraint(
                fields=["signup"],
                condition=Q(left_at__isnull=True),
                name="pool_member_once",
                violation_error_message="这个人已经在一支混采管里。",
            ),
            models.CheckConstraint(
                condition=Q(position__gte=1, position__lte=20),
                name="pool_member_place",
                violation_error_message="混采管最多 20 人。",
            ),
            models.CheckConstraint(
                condition=Q(left_at__isnull=True, left_why="") | (Q(left_at__isnull=False) & ~Q(left_why="")),
                name="pool_member_left_pair",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pool_id} 第 {self.position} 位"

    @property
    def standing(self) -> str:
        """Where this person stands because of the tube, in the field's words."""
        if self.left_why != LeftWhy.RETEST:
            return self.get_left_why_display() if self.left_why else "在管里"
        if self.retest is None:
            return "待复核，等单管重采"
        return f"待复核，单管 {self.retest.get_status_display()}" if self.retest.released_at is None else "复核已出"
