"""Entering and correcting a unit of the register."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from enterprises.forms.fields import YesNoField, checked
from enterprises.models import Enterprise, Squad, UnitKind
from parkportal.clock import park_today
from parkportal.idempotency import TokenFormMixin
from parkportal.identifiers import IdentifierProblem, normal_credit_code, normal_name, normal_phone
from parkportal.records.models import Term

CONTACT_FIELDS = (
    "short_name", "address", "building", "floor", "industry", "headcount", "principal_name", "principal_phone",
    "liaison_name", "liaison_phone", "has_canteen", "has_dormitory",
)  # fmt: skip
COMMITTEE_FIELDS = (
    "kind", "name", "credit_code", "credit_code_reason", *CONTACT_FIELDS, "sishang_kind", "tags", "org_roles", "tier",
    "tier_reason", "key_level", "exclusion", "squad", "builder", "developer",
)  # fmt: skip
WIDTHS = {"floor": "w-number", "headcount": "w-number", "credit_code": "w-id", "building": "w-phone"}


class EnterpriseForm(TokenFormMixin, forms.ModelForm):
    """The facts of a unit. Contacts correct their own facts; what the committee decides is not among their fields."""

    principal_phone = forms.CharField(label="负责人手机", max_length=20, required=False)
    liaison_phone = forms.CharField(label="联络员手机", max_length=20, required=False)
    has_canteen = YesNoField(label="食堂")
    has_dormitory = YesNoField(label="宿舍")
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = Enterprise
        fields = COMMITTEE_FIELDS
        help_texts = {
            "credit_code": "18 位，不含字母 I O S V Z；工地可以不填。",
            "credit_code_reason": "早年发的代码可能通不过校验，写明依据后可以登记。",
            "tier": "空着时按标签和重点项目自动定档。",
        }
        widgets = {"tags": forms.CheckboxSelectMultiple, "org_roles": forms.CheckboxSelectMultiple}

    def __init__(self, *args: Any, for_committee: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not for_committee:
            for name in set(COMMITTEE_FIELDS) - set(CONTACT_FIELDS):
                del self.fields[name]
        else:
            for name, kind in (("tags", "tag"), ("org_roles", "org_role")):
                self.fields[name].queryset = Term.objects.of(kind)  # type: ignore[attr-defined]
            self.fields["tier"].required = False
        for name, width in WIDTHS.items():
            if name in self.fields:
                self.fields[name].widget.attrs["class"] = width
        for name in ("principal_phone", "liaison_phone"):
            self.fields[name].widget.attrs.update({"class": "w-phone", "inputmode": "tel"})
        self.fields["version"].initial = self.instance.version
        for name in ("has_canteen", "has_dormitory"):
            value = getattr(self.instance, name)
            self.initial[name] = "" if value is None else str(value).lower()

    def clean_principal_name(self) -> str:
        return checked(normal_name, self.cleaned_data["principal_name"])

    def clean_liaison_name(self) -> str:
        return checked(normal_name, self.cleaned_data["liaison_name"])

    def clean_principal_phone(self) -> str:
        return checked(normal_phone, self.cleaned_data["principal_phone"])

    def clean_liaison_phone(self) -> str:
        return checked(normal_phone, self.cleaned_data["liaison_phone"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if "credit_code" in self.fields:
            self._check_code(data)
        if data.get("tier") and data["tier"] != self.instance.tier and not data.get("tier_reason"):
            self.add_error("tier_reason", "手工定档要写明原因。")
        return data

    def _check_code(self, data: dict[str, Any]) -> None:
        """The code is needed for an enterprise; a reason lets one pass that fails its check digit."""
        text = (data.get("credit_code") or "").strip()
        if not text:
            data["credit_code"] = None
            if data.get("kind") != UnitKind.SITE:
                self.add_error("credit_code", "企业要填统一社会信用代码，工地可以不填。")
            return
        try:
            data["credit_code"] = normal_credit_code(text)
        except IdentifierProblem as problem:
            if data.get("credit_code_reason") and getattr(problem, "code", "") == "code_checksum":
                data["credit_code"] = text.upper()
            else:
                self.add_error("credit_code", str(problem))

    def facts(self) -> dict[str, Any]:
        """The cleaned fields; relations as rows, terms as lists."""
        names = [name for name in COMMITTEE_FIELDS if name in self.fields]
        facts = {name: self.cleaned_data.get(name) for name in names}
        for name in ("tags", "org_roles"):
            if name in facts:
                facts[name] = list(facts[name] or [])
        if "sishang_kind" in facts:
            facts["sishang_kind"] = facts["sishang_kind"] or None
        return facts


class RegisterForm(EnterpriseForm):
    """A new unit, with the status it has on the day it is entered."""

    status = forms.ChoiceField(label="复工状态", choices=Enterprise.Status.choices)
    resumed_on = forms.DateField(
        label="复工日期", required=False, widget=forms.DateInput(attrs={"type": "date", "class": "w-phone"})
    )

    def clean_resumed_on(self) -> Any:
        day = self.cleaned_data["resumed_on"]
        if day and day > park_today():
            raise ValidationError("日期还没有到，请选今天或以前的日期。", code="future_date")
        return day

    def facts(self) -> dict[str, Any]:
        return {**super().facts(), "status": self.cleaned_data["status"], "resumed_on": self.cleaned_data["resumed_on"]}


class StatusForm(TokenFormMixin, forms.Form):
    """One move of the resumption status."""

    to = forms.ChoiceField(label="改为")
    on = forms.DateField(label="哪一天", widget=forms.DateInput(attrs={"type": "date", "class": "w-phone"}))
    reason = forms.CharField(label="原因", max_length=200, required=False, help_text="再停工必须写明。")

    def __init__(self, *args: Any, enterprise: Enterprise, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        allowed = Enterprise.MOVES.get(enterprise.status, frozenset())
        self.fields["to"].choices = [pair for pair in Enterprise.Status.choices if pair[0] in allowed]  # type: ignore[attr-defined]
        self.fields["on"].initial = park_today()


class BulkForm(forms.Form):
    """What is done to the ticked rows."""

    do = forms.ChoiceField(choices=[("remind", "发提醒"), ("squad", "改小分队"), ("export", "导出")])
    squad = forms.ModelChoiceField(Squad.objects.all(), required=False)
