"""Files that somebody brings in: register, roster, results, receipts."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from parkportal.clock import park_now
from parkportal.idempotency import TokenField
from parkportal.privacy import EncryptedJSONField, EncryptedTextField
from parkportal.records.models.files import DRAFT_LIFE, StoredFile
from parkportal.records.models.jobs import Job
from parkportal.workbooks.intake import kinds


class IntakeBatchQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> "IntakeBatchQuerySet":
        """One's own files; the committee sees everybody's."""
        if not user.is_authenticated:
            return self.none()
        return self if user.has_role("committee") else self.filter(owner=user)

    def taken_in(self) -> "IntakeBatchQuerySet":
        return self.filter(status=IntakeBatch.Status.TAKEN_IN)

    def stale(self) -> "IntakeBatchQuerySet":
        """Previews that nobody took in within a day: what they show has to go."""
        before = park_now() - DRAFT_LIFE
        return self.filter(created_at__lt=before).exclude(preview=None)


class IntakeBatch(models.Model):
    """One uploaded file: first read and judged, nothing written; then its good rows are taken in, all of them, once."""

    class Status(models.TextChoices):
        JUDGING = "judging", "正在检查"
        PREVIEW = "preview", "还没有写入"
        TAKING_IN = "taking_in", "正在导入"
        TAKEN_IN = "taken_in", "已导入"
        REFUSED = "refused", "整份退回"

    kind = models.CharField("种类", max_length=16)
    scope = models.CharField("范围", max_length=64, blank=True)
    params = models.JSONField("参数", default=dict, blank=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="谁")
    source = models.ForeignKey(StoredFile, models.SET_NULL, null=True, blank=True, related_name="+")
    annotated = models.ForeignKey(StoredFile, models.SET_NULL, null=True, blank=True, related_name="+")
    name = EncryptedTextField("文件名")
    sha256 = models.CharField("指纹", max_length=64, db_index=True)
    as_of = models.DateField("导入日")
    mapping = models.JSONField("列对应", default=dict, blank=True)
    status = models.CharField("状态", max_length=12, choices=Status, default=Status.JUDGING)
    preview = EncryptedJSONField(null=True, blank=True)
    created = models.PositiveIntegerField("新增", default=0)
    updated = models.PositiveIntegerField("更新", default=0)
    unchanged = models.PositiveIntegerField("无变化", default=0)
    refused = models.PositiveIntegerField("退回", default=0)
    skipped = models.PositiveIntegerField("跳过", default=0)
    written = models.PositiveIntegerField("已写入", default=0)
    outcome = models.JSONField("写入结果", default=dict, blank=True)
    words = models.CharField("说明", max_length=300, blank=True)
    job = models.ForeignKey(Job, models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField("上传时间", default=park_now)
    taken_in_at = models.DateTimeField("导入时间", null=True, blank=True)
    token = TokenField()

    objects = IntakeBatchQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "导入批次"
        ordering = ["-id"]
        indexes = [models.Index(fields=["kind", "scope", "sha256"], name="intake_same_file")]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=["judging", "preview", "taking_in", "taken_in", "refused"]),
                name="intake_batch_status",
            ),
            models.CheckConstraint(
                condition=Q(status="taken_in", taken_in_at__isnull=False)
                | (~Q(status="taken_in") & Q(taken_in_at__isnull=True)),
                name="intake_batch_taken_in_pair",
            ),
        ]

    def __str__(self) -> str:
        known = next((kind.title for kind in kinds() if kind.code == self.kind), self.kind)
        return f"{known}，第 {self.pk} 份"

    @property
    def good(self) -> int:
        """Rows that will be, or were, written."""
        return self.created + self.updated


class ColumnMapping(models.Model):
    """A header that no synonym covers, mapped by hand to a column; remembered for the next file of the kind."""

    kind = models.CharField("种类", max_length=16)
    header = models.CharField("表头", max_length=100)
    field = models.CharField("对应", max_length=40)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="谁定的")
    updated_at = models.DateTimeField("时间", auto_now=True)

    class Meta:
        verbose_name = verbose_name_plural = "列对应"
        constraints = [models.UniqueConstraint(fields=["kind", "header"], name="column_mapping_kind_header")]

    def __str__(self) -> str:
        return f"{self.kind} {self.header} → {self.field}"
