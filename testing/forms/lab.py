"""What is typed at the bench: a correction, and what somebody reads from a printed report."""

from django import forms
from django.utils.translation import gettext_lazy as _

from parkportal.idempotency import TokenFormMixin
from parkportal.identifiers import IdentifierProblem, normal_barcode
from testing.actions.lab import NewReading
from testing.models import ResultValue, Specimen

CT = {"class": "w-number", "inputmode": "decimal"}


class CorrectionForm(TokenFormMixin):
    """The reading that should stand instead of a released one, and why."""

    value = forms.ChoiceField(
        label="应当是", choices=ResultValue.choices, widget=forms.RadioSelect(attrs={"class": "choices-list"})
    )
    ct_orf1ab = forms.DecimalField(
        label="Ct ORF1ab", required=False, min_value=0, max_value=50, max_digits=4, decimal_places=2,
        widget=forms.NumberInput(attrs=CT),
    )  # fmt: skip
    ct_n = forms.DecimalField(
        label="Ct N", required=False, min_value=0, max_value=50, max_digits=4, decimal_places=2,
        widget=forms.NumberInput(attrs=CT),
    )  # fmt: skip
    reason = forms.CharField(
        label="为什么更正",
        max_length=200,
        help_text="会印在新版报告上，不要写人名",
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def reading(self, specimen: Specimen) -> NewReading:
        data = self.cleaned_data
        return NewReading(specimen.pk, data["value"], ct_orf1ab=data["ct_orf1ab"], ct_n=data["ct_n"])


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
