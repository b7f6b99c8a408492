"""What was done to many rows of the register at once, and how each stood before."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from parkportal.clock import park_now

UNDO_WITHIN = timedelta(days=1)


class BulkChangeQuerySet(models.QuerySet["BulkChange"]):
    def visible_to(self, user: Any) -> "BulkChangeQuerySet":
        """Whoever did it takes it back."""
        if not user.is_authenticated or not user.has_role("committee"):
            return self.none()
        return self.filter(made_by=user)

    def can_be_undone(self) -> "BulkChangeQuerySet":
        return self.filter(undone_at__isnull=True, made_at__gte=park_now() - UNDO_WITHIN)


class BulkChange(models.Model):
    """One press of the ink bar: the enterprises that changed, and the squad, the officer or the tag of before and after."""

    class What(models.TextChoices):
        SQUAD = "squad", "改小分队"
        OFFICER = "officer", "定督导人员"
        TAG_ADDED = "tag_added", "加标签"
        TAG_TAKEN = "tag_taken", "去标签"

    what = models.CharField("做了什么", max_length=12, choices=What)
    words = models.CharField("说明", max_length=200)
    before = models.JSONField("改以前", default=dict, help_text="企业 → 小分队、督导人员的主键，没有为 null；标签不记")
    after = models.PositiveBigIntegerField("改成", help_text="小分队、督导人员或标签的主键")
    made_at = models.DateTimeField("时间", default=park_now)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="经办")
    undone_at = models.DateTimeField("撤销时间", null=True, blank=True)

    objects = BulkChangeQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "批量修改"
        ordering = ["-made_at", "-id"]
        indexes = [models.Index(fields=["made_by", "-made_at"], name="bulk_change_latest")]
        constraints = [
            models.CheckConstraint(
                condition=Q(what__in=["squad", "officer", "tag_added", "tag_taken"]), name="bulk_change_what"
            )
        ]

    def __str__(self) -> str:
        return self.words
