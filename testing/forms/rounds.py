"""A round of visits at the door."""

from typing import Any

from django import forms

from enterprises.models import Squad
from parkportal.accounts.models import User, in_force
from parkportal.idempotency import TokenFormMixin
from parkportal.keys import KeysField
from testing.actions.rounds import NOTE, RoundPlan
from testing.forms.campaign import CLOCK, DAY
from testing.models import SamplingPoint


class StopField(KeysField):
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.masked_name}　{obj.get_group_display()}　{obj.address or '没有留地址，先打电话'}"


class TeamField(KeysField):
    def label_from_instance(self, obj: Any) -> str:
        return obj.name


class RoundForm(TokenFormMixin):
    """Who goes where, when, with what on."""

    signups = StopField(
        label="去哪几家", queryset=None, widget=forms.CheckboxSelectMultiple(attrs={"class": "choices-list"}),
        error_messages={"required": "请选去哪几家"},
    )  # fmt: skip
    squad = forms.ModelChoiceField(label="小分队", queryset=Squad.objects.all(), required=False)
    team = TeamField(
        label="谁上门", queryset=None, widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "请选谁上门"},
    )  # fmt: skip
    point = forms.ModelChoiceField(
        label="从哪个采样点出发",
        queryset=SamplingPoint.objects.in_use(),
        empty_label=None,
        help_text="管子回来在这里装箱",
    )
    day = forms.DateField(label="日期", widget=forms.DateInput(attrs=DAY, format="%Y-%m-%d"))
    start = forms.TimeField(label="从", widget=forms.TimeInput(attrs=CLOCK, format="%H:%M"))
    end = forms.TimeField(label="到", widget=forms.TimeInput(attrs=CLOCK, format="%H:%M"))
    note = forms.CharField(label="防护提示", initial=NOTE, max_length=300, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, waiting: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["signups"].queryset = waiting  # type: ignore[attr-defined]
        staff = User.objects.filter(is_active=True, grants__in=_grants()).distinct().order_by("name")
        self.fields["team"].queryset = staff  # type: ignore[attr-defined]

    def plan(self) -> RoundPlan:
        names = RoundPlan.__dataclass_fields__
        return RoundPlan(**{name: value for name, value in self.cleaned_data.items() if name in names})


def _grants() -> Any:
    grants = User._meta.get_field("grants").related_model
    return grants.objects.filter(in_force(), role__in=["station", "squad"]).values("pk")


class StopForm(TokenFormMixin):
    """Temperature and tube at one door."""

    temperature = forms.CharField(
        label="体温（℃）", max_length=8, widget=forms.TextInput(attrs={"class": "w-number", "inputmode": "decimal"})
    )
    tube = forms.CharField(
        label="试管条码", max_length=24,
        widget=forms.TextInput(attrs={"class": "w-id", "autocomplete": "off", "autocapitalize": "characters"}),
    )  # fmt: skip
