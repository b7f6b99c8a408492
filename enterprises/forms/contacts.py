"""Inviting an enterprise's own accounts, and handing one over."""

from django import forms

from enterprises.forms.fields import checked
from enterprises.models import EnterpriseContact
from parkportal.idempotency import TokenFormMixin
from parkportal.identifiers import normal_name, normal_phone


class ContactHandOverForm(TokenFormMixin, forms.Form):
    """Who takes over."""

    name = forms.CharField(label="姓名", max_length=50, widget=forms.TextInput(attrs={"class": "w-name"}))
    phone = forms.CharField(
        label="手机", max_length=20, widget=forms.TextInput(attrs={"class": "w-phone", "inputmode": "tel"})
    )

    def clean_name(self) -> str:
        return checked(normal_name, self.cleaned_data["name"])

    def clean_phone(self) -> str:
        return checked(normal_phone, self.cleaned_data["phone"])


class ContactInviteForm(ContactHandOverForm):
    """A colleague beside those who are there."""

    kind = forms.ChoiceField(
        label="身份", choices=EnterpriseContact.Kind.choices, initial=EnterpriseContact.Kind.LIAISON
    )
