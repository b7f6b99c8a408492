"""Handing in and judging the written rules and plans."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from parkportal.idempotency import TokenFormMixin


class DocumentForm(TokenFormMixin, forms.Form):
    """A text written from the template, or an uploaded file with a stamp on it; one of the two, or both."""

    after = forms.IntegerField(widget=forms.HiddenInput, required=False)
    text = forms.CharField(
        label="正文",
        required=False,
        max_length=20000,
        help_text="已按登记资料填好，有横线的地方补上；也可以不写正文，只上传盖章的文件。",
        widget=forms.Textarea(attrs={"rows": 24, "class": "w-full"}),
    )
    file = forms.FileField(
        label="盖章的文件",
        required=False,
        help_text="PDF、Word（docx）或照片，最多 10 MB。",
        widget=forms.ClearableFileInput(attrs={"class": "w-sentence", "accept": ".pdf,.docx,.png,.jpg,.jpeg,.webp"}),
        error_messages={"empty": "文件是空的，请重新选择。"},
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not (data.get("text") or "").strip() and not data.get("file") and "file" not in self.errors:
            raise ValidationError("请写正文，或者上传文件。", code="no_content")
        return data


class JudgeDocumentForm(TokenFormMixin, forms.Form):
    """The supervisor's word on a version."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=12)
    verdict = forms.ChoiceField(
        label="看过以后",
        choices=[("good", "没有问题，已核对"), ("correct", "要修改")],
        widget=forms.RadioSelect,
        error_messages={"required": "请选一个。"},
    )
    note = forms.CharField(
        label="指导意见",
        required=False,
        max_length=200,
        help_text="要修改的，写明哪一条、怎么改；企业会收到提醒。",
        widget=forms.Textarea(attrs={"rows": 3, "class": "w-sentence"}),
    )
