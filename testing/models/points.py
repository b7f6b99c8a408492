"""Where swabs are taken, and who works there and in the laboratories."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from enterprises.models import Enterprise
from parkportal.accounts.models import DatedMembership, in_force
from parkportal.clock import park_now
from parkportal.idempotency import TokenField


class SamplingPointQuerySet(models.QuerySet["SamplingPoint"]):
    def visible_to(self, user: Any) -> "SamplingPointQuerySet":
        """The committee and leaders all, station staff the own points."""
        if not user.is_authenticated:
            return self.none()
        if user.has_role("committee", "leader"):
            return self
        return self.filter(pk__in=own_points(user))

    def in_use(self) -> "SamplingPointQuerySet":
        return self.filter(is_active=True)


class SamplingPoint(models.Model):
    """A place in a building where people are swabbed: 产业园 A1 栋, 一楼大厅."""

    name = models.CharField("采样点", max_length=40, unique=True, error_messages={"unique": "已经有这个采样点。"})
    building = models.CharField("楼栋", max_length=20)
    place = models.CharField("位置", max_length=80, blank=True)
    name_en = models.CharField("英文名称", max_length=80, blank=True)
    code = models.CharField("代码", max_length=20, unique=True, help_text="库位的代码，例如 A1。")
    is_active = models.BooleanField("在用", default=True)
    token = TokenField()

    objects = SamplingPointQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "采样点"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class PointStaff(DatedMembership):
    """A person who works at a sampling point; reaches its sessions."""

    point = models.ForeignKey(SamplingPoint, models.PROTECT, related_name="staff", verbose_name="采样点")

    class Meta:
        verbose_name = verbose_name_plural = "采样点人员"
        constraints = [
            models.UniqueConstraint(
                fields=["point", "user"],
                condition=Q(ends_on__isnull=True),
                name="point_staff_open_once",
                violation_error_message="已经是这个采样点的人员。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.point} {self.user}"


class Badge(models.Model):
    """工作证: a code GH… that says at the desk whose hands take over. One is valid per person; a new one voids the old."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="badges", verbose_name="持证人")
    code = models.CharField("工作证号", max_length=14, unique=True)
    issued_at = models.DateTimeField("发证时间", default=park_now)
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="发证人")
    voided_at = models.DateTimeField("作废时间", null=True, blank=True)
    token = TokenField()

    class Meta:
        verbose_name = verbose_name_plural = "工作证"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(voided_at__isnull=True),
                name="badge_one_valid",
                violation_error_message="这个人已经有一张有效的工作证。",
            )
        ]

    def __str__(self) -> str:
        return self.code


class LabStaff(DatedMembership):
    """A tester or verifier of a laboratory; reaches the specimens sent there. A lab's HR contact reaches none."""

    lab = models.ForeignKey(Enterprise, models.PROTECT, related_name="lab_staff", verbose_name="实验室")

    class Meta:
        verbose_name = verbose_name_plural = "实验室人员"
        constraints = [
            models.UniqueConstraint(
                fields=["lab", "user"],
                condition=Q(ends_on__isnull=True),
                name="lab_staff_open_once",
                violation_error_message="已经是这个实验室的人员。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.lab} {self.user}"


def own_points(user: Any) -> models.QuerySet:
    """The ids of the points where somebody works today, as a subquery; none without the role."""
    if not user.is_authenticated or not user.has_role("station"):
        return PointStaff.objects.none().values("point")
    return PointStaff.objects.filter(in_force(), user=user).values("point")


def own_labs(user: Any) -> models.QuerySet:
    """The ids of the laboratories where somebody works today, as a subquery; none without the role."""
    if not user.is_authenticated or not user.has_role("lab_tester", "lab_verifier"):
        return LabStaff.objects.none().values("lab")
    return LabStaff.objects.filter(in_force(), user=user).values("lab")
