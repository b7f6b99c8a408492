"""Files that belong to a filing."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from enterprises.models.resumption import Filing
from parkportal.clock import park_now
from parkportal.idempotency import TokenField


class FilingAttachmentQuerySet(models.QuerySet["FilingAttachment"]):
    def visible_to(self, user: Any) -> "FilingAttachmentQuerySet":
        return self.filter(filing__in=Filing.objects.visible_to(user))

    def in_force(self) -> "FilingAttachmentQuerySet":
        return self.filter(removed_at__isnull=True)


class FilingAttachment(models.Model):
    """One paper of the pack as a file: plan, licence, signed promise (dictionary `filing_paper`). Removed, not deleted."""

    filing = models.ForeignKey(Filing, models.PROTECT, related_name="attachments", verbose_name="备案")
    kind = models.CharField("材料", max_length=32)
    file = models.ForeignKey("records.StoredFile", models.PROTECT, related_name="+", verbose_name="文件")
    added_at = models.DateTimeField("上传时间", default=park_now)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="上传人")
    removed_at = models.DateTimeField("撤下时间", null=True, blank=True)
    removed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    token = TokenField()

    objects = FilingAttachmentQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "备案附件"
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(removed_at__isnull=True, removed_by__isnull=True)
                | Q(removed_at__isnull=False, removed_by__isnull=False),
                name="filing_attachment_removed_pair",
            )
        ]

    def __str__(self) -> str:
        return f"{self.filing_id} {self.kind}"
