"""Eating apart: guidance officers (指导员), meal plans (定点分时供餐), take-away outlets (打包外卖)."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from enterprises.models.registry import Enterprise
from parkportal.clock import local, park_now
from parkportal.idempotency import TokenField
from parkportal.states import Move, Stateful, status_constraint


class GuidanceStatus(models.TextChoices):
    REQUESTED = "requested", "已申请"
    ASSIGNED = "assigned", "已派指导员"
    DONE = "done", "指导完成"
    WITHDRAWN = "withdrawn", "撤回"


class GuidanceQuerySet(models.QuerySet["Guidance"]):
    def visible_to(self, user: Any) -> "GuidanceQuerySet":
        """Of the enterprises that the person follows, and what was assigned to the person."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(Q(enterprise__in=Enterprise.objects.followed_by(user)) | Q(officer=user))

    def open(self) -> "GuidanceQuerySet":
        return self.filter(status__in=[GuidanceStatus.REQUESTED, GuidanceStatus.ASSIGNED])


class Guidance(Stateful):
    """An enterprise asks for a canteen guidance officer, and gets one by name."""

    Status = GuidanceStatus
    MOVES = {
        GuidanceStatus.REQUESTED: frozenset({GuidanceStatus.ASSIGNED, GuidanceStatus.WITHDRAWN}),
        GuidanceStatus.ASSIGNED: frozenset({GuidanceStatus.DONE, GuidanceStatus.WITHDRAWN}),
        GuidanceStatus.DONE: frozenset(),
        GuidanceStatus.WITHDRAWN: frozenset(),
    }

    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="guidances", verbose_name="企业")
    wish = models.CharField("要指导什么", max_length=200)
    status = models.CharField("状态", max_length=12, choices=Status, default=GuidanceStatus.REQUESTED)
    officer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="指导员"
    )
    visit_on = models.DateField("哪天去", null=True, blank=True)
    requested_at = models.DateTimeField("申请时间", default=park_now)
    token = TokenField()

    objects = GuidanceQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "食堂指导"
        ordering = ["-requested_at", "-id"]
        constraints = [
            status_constraint(GuidanceStatus, "guidance_status"),
            models.CheckConstraint(
                condition=~Q(status__in=["assigned", "done"]) | Q(officer__isnull=False),
                name="guidance_officer_named",
                violation_error_message="请选指导员。",
            ),
            models.UniqueConstraint(
                fields=["enterprise"],
                condition=Q(status__in=["requested", "assigned"]),
                name="guidance_one_open",
                violation_error_message="这家企业已经有一件食堂指导在办。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enterprise} 食堂指导"

    def may_be_moved(self, to: str, user: Any) -> bool:
        """Who: the committee assigns, the officer finishes, the enterprise takes its wish back."""
        if user.has_role("committee"):
            return True
        if to == GuidanceStatus.DONE:
            return self.officer_id == user.pk
        own = Enterprise.objects.spoken_for_by(user).filter(pk=self.enterprise_id)
        return to == GuidanceStatus.WITHDRAWN and own.exists()


class GuidanceMove(Move):
    """One step of a request for guidance."""

    LABEL = "subject__enterprise__name"

    subject = models.ForeignKey(Guidance, models.PROTECT, related_name="moves", verbose_name="食堂指导")

    class Meta(Move.Meta):
        abstract = False
        verbose_name = verbose_name_plural = "食堂指导进度"

    def __str__(self) -> str:
        return f"{self.subject_id} {self.to_status}"

    @property
    def words(self) -> str:
        return GuidanceStatus(self.to_status).label


class MealPointQuerySet(models.QuerySet["MealPoint"]):
    def visible_to(self, user: Any) -> "MealPointQuerySet":
        """The park's own points are for everybody with an account; an enterprise's for who follows it."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(
            Q(enterprise__isnull=True) | Q(enterprise__in=Enterprise.objects.followed_by(user)), closed_at=None
        )

    def editable_by(self, user: Any) -> "MealPointQuerySet":
        if user.is_authenticated and user.has_role("committee"):
            return self.filter(closed_at=None)
        return self.filter(enterprise__in=Enterprise.objects.editable_by(user), closed_at=None)


class MealPoint(models.Model):
    """Where people eat: a canteen of the park (no enterprise) or of an enterprise, with the seats that may be used."""

    enterprise = models.ForeignKey(
        Enterprise, models.PROTECT, null=True, blank=True, related_name="meal_points", verbose_name="企业"
    )
    name = models.CharField("供餐点", max_length=60)
    place = models.CharField("地点", max_length=100)
    seats = models.PositiveSmallIntegerField("可用座位", help_text="隔位就餐后能坐的人数。")
    closed_at = models.DateTimeField("停用时间", null=True, blank=True)
    token = TokenField()

    objects = MealPointQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "供餐点"
        ordering = ["name", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(seats__gte=1), name="meal_point_seats", violation_error_message="座位至少 1 个。"
            ),
            models.UniqueConstraint(
                "name",
                Coalesce("enterprise", 0),
                condition=Q(closed_at__isnull=True),
                name="meal_point_name_of_owner",
                violation_error_message="已经有同名的供餐点。",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class MealSlotQuerySet(models.QuerySet["MealSlot"]):
    def standing(self) -> "MealSlotQuerySet":
        return self.filter(ended_at=None)

    def standing_as_of(self, instant: datetime) -> "MealSlotQuerySet":
        still = Q(ended_at__isnull=True) | Q(ended_at__gt=instant)
        open_point = Q(point__closed_at__isnull=True) | Q(point__closed_at__gt=instant)
        return self.filter(still, open_point, added_at__lte=instant)


class MealSlot(models.Model):
    """One line of the plan: at a point, from when to when, which group, at most how many."""

    point = models.ForeignKey(MealPoint, models.PROTECT, related_name="slots", verbose_name="供餐点")
    starts = models.TimeField("开始")
    ends = models.TimeField("结束")
    group = models.CharField("哪些人", max_length=60)
    cap = models.PositiveSmallIntegerField("最多（人）")
    added_at = models.DateTimeField("排定时间", default=park_now)
    ended_at = models.DateTimeField("取消时间", null=True, blank=True)
    token = TokenField()

    objects = MealSlotQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "供餐时段"
        ordering = ["starts", "ends", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends__gt=F("starts")), name="meal_slot_order", violation_error_message="结束要晚于开始。"
            ),
            models.CheckConstraint(
                condition=Q(cap__gte=1), name="meal_slot_cap", violation_error_message="人数至少 1 人。"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.starts:%H:%M}–{self.ends:%H:%M} {self.group}"


class OutletQuerySet(models.QuerySet["Outlet"]):
    def visible_to(self, user: Any) -> "OutletQuerySet":
        """The park's outlets belong to no enterprise: who looks after enterprises looks after them."""
        seen = user.is_authenticated and user.has_role("committee", "leader", "supervisor", "squad")
        return self if seen else self.none()

    def with_last_check(self) -> "OutletQuerySet":
        checks = OutletCheck.objects.filter(outlet=OuterRef("pk")).order_by("-checked_at", "-id")
        return self.annotate(
            last_passed=Subquery(checks.values("passed")[:1]), last_checked_at=Subquery(checks.values("checked_at")[:1])
        )

    def checked_as_of(self, instant: datetime) -> "OutletQuerySet":
        """Not closed by an instant and looked at by then, with `passed_then` of the last look."""
        checks = OutletCheck.objects.filter(outlet=OuterRef("pk"), checked_at__lte=instant)
        latest = Subquery(checks.order_by("-checked_at", "-id").values("passed")[:1])
        stood = self.filter(Q(closed_at__isnull=True) | Q(closed_at__gt=instant))
        return stood.annotate(passed_then=latest).filter(passed_then__isnull=False)

    def for_everybody(self) -> "OutletQuerySet":
        """What the public list shows: open, and in order at the last check."""
        return self.with_last_check().filter(closed_at=None, last_passed=True)


class Outlet(models.Model):
    """A take-away outlet (打包外卖) of the park. What stands here may be shown to everybody: nothing personal."""

    FACTS = ("name", "english_name", "place", "english_place", "offers", "english_offers", "opens", "closes")

    name = models.CharField("店名", max_length=60)
    english_name = models.CharField("英文店名", max_length=80, blank=True)
    place = models.CharField("地点", max_length=100)
    english_place = models.CharField("英文地点", max_length=120, blank=True)
    offers = models.CharField("供应", max_length=100, blank=True)
    english_offers = models.CharField("英文供应", max_length=120, blank=True)
    opens = models.TimeField("开始")
    closes = models.TimeField("结束")
    closed_at = models.DateTimeField("停业时间", null=True, blank=True)
    token = TokenField()

    objects = OutletQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "外卖店"
        ordering = ["name", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(closes__gt=F("opens")), name="outlet_hours", violation_error_message="结束要晚于开始。"
            ),
            models.UniqueConstraint(
                fields=["name", "place"], name="outlet_name_place", violation_error_message="这家店已经登记过。"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def spoken(self, language: str) -> dict[str, str]:
        """Name, place and what it offers in the reader's language; what has no English words keeps the Chinese ones."""
        names = ("name", "place", "offers")
        english = {name: getattr(self, f"english_{name}") for name in names} if language == "en" else {}
        return {name: english.get(name) or getattr(self, name) for name in names}

    def facts(self) -> dict[str, Any]:
        """What its form asks, as it stands."""
        return {name: getattr(self, name) for name in self.FACTS}


class OutletCheck(models.Model):
    """One look at an outlet: in order or not, and what was seen."""

    outlet = models.ForeignKey(Outlet, models.PROTECT, related_name="checks", verbose_name="外卖店")
    passed = models.BooleanField("合格")
    words = models.CharField("检查记录", max_length=200, blank=True)
    file = models.ForeignKey(
        "records.StoredFile", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="照片"
    )
    checked_at = models.DateTimeField("检查时间", default=park_now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="检查人")
    token = TokenField()

    class Meta:
        verbose_name = verbose_name_plural = "外卖店检查"
        ordering = ["-checked_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(passed=True) | ~Q(words=""),
                name="outlet_check_words",
                violation_error_message="不合格要写明看到了什么。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.outlet} {local(self.checked_at):%Y-%m-%d}"
