"""Long work: imports, exports, label runs, mass messages."""

import uuid
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone

from parkportal.idempotency import TokenField
from parkportal.privacy import EncryptedJSONField
from parkportal.records.models.files import OwnedQuerySet, StoredFile


class JobQuerySet(OwnedQuerySet):
    def lost(self) -> "JobQuerySet":
        """Taken by a worker that has not been heard of for two minutes, or never taken for two."""
        before = timezone.now() - timedelta(minutes=2)
        return self.filter(status__in=[Job.Status.WAITING, Job.Status.RUNNING], heard_at__lt=before)


class Job(models.Model):
    """One piece of long work that somebody asked for; its page survives the browser. Kept seven days."""

    class Status(models.TextChoices):
        WAITING = "waiting", "排队中"
        RUNNING = "running", "进行中"
        DONE = "done", "已完成"
        FAILED = "failed", "没有完成"
        STOPPED = "stopped", "已停下"

    token = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    form_token = TokenField()
    kind = models.CharField("种类", max_length=48)
    title = models.CharField("名称", max_length=120)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="归谁")
    status = models.CharField("状态", max_length=12, choices=Status, default=Status.WAITING)
    stop_asked = models.BooleanField(default=False)
    done = models.PositiveIntegerField("已完成", default=0)
    total = models.PositiveIntegerField("总数", default=0)
    params = EncryptedJSONField(default=dict)
    outcome = EncryptedJSONField(null=True, blank=True)
    message = models.CharField("说明", max_length=300, blank=True)
    source = models.ForeignKey(StoredFile, models.SET_NULL, null=True, blank=True, related_name="+")
    result = models.ForeignKey(StoredFile, models.SET_NULL, null=True, blank=True, related_name="+")
    claim = models.UUIDField(null=True, blank=True, editable=False)
    attempts = models.PositiveSmallIntegerField("次数", default=0)
    lock_key = models.CharField(max_length=100, null=True, blank=True, unique=True)
    created_at = models.DateTimeField(default=timezone.now)
    heard_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(db_index=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "后台任务"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status__in=["waiting", "running", "done", "failed", "stopped"]), name="job_status"
            )
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_over(self) -> bool:
        return self.status in {self.Status.DONE, self.Status.FAILED, self.Status.STOPPED}

    @property
    def percent(self) -> int:
        return 100 * self.done // self.total if self.total else 0

    def visible(self, user: Any) -> bool:
        return self.owner_id == user.pk
