"""What is typed at the bench: a correction, and what somebody reads from a printed report."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from parkportal.idempotency import TokenFormMixin
from parkportal.identifiers import IdentifierProblem, normal_barcode
from parkportal.reasons import ReasonField
from testing.actions.lab import NewReading
from testing.models import InvalidReason, ResultValue, Specimen

CT = {"class": "w-number", "inputmode": "decimal"}


class CorrectionForm(TokenFormMixin):
    """The reading that should stand instead of a released one, and why."""

    value = forms.ChoiceField(
        label="应当是", choices=ResultValue.choices, widget=forms.RadioSelect(attrs={"class": "choices-list"})
    )
    invalid = forms.ChoiceField(
        label="为什么无效", required=False, choices=[("", "不是无效"), *((one.value, one.label) for one in InvalidReason.at_bench())],
        help_text="更正为无效才选，本人重采时要知道",
    )  # fmt: skip
    ct_orf1ab = forms.DecimalField(
        label="Ct ORF1ab", required=False, min_value=0, max_value=50, max_digits=4, decimal_places=2,
        widget=forms.NumberInput(attrs=CT),
    )  # fmt: skip
    ct_n = forms.DecimalField(
        label="Ct N", required=False, min_value=0, max_value=50, max_digits=4, decimal_places=2,
        widget=forms.NumberInput(attrs=CT),
    )  # fmt: skip
    reason = ReasonField(
        label="为什么更正",
        help_text="会印在新版报告上，不写姓名和号码",
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("value") == ResultValue.INVALID and "invalid" not in self.errors and not data.get("invalid"):
            self.add_error("invalid", "请选为什么无效，本人重采时要知道。")
        return data

    def reading(self, specimen: Specimen) -> NewReading:
        data = self.cleaned_data
        note = InvalidReason(data["invalid"]).label if data["value"] == ResultValue.INVALID else ""
        return NewReading(specimen.pk, data["value"], ct_orf1ab=data["ct_orf1ab"], ct_n=data["ct_n"], note=note)


SHORT_REASONS = [
    ("采样点没有放进箱，等回话", "采样点没有放进箱，等回话"),
    ("路上打破或漏液", "路上打破或漏液"),
    ("other", "其他，写明"),
]


class BoxCodeForm(forms.Form):
    """The code of a box, scanned or typed."""

    code = forms.CharField(
        label="箱码", max_length=64, error_messages=dict.fromkeys(("required", "max_length"), "请扫箱码。"),
        widget=forms.TextInput(attrs={"class": "w-id", "placeholder": "扫箱码", "autocomplete": "off", "autofocus": ""}),
    )  # fmt: skip


class ReceiveForm(TokenFormMixin):
    """What is signed for."""

    seal_state = forms.ChoiceField(
        label="封签", choices=[("intact", "完好"), ("broken", "破损")], initial="intact", widget=forms.RadioSelect,
        error_messages=dict.fromkeys(("required", "invalid_choice"), "请选封签是否完好。"),
    )  # fmt: skip
    short = forms.ChoiceField(
        label="短少", required=False, choices=[("", ""), *SHORT_REASONS], initial=SHORT_REASONS[0][0]
    )
    short_other = ReasonField(
        label="其他，写明", required=False, help_text="",
        widget=forms.TextInput(attrs={"placeholder": "其他，写明"}),
    )  # fmt: skip

    @property
    def reason(self) -> str:
        short = self.cleaned_data["short"]
        return self.cleaned_data["short_other"].strip() if short == "other" else short


class ReadingForm(forms.Form):
    """One tube at the bench; what is wrong is shown at its cell of the plate."""

    value = forms.ChoiceField(required=False, choices=[("", ""), *ResultValue.choices])
    ct_orf1ab = forms.DecimalField(required=False, min_value=0, max_value=50, max_digits=4, decimal_places=2)
    ct_n = forms.DecimalField(required=False, min_value=0, max_value=50, max_digits=4, decimal_places=2)
    note = ReasonField(required=False)

    def __init__(self, *args: Any, cell: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, words in (("value", "结果"), ("ct_orf1ab", "Ct ORF1ab"), ("ct_n", "Ct N"), ("note", "备注")):
            self.fields[name].label = f"{cell} 格{words}"
            self.fields[name].widget.attrs["id"] = f"cell-{cell}"

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not data.get("value") and any(data.get(name) not in (None, "") for name in ("ct_orf1ab", "ct_n", "note")):
            self.add_error("value", "写了 Ct 值或备注，还没有选结果。")
        return data


class AlertForm(forms.Form):
    """Whoever takes an alert in hand says what comes next."""

    note = forms.CharField(label="打算怎么办", max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 3}))


class ReportCheckForm(forms.Form):
    """What the holder of a paper reads from it."""

    barcode = forms.CharField(
        label=_("条码号"), max_length=40, widget=forms.TextInput(attrs={"class": "w-id", "autocomplete": "off"})
    )
    value = forms.ChoiceField(
        label=_("报告上的结果"),
        choices=[("negative", _("阴性")), ("positive", _("阳性")), ("suspect", _("可疑"))],
        widget=forms.RadioSelect(attrs={"class": "choices-list"}),
    )

    def clean_barcode(self) -> str:
        try:
            return normal_barcode(self.cleaned_data["barcode"].replace(" ", ""))
        except IdentifierProblem as problem:
            raise forms.ValidationError(_("条码号不对，请照报告上的再输一次。")) from problem
