"""Entering and correcting a unit of the register."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from enterprises.doubles import LookAlike, look_alikes
from enterprises.forms.fields import YesNoField, checked, not_from_here
from enterprises.models import Enterprise, Squad, UnitKind
from parkportal.accounts.models import User
from parkportal.clock import park_today
from parkportal.idempotency import TokenFormMixin
from parkportal.identifiers import IdentifierProblem, normal_credit_code, normal_name, normal_phone
from parkportal.keys import KeysField
from parkportal.records import terms
from parkportal.records.models import Term

CONTACT_FIELDS = (
    "short_name", "address", "building", "floor", "industry", "headcount", "legal_name", "principal_name",
    "principal_phone", "liaison_name", "liaison_phone", "manager_name", "manager_phone", "workers", "has_canteen",
    "has_dormitory",
)  # fmt: skip
COMMITTEE_FIELDS = (
    "kind", "name", "credit_code", "credit_code_reason", *CONTACT_FIELDS, "sishang_kind", "tags", "org_roles", "tier",
    "tier_reason", "exemption", "key_level", "exclusion", "squad", "builder", "developer",
)  # fmt: skip
ONLY_ENTERPRISE = frozenset({"legal_name", "sishang_kind", "sishang_from", "tags", "industry"})
ONLY_SITE = frozenset({"builder", "developer", "manager_name", "manager_phone", "workers"})
GROUPS = (
    ("单位", ("kind", "name", "short_name", "credit_code", "credit_code_reason", "org_roles")),
    ("在哪里", ("address", "building", "floor")),
    ("谁负责", ("legal_name", "principal_name", "principal_phone", "liaison_name", "liaison_phone", "squad")),
    ("工地", ("developer", "builder", "manager_name", "manager_phone", "workers")),
    ("经营和人员", ("industry", "headcount", "has_canteen", "has_dormitory")),
    ("分类", ("sishang_kind", "sishang_from", "tags", "key_level", "exemption", "tier", "tier_reason", "exclusion")),
    ("复工", ("status", "resumed_on")),
    ("核对", ("not_double",)),
)
WORDED = {
    "sishang_kind": ("sishang", "四上类别", "非四上"),
    "tier": ("tier", "开工分类", "自动（按标签、重点项目和豁免类别）"),
    "exemption": ("exemption", "豁免类别（四类企业）", "不属于"),
    "key_level": ("key_level", "重点项目级别", "—"),
    "exclusion": ("exclusion", "不计入应复工", "计入"),
}
WIDTHS = {
    "floor": "w-number",
    "headcount": "w-number",
    "workers": "w-number",
    "credit_code": "w-id",
    "building": "w-phone",
}
NAMES, PHONES = ("legal_name", "principal_name", "liaison_name", "manager_name"), (
    "principal_phone", "liaison_phone", "manager_phone",
)  # fmt: skip


class EnterpriseForm(TokenFormMixin, forms.ModelForm):
    """The facts of a unit. Contacts correct their own facts; what the committee decides is not among their fields.

    An enterprise and a site are asked different things; `kind` of the instance, of the data or of the initial decides.
    """

    principal_phone = forms.CharField(label="负责人手机", max_length=20, required=False)
    liaison_phone = forms.CharField(label="联络员手机", max_length=20, required=False)
    manager_phone = forms.CharField(label="工地负责人手机", max_length=20, required=False)
    has_canteen = YesNoField(label="食堂")
    has_dormitory = YesNoField(label="宿舍")
    sishang_from = forms.DateField(
        label="四上类别从哪天起",
        required=False,
        help_text="按公布的名录填；空着就从今天起。",
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": "w-phone"}),
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = Enterprise
        fields = COMMITTEE_FIELDS
        labels = {"builder": "施工单位", "developer": "建设单位"}
        help_texts = {
            "credit_code": "18 位，不含字母 I O S V Z；工地可以不填。",
            "credit_code_reason": "早年发的代码可能通不过校验，写明依据后可以登记。",
            "tier_reason": "手工定档时写明原因；选“自动”时不用写。",
            "kind": "",
        }
        widgets = {"tags": forms.CheckboxSelectMultiple, "org_roles": forms.CheckboxSelectMultiple}
        field_classes = {"tags": KeysField, "org_roles": KeysField}

    def __init__(self, *args: Any, for_committee: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.unit_kind = self._asked_kind()
        self._drop(ONLY_ENTERPRISE if self.unit_kind == UnitKind.SITE else ONLY_SITE)
        if not for_committee:
            self._drop((set(COMMITTEE_FIELDS) | {"sishang_from"}) - set(CONTACT_FIELDS))
        else:
            self._offer_words()
        for name, width in WIDTHS.items():
            if name in self.fields:
                self.fields[name].widget.attrs["class"] = width
        for name in PHONES:
            if name in self.fields:
                self.fields[name].widget.attrs.update({"class": "w-phone", "inputmode": "tel"})
        self.fields["version"].initial = self.instance.version
        for name in ("has_canteen", "has_dormitory"):
            value = getattr(self.instance, name)
            self.initial[name] = "" if value is None else str(value).lower()

    def _asked_kind(self) -> str:
        asked = self.data.get("kind") if self.is_bound else self.initial.get("kind")
        return str(asked if asked in UnitKind.values else self.instance.kind)

    def _drop(self, names: Iterable[str]) -> None:
        for name in names:
            self.fields.pop(name, None)

    def _offer_words(self) -> None:
        """The dictionaries' words; a retired one stays for the unit that has it."""
        for name, kind in (("tags", "tag"), ("org_roles", "org_role")):
            if name in self.fields:
                self.fields[name].queryset = Term.objects.of(kind)  # type: ignore[attr-defined]
        for name, (kind, label, nothing) in WORDED.items():
            if name not in self.fields:
                continue
            choices, present = terms.choices(kind), getattr(self.instance, name) or ""
            if present and present not in dict(choices):
                choices.append((present, terms.word(kind, present)))
            self.fields[name] = forms.ChoiceField(label=label, required=False, choices=[("", nothing), *choices])
        if not self.instance.tier_reason:
            self.initial["tier"] = ""
        if "sishang_from" in self.fields and self.instance.pk:
            self.initial["sishang_from"] = self.instance.sishang_since()

    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The fields as the page sets them out: a title, and what stands under it."""
        sets = [
            (title, [self[name] for name in names if name in self.fields and not self[name].is_hidden])
            for title, names in GROUPS
        ]
        return [(title, fields) for title, fields in sets if fields]

    def clean_sishang_from(self) -> Any:
        return refuse_future(self.cleaned_data["sishang_from"])

    def _clean_fields(self) -> None:
        super()._clean_fields()
        for names, reader in ((NAMES, normal_name), (PHONES, normal_phone)):
            for name in names:
                if self.cleaned_data.get(name):
                    self._read(name, reader)

    def _read(self, name: str, reader: Any) -> None:
        try:
            self.cleaned_data[name] = checked(reader, self.cleaned_data[name])
        except ValidationError as problem:
            self.add_error(name, problem)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if "credit_code" in self.fields:
            self._check_code(data)
        if data.get("tier") and not data.get("tier_reason"):
            self.add_error("tier_reason", "手工定档要写明原因。")
        if "tier" in self.fields and not data.get("tier"):
            data["tier_reason"] = ""
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
        """The cleaned fields; relations as rows, terms as lists, an automatic tier left out."""
        names = [name for name in COMMITTEE_FIELDS if name in self.fields]
        facts = {name: self.cleaned_data.get(name) for name in names}
        for name in ("tags", "org_roles"):
            if name in facts:
                facts[name] = list(facts[name] or [])
        if "sishang_kind" in facts:
            facts["sishang_kind"] = facts["sishang_kind"] or None
        if not facts.get("tier"):
            facts.pop("tier", None)
        return facts


def refuse_future(day: Any) -> Any:
    if day and day > park_today():
        raise ValidationError("日期还没有到，请选今天或以前的日期。", code="future_date")
    return day


class RegisterForm(EnterpriseForm):
    """A new unit, with the status it has on the day it is entered. Look-alikes in the register are shown first."""

    status = forms.ChoiceField(label="复工状态", choices=Enterprise.Status.choices)
    resumed_on = forms.DateField(
        label="复工日期", required=False, widget=forms.DateInput(attrs={"type": "date", "class": "w-phone"})
    )
    not_double = forms.BooleanField(label="都不是同一家，照样登记", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.look_alikes: list[LookAlike] = []
        self.fields["kind"].widget = forms.HiddenInput()  # the tabs above the form choose it

    def clean_resumed_on(self) -> Any:
        return refuse_future(self.cleaned_data["resumed_on"])

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("name"):
            phones = [data.get("liaison_phone") or "", data.get("principal_phone") or ""]
            self.look_alikes = look_alikes(name=data["name"], phones=phones, code=data.get("credit_code") or "")
        if self.look_alikes and not data.get("not_double"):
            self.add_error("not_double", f"名录里有 {len(self.look_alikes)} 家很像，请先核对是不是同一家。")
        return data

    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        return [group for group in super().groups() if group[0] != "核对" or self.look_alikes]

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
        if self.is_bound:
            self.fields["to"].error_messages["invalid_choice"] = not_from_here(enterprise, self.data.get("to", ""))


class BulkForm(forms.Form):
    """What the ticked rows are handed or marked with."""

    squad = forms.ModelChoiceField(
        Squad.objects.all(), label="改到哪个小分队", error_messages={"required": "请选小分队。"}
    )
    officer = forms.ModelChoiceField(
        User.objects.none(), label="督导帮扶人员", error_messages={"required": "请选督导帮扶人员。"}
    )
    tag = forms.ModelChoiceField(Term.objects.none(), label="标签", error_messages={"required": "请选标签。"})
    how = forms.ChoiceField(
        label="怎么改", choices=[("add", "加上"), ("remove", "去掉")], initial="add", widget=forms.RadioSelect
    )

    def __init__(self, *args: Any, do: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["tag"].queryset = Term.objects.of("tag")  # type: ignore[attr-defined]
        officers = User.objects.filter(is_active=True).with_role("supervisor").order_by("name")  # type: ignore[attr-defined]
        self.fields["officer"].queryset = officers  # type: ignore[attr-defined]
        kept = {"squad": {"squad"}, "officer": {"officer"}, "tag": {"tag", "how"}}[do]
        for name in set(self.fields) - kept:
            del self.fields[name]


class SavedFilterForm(TokenFormMixin, forms.Form):
    """A name for what the list shows now."""

    name = forms.CharField(
        label="叫什么",
        max_length=20,
        error_messages=dict.fromkeys(("required", "max_length"), "请起个名字，20 个字以内。"),
        widget=forms.TextInput(attrs={"class": "w-name"}),
    )
    query = forms.CharField(max_length=2000, required=False, widget=forms.HiddenInput)
