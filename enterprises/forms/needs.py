"""A need is written down, passed on, closed, confirmed or opened again."""

from typing import Any

from django import forms

from enterprises.models import Need
from parkportal.accounts.models import User
from parkportal.editing import SeenFormMixin
from parkportal.idempotency import TokenFormMixin
from parkportal.records import terms

DAY = {"type": "date", "class": "w-phone"}


def staff_accounts() -> Any:
    """Who a need can be passed to: people of the park, not of its enterprises."""
    return User.objects.filter(is_active=True).with_role("committee", "squad", "supervisor").order_by("name")


class NeedForm(TokenFormMixin, forms.ModelForm):
    """What is needed, in the enterprise's own words; the park's people also say who takes it and until when."""

    kind = forms.ChoiceField(label="哪一类", widget=forms.RadioSelect)
    due_on = forms.DateField(
        label="办结期限",
        required=False,
        widget=forms.DateInput(attrs=DAY),
        help_text="不填按类别的期限算，从今天起数工作日。",
    )
    department = forms.ChoiceField(label="承办部门", required=False)

    class Meta:
        model = Need
        fields = ["kind", "description", "department", "due_on"]
        widgets = {"description": forms.Textarea(attrs={"rows": 3, "class": "w-full", "maxlength": 500})}
        help_texts = {"description": "缺什么、缺多少、什么时候要。"}

    def __init__(self, *args: Any, for_staff: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = terms.choices("need_kind")  # type: ignore[attr-defined]
        if for_staff:
            self.fields["department"].choices = [("", "先登记，以后转办"), *terms.choices("department")]  # type: ignore[attr-defined]
        else:
            del self.fields["department"], self.fields["due_on"]


class NeedPassForm(TokenFormMixin, SeenFormMixin):
    department = forms.ChoiceField(label="转给哪个部门")
    owner = forms.ModelChoiceField(User.objects.none(), label="承办人", required=False, empty_label="由部门定")
    due_on = forms.DateField(label="新的期限", required=False, widget=forms.DateInput(attrs=DAY))
    reason = forms.CharField(
        label="说明", max_length=200, required=False, widget=forms.TextInput(attrs={"class": "w-full"})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["department"].choices = terms.choices("department")  # type: ignore[attr-defined]
        self.fields["owner"].queryset = staff_accounts()  # type: ignore[attr-defined]


class NeedCloseForm(TokenFormMixin):
    outcome = forms.CharField(
        label="办理结果",
        max_length=300,
        help_text="企业会看到，并确认解决了没有。",
        widget=forms.Textarea(attrs={"rows": 2, "class": "w-full"}),
        error_messages={"required": "请写明办理结果，企业会看到。"},
    )


class NeedConfirmForm(TokenFormMixin):
    words = forms.CharField(
        label="补一句", max_length=200, required=False, widget=forms.TextInput(attrs={"class": "w-full"})
    )


class NeedReasonForm(TokenFormMixin):
    reason = forms.CharField(
        label="原因",
        max_length=200,
        widget=forms.TextInput(attrs={"class": "w-full"}),
        error_messages={"required": "请写明原因。"},
    )
