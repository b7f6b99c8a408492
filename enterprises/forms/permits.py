"""A permit on the green channel: what it is with its terms, and each stage."""

from typing import Any

from django import forms

from enterprises.actions.permits import terms_of
from enterprises.forms.fields import not_from_here
from enterprises.forms.needs import DAY, staff_accounts
from enterprises.models import PermitCase
from parkportal.clock import park_today
from parkportal.idempotency import TokenFormMixin
from parkportal.records import terms

DAYS = {"class": "w-number", "inputmode": "numeric"}


class PermitForm(TokenFormMixin, forms.ModelForm):
    """The kind gives name, office and terms; what is typed goes before the dictionary."""

    kind = forms.ChoiceField(label="哪种许可证")
    statutory_days = forms.IntegerField(
        label="法定时限（工作日）", required=False, min_value=1, max_value=999, widget=forms.TextInput(attrs=DAYS),
        help_text="空着按字典里的。",
    )  # fmt: skip
    promised_days = forms.IntegerField(
        label="承诺时限（工作日）", required=False, min_value=1, max_value=999, widget=forms.TextInput(attrs=DAYS),
        help_text="空着按字典里的，不能比法定的长。",
    )  # fmt: skip

    class Meta:
        model = PermitCase
        fields = ["name", "office", "statutory_days", "promised_days", "accepted_on", "owner", "note"]
        widgets = {
            "name": forms.TextInput(attrs={"class": "w-name"}),
            "office": forms.TextInput(attrs={"class": "w-name"}),
            "accepted_on": forms.DateInput(attrs=DAY),
            "note": forms.TextInput(attrs={"class": "w-full"}),
        }

    field_order = ["kind", "name", "office", "statutory_days", "promised_days", "accepted_on", "owner", "note"]

    def __init__(self, *args: Any, by: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = terms.choices("permit_kind")  # type: ignore[attr-defined]
        self.fields["name"].required = self.fields["office"].required = False
        self.fields["name"].help_text = "选了“其他许可”的要写；别的空着就用上面的名称。"
        self.fields["owner"].queryset = staff_accounts()  # type: ignore[attr-defined]
        self.initial = {"owner": by.pk, "accepted_on": f"{park_today():%Y-%m-%d}", **self.initial}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        known = terms_of(data.get("kind", ""))
        if not data.get("name") and data.get("kind") == "other":
            self.add_error("name", "请写许可证的名称。")
        data["name"] = data.get("name") or known["label"]
        data["office"] = data.get("office") or known.get("office", "")
        for name, setting in (("statutory_days", "statutory"), ("promised_days", "promised")):
            if name in data and data[name] is None:
                data[name] = known.get(setting)
        law, promise = data.get("statutory_days"), data.get("promised_days")
        if law and promise and promise > law:
            self.add_error("promised_days", f"承诺时限不能比法定时限（{law} 个工作日）长。")
        return data

    def facts(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


class PermitStepForm(TokenFormMixin):
    to = forms.ChoiceField(label="到哪一步", widget=forms.RadioSelect)
    on = forms.DateField(label="哪一天", widget=forms.DateInput(attrs=DAY))
    reason = forms.CharField(
        label="说明",
        max_length=200,
        required=False,
        help_text="补正、不予、撤回要写，企业看得到。",
        widget=forms.TextInput(attrs={"class": "w-full"}),
    )

    def __init__(self, *args: Any, permit: PermitCase, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].choices = permit.next_steps  # type: ignore[attr-defined]
        if self.is_bound:
            self.fields["to"].error_messages["invalid_choice"] = not_from_here(permit, self.data.get("to", ""))
        self.initial = {"on": f"{park_today():%Y-%m-%d}", **self.initial}
