"""Forms of warehouses and their keepers."""

from typing import Any

from django import forms

from parkportal.accounts.models import User
from parkportal.idempotency import TokenFormMixin
from supplies.models import Place, PlaceKind


class WarehouseForm(TokenFormMixin):
    """A new warehouse."""

    name = forms.CharField(label="仓库名称", max_length=60, widget=forms.TextInput(attrs={"class": "w-name"}))
    address = forms.CharField(
        label="地址", max_length=120, required=False, widget=forms.TextInput(attrs={"class": "w-sentence"})
    )

    def clean_name(self) -> str:
        name = self.cleaned_data["name"]
        if Place.objects.filter(kind=PlaceKind.WAREHOUSE, name=name).exists():
            raise forms.ValidationError("已经有同名的仓库。")
        return name


class KeeperForm(forms.Form):
    """Who keeps the warehouse from today."""

    user = forms.ModelChoiceField(
        User.objects.none(), label="仓管", empty_label="请选一位仓管",
        error_messages=dict.fromkeys(("required", "invalid_choice"), "请选一位仓管。"),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["user"].queryset = User.objects.with_role("warehouse")
