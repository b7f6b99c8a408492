"""Forms of the register, the filing and the daily report."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator

from enterprises.actions.reporting import COUNTS
from enterprises.filing_pack import QUESTIONS, Step
from enterprises.models import DailyReport, Enterprise, EnterpriseContact, Squad, UnitKind
from parkportal.clock import park_today
from parkportal.idempotency import TokenFormMixin
from parkportal.identifiers import IdentifierProblem, normal_credit_code, normal_name, normal_phone
from parkportal.records import terms
from parkportal.records.models import Term

CONTACT_FIELDS = (
    "short_name", "address", "building", "floor", "industry", "headcount", "principal_name", "principal_phone",
    "liaison_name", "liaison_phone", "has_canteen", "has_dormitory",
)  # fmt: skip
COMMITTEE_FIELDS = (
    "kind", "name", "credit_code", "credit_code_reason", *CONTACT_FIELDS, "sishang_kind", "tags", "org_roles", "tier",
    "tier_reason", "key_level", "exclusion", "squad", "builder", "developer",
)  # fmt: skip
LARGEST_COUNT = 10_000_000
DORMITORY_LIMIT = 6  # persons in a room (handbook §4)
YES_NO = [("", "没有填"), ("true", "有"), ("false", "没有")]
WIDTHS = {"floor": "w-number", "headcount": "w-number", "credit_code": "w-id", "building": "w-phone"}


def checked(reader: Any, text: str, *arguments: Any) -> str:
    """The normal form of an identifier; what is wrong with it stands beside the field."""
    if not text:
        return ""
    try:
        return reader(text, *arguments)
    except IdentifierProblem as problem:
        raise ValidationError(str(problem), code="identifier") from problem


class YesNoField(forms.TypedChoiceField):
    """有 / 没有, or not answered."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            **{
                "choices": YES_NO,
                "required": False,
                "coerce": lambda word: word == "true",
                "empty_value": None,
                **kwargs,
            }
        )


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


class ContactInviteForm(TokenFormMixin, forms.Form):
    name = forms.CharField(label="姓名", max_length=50, widget=forms.TextInput(attrs={"class": "w-name"}))
    phone = forms.CharField(
        label="手机", max_length=20, widget=forms.TextInput(attrs={"class": "w-phone", "inputmode": "tel"})
    )
    kind = forms.ChoiceField(
        label="身份", choices=EnterpriseContact.Kind.choices, initial=EnterpriseContact.Kind.LIAISON
    )

    def clean_name(self) -> str:
        return checked(normal_name, self.cleaned_data["name"])

    def clean_phone(self) -> str:
        return checked(normal_phone, self.cleaned_data["phone"])


class DailyReportForm(TokenFormMixin, forms.ModelForm):
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
        else:
            del self.fields["correction_reason"]

    def clean_on_duty(self) -> int:
        on_duty = self.cleaned_data["on_duty"]
        if self.headcount is not None and on_duty > self.headcount:
            raise ValidationError(f"比职工总数 {self.headcount} 人还多，请核对，或先改职工总数。", code="more_than_all")
        return on_duty

    def counts(self) -> dict[str, int]:
        return {name: self.cleaned_data[name] for name in COUNTS}


def filing_field(name: str) -> forms.Field:
    """The field of one question of the pack, by what it asks for."""
    question = QUESTIONS[name]
    common: dict[str, Any] = {"label": question.label + (f"（{question.unit}）" if question.unit else "")}
    common["help_text"] = question.hint
    if name == "planned_on":
        return forms.DateField(
            **common, widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": "w-phone"})
        )
    if name == "exemption":
        return forms.ChoiceField(**common, required=False, choices=[("", "不属于"), *terms.choices("exemption")])
    if name.startswith("promise"):
        return forms.BooleanField(**common, error_messages={"required": "请勾选确认。"})
    if name.startswith("has_"):
        return YesNoField(
            **common, required=True, choices=[("true", "有"), ("false", "没有")], widget=forms.RadioSelect
        )
    if name == "emergency":
        return forms.CharField(
            **common, max_length=500, widget=forms.Textarea(attrs={"rows": 3, "class": "w-sentence"})
        )
    if question.unit:
        return forms.IntegerField(
            **common,
            min_value=0,
            max_value=1_000_000,
            widget=forms.NumberInput(attrs={"class": "w-number", "inputmode": "numeric"}),
            error_messages={"required": "没有也要填 0。"},
        )
    return forms.CharField(**common, max_length=50, widget=forms.TextInput(attrs={"class": "w-name"}))


class FilingStepForm(forms.Form):
    """One step of the filing pack."""

    def __init__(self, *args: Any, step: Step, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for question in step.questions:
            self.fields[question.name] = filing_field(question.name)
            value = self.initial.get(question.name)
            if isinstance(value, bool) and question.name.startswith("has_"):
                self.initial[question.name] = str(value).lower()

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        first, whole = data.get("first_batch"), data.get("headcount")
        if first is not None and whole is not None and first > whole:
            self.add_error("first_batch", "首批返岗人数不能超过职工总数。")
        if (data.get("dormitory_people") or 0) > DORMITORY_LIMIT:
            self.add_error("dormitory_people", f"每间宿舍不超过 {DORMITORY_LIMIT} 人。")
        for name in ("duty_name", "signed_by"):
            if data.get(name):
                self._read_name(data, name)
        return data

    def _read_name(self, data: dict[str, Any], name: str) -> None:
        try:
            data[name] = checked(normal_name, data[name])
        except ValidationError as problem:
            self.add_error(name, problem)


class BulkForm(forms.Form):
    """What is done to the ticked rows."""

    do = forms.ChoiceField(choices=[("remind", "发提醒"), ("squad", "改小分队"), ("export", "导出")])
    squad = forms.ModelChoiceField(Squad.objects.all(), required=False)
