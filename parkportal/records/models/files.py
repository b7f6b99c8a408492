"""Whatever is parked: drafts, previews, uploads, annotated files, exports. Encrypted, owned, expiring."""

import uuid
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone

from parkportal.privacy import EncryptedJSONField, EncryptedTextField

DRAFT_LIFE = timedelta(hours=24)
JOB_LIFE = timedelta(days=7)


def storage_name(instance: models.Model, filename: str) -> str:
    """A random name: nothing that a person typed may become a path."""
    token = uuid.uuid4().hex
    return f"{token[:2]}/{token}"


class OwnedQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> "OwnedQuerySet":
        """Files and drafts belong to whoever asked for them, and only while they live."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(owner=user).exclude(expires_at__lt=timezone.now())

    def expired(self) -> "OwnedQuerySet":
        return self.filter(expires_at__lt=timezone.now())


class StoredFile(models.Model):
    """A file behind the scope: an upload, an attachment, a photo, or what a job made. `expires_at` empty = kept."""

    token = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="归谁"
    )
    file = models.FileField("文件", upload_to=storage_name, max_length=80)
    name = EncryptedTextField("文件名")
    content_type = models.CharField("类型", max_length=100)
    size = models.PositiveBigIntegerField("大小")
    sha256 = models.CharField("指纹", max_length=64, db_index=True)
    purpose = models.CharField("用途", max_length=32)
    created_at = models.DateTimeField("上传时间", default=timezone.now)
    expires_at = models.DateTimeField("保留到", null=True, blank=True, db_index=True)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "文件"

    def __str__(self) -> str:
        return self.name


class Parked(models.Model):
    """Something unfinished: the steps of a form, the preview of an import. Read by its owner, or by its token."""

    token = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="+")
    purpose = models.CharField(max_length=48)
    subject = models.CharField(max_length=64, blank=True)
    content = EncryptedJSONField(default=dict)
    updated_at = models.DateTimeField(auto_now=True)
    expires_at = models.DateTimeField(db_index=True)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "草稿"
        indexes = [models.Index(fields=["purpose", "owner", "subject"], name="parked_purpose_owner")]

    def __str__(self) -> str:
        return f"{self.purpose} {self.token}"
