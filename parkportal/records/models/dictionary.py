"""Words that a notice can change."""

from django.db import models

from parkportal.idempotency import TokenField


class TermQuerySet(models.QuerySet):
    def of(self, kind: str) -> "TermQuerySet":
        return self.filter(kind=kind, is_active=True)


class Term(models.Model):
    """One word of a dictionary that staff edit: 四上类别, 标签, 分类, 诉求类别, 症状, 岗位 …"""

    kind = models.CharField("字典", max_length=32)
    code = models.CharField("代码", max_length=32)
    label = models.CharField("名称", max_length=60)
    report_label = models.CharField(
        "报表名称", max_length=60, blank=True, help_text="周报和综述里用的叫法；空着就用名称。"
    )
    position = models.PositiveSmallIntegerField("次序", default=0)
    is_active = models.BooleanField("在用", default=True)
    settings = models.JSONField("规则", default=dict, blank=True)
    token = TokenField()

    objects = TermQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "字典"
        ordering = ["kind", "position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "code"], name="term_kind_code", violation_error_message="这个字典里已经有这个代码。"
            )
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def printed(self) -> str:
        """The word that reports use: 规上批发零售业 where the register says 限上批发零售业."""
        return self.report_label or self.label
