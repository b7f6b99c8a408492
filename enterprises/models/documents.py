"""防疫管理制度 and 应急预案: what an enterprise has written down, looked at by its supervisor."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from enterprises.models.registry import Enterprise
from parkportal.clock import park_now
from parkportal.idempotency import TokenField
from parkportal.states import Move, Stateful, status_constraint


class DocumentStatus(models.TextChoices):
    HANDED_IN = "handed_in", "待核对"
    CHECKED = "checked", "已核对"
    TO_CORRECT = "to_correct", "要修改"
    REPLACED = "replaced", "旧版"


class EnterpriseDocumentQuerySet(models.QuerySet["EnterpriseDocument"]):
    def visible_to(self, user: Any) -> "EnterpriseDocumentQuerySet":
        return self.filter(enterprise__in=Enterprise.objects.followed_by(user))

    def current(self) -> "EnterpriseDocumentQuerySet":
        """The version that counts of each kind."""
        return self.exclude(status=DocumentStatus.REPLACED)

    def for_list(self) -> "EnterpriseDocumentQuerySet":
        return self.select_related("file", "made_by").prefetch_related("moves__by")


class EnterpriseDocument(Stateful):
    """One version of a rule or plan: written from the park's template, or an uploaded file."""

    Status = DocumentStatus
    MOVES = {
        DocumentStatus.HANDED_IN: frozenset(
            {DocumentStatus.CHECKED, DocumentStatus.TO_CORRECT, DocumentStatus.REPLACED}
        ),
        DocumentStatus.CHECKED: frozenset({DocumentStatus.TO_CORRECT, DocumentStatus.REPLACED}),
        DocumentStatus.TO_CORRECT: frozenset({DocumentStatus.CHECKED, DocumentStatus.REPLACED}),
        DocumentStatus.REPLACED: frozenset(),
    }

    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="documents", verbose_name="企业")
    kind = models.CharField("类别", max_length=32, help_text="字典 document_kind")
    number = models.PositiveSmallIntegerField("版次", default=1)
    status = models.CharField("状态", max_length=12, choices=DocumentStatus, default=DocumentStatus.HANDED_IN)
    text = models.TextField("正文", blank=True)
    file = models.ForeignKey(
        "records.StoredFile", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="文件"
    )
    made_at = models.DateTimeField("提交时间", default=park_now)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="提交人")
    token = TokenField()

    objects = EnterpriseDocumentQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "防疫制度和预案"
        ordering = ["kind", "-number"]
        constraints = [
            status_constraint(DocumentStatus, "enterprise_document_status"),
            models.UniqueConstraint(fields=["enterprise", "kind", "number"], name="enterprise_document_number"),
            models.UniqueConstraint(
                fields=["enterprise", "kind"],
                condition=~Q(status="replaced"),
                name="enterprise_document_one_current",
                violation_error_message="刚刚有人交了新的一版，请刷新后再试。",
            ),
            models.CheckConstraint(
                condition=~Q(text="") | Q(file__isnull=False),
                name="enterprise_document_has_content",
                violation_error_message="请写正文，或者上传文件。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enterprise} {self.kind} 第 {self.number} 版"


class EnterpriseDocumentMove(Move):
    """Handed in, checked, to be corrected, replaced; the supervisor's guidance stands in `reason`."""

    LABEL = "subject__enterprise__name"

    subject = models.ForeignKey(EnterpriseDocument, models.PROTECT, related_name="moves", verbose_name="文件")

    class Meta(Move.Meta):
        abstract = False
        verbose_name = verbose_name_plural = "制度和预案进度"

    def __str__(self) -> str:
        return f"{self.subject_id} {self.to_status}"

    @property
    def words(self) -> str:
        return DocumentStatus(self.to_status).label
