"""One paper of a filing."""

from typing import Any

from django import forms

from parkportal.idempotency import TokenFormMixin
from parkportal.records import terms


class PaperUploadForm(TokenFormMixin):
    kind = forms.ChoiceField(label="什么材料")
    file = forms.FileField(
        label="文件",
        help_text="PDF、图片或 Excel，每个最多 10 MB。",
        widget=forms.ClearableFileInput(attrs={"class": "w-sentence", "accept": ".pdf,image/*,.xlsx,.xls"}),
        error_messages={"required": "请选择文件。", "empty": "文件是空的，请重新选择。"},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = terms.choices("filing_paper")  # type: ignore[attr-defined]
