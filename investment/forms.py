"""Forms of the investment office. Times are typed on the park's clock and shown on both."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from investment.models import Building, Contact, Lead, LeadStage, ShareLink, Unit
from investment.models.leads import SIDE
from parkportal.clock import park_now
from parkportal.editing import SeenFormMixin, mark_of
from parkportal.idempotency import TokenFormMixin, TokenModelForm

ZONES = ["Asia/Shanghai", "Europe/Berlin", "Europe/London", "Europe/Paris", "Asia/Tokyo", "Asia/Seoul"]
ZONES += ["Asia/Singapore", "America/New_York", "America/Los_Angeles", "Australia/Sydney"]


def zone_choices() -> list[tuple[str, str]]:
    """The zones that guests usually have come first, then all others."""
    rest = sorted(name for name in available_timezones() if "/" in name and name not in ZONES)
    return [(name, name) for name in [*ZONES, *rest]]


class WhenInput(forms.DateTimeInput):
    """A day and a time as the browser's own control."""

    input_type = "datetime-local"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%dT%H:%M", attrs={"class": "w-name"})


class ManyFilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class PicturesField(forms.FileField):
    """Several pictures at once; their content is checked when they are kept."""

    widget = ManyFilesInput(attrs={"multiple": True, "accept": "image/png,image/jpeg,image/webp"})

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        uploads = data if isinstance(data, list | tuple) else [data]
        return [super(PicturesField, self).clean(upload, initial) for upload in uploads if upload]


class LeadForm(SeenFormMixin, TokenFormMixin, forms.ModelForm):
    phone = forms.CharField(
        label="电话", max_length=30, required=False, widget=forms.TextInput(attrs={"class": "w-phone"})
    )
    email = forms.EmailField(
        label="邮箱", required=False, error_messages={"invalid": "邮箱的写法不对，要有 @ 和它后面的域名。"}
    )

    class Meta:
        model = Lead
        fields = Lead.FACTS
        widgets = {
            "needs": forms.Textarea(attrs={"rows": 4, "class": "w-sentence"}),
            "investment": forms.NumberInput(attrs={"class": "w-number"}),
        }
        help_texts = {"timezone": "约视频时按两边的钟显示。", "visit_blocked": "勾上以后不能移到“考察”，先约视频。"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["timezone"] = forms.ChoiceField(
            label="对方时区", choices=zone_choices(), initial=self.initial.get("timezone", "Asia/Shanghai")
        )
        if self.instance.pk is not None:
            self.initial["seen"] = mark_of(self.instance.facts())

    def facts(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


class MoveForm(TokenFormMixin, forms.Form):
    to = forms.ChoiceField(label="移到", choices=LeadStage.choices)
    reason = forms.CharField(label="原因", max_length=200, required=False, help_text="搁置、流失要写明")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("to") in SIDE and not (data.get("reason") or "").strip():
            self.add_error("reason", "搁置或流失要写明原因。")
        return data


class ContactForm(TokenFormMixin, forms.ModelForm):
    meeting_minutes = forms.IntegerField(
        label="下一步是视频会谈，预计几分钟",
        min_value=5,
        max_value=480,
        required=False,
        widget=forms.NumberInput(attrs={"class": "w-number"}),
        help_text="填了就记进会谈日程；不是视频就空着。",
    )

    class Meta:
        model = Contact
        fields = ["channel", "at", "minutes", "participants", "summary", "materials", "next_step", "next_at"]
        widgets = {
            "at": WhenInput(),
            "next_at": WhenInput(),
            "summary": forms.Textarea(attrs={"rows": 5, "class": "w-sentence"}),
            "minutes": forms.NumberInput(attrs={"class": "w-number"}),
        }
        help_texts = {"next_at": "按长沙的钟填。"}

    def __init__(self, *args: Any, lead: Lead, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lead = lead
        self.fields["next_step"].required = self.fields["next_at"].required = True
        self.fields["next_step"].error_messages["required"] = "每次联系后都要写下一步做什么。"
        self.fields["next_at"].error_messages["required"] = "下一步要有时间，按长沙的钟填。"
        if not self.is_bound:
            self.initial.setdefault("at", park_now().replace(second=0, microsecond=0))

    def clean_at(self) -> datetime:
        at = self.cleaned_data["at"]
        if at > park_now():
            raise ValidationError("联系时间还没有到。要约以后的时间，请填“下一步”。", code="future")
        return at

    def clean_next_at(self) -> datetime:
        next_at = self.cleaned_data["next_at"]
        if next_at <= park_now():
            raise ValidationError("下一步的时间已经过去了。", code="past")
        return next_at

    def facts(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in [*self.Meta.fields, "meeting_minutes"]}


class BuildingForm(TokenModelForm):
    class Meta:
        model = Building
        fields = ["name", "name_en", "address", "floors", "note"]


class UnitForm(SeenFormMixin, TokenFormMixin, forms.ModelForm):
    photos = PicturesField(
        label="照片", required=False, help_text="PNG、JPEG 或 WebP，可以一次选几张；照片里的定位信息会去掉。"
    )

    class Meta:
        model = Unit
        fields = Unit.FACTS
        widgets = {"available_on": forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": "w-phone"})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is not None:
            self.initial["seen"] = mark_of(self.instance.facts())
        for name in ("floor", "area", "rentable", "clear_height", "floor_load", "power", "lift", "rent"):
            self.fields[name].widget.attrs["class"] = "w-number"
        for name in ("service_charge", "rent_free_months"):
            self.fields[name].widget.attrs["class"] = "w-number"

    def facts(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


class ShareForm(TokenFormMixin, forms.ModelForm):
    class Meta:
        model = ShareLink
        fields = ["lead", "language", "offered_at", "expires_at"]
        labels = {"lead": "客商"}
        widgets = {"offered_at": WhenInput(), "expires_at": WhenInput()}
        help_texts = {"offered_at": "客商页上会用两边的钟显示，点一下就能约。按长沙的钟填。"}

    def __init__(self, *args: Any, leads: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["lead"].queryset = leads  # type: ignore[attr-defined]
        self.fields["lead"].empty_label = "不指定客商"  # type: ignore[attr-defined]

    def clean_expires_at(self) -> datetime:
        expires_at = self.cleaned_data["expires_at"]
        if expires_at <= park_now():
            raise ValidationError("有效期要在现在之后。", code="past")
        return expires_at

    def facts(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


class TimeForm(TokenFormMixin, forms.Form):
    """The guest's form: the offered time, or another one on the guest's own clock."""

    other = forms.DateTimeField(label=_("另一个时间"), required=False, widget=WhenInput())
    note = forms.CharField(
        label=_("想说的话"), max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def wanted_at(self, offered: datetime | None, zone: ZoneInfo) -> datetime | None:
        """What the guest wants: the other time read on the guest's clock, else the offered one."""
        other = self.cleaned_data.get("other")
        return other.replace(tzinfo=zone) if other else offered
