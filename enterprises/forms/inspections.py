"""Forms of an inspection: the checklist on the spot, evidence, the re-inspection."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile

from enterprises.dictionaries import words_of
from enterprises.models import Enterprise, Inspection, Severity
from parkportal.clock import park_today
from parkportal.idempotency import TokenFormMixin
from parkportal.records.models import Term

MOST_PHOTOS = 9
PICTURE_TYPES = "image/png,image/jpeg,image/webp"


class ManyPhotosInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class PhotosField(forms.FileField):
    """One to nine pictures; what they really are is judged when they are kept."""

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"accept": PICTURE_TYPES, "multiple": True}
        super().__init__(
            **{
                "widget": ManyPhotosInput(attrs=attrs),
                "error_messages": {"required": "请至少拍一张照片。", "empty": "照片是空的，请重新拍。"},
                **kwargs,
            }
        )

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        uploads = data if isinstance(data, list | tuple) else [data] if data else []
        if not uploads:
            super().clean(None, initial)
            return []
        if len(uploads) > MOST_PHOTOS:
            raise ValidationError(f"最多 {MOST_PHOTOS} 张照片。", code="too_many")
        return [super(PhotosField, self).clean(upload, initial) for upload in uploads]


def items_of(enterprise: Enterprise) -> list[Term]:
    """The checklist for this enterprise: without a canteen or a dormitory nobody looks for one."""
    absent = {"canteen": enterprise.has_canteen is False, "dormitory": enterprise.has_dormitory is False}
    return [t for t in words_of("inspection_item") if t.is_active and not absent.get(t.settings.get("only", ""))]


class InspectionForm(TokenFormMixin, forms.Form):
    """Three taps when all is in order; each exception is opened by itself."""

    all = forms.ChoiceField(choices=[("fine", "都落实了"), ("problem", "有问题")], initial="fine")
    photos = PhotosField(label="照片")
    met_name = forms.CharField(label="见到谁", max_length=50, required=False)
    place = forms.CharField(label="地点", max_length=100, required=False)
    due_on = forms.DateField(label="整改期限", required=False)
    responsible = forms.CharField(label="整改责任人", max_length=50, required=False)
    note = forms.CharField(label="补一句", max_length=300, required=False)

    def __init__(self, *args: Any, enterprise: Enterprise, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.items = items_of(enterprise)
        self.initial = {
            "place": enterprise.place[:100],
            "responsible": enterprise.liaison_name,
            "due_on": f"{park_today() + timedelta(days=3):%Y-%m-%d}",
            **self.initial,
        }
        for item in self.items:
            self.fields[f"problem_{item.code}"] = forms.CharField(label=item.label, max_length=200, required=False)
            self.fields[f"demand_{item.code}"] = forms.CharField(label="整改要求", max_length=200, required=False)
            self.fields[f"severity_{item.code}"] = forms.ChoiceField(
                label="程度", choices=Severity.choices, required=False
            )

    def rows(self) -> Iterator[tuple[Term, Any, Any, Any]]:
        """Each item with its three inputs, for the page."""
        for item in self.items:
            yield item, *(self[f"{part}_{item.code}"] for part in ("problem", "severity", "demand"))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        found = [item for item in self.items if data.get(f"problem_{item.code}")]
        if data.get("all") == "problem" and not found:
            self.add_error("all", "请点开有问题的一项，写明是什么问题。")
        if found:
            if not data.get("responsible"):
                self.add_error("responsible", "有问题的，要写整改责任人。")
            if not self.errors.get("due_on") and (not data.get("due_on") or data["due_on"] <= park_today()):
                self.add_error("due_on", "整改期限要在今天以后。")
        return data

    def answers(self) -> list[dict[str, Any]]:
        data = self.cleaned_data
        said = [(item, data[f"problem_{item.code}"]) for item in self.items]
        return [{"code": item.code, "label": item.label, "ok": not words, "words": words} for item, words in said]

    def findings(self) -> list[dict[str, str]]:
        data = self.cleaned_data
        return [
            {
                "item": item.label,
                "severity": data[f"severity_{item.code}"] or Severity.SLIGHT,
                "words": data[f"problem_{item.code}"],
                "demand": data[f"demand_{item.code}"],
            }
            for item in self.items
            if data[f"problem_{item.code}"]
        ]

    def facts(self) -> dict[str, Any]:
        names = ("place", "met_name", "note", "due_on", "responsible")
        return {name: self.cleaned_data[name] for name in names}


class EvidenceForm(TokenFormMixin, forms.Form):
    words = forms.CharField(
        label="怎样改的", max_length=200, widget=forms.Textarea(attrs={"rows": 3, "class": "w-sentence"})
    )
    photos = PhotosField(label="改好后的照片", help_text="可以选几张。")


class ReinspectionForm(TokenFormMixin, forms.Form):
    conclusion = forms.ChoiceField(
        label="复查结论",
        choices=[
            (Inspection.Status.CLOSED, "合格"),
            (Inspection.Status.RECTIFYING, "限期整改"),
            (Inspection.Status.CONTINUED, "继续整改"),
        ],
        widget=forms.RadioSelect,
    )
    due_on = forms.DateField(
        label="新的期限",
        required=False,
        help_text="没有改好的要写。",
        widget=forms.DateInput(attrs={"type": "date", "class": "w-date"}),
    )
    words = forms.CharField(label="复查记录", max_length=200, required=False)
    photos = PhotosField(label="照片", required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        unfinished = data.get("conclusion") in {Inspection.Status.RECTIFYING, Inspection.Status.CONTINUED}
        if unfinished and not self.errors.get("due_on") and (data.get("due_on") or park_today()) <= park_today():
            self.add_error("due_on", "没有改好的，要写明新的期限，在今天以后。")
        return data
