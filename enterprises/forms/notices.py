"""What the committee writes to enterprises."""

from django import forms

from enterprises.models import Notice
from parkportal.idempotency import TokenFormMixin


class AddressedForm(TokenFormMixin):
    """Something written to the rows of a query; `count` is how many the writer was shown."""

    query = forms.CharField(max_length=2000, required=False, widget=forms.HiddenInput)
    count = forms.IntegerField(required=False, widget=forms.HiddenInput)


class NoticeForm(AddressedForm, forms.ModelForm):
    class Meta:
        model = Notice
        fields = ["title", "body"]
        widgets = {
            "title": forms.TextInput(attrs={"class": "w-sentence"}),
            "body": forms.Textarea(attrs={"rows": 8, "class": "w-full"}),
        }
        help_texts = {"body": "先写要做什么、几时以前。发出以后不能改，写错了撤回重发。"}
