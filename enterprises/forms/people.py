"""One person of an enterprise: entered, marked, ended, corrected."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from enterprises.forms.fields import checked
from enterprises.models import DocumentType, Person
from parkportal.clock import park_today
from parkportal.editing import SeenFormMixin
from parkportal.idempotency import TokenFormMixin
from parkportal.identifiers import IdentifierProblem, id_sex, normal_document, normal_name, normal_phone
from parkportal.records import terms


def day_field(label: str, *, required: bool = True, help_text: str = "") -> forms.DateField:
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": "w-phone"})
    return forms.DateField(label=label, required=required, help_text=help_text, widget=widget)


class PersonForm(TokenFormMixin, forms.Form):
    """One employee, with what the way back says; the same columns as the roster."""

    name = forms.CharField(label="姓名", max_length=50, widget=forms.TextInput(attrs={"class": "w-name"}))
    document_type = forms.ChoiceField(label="证件类型", choices=DocumentType.choices)
    number = forms.CharField(label="证件号码", max_length=40, widget=forms.TextInput(attrs={"class": "w-id"}))
    phone = forms.CharField(
        label="手机", max_length=20, widget=forms.TextInput(attrs={"class": "w-phone", "inputmode": "tel"})
    )
    sex = forms.ChoiceField(
        label="性别", required=False, choices=Person.Sex.choices, help_text="身份证会自己看，别的证件请选。"
    )
    department = forms.CharField(label="部门", max_length=200, required=False)
    post = forms.CharField(label="岗位", max_length=200, required=False)
    returned_on = day_field("返岗日期", required=False)
    address = forms.CharField(label="现住址", max_length=200, required=False)
    origin = forms.CharField(
        label="出发地", max_length=100, required=False, help_text="省市县；省外的自动标“省外返长”。"
    )
    arrived_on = day_field("返长日期", required=False)
    from_hubei = forms.BooleanField(label="14 日内到过湖北", required=False)
    had_contact = forms.BooleanField(label="接触过确诊或疑似病例", required=False)

    def clean_name(self) -> str:
        return checked(normal_name, self.cleaned_data["name"])

    def clean_phone(self) -> str:
        return checked(normal_phone, self.cleaned_data["phone"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        kind = data.get("document_type")
        if kind and data.get("number"):
            try:
                label = DocumentType(kind).label
                data["number"] = normal_document(label, data["number"], today=park_today())
                if kind == DocumentType.ID_CARD:
                    data["sex"] = "M" if id_sex(data["number"]) == "男" else "F"
            except IdentifierProblem as problem:
                self.add_error("number", str(problem))
        for name in ("returned_on", "arrived_on"):
            if data.get(name) and data[name] > park_today():
                self.add_error(name, "日期还没有到，请选今天或以前的日期。")
        return data

    def facts(self) -> dict[str, Any]:
        """What `employ` takes: journey in the roster's own columns."""
        data = self.cleaned_data
        journey = {
            "出发地": data["origin"],
            "返长日期": data["arrived_on"].isoformat() if data["arrived_on"] else None,
            "14日内湖北旅居史": data["from_hubei"],
            "接触史": data["had_contact"],
        }
        names = ("name", "document_type", "number", "phone", "sex", "department", "post", "returned_on", "address")
        return {**{name: data[name] for name in names}, "journey": {k: v for k, v in journey.items() if v}}

    def said(self) -> dict[str, Any]:
        """The journey as the flags' rule reads it."""
        data = self.cleaned_data
        return {
            "出发地": data["origin"],
            "返长日期": data["arrived_on"],
            "14日内湖北旅居史": data["from_hubei"],
            "接触史": data["had_contact"],
        }


class FlagForm(TokenFormMixin, forms.Form):
    """A dated mark; 医学观察 ends by itself."""

    kind = forms.ChoiceField(label="标记", widget=forms.RadioSelect)
    starts_on = day_field("从哪天起")
    ends_on = day_field("到哪天（含）", required=False, help_text="空着就一直有效。")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = terms.choices("person_flag")  # type: ignore[attr-defined]
        self.fields["starts_on"].initial = park_today()
        rules = terms.rules_of("person_flag")
        ends = [
            f"{words}空着时自动到第 {rules[code]['days']} 天"
            for code, words in self.fields["kind"].choices
            if rules.get(code, {}).get("days")
        ]
        if ends:
            self.fields["ends_on"].help_text = f"{'，'.join(ends)}；别的空着就一直有效。"

    def clean_starts_on(self) -> Any:
        if self.cleaned_data["starts_on"] > park_today():
            raise ValidationError("日期还没有到，请选今天或以前的日期。", code="future_date")
        return self.cleaned_data["starts_on"]


class EndFlagForm(SeenFormMixin, forms.Form):
    """The mark holds no longer, from a day and for a reason."""

    on = day_field("最后一天")
    reason = forms.CharField(label="为什么结束", max_length=200, widget=forms.TextInput(attrs={"class": "w-sentence"}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].initial = park_today()


class CorrectFlagForm(SeenFormMixin, forms.Form):
    """The mark was written down wrong; the wrong row stays."""

    starts_on = day_field("应该从哪天起", required=False, help_text="空着：这个标记本来就不该有。")
    ends_on = day_field("应该到哪天（含）", required=False)
    reason = forms.CharField(label="为什么更正", max_length=200, widget=forms.TextInput(attrs={"class": "w-sentence"}))


class EndEmploymentForm(forms.Form):
    on = day_field("离岗日期", help_text="从这一天起不再算在岗。")
    reason = forms.CharField(label="原因", max_length=200, widget=forms.TextInput(attrs={"class": "w-sentence"}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].initial = park_today()


class CorrectEmploymentForm(SeenFormMixin, forms.Form):
    """What stands about the work is wrong; the wrong row stays."""

    department = forms.CharField(label="部门", max_length=200, required=False)
    post = forms.CharField(label="岗位", max_length=200, required=False)
    returned_on = day_field("返岗日期", required=False)
    starts_on = day_field("从哪天起在这里")
    reason = forms.CharField(label="为什么更正", max_length=200, widget=forms.TextInput(attrs={"class": "w-sentence"}))

    def facts(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("department", "post", "returned_on", "starts_on")}


class ReportedPeopleForm(TokenFormMixin, forms.Form):
    """Who the persons are that a daily report only counts."""

    kind = forms.ChoiceField(label="标记", widget=forms.RadioSelect)
    people = forms.MultipleChoiceField(
        label="是哪些人", widget=forms.CheckboxSelectMultiple, error_messages={"required": "请至少选一个人。"}
    )

    def __init__(self, *args: Any, employments: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = terms.choices("person_flag")  # type: ignore[attr-defined]
        self.fields["people"].choices = [  # type: ignore[attr-defined]
            (str(job.person_id), f"{job.person.masked_name}　{job.department} {job.post}　{job.person.masked_phone}")
            for job in employments
        ]
