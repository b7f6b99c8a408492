"""Who did what, when, from where, to what; kept append-only by a trigger."""

from typing import Any

from django.conf import settings
from django.db import models

from parkportal.clock import local, park_now


class AuditEntryQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> "AuditEntryQuerySet":
        """The audit is read by administrators and the committee."""
        return self if user.is_authenticated and user.has_role("admin", "committee") else self.none()


class AuditEntry(models.Model):
    """One act that is not a move of its own: a reveal, an export, a sign-in, a change of a setting or of data."""

    at = models.DateTimeField("时间", default=park_now, db_index=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="谁"
    )
    address = models.CharField("来自", max_length=45, blank=True)
    action = models.CharField("做了什么", max_length=60, db_index=True)
    subject_type = models.CharField("对象类别", max_length=60, blank=True)
    subject_id = models.CharField("对象编号", max_length=40, blank=True)
    subject_label = models.CharField("对象", max_length=120, blank=True)
    before = models.JSONField("之前", default=dict, blank=True)
    after = models.JSONField("之后", default=dict, blank=True)
    reason = models.CharField("原因", max_length=200, blank=True)

    objects = AuditEntryQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "审计记录"
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["subject_type", "subject_id"], name="audit_subject"),
            models.Index(fields=["action", "-id"], name="audit_last_of_action"),
        ]

    def __str__(self) -> str:
        return f"{local(self.at):%Y-%m-%d %H:%M} {self.action} {self.subject_label}"
