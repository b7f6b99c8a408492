"""Why somebody need not be tested."""

from datetime import date

from django import forms

from parkportal.clock import park_today
from parkportal.idempotency import TokenFormMixin
from testing.models import Exemption


class ExemptionForm(TokenFormMixin):
    """Reason, explanation, until when."""

    reason = forms.ChoiceField(
        label="为什么不检", choices=Exemption.Reason.choices, widget=forms.RadioSelect(attrs={"class": "choices-list"}),
        error_messages={"required": "请选一个原因"},
    )  # fmt: skip
    note = forms.CharField(
        label="说明", required=False, max_length=200, help_text="例如在哪里检的、哪天的结果；选其他的一定要写",
        widget=forms.TextInput(attrs={"class": "w-sentence"}),
    )  # fmt: skip
    ends_on = forms.DateField(
        label="到哪天（含）", required=False, help_text="空着就一直算",
        widget=forms.DateInput(attrs={"type": "date", "class": "w-date"}, format="%Y-%m-%d"),
    )  # fmt: skip

    def clean_ends_on(self) -> date | None:
        day: date | None = self.cleaned_data["ends_on"]
        if day and day < park_today():
            raise forms.ValidationError("日期不能早于今天")
        return day
