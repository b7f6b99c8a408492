"""Time and place that somebody agreed on for many deliveries at once, and how each stood before."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import models

from parkportal.clock import park_now

UNDO_WITHIN = timedelta(days=1)


class AppointmentQuerySet(models.QuerySet["Appointment"]):
    def visible_to(self, user: Any) -> "AppointmentQuerySet":
        """Whoever made it takes it back."""
        if not user.is_authenticated or not user.has_role("committee", "warehouse"):
            return self.none()
        return self.filter(made_by=user)

    def can_be_undone(self) -> "AppointmentQuerySet":
        return self.filter(undone_at__isnull=True, made_at__gte=park_now() - UNDO_WITHIN)


class Appointment(models.Model):
    """One press of 约时间 in the list: the deliveries that changed, and what had been agreed on with each before."""

    words = models.CharField("说明", max_length=200)
    planned_at = models.DateTimeField("约在")
    meeting_point = models.CharField("地点", max_length=60, blank=True)
    before = models.JSONField("约以前", default=dict, help_text="配送单 → [时间或空, 地点]")
    made_at = models.DateTimeField("时间", default=park_now)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="经办")
    undone_at = models.DateTimeField("撤销时间", null=True, blank=True)

    objects = AppointmentQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "批量约定"
        ordering = ["-made_at", "-id"]
        indexes = [models.Index(fields=["made_by", "-made_at"], name="appointment_latest")]

    def __str__(self) -> str:
        return self.words
