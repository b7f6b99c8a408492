"""What is agreed with a laboratory, and the payer's budget."""

from decimal import Decimal
from typing import Any

from django import forms

from enterprises.models import Enterprise
from parkportal.clock import park_today
from parkportal.idempotency import TokenFormMixin
from testing.forms.campaign import labs
from testing.models import DueFrom
from testing.models.labs import END_OF_DAY

DAY = {"type": "date", "class": "w-date"}
CLOCK = {"type": "time", "class": "w-number"}
MONEY = {"class": "w-phone", "step": "0.01", "inputmode": "decimal"}


class LabTermsForm(TokenFormMixin):
    """Price and time limit of a laboratory from a day on."""

    lab = forms.ModelChoiceField(label="实验室", queryset=Enterprise.objects.none(), empty_label=None)
    valid_from = forms.DateField(
        label="从哪天起", help_text="以前的约定留着，以前的管照旧价结算", initial=park_today,
        widget=forms.DateInput(attrs=DAY, format="%Y-%m-%d"),
    )  # fmt: skip
    price = forms.DecimalField(
        label="每管价格（元）", min_value=Decimal(0), max_value=Decimal(10000), decimal_places=2,
        widget=forms.NumberInput(attrs=MONEY),
    )  # fmt: skip
    due_from = forms.ChoiceField(
        label="时限从什么时候算", choices=DueFrom.choices, initial=DueFrom.RECEIVED,
        widget=forms.RadioSelect(attrs={"class": "choices-list"}),
    )  # fmt: skip
    due_clock = forms.TimeField(
        label="下一个工作日几点前", initial=END_OF_DAY, widget=forms.TimeInput(attrs=CLOCK, format="%H:%M")
    )
    cut_off = forms.TimeField(
        label="几点以后算第二天",
        required=False,
        help_text="空着就不分早晚",
        widget=forms.TimeInput(attrs=CLOCK, format="%H:%M"),
    )
    works_every_day = forms.BooleanField(label="周末和节假日也出结果", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["lab"].queryset = labs()  # type: ignore[attr-defined]

    @property
    def price_fen(self) -> int:
        return int(self.cleaned_data["price"] * 100)


class LabDayForm(TokenFormMixin):
    """One day of a laboratory's own calendar."""

    lab = forms.ModelChoiceField(label="实验室", queryset=Enterprise.objects.none(), empty_label=None)
    day = forms.DateField(label="日期", widget=forms.DateInput(attrs=DAY, format="%Y-%m-%d"))
    works = forms.ChoiceField(
        label="这一天", choices=[("yes", "上班，出结果"), ("no", "休息")], initial="yes",
        widget=forms.RadioSelect(attrs={"class": "choices-list"}),
    )  # fmt: skip
    note = forms.CharField(label="说明", required=False, max_length=60)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["lab"].queryset = labs()  # type: ignore[attr-defined]

    def values(self) -> dict[str, Any]:
        data = self.cleaned_data
        return {"lab": data["lab"], "day": data["day"], "is_working": data["works"] == "yes", "note": data["note"]}


class BudgetForm(TokenFormMixin):
    """Money that a payer set aside."""

    payer = forms.CharField(
        label="费用由谁承担", max_length=40, initial="园区财政", widget=forms.TextInput(attrs={"class": "w-name"})
    )
    amount = forms.DecimalField(
        label="预算（元）", min_value=Decimal("0.01"), max_value=Decimal("9999999999"), decimal_places=2,
        widget=forms.NumberInput(attrs=MONEY),
    )  # fmt: skip
    starts_on = forms.DateField(label="从", widget=forms.DateInput(attrs=DAY, format="%Y-%m-%d"))
    ends_on = forms.DateField(label="到（含）", widget=forms.DateInput(attrs=DAY, format="%Y-%m-%d"))
    note = forms.CharField(label="文号或说明", required=False, max_length=60)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("starts_on") and data.get("ends_on") and data["ends_on"] < data["starts_on"]:
            self.add_error("ends_on", "结束日期不能早于开始日期")
        return data

    @property
    def amount_fen(self) -> int:
        return int(self.cleaned_data["amount"] * 100)
