"""What people type on the pages of the records."""

from datetime import time
from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.core.validators import MaxLengthValidator

from parkportal.editing import SeenFormMixin
from parkportal.idempotency import TokenFormMixin, TokenModelForm
from parkportal.records import calendar as working_days
from parkportal.records import terms
from parkportal.records.models import CalendarDay, Term
from parkportal.records.settings import DEFAULTS

LONGEST_CODE = 12  # the shortest column that keeps a code: 四上类别, 开工分类, 重点项目级别


def _day() -> forms.DateInput:
    return forms.DateInput(attrs={"class": "w-date", "type": "date"}, format="%Y-%m-%d")


def _clock() -> forms.TimeInput:
    return forms.TimeInput(attrs={"class": "w-phone", "type": "time"}, format="%H:%M")


def _minutes() -> forms.NumberInput:
    return forms.NumberInput(attrs={"class": "w-number", "inputmode": "numeric"})


class UploadForm(TokenFormMixin):
    """The file of an intake. What it really is, is judged when it is kept."""

    file = forms.FileField(
        label="文件",
        help_text="Excel（xlsx、xls）或 CSV，最多 20 MB。",
        widget=forms.ClearableFileInput(attrs={"class": "w-sentence", "accept": ".xlsx,.xls,.csv,.txt"}),
        error_messages={"required": "请选择文件。", "empty": "文件是空的，请重新选择。"},
    )


def rule_field(rule: terms.Rule, value: Any) -> forms.Field:
    """The field of one rule of a dictionary, as it stands."""
    common: dict[str, Any] = {"label": rule.label, "required": False, "initial": value}
    if rule.kind == "number":
        return forms.IntegerField(**common, min_value=0, max_value=9999, widget=_minutes())
    if rule.kind == "flag":
        return forms.BooleanField(**common)
    if rule.kind == "choice":
        return forms.ChoiceField(**common, choices=rule.choices)
    if rule.kind == "words":
        common |= {"initial": " ".join(value or ()), "help_text": "几个词用空格隔开。"}
    return forms.CharField(**common, max_length=200, widget=forms.TextInput(attrs={"class": "w-sentence"}))


class TermForm(SeenFormMixin, TokenModelForm):
    """A word of a dictionary. Its code stays once it is in use."""

    class Meta:
        model = Term
        fields = ["code", "label", "report_label", "position", "is_active"]
        widgets = {
            "code": forms.TextInput(attrs={"class": "w-id"}),
            "label": forms.TextInput(attrs={"class": "w-name"}),
            "report_label": forms.TextInput(attrs={"class": "w-name"}),
            "position": forms.NumberInput(attrs={"class": "w-number"}),
        }

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.kind = kind
        self.rules = terms.RULES.get(kind, ())
        for rule in self.rules:
            self.fields[f"rule_{rule.name}"] = rule_field(rule, self.instance.settings.get(rule.name))
        if self.instance.pk:
            self.fields["code"].disabled = True
            self.fields["code"].help_text = "已有数据用它，不能改。"
        else:
            self.fields["code"].validators.append(MaxLengthValidator(LONGEST_CODE))
            self.fields["code"].help_text = f"英文字母，最多 {LONGEST_CODE} 个。"

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        said = {rule.name: data.get(f"rule_{rule.name}") for rule in self.rules}
        words = {rule.name for rule in self.rules if rule.kind == "words"}
        said = {name: (value or "").split() if name in words else value for name, value in said.items()}
        kept = {name: value for name, value in self.instance.settings.items() if name not in said}
        self.instance.settings = kept | {name: value for name, value in said.items() if value not in (None, "", [])}
        return data

    def _get_validation_exclusions(self) -> set[str]:
        return super()._get_validation_exclusions() - {"kind"}


class CalendarDayForm(forms.ModelForm):
    is_working = forms.TypedChoiceField(
        label="这一天",
        choices=[("True", "上班"), ("False", "休息")],
        coerce=lambda word: word == "True",
        widget=forms.RadioSelect,
    )

    class Meta:
        model = CalendarDay
        fields = ["day", "is_working", "note"]
        widgets = {
            "day": _day(),
            "note": forms.TextInput(attrs={"class": "w-name"}),
        }

    def validate_unique(self) -> None:
        """The same entry again is no second one; another word on the same day is refused."""
        if not working_days.has_entry(self.instance):
            super().validate_unique()


class AuditFilterForm(forms.Form):
    """What to look for in the audit; everything may stay empty."""

    who = forms.CharField(required=False, max_length=40)
    action = forms.CharField(required=False, max_length=60)
    what = forms.CharField(required=False, max_length=120)
    since = forms.DateField(required=False)
    until = forms.DateField(required=False)


class SettingsForm(SeenFormMixin, forms.Form):
    """The park's settings, each by its own kind of input. Empty dates and names are allowed, they mean not yet."""

    register_confirmed_on = forms.DateField(label="名录核定日期", required=False, widget=_day())
    earliest_resumption_on = forms.DateField(label="最早可复工日", widget=_day())
    daily_report_due = forms.TimeField(label="日报截止", widget=_clock())
    report_chase_minutes = forms.IntegerField(
        label="多久催联络员（分钟）", min_value=0, max_value=720, widget=_minutes()
    )
    report_leader_minutes = forms.IntegerField(
        label="多久报队长（分钟）", min_value=0, max_value=720, widget=_minutes()
    )
    dormitory_limit = forms.IntegerField(label="宿舍每间几人", min_value=1, max_value=20, widget=_minutes())
    filing_needs_approval = forms.ChoiceField(
        label="备案", choices=[("0", "告知即备案"), ("1", "要核准")], widget=forms.RadioSelect
    )
    result_due_clock = forms.TimeField(label="结果时限", widget=_clock())
    positive_contact = forms.CharField(
        label="阳性告知谁", required=False, max_length=40, widget=forms.TextInput(attrs={"class": "w-id"})
    )
    fever_phone = forms.CharField(label="发热咨询电话", max_length=20, widget=forms.TextInput(attrs={"class": "w-id"}))
    signup_phone_code = forms.ChoiceField(
        label="登记时的手机", choices=[("0", "填了就行"), ("1", "要短信验证码确认")], widget=forms.RadioSelect
    )
    report_phone = forms.CharField(label="反映问题电话", max_length=20, widget=forms.TextInput(attrs={"class": "w-id"}))
    sms_window = forms.RegexField(
        r"^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$",
        label="短信发送时段",
        error_messages={"invalid": "请写成 08:00-20:00 的样子。"},
        widget=forms.TextInput(attrs={"class": "w-id"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for key, (_, note) in DEFAULTS.items():
            self.fields[key].help_text = note

    def clean_positive_contact(self) -> str:
        username = self.cleaned_data["positive_contact"].strip()
        if username and not get_user_model().objects.filter(username=username, is_active=True).exists():
            raise forms.ValidationError("没有这个用户名。")
        return username

    def clean_sms_window(self) -> str:
        opens, _, closes = self.cleaned_data["sms_window"].partition("-")
        if opens >= closes:
            raise forms.ValidationError("开始要早于结束。")
        return self.cleaned_data["sms_window"]

    def as_settings(self) -> dict[str, str]:
        """The values as they are kept: days in ISO form, times as 12:00."""
        kept = {}
        for key in DEFAULTS:
            value = self.cleaned_data[key]
            kept[key] = value.strftime("%H:%M") if isinstance(value, time) else "" if value is None else str(value)
        return kept
