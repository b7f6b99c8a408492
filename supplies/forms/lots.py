"""Forms of a lot: its papers; and the look into the past of the book."""

from typing import Any

from django import forms

from parkportal.clock import park_now
from parkportal.idempotency import TokenFormMixin
from parkportal.records import files
from parkportal.records.models import StoredFile
from supplies.models import Item, Place, PlaceKind


class PaperForm(TokenFormMixin):
    """A certificate, an invoice or a photo."""

    title = forms.CharField(
        label="名称", max_length=60, help_text="例如：出厂检验报告。", widget=forms.TextInput(attrs={"class": "w-name"})
    )
    file = forms.FileField(
        label="文件",
        help_text="PDF 或图片，最多 20 MB。",
        widget=forms.FileInput(attrs={"accept": ".pdf,image/*"}),
        error_messages={"required": "请选择文件。", "empty": "文件是空的，请重新选择。"},
    )

    def kept(self, owner: Any) -> StoredFile:
        """The file behind the scope. Raises Refused when it is neither PDF nor picture."""
        upload = self.cleaned_data["file"]
        return files.keep(
            upload, name=upload.name, purpose="lot_paper", owner=owner, allow=("pdf", "jpeg", "png", "webp")
        )


class PastForm(forms.Form):
    """As of when, where, and of what."""

    at = forms.DateTimeField(
        label="截至",
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local", "class": "filter"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%d"],
        error_messages={"invalid": "看不懂这个时间，请写成 2020-02-17 09:00。"},
    )
    place = forms.ModelChoiceField(Place.objects.none(), label="库位", required=False, empty_label="全部仓库和小分队")
    item = forms.ModelChoiceField(Item.objects.none(), label="物资", required=False, empty_label="全部物资")

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = [PlaceKind.WAREHOUSE, PlaceKind.SQUAD, PlaceKind.POINT, PlaceKind.TRANSIT]
        self.fields["place"].queryset = Place.objects.visible_to(user).filter(kind__in=kinds).order_by("kind", "id")
        self.fields["item"].queryset = Item.objects.visible_to(user)
        self.fields["item"].label_from_instance = lambda item: item.label
        for name in ("place", "item"):
            self.fields[name].widget.attrs["class"] = "filter"

    def clean_at(self) -> Any:
        instant = self.cleaned_data["at"] or park_now()
        if instant > park_now():
            raise forms.ValidationError("这个时间还没有到。")
        return instant

    @property
    def places(self) -> list[Place]:
        chosen = self.cleaned_data.get("place")
        return [chosen] if chosen else list(self.fields["place"].queryset)
