"""摸底 and 走访: what was heard on the phone and seen at the door, what is planned next, and what was promised."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from enterprises.models.registry import Enterprise
from parkportal.clock import park_now, park_today
from parkportal.idempotency import TokenField
from parkportal.records import terms


class ByChannel(models.Model):
    """How somebody speaks or spoke with the enterprise: a word of the dictionary visit_channel."""

    channel = models.CharField("方式", max_length=12, help_text="字典 visit_channel")

    class Meta:
        abstract = True

    def get_channel_display(self) -> str:
        """The dictionary's word, which staff may change."""
        return terms.word("visit_channel", self.channel)

    @property
    def is_on_site(self) -> bool:
        """Whether somebody stands there and sees the wall; else it is a call."""
        return self.channel in on_site()


def on_site() -> set[str]:
    """The channels by which somebody goes there."""
    return {code for code, rules in terms.rules_of("visit_channel").items() if rules.get("on_site")}


class VisitQuerySet(models.QuerySet["Visit"]):
    def visible_to(self, user: Any) -> "VisitQuerySet":
        """The park's own notes: for who cares for the enterprise, the committee and leadership; not for the enterprise."""
        if not user.is_authenticated:
            return self.none()
        if user.has_role("committee", "leader"):
            return self
        return self.filter(enterprise__in=Enterprise.objects.cared_for_by(user))


class Visit(ByChannel):
    """One call or one visit: how it stood, what the enterprise plans and lacks, in words and pictures. Never changed."""

    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="visits", verbose_name="企业")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="走访人")
    visited_at = models.DateTimeField("时间", default=park_now)
    recorded_at = models.DateTimeField("记录时间", default=park_now)
    met = models.CharField("见到谁", max_length=50, blank=True)
    is_in_order = models.BooleanField("都落实了", default=True)
    problems = models.JSONField("有问题的地方", default=dict, blank=True, help_text="{字典 visit_check 的代码: 说明}")
    planned_on = models.DateField("拟复工日期", null=True, blank=True)
    headcount = models.PositiveIntegerField("职工总数", null=True, blank=True)
    difficulties = models.JSONField("困难", default=list, blank=True, help_text="字典 need_kind 的代码")
    observations = models.CharField("说明", max_length=500, blank=True)
    token = TokenField()

    objects = VisitQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "走访记录"
        ordering = ["-visited_at", "-id"]
        indexes = [models.Index(fields=["enterprise", "-visited_at"], name="visit_latest")]

    def __str__(self) -> str:
        return f"{self.enterprise} {self.get_channel_display()}"


class VisitPhoto(models.Model):
    """A picture taken on a visit."""

    visit = models.ForeignKey(Visit, models.PROTECT, related_name="photos")
    file = models.ForeignKey("records.StoredFile", models.PROTECT, related_name="+")

    class Meta:
        verbose_name = verbose_name_plural = "走访照片"
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.visit_id} {self.pk}"


class PlannedContactQuerySet(models.QuerySet["PlannedContact"]):
    def visible_to(self, user: Any) -> "PlannedContactQuerySet":
        return self.filter(enterprise__in=_cared_for(user))

    def open(self) -> "PlannedContactQuerySet":
        return self.filter(visit__isnull=True, dropped_at__isnull=True)

    def due(self, day: Any = None) -> "PlannedContactQuerySet":
        """Not done, planned for the day or before it."""
        return self.open().filter(due_on__lte=day or park_today())

    def in_building_order(self) -> "PlannedContactQuerySet":
        """As one walks: building by building, floor by floor."""
        return self.order_by("enterprise__building", "enterprise__floor", "enterprise__pinyin_key", "pk")


class PlannedContact(ByChannel):
    """A call or a visit that is to come: on which day, and what for. A visit record ends it."""

    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="planned_contacts", verbose_name="企业")
    due_on = models.DateField("哪一天")
    clock = models.TimeField("几点", null=True, blank=True)
    purpose = models.CharField("做什么", max_length=120)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="谁定的"
    )
    made_at = models.DateTimeField(default=park_now)
    visit = models.ForeignKey(Visit, models.PROTECT, null=True, blank=True, related_name="plans_done")
    dropped_at = models.DateTimeField("取消时间", null=True, blank=True)
    token = TokenField()

    objects = PlannedContactQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "走访计划"
        ordering = ["due_on", "id"]
        indexes = [
            models.Index(
                fields=["due_on"], condition=Q(visit__isnull=True, dropped_at__isnull=True), name="planned_contact_open"
            )
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(visit__isnull=True) | Q(dropped_at__isnull=True), name="planned_contact_one_end"
            )
        ]

    def __str__(self) -> str:
        return f"{self.enterprise} {self.due_on}"


class PromiseQuerySet(models.QuerySet["Promise"]):
    def visible_to(self, user: Any) -> "PromiseQuerySet":
        return self.filter(enterprise__in=_cared_for(user))

    def open(self) -> "PromiseQuerySet":
        return self.filter(done_at__isnull=True)


class Promise(models.Model):
    """What was promised to the enterprise on a call or a visit, until when."""

    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="promises", verbose_name="企业")
    visit = models.ForeignKey(Visit, models.PROTECT, related_name="promises")
    words = models.CharField("答应了什么", max_length=200)
    due_on = models.DateField("哪一天前")
    done_at = models.DateTimeField("兑现时间", null=True, blank=True)
    done_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    objects = PromiseQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "答应的事"
        ordering = ["due_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(done_at__isnull=True, done_by__isnull=True)
                | Q(done_at__isnull=False, done_by__isnull=False),
                name="promise_done_pair",
            )
        ]

    def __str__(self) -> str:
        return self.words


def _cared_for(user: Any) -> Any:
    if not user.is_authenticated:
        return Enterprise.objects.none()
    everybody = user.has_role("committee", "leader")
    return Enterprise.objects.all() if everybody else Enterprise.objects.cared_for_by(user)
