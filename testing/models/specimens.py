"""Tubes: which may be used, who they belong to, and where they are until the result is out."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from enterprises.models import Enterprise, EnterpriseContact
from parkportal.accounts.models import in_force
from parkportal.clock import park_now
from parkportal.idempotency import TokenField
from parkportal.states import Move, Stateful, known_by, status_constraint
from testing.models.points import own_labs, own_points
from testing.models.sessions import Session
from testing.models.signups import SignUp


class TubeRange(models.Model):
    """Tubes that may be used: a run of the portal's own labels (YL), or a laboratory's pre-printed range.

    All codes of a range have the same prefix of letters and the same number of digits.
    """

    prefix = models.CharField("字母前缀", max_length=8)
    first = models.CharField("第一管", max_length=20)
    last = models.CharField("最后一管", max_length=20)
    length = models.PositiveSmallIntegerField("位数")
    count = models.PositiveIntegerField("管数")
    lab = models.ForeignKey(
        Enterprise, models.PROTECT, null=True, blank=True, related_name="tube_ranges", verbose_name="哪个实验室的"
    )
    is_own = models.BooleanField("本平台的码", default=False)
    note = models.CharField("说明", max_length=60, blank=True)
    registered_at = models.DateTimeField("登记时间", default=park_now)
    registered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="登记人"
    )
    token = TokenField()

    class Meta:
        verbose_name = verbose_name_plural = "试管号段"
        ordering = ["-id"]
        indexes = [models.Index(fields=["prefix", "length"], name="tube_range_prefix")]
        constraints = [
            models.CheckConstraint(
                condition=Q(last__gte=F("first")), name="tube_range_order", violation_error_message="号段首尾颠倒。"
            ),
            models.CheckConstraint(
                condition=Q(is_own=True, prefix="YL", lab__isnull=True) | Q(is_own=False, lab__isnull=False),
                name="tube_range_owner",
                violation_error_message="预印号段要指明实验室。",
            ),
            models.CheckConstraint(
                condition=Q(is_own=True) | ~Q(prefix__in=["RY", "YL", "YX", "PS", "GH"]),
                name="tube_range_prefix_free",
                violation_error_message="预印号段不能用平台自己的前缀。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first}–{self.last}"


class SpecimenStatus(models.TextChoices):
    """handbook §3; the two states before the tube are the sign-up's."""

    ISSUED = "issued", "已领条码"
    COLLECTED = "collected", "已采样"
    PACKED = "packed", "已装箱"
    HANDED = "handed", "已交接"
    RECEIVED = "received", "已接收"
    TESTING = "testing", "检测中"
    VERIFYING = "verifying", "待审核"
    RELEASED = "released", "已发布"
    VOID = "void", "作废"
    REJECTED = "rejected", "不合格"
    RECOLLECT = "recollect", "需重采"


class InvalidReason(models.TextChoices):
    """Why a tube cannot give a result (handbook §3). Invalid is not negative."""

    LEAKED = "leaked", "漏液"
    EMPTY = "empty", "空管"
    NO_SWAB = "no_swab", "无拭子"
    UNREADABLE = "unreadable", "条码不清或重复"
    MISMATCH = "mismatch", "信息不符"
    TOO_LITTLE = "too_little", "量不足"
    TOO_LATE = "too_late", "超时"
    TOO_WARM = "too_warm", "温度不当"
    BROKEN = "broken", "打破"
    LOST = "lost", "找不到"
    UNDONE = "undone", "操作台撤销"

    @classmethod
    def at_bench(cls) -> "list[InvalidReason]":
        """Those that a laboratory gives."""
        return [
            cls.TOO_LITTLE,
            cls.LEAKED,
            cls.EMPTY,
            cls.NO_SWAB,
            cls.UNREADABLE,
            cls.MISMATCH,
            cls.TOO_LATE,
            cls.TOO_WARM,
        ]

    @classmethod
    def in_words(cls, note: str) -> "InvalidReason | None":
        """The reason that a note of the laboratory names, in the words of the dictionary: 复检仍为量不足 is 量不足."""
        return next(
            (reason for reason in cls.at_bench() if any(word in note for word in reason.label.split("或"))), None
        )


DEAD = ("void", "rejected", "recollect")
AT_THE_POINT = timedelta(hours=24)
_AFTER = SpecimenStatus


class SpecimenQuerySet(models.QuerySet["Specimen"]):
    def visible_to(self, user: Any) -> "SpecimenQuerySet":
        """The committee all; leaders too, but pages mask; a station its sessions; a lab what was sent to it;
        a contact the own firm's staff."""
        if not user.is_authenticated:
            return self.none()
        if user.has_role("committee", "leader"):
            return self
        reach = Q(pk__in=[])
        if user.has_role("station"):
            reach |= Q(session__point__in=own_points(user))
        if user.has_role("lab_tester", "lab_verifier"):
            reach |= Q(lab__in=own_labs(user), handed_at__isnull=False)
        if user.has_role("contact", "principal"):
            own = EnterpriseContact.objects.filter(in_force(), user=user).values("enterprise")
            reach |= Q(signup__enterprise__in=own)
        return self.filter(reach)

    def of(self, signup: SignUp) -> "SpecimenQuerySet":
        """The tubes that hold a person's swab: the own ones and the mixed ones that the person lies in."""
        mixed = Q(is_pool=True, pool__members__signup=signup, pool__members__left_at__isnull=True)
        return self.filter(Q(signup=signup) | mixed).distinct()

    def of_campaign(self, campaign: Any) -> "SpecimenQuerySet":
        """The tubes that hold or held a swab of a campaign, alone or mixed; a mixed tube is named by its people only."""
        mixed = Q(pk__in=self.model.objects.filter(pool__members__signup__campaign=campaign).values("pk"))
        return self.filter(Q(signup__campaign=campaign) | mixed)

    def at_bench(self, user: Any) -> "SpecimenQuerySet":
        """What somebody of the laboratory works on."""
        return self.filter(lab__in=own_labs(user), handed_at__isnull=False)

    def live(self) -> "SpecimenQuerySet":
        return self.exclude(status__in=DEAD)

    def collected_as_of(self, instant: datetime) -> "SpecimenQuerySet":
        """Collected by an instant, recorded within the grace, and not void by then."""
        return self.filter(collected_at__lte=instant, recorded_at__lte=known_by(instant)).filter(
            Q(voided_at__isnull=True) | Q(voided_at__gt=instant)
        )

    def pending_as_of(self, instant: datetime) -> "SpecimenQuerySet":
        """Collected, and by then neither a result out nor found unfit."""
        no_result = Q(released_at__isnull=True) | Q(released_at__gt=instant)
        not_unfit = Q(rejected_at__isnull=True) | Q(rejected_at__gt=instant)
        return self.collected_as_of(instant).filter(no_result, not_unfit)

    def overdue_as_of(self, instant: datetime) -> "SpecimenQuerySet":
        """Past the due time of the laboratory without a result."""
        return self.pending_as_of(instant).filter(due_at__lt=instant)

    def not_handed_over(self, instant: datetime) -> "SpecimenQuerySet":
        """Swabbed longer ago than a tube may wait at the point (handbook §3, 交接单), and still there by all that is known."""
        waits = [SpecimenStatus.COLLECTED, SpecimenStatus.PACKED]
        return self.filter(status__in=waits, collected_at__lt=instant - AT_THE_POINT)

    def loose(self) -> "SpecimenQuerySet":
        """Collected and in no box."""
        return self.filter(status=SpecimenStatus.COLLECTED, box__isnull=True)


class Specimen(Stateful):
    """One tube with one swab, or with several where `is_pool` (its people: models/pools.py). The barcode is unique for
    ever and never used again."""

    Status = SpecimenStatus
    MOVES = {
        _AFTER.ISSUED: frozenset({_AFTER.COLLECTED, _AFTER.VOID}),
        _AFTER.COLLECTED: frozenset({_AFTER.PACKED, _AFTER.VOID}),
        _AFTER.PACKED: frozenset({_AFTER.COLLECTED, _AFTER.HANDED, _AFTER.VOID}),
        _AFTER.HANDED: frozenset({_AFTER.RECEIVED, _AFTER.REJECTED, _AFTER.RECOLLECT}),
        _AFTER.RECEIVED: frozenset({_AFTER.TESTING, _AFTER.VERIFYING, _AFTER.REJECTED, _AFTER.RECOLLECT}),
        _AFTER.TESTING: frozenset({_AFTER.VERIFYING, _AFTER.REJECTED, _AFTER.RECOLLECT}),
        _AFTER.VERIFYING: frozenset({_AFTER.RELEASED, _AFTER.TESTING, _AFTER.RECOLLECT}),
        _AFTER.RELEASED: frozenset({_AFTER.RECOLLECT}),
        _AFTER.VOID: frozenset(),
        _AFTER.REJECTED: frozenset({_AFTER.RECOLLECT}),
        _AFTER.RECOLLECT: frozenset(),
    }

    barcode = models.CharField("条码号", max_length=20, unique=True, error_messages={"unique": "这支管已经用过。"})
    signup = models.ForeignKey(
        SignUp, models.PROTECT, null=True, blank=True, related_name="specimens", verbose_name="登记"
    )
    session = models.ForeignKey(
        Session, models.PROTECT, null=True, blank=True, related_name="specimens", verbose_name="场次"
    )
    lab = models.ForeignKey(
        Enterprise, models.PROTECT, null=True, blank=True, related_name="lab_specimens", verbose_name="实验室"
    )
    status = models.CharField("状态", max_length=12, choices=Status, default=SpecimenStatus.ISSUED)
    is_pool = models.BooleanField("混采", default=False)
    kind = models.CharField("标本类型", max_length=20, default="咽拭子")
    lane = models.PositiveSmallIntegerField("台号", null=True, blank=True)
    box = models.ForeignKey(
        "Box", models.PROTECT, null=True, blank=True, related_name="specimens", verbose_name="样本箱"
    )
    position = models.PositiveSmallIntegerField("箱内位置", null=True, blank=True)
    put_off = models.ForeignKey(
        "Box", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="不放这一箱，留给下一箱"
    )
    label_prints = models.PositiveSmallIntegerField("标签印过几次", default=0)
    issued_at = models.DateTimeField("领管时间", default=park_now)
    collected_at = models.DateTimeField("采样时间", null=True, blank=True)
    collected_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="采样人"
    )
    handed_at = models.DateTimeField("交接时间", null=True, blank=True)
    received_at = models.DateTimeField("接收时间", null=True, blank=True)
    tested_at = models.DateTimeField("检测时间", null=True, blank=True)
    released_at = models.DateTimeField("发布时间", null=True, blank=True)
    due_at = models.DateTimeField("应出结果", null=True, blank=True)
    voided_at = models.DateTimeField("作废时间", null=True, blank=True)
    rejected_at = models.DateTimeField("判为不合格", null=True, blank=True)
    invalid_reason = models.CharField("作废或不合格原因", max_length=12, choices=InvalidReason, blank=True)
    recollect_of = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="recollected_as", verbose_name="重采自"
    )
    moved_from = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="moved_to", verbose_name="转自"
    )
    recorded_at = models.DateTimeField("记录时间", default=park_now)

    objects = SpecimenQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "标本"
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["session", "status"], name="specimen_session_status"),
            models.Index(fields=["lab", "status"], name="specimen_lab_status"),
            models.Index(fields=["collected_at"], name="specimen_collected"),
            models.Index(fields=["due_at"], name="specimen_due", condition=Q(released_at__isnull=True)),
        ]
        constraints = [
            status_constraint(SpecimenStatus, "specimen_status"),
            models.UniqueConstraint(
                fields=["signup"],
                condition=~Q(status__in=DEAD),
                name="specimen_one_live",
                violation_error_message="这个人已经有一支管。",
            ),
            models.UniqueConstraint(
                fields=["box", "position"],
                name="specimen_box_position",
                violation_error_message="这个位置已经有一支管。",
            ),
            models.CheckConstraint(
                condition=Q(status="void")
                | Q(is_pool=False, signup__isnull=False, session__isnull=False, lab__isnull=False)
                | Q(is_pool=True, signup__isnull=True, session__isnull=False, lab__isnull=False),
                name="specimen_belongs",
                violation_error_message="没有登记的管只能作废。",
            ),
            models.CheckConstraint(
                condition=Q(collected_at__isnull=False) | Q(status__in=["issued", "void"]),
                name="specimen_collected_time",
                violation_error_message="缺采样时间。",
            ),
            models.CheckConstraint(
                condition=Q(handed_at__isnull=True) | Q(collected_at__isnull=False, handed_at__gte=F("collected_at")),
                name="specimen_handed_after_collected",
                violation_error_message="交接不能早于采样。",
            ),
            models.CheckConstraint(
                condition=Q(received_at__isnull=True) | Q(handed_at__isnull=False, received_at__gte=F("handed_at")),
                name="specimen_received_after_handed",
                violation_error_message="接收不能早于交接。",
            ),
            models.CheckConstraint(
                condition=Q(tested_at__isnull=True) | Q(received_at__isnull=False, tested_at__gte=F("received_at")),
                name="specimen_tested_after_received",
                violation_error_message="检测不能早于接收。",
            ),
            models.CheckConstraint(
                condition=Q(released_at__isnull=True) | Q(tested_at__isnull=False, released_at__gte=F("tested_at")),
                name="specimen_released_after_tested",
                violation_error_message="发布不能早于检测。",
            ),
            models.CheckConstraint(
                condition=~Q(status="handed") | Q(handed_at__isnull=False),
                name="specimen_handed_time",
                violation_error_message="缺交接时间。",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["received", "testing", "verifying"]) | Q(received_at__isnull=False),
                name="specimen_received_time",
                violation_error_message="缺接收时间。",
            ),
            models.CheckConstraint(
                condition=~Q(status="released")
                | Q(
                    collected_at__isnull=False,
                    handed_at__isnull=False,
                    received_at__isnull=False,
                    tested_at__isnull=False,
                    released_at__isnull=False,
                ),
                name="specimen_five_times",
                violation_error_message="发布前五个时间都要有。",
            ),
            models.CheckConstraint(
                condition=Q(box__isnull=True, position__isnull=True) | Q(box__isnull=False, position__isnull=False),
                name="specimen_box_pair",
                violation_error_message="箱子和箱内位置要一起有。",
            ),
        ]

    def __str__(self) -> str:
        return self.barcode

    @property
    def is_dead(self) -> bool:
        return self.status in DEAD

    @property
    def is_overdue(self) -> bool:
        return self.due_at is not None and self.released_at is None and not self.is_dead and self.due_at < park_now()

    @property
    def hours_late(self) -> int:
        """Whole hours past the due time; 0 while there is time."""
        return int((park_now() - self.due_at).total_seconds() // 3600) if self.due_at and self.is_overdue else 0


class SpecimenMove(Move):
    """One step of a tube: its chain of custody."""

    LABEL = "subject__barcode"
    IS_HEALTH = True

    subject = models.ForeignKey(Specimen, models.PROTECT, related_name="moves", verbose_name="标本")

    class Meta(Move.Meta):
        abstract = False
        verbose_name = verbose_name_plural = "标本流转"
        indexes = [models.Index(fields=["subject", "-effective_at", "-id"], name="specimen_move_latest")]

    def __str__(self) -> str:
        return f"{self.subject_id} {self.to_status}"
