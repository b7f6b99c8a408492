"""The daily report on one screen."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator

from enterprises.actions.reporting import COUNTS
from enterprises.models import DailyReport
from parkportal.editing import SeenFormMixin
from parkportal.idempotency import TokenFormMixin

LARGEST_COUNT = 10_000_000


class DailyReportForm(TokenFormMixin, SeenFormMixin, forms.ModelForm):
    """One screen on a phone. Every count is asked; zero is an answer."""

    class Meta:
        model = DailyReport
        fields = [*COUNTS, "note", "correction_reason"]

    def __init__(self, *args: Any, is_correction: bool, headcount: int | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.headcount = headcount
        for name in COUNTS:
            self.fields[name].validators.append(MaxValueValidator(LARGEST_COUNT))
            self.fields[name].widget.attrs.update({"class": "w-number", "inputmode": "numeric"})
            self.fields[name].error_messages["required"] = "没有也要填 0。"
        if is_correction:
            self.fields["correction_reason"].required = True
            self.fields["correction_reason"].error_messages["required"] = "请写明为什么更正。"
        else:
            del self.fields["correction_reason"]

    def clean_on_duty(self) -> int:
        on_duty = self.cleaned_data["on_duty"]
        if self.headcount is not None and on_duty > self.headcount:
            raise ValidationError(f"比职工总数 {self.headcount} 人还多，请核对，或先改职工总数。", code="more_than_all")
        return on_duty

    def said(self) -> dict[str, Any]:
        """The counts and the note."""
        return {name: self.cleaned_data[name] for name in (*COUNTS, "note")}
