"""Forms of a lot: its papers; and the look into the past of the book."""

from typing import Any

from django import forms
from django.db.models import QuerySet

from enterprises.models import Enterprise
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


FIRMS = "firms"
HOUSES = (PlaceKind.WAREHOUSE, PlaceKind.SQUAD, PlaceKind.POINT, PlaceKind.TRANSIT)


class PastForm(forms.Form):
    """As of when, where, and of what; also at the enterprises, by their names."""

    at = forms.DateTimeField(
        label="截至",
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local", "class": "filter"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%d"],
        error_messages={"invalid": "看不懂这个时间，请写成 2020-02-17 09:00。"},
    )
    place = forms.ChoiceField(label="库位", required=False)
    firm = forms.CharField(
        label="哪家企业",
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"class": "filter", "type": "search", "placeholder": "企业名称，全部企业就空着"}),
    )
    item = forms.ModelChoiceField(Item.objects.none(), label="物资", required=False, empty_label="全部物资")

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.reached = Place.objects.visible_to(user)
        self.houses = self.reached.filter(kind__in=HOUSES).order_by("kind", "id")
        self.sees_firms = user.has_role("committee", "leader")
        choices = [("", "全部仓库和小分队"), *((str(place.pk), str(place)) for place in self.houses)]
        self.fields["place"].choices = [*choices, *([(FIRMS, "企业手上")] if self.sees_firms else [])]
        if not self.sees_firms:
            del self.fields["firm"]
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
    def places(self) -> QuerySet[Place]:
        chosen, words = self.cleaned_data.get("place"), self.cleaned_data.get("firm", "").strip()
        if chosen == FIRMS or (words and not chosen):
            firms = self.reached.filter(kind=PlaceKind.ENTERPRISE)
            return firms.filter(enterprise__in=Enterprise.objects.named(words)) if words else firms
        return self.houses.filter(pk=chosen) if chosen else self.houses
