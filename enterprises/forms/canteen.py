"""Canteens: asking for a guidance officer, the meal plan, take-away outlets and their checks."""

from typing import Any

from django import forms

from enterprises.forms.inspections import PICTURE_TYPES
from enterprises.forms.needs import DAY, staff_accounts
from enterprises.models import MealPoint, MealSlot, Outlet
from parkportal.accounts.models import User
from parkportal.clock import park_today
from parkportal.editing import SeenFormMixin
from parkportal.idempotency import TokenFormMixin

CLOCK = {"type": "time", "class": "w-phone"}
NUMBER = {"class": "w-number", "inputmode": "numeric"}


class GuidanceForm(TokenFormMixin, forms.Form):
    wish = forms.CharField(
        label="要指导什么",
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 3, "class": "w-full"}),
        help_text="例如：200 人怎样分三批，座位怎样隔开。",
    )


class AssignForm(TokenFormMixin, forms.Form):
    officer = forms.ModelChoiceField(User.objects.none(), label="指导员")
    visit_on = forms.DateField(label="哪天去", widget=forms.DateInput(attrs=DAY))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["officer"].queryset = staff_accounts()  # type: ignore[attr-defined]
        self.initial = {"visit_on": f"{park_today():%Y-%m-%d}", **self.initial}


class GuidanceWordsForm(TokenFormMixin, forms.Form):
    words = forms.CharField(label="说明", max_length=200, widget=forms.TextInput(attrs={"class": "w-full"}))


class MealPointForm(TokenFormMixin, forms.ModelForm):
    class Meta:
        model = MealPoint
        fields = ["name", "place", "seats"]
        widgets = {
            "name": forms.TextInput(attrs={"class": "w-name"}),
            "place": forms.TextInput(attrs={"class": "w-sentence"}),
            "seats": forms.TextInput(attrs=NUMBER),
        }


class MealSlotForm(TokenFormMixin, forms.ModelForm):
    class Meta:
        model = MealSlot
        fields = ["starts", "ends", "group", "cap"]
        widgets = {
            "starts": forms.TimeInput(attrs=CLOCK, format="%H:%M"),
            "ends": forms.TimeInput(attrs=CLOCK, format="%H:%M"),
            "group": forms.TextInput(attrs={"class": "w-name"}),
            "cap": forms.TextInput(attrs=NUMBER),
        }
        help_texts = {"group": "例如：一车间、青禾检测全体。同一批人写同一个名字。"}


class OutletForm(TokenFormMixin, SeenFormMixin, forms.ModelForm):
    class Meta:
        model = Outlet
        fields = Outlet.FACTS
        widgets = {
            "name": forms.TextInput(attrs={"class": "w-name"}),
            "english_name": forms.TextInput(attrs={"class": "w-name"}),
            "place": forms.TextInput(attrs={"class": "w-sentence"}),
            "english_place": forms.TextInput(attrs={"class": "w-sentence"}),
            "offers": forms.TextInput(attrs={"class": "w-sentence"}),
            "english_offers": forms.TextInput(attrs={"class": "w-sentence"}),
            "opens": forms.TimeInput(attrs=CLOCK, format="%H:%M"),
            "closes": forms.TimeInput(attrs=CLOCK, format="%H:%M"),
        }
        help_texts = {
            "name": "公众看得到，不写个人的姓名和手机。",
            "english_name": "英文的三栏给外籍员工看；不写就用中文。",
        }


class OutletCheckForm(TokenFormMixin, forms.Form):
    passed = forms.ChoiceField(
        label="看下来", choices=[("yes", "合格"), ("no", "不合格，先不上名单")], widget=forms.RadioSelect
    )
    words = forms.CharField(
        label="检查记录", max_length=200, required=False, widget=forms.TextInput(attrs={"class": "w-full"}),
        help_text="不合格的要写。",
    )  # fmt: skip
    photo = forms.FileField(
        label="照片", required=False, widget=forms.ClearableFileInput(attrs={"accept": PICTURE_TYPES})
    )
