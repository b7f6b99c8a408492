"""Forms of the catalogue and of the book: items, receipts, transfers, losses, and reasons."""

import re
from decimal import Decimal
from typing import Any

from django import forms
from django.db import transaction

from parkportal.clock import park_today
from parkportal.idempotency import TokenFormMixin
from parkportal.quantities import LARGEST, plain
from parkportal.records import terms
from parkportal.states import Refused
from supplies.actions import Received
from supplies.models import (
    UNITS,
    Balance,
    Item,
    Lot,
    Movement,
    PackUnit,
    Place,
    PlaceKind,
    item_key,
    reached_warehouses,
)
from supplies.units import read_quantity, unit_word


def day_input() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date", "class": "w-date"}, format="%Y-%m-%d")


class ReasonForm(TokenFormMixin):
    """A reason, for what is reversed, voided, sent back or taken out of use."""

    reason = forms.CharField(label="原因", max_length=200, widget=forms.TextInput(attrs={"class": "w-sentence"}))


class BalanceChoice(forms.ModelChoiceField):
    """A lot in a place, with what lies there."""

    def label_from_instance(self, row: Balance) -> str:
        item = row.lot.item
        return f"{item.label}　批号 {row.lot}　{row.place} {plain(row.amount)} {item.unit}"


class ItemChoice(forms.ModelChoiceField):
    def label_from_instance(self, item: Item) -> str:
        return f"{item.label}　{item.units_line}"


class ReceiptForm(TokenFormMixin):
    """One lot that came in. The quantity is read by unit: 500公斤, 2箱."""

    warehouse = forms.ModelChoiceField(Place.objects.none(), label="入到哪个仓库", empty_label=None)
    item = ItemChoice(Item.objects.none(), label="物资", empty_label="请选择")
    quantity = forms.CharField(
        label="数量",
        max_length=30,
        help_text="可以带单位，例如 2箱、500公斤；不带就按基本单位。",
        widget=forms.TextInput(attrs={"class": "w-phone", "autocomplete": "off"}),
    )
    batch = forms.CharField(
        label="批号",
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"class": "w-id", "autocomplete": "off"}),
    )
    made_on = forms.DateField(label="生产日期", required=False, widget=day_input())
    expires_on = forms.DateField(label="有效期至", required=False, widget=day_input())
    source = forms.ChoiceField(label="来源", choices=Lot.Source.choices, widget=forms.RadioSelect)
    supplier = forms.CharField(
        label="供应商或捐赠单位", max_length=200, required=False, widget=forms.TextInput(attrs={"class": "w-name"})
    )
    unit_price = forms.DecimalField(
        label="单价（元）",
        required=False,
        min_value=0,
        max_digits=12,
        decimal_places=4,
        help_text="每个基本单位的价；捐赠可以不填。",
        widget=forms.TextInput(attrs={"class": "w-number", "inputmode": "decimal"}),
    )
    received_on = forms.DateField(label="入库日期", initial=park_today, widget=day_input())

    field_order = ["warehouse", "item", "quantity", "batch", "made_on", "expires_on", "source", "supplier"]

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["warehouse"].queryset = reached_warehouses(user).filter(is_active=True)
        self.fields["item"].queryset = Item.objects.in_use().prefetch_related("packs")

    def clean_received_on(self) -> Any:
        day = self.cleaned_data["received_on"]
        if day > park_today():
            raise forms.ValidationError("入库日期不能晚于今天。")
        return day

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        made, expires = data.get("made_on"), data.get("expires_on")
        if made and made > park_today():
            self.add_error("made_on", "生产日期不能晚于今天。")
        if made and expires and expires < made:
            self.add_error("expires_on", "有效期至不能早于生产日期。")
        if data.get("item") and data.get("quantity"):
            try:
                data["quantity"] = read_quantity(data["quantity"], data["item"])
            except Refused as refused:
                self.add_error("quantity", refused)
        return data

    def received(self) -> Received:
        facts = (
            "item",
            "quantity",
            "batch",
            "made_on",
            "expires_on",
            "source",
            "supplier",
            "received_on",
            "unit_price",
        )
        return Received(**{name: self.cleaned_data[name] for name in facts})


class MovementForm(TokenFormMixin):
    """Transfer between warehouses, bring to a point, take back, write off."""

    KINDS = [Movement.Kind.TRANSFER, Movement.Kind.RETURN, Movement.Kind.LOSS]

    kind = forms.ChoiceField(label="办什么", choices=[(kind, kind.label) for kind in KINDS], widget=forms.RadioSelect)
    balance = BalanceChoice(Balance.objects.none(), label="哪一批", empty_label="请选择")
    quantity = forms.CharField(label="数量", max_length=30, widget=forms.TextInput(attrs={"class": "w-phone"}))
    to_place = forms.ModelChoiceField(
        Place.objects.none(), label="到哪里", required=False, empty_label="报损不用选", help_text="调拨和退回要选。"
    )
    reason = forms.CharField(
        label="说明", max_length=200, required=False, widget=forms.TextInput(attrs={"class": "w-sentence"})
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = Balance.objects.filter(amount__gt=0, place__in=movable_places(user)).select_related("lot__item", "place")
        self.fields["balance"].queryset = own.order_by("lot__item__pinyin_key", "place", "lot__expires_on")
        self.fields["to_place"].queryset = Place.objects.filter(
            kind__in=[PlaceKind.WAREHOUSE, PlaceKind.POINT], is_active=True
        )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        balance = data.get("balance")
        if balance and data.get("quantity"):
            try:
                data["quantity"] = read_quantity(data["quantity"], balance.lot.item)
            except Refused as refused:
                self.add_error("quantity", refused)
        if data.get("kind") == Movement.Kind.LOSS:
            if not data.get("reason", "").strip():
                self.add_error("reason", "报损要写原因。")
            data["to_place"] = Place.objects.the(PlaceKind.LOSS)
        elif data.get("kind") and not data.get("to_place"):
            self.add_error("to_place", "请选送到哪里。")
        elif balance and data.get("to_place") == balance.place:
            self.add_error("to_place", "从哪里来和到哪里去不能是同一处。")
        return data


def movable_places(user: Any) -> Any:
    """Places from which this person may move things: the own warehouses, and the bags of squads that bring things back."""
    if user.has_role("committee"):
        return Place.objects.filter(kind__in=[PlaceKind.WAREHOUSE, PlaceKind.SQUAD, PlaceKind.POINT])
    own = reached_warehouses(user)
    return own | Place.objects.filter(kind__in=[PlaceKind.SQUAD, PlaceKind.POINT]) if own.exists() else own


class ItemForm(forms.ModelForm):
    """An item with its packs, written as 盒 50、箱 2000."""

    packs = forms.CharField(
        label="包装单位",
        required=False,
        max_length=120,
        help_text="每包折合多少基本单位，例如：盒 50、箱 2000。",
        widget=forms.TextInput(attrs={"class": "w-name"}),
    )

    class Meta:
        model = Item
        fields = [
            "name",
            "spec",
            "unit",
            "kind",
            "packs",
            "is_integer",
            "step",
            "minimum_stock",
            "daily_use",
            "safety_note",
            "is_active",
        ]
        help_texts = {
            "step": "分配时每家分到的是它的整数倍。",
            "minimum_stock": "低于它就提醒；0 为不提醒。",
            "daily_use": "用来算够用几天；不消耗的空着。",
        }
        widgets = {
            "name": forms.TextInput(attrs={"class": "w-name"}),
            "spec": forms.TextInput(attrs={"class": "w-name"}),
            "step": forms.TextInput(attrs={"class": "w-number", "inputmode": "decimal"}),
            "minimum_stock": forms.TextInput(attrs={"class": "w-phone", "inputmode": "decimal"}),
            "daily_use": forms.TextInput(attrs={"class": "w-number", "inputmode": "decimal"}),
            "safety_note": forms.TextInput(attrs={"class": "w-sentence"}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"] = forms.ChoiceField(label="类别", choices=terms.choices("item_kind"))
        if self.instance.pk:
            self.fields["packs"].initial = "、".join(
                f"{pack.name} {plain(pack.factor).replace(',', '')}" for pack in self.instance.packs.all()
            )
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
        return packs

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if all(data.get(name) is not None for name in ("name", "spec", "unit")):
            key = item_key(data["name"], data["spec"], data["unit"])
            if Item.objects.filter(key=key).exclude(pk=self.instance.pk).exists():
                self.add_error("name", "目录里已经有名称、规格和单位都相同的物资。")
        if any(name == data.get("unit") for name, _ in data.get("packs") or []):
            self.add_error("packs", "包装单位不能和基本单位相同。")
        step = data.get("step")
        if data.get("is_integer") and step is not None and step != step.to_integral_value():
            self.add_error("step", "只发整数的物资，最小发放量也要是整数。")
        return data

    @transaction.atomic
    def save(self, commit: bool = True) -> Item:
        data = self.cleaned_data
        self.instance.name_it(data["name"], data["spec"], data["unit"])
        item = super().save()
        item.packs.all().delete()
        PackUnit.objects.bulk_create(PackUnit(item=item, name=name, factor=factor) for name, factor in data["packs"])
        return item
