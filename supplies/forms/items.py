"""The form of an item of the catalogue."""

import re
import unicodedata
from decimal import Decimal
from typing import Any

from django import forms
from django.db import transaction

from parkportal.editing import SeenFormMixin, Spoken, mark_of, spoken_by
from parkportal.idempotency import TokenModelForm
from parkportal.quantities import LARGEST
from parkportal.records import files, terms
from parkportal.records.models import StoredFile
from supplies.models import UNITS, Item, PackUnit, Place, misfits, pack_words
from supplies.units import unit_word

SHELF_LENGTH = 12


class ShelfForm(SeenFormMixin):
    """Where an item lies in one warehouse; nothing takes the shelf away."""

    label = forms.CharField(
        max_length=SHELF_LENGTH,
        required=False,
        error_messages={"max_length": f"货位最多 {SHELF_LENGTH} 个字。"},
        widget=forms.TextInput(attrs={"class": "w-number", "placeholder": "A-01", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, place: Place, stands: str = "", **kwargs: Any) -> None:
        super().__init__(*args, initial={"label": stands, "seen": mark_of({"label": stands})}, **kwargs)
        self.fields["label"].label = f"{place}的货位"

    def clean_label(self) -> str:
        return unicodedata.normalize("NFKC", self.cleaned_data["label"]).strip().upper()


class ItemForm(SeenFormMixin, TokenModelForm):
    """An item with its packs, written as 盒 50、箱 2000."""

    packs = forms.CharField(
        label="包装单位",
        required=False,
        max_length=120,
        help_text="每包折合多少基本单位，例如：盒 50、箱 2000。",
        widget=forms.TextInput(attrs={"class": "w-name"}),
    )

    picture = forms.FileField(
        label="照片", required=False, help_text="换一张就重新选。", widget=forms.FileInput(attrs={"accept": "image/*"})
    )

    class Meta:
        model = Item
        fields = [*Item.FACTS[:4], "packs", *Item.FACTS[4:]]  # the packs stand beside the unit that they count in
        help_texts = {
            "step": "分配时每家分到的是它的整数倍。",
            "minimum_stock": "低于它就提醒；0 为不提醒。",
            "daily_use": "用来算够用几天；不消耗的空着。中药饮片写每人每天几剂。",
            "course_days": "中药饮片用：按人数 × 天数分配。",
            "dosage": "印在配送单上，例如：一日一剂，分两次饭后温服。",
        }
        widgets = {
            "name": forms.TextInput(attrs={"class": "w-name"}),
            "spec": forms.TextInput(attrs={"class": "w-name"}),
            "step": forms.TextInput(attrs={"class": "w-number", "inputmode": "decimal"}),
            "minimum_stock": forms.TextInput(attrs={"class": "w-phone", "inputmode": "decimal"}),
            "daily_use": forms.TextInput(attrs={"class": "w-number", "inputmode": "decimal"}),
            "course_days": forms.TextInput(attrs={"class": "w-number", "inputmode": "numeric"}),
            "dosage": forms.TextInput(attrs={"class": "w-sentence"}),
            "safety_note": forms.TextInput(attrs={"class": "w-sentence"}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"] = forms.ChoiceField(label="类别", choices=terms.choices("item_kind"))
        if self.instance.pk:
            facts = self.instance.facts()
            self.fields["packs"].initial = pack_words(facts["packs"])
            self.fields["seen"].initial = mark_of(facts)
            if self.instance.lots.exists():
                self.fields["unit"].disabled = True
                self.fields["unit"].help_text = "已经有库存记录，单位不能再改。"

    def clean_packs(self) -> list[tuple[str, Decimal]]:
        packs = []
        for part in re.split(r"[、,，;；]", self.cleaned_data["packs"]):
            if not part.strip():
                continue
            match = re.fullmatch(r"\s*(\D+?)\s*[=×x*]?\s*(\d+(?:\.\d{1,3})?)\s*\D*", part)
            name = unit_word(match[1]) if match else ""
            if name not in UNITS or not 0 < Decimal(match[2]) <= LARGEST:  # type: ignore[index]
                raise forms.ValidationError(f"看不懂“{part.strip()[:12]}”，请写成：盒 50、箱 2000。")
            packs.append((name, Decimal(match[2])))  # type: ignore[index]
        if len({name for name, _ in packs}) < len(packs):
            raise forms.ValidationError("同一个包装单位写了两次。")
        return sorted(packs, key=lambda pack: pack[1])

    def clean_picture(self) -> StoredFile | None:
        upload = self.cleaned_data["picture"]
        if not upload:
            return None
        return files.keep(upload, name="物资照片.jpg", purpose="item_photo", owner=None, allow=("jpeg", "png", "webp"))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for name, words in misfits(data, item=self.instance.pk):
            self.add_error(name, words)
        return data

    def facts(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in (*Item.FACTS, "packs")}

    def spoken(self) -> Spoken:
        """Labels and words of values, packs as they are typed."""
        say = spoken_by(self)

        def speak(name: str, value: Any) -> tuple[str, str]:
            return ("包装单位", pack_words(value)) if name == "packs" else say(name, value)

        return speak

    @transaction.atomic
    def save(self, commit: bool = True) -> Item:
        data = self.cleaned_data
        self.instance.name_it(data["name"], data["spec"], data["unit"])
        self.instance.photo = data.get("picture") or self.instance.photo
        item = super().save()
        item.packs.all().delete()
        PackUnit.objects.bulk_create(PackUnit(item=item, name=name, factor=factor) for name, factor in data["packs"])
        return item
