"""Who comes when: a sitting's time divided by building and floor, so that nobody queues."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from parkportal.clock import local, park_now
from testing.models.sessions import Session


class StaggerWindow(models.Model):
    """The time in which the people of one floor are asked to come to a sitting."""

    session = models.ForeignKey(Session, models.PROTECT, related_name="windows", verbose_name="场次")
    building = models.CharField("楼栋", max_length=20, blank=True)
    floor = models.SmallIntegerField("楼层", null=True, blank=True)
    people = models.PositiveIntegerField("约几人")
    starts_at = models.DateTimeField("从")
    ends_at = models.DateTimeField("到")
    seconds_each = models.PositiveSmallIntegerField("每人几秒")
    decided_at = models.DateTimeField("何时定", default=park_now)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="谁定")

    class Meta:
        verbose_name = verbose_name_plural = "错峰安排"
        ordering = ["session", "starts_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="stagger_times",
                violation_error_message="结束时间要晚于开始时间。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.place} {local(self.starts_at):%H:%M}"

    @property
    def place(self) -> str:
        if not self.building:
            return "没有写楼栋的"
        return f"{self.building} {self.floor} 楼" if self.floor is not None else self.building
