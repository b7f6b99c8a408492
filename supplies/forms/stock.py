"""Forms of the book: receipts, transfers, losses, and reasons."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import Q

from parkportal.clock import park_today
from parkportal.idempotency import TokenFormMixin
from parkportal.keys import key_of
from parkportal.quantities import plain
from parkportal.reasons import ReasonField
from parkportal.states import Refused
from supplies.actions import Received
from supplies.models import (
    Balance,
    Item,
    Line,
    Lot,
    Movement,
    Place,
    PlaceKind,
    reached_warehouses,
)
from supplies.units import read_quantity


def day_input() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date", "class": "w-date"}, format="%Y-%m-%d")


class ReasonForm(TokenFormMixin):
    """A reason, for what is reversed, voided, sent back or taken out of use."""

    reason = ReasonField(label="原因", widget=forms.TextInput(attrs={"class": "w-sentence"}))


class QuantitiesForm(ReasonForm):
    """The right quantity of each line of an entry, 0 for what never happened; and how the mistake came about."""

    field_order = ["token"]

    def __init__(self, *args: Any, lines: Sequence[Line], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].error_messages["required"] = "更正要写原因。"
        self.lines = lines
        for line in lines:
            self.fields[f"quantity_{line.pk}"] = forms.CharField(
                label=f"{line.lot.item.name}（批号 {line.lot}）",
                max_length=30,
                initial=plain(line.quantity).replace(",", ""),
                widget=forms.TextInput(attrs={"class": "form-control w-number", "inputmode": "decimal"}),
            )
            line.field = self[f"quantity_{line.pk}"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        data["quantities"] = {line.pk: self._read(line) for line in self.lines if f"quantity_{line.pk}" in data}
        return data

    def _read(self, line: Line) -> Decimal:
        name = f"quantity_{line.pk}"
        text = self.cleaned_data[name].strip()
        try:
            return Decimal(0) if text == "0" else read_quantity(text, line.lot.item)
        except Refused as refused:
            self.add_error(name, refused)
            return line.quantity


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
    manufacturer = forms.CharField(
        label="生产厂家", max_length=200, required=False, widget=forms.TextInput(attrs={"class": "w-name"})
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

    field_order = [
        "warehouse",
        "item",
        "quantity",
        "batch",
        "made_on",
        "expires_on",
        "source",
        "supplier",
        "manufacturer",
    ]

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
            "manufacturer",
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
    reason = ReasonField(
        label="说明", max_length=200, required=False, widget=forms.TextInput(attrs={"class": "w-sentence"})
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        held = Balance.objects.filter(amount__gt=0).select_related("lot__item", "place")
        self.user = user
        own = held.filter(Q(place__in=movable_places(user)) | self._from_enterprise())
        self.fields["balance"].queryset = own.order_by("lot__item__pinyin_key", "place", "lot__expires_on")
        self.fields["to_place"].queryset = Place.objects.filter(
            kind__in=[PlaceKind.WAREHOUSE, PlaceKind.POINT], is_active=True
        )

    def _from_enterprise(self) -> Q:
        """What an enterprise gives back, chosen on the page of the lot; the list itself does not show 139 firms."""
        wanted = str(self.data.get("balance") or self.initial.get("balance") or "")
        lots = Lot.objects.visible_to(self.user)
        return Q(pk=key_of(wanted), place__kind=PlaceKind.ENTERPRISE, lot__in=lots)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        balance = data.get("balance")
        if balance and balance.place.kind == PlaceKind.ENTERPRISE:
            self._clean_return(data)
        if balance and data.get("quantity"):
            try:
                data["quantity"] = read_quantity(data["quantity"], balance.lot.item)
            except Refused as refused:
                self.add_error("quantity", refused)
        to_place = data.get("to_place")
        if balance and to_place and to_place.kind == PlaceKind.POINT and not balance.lot.is_usable:
            self.add_error("balance", f"批号 {balance.lot} 已召回、隔离或过期，不能送到采样点。")
        if data.get("kind") == Movement.Kind.LOSS:
            if not data.get("reason", "").strip():
                self.add_error("reason", "报损要写原因。")
            data["to_place"] = Place.objects.the(PlaceKind.LOSS)
        elif data.get("kind") and not data.get("to_place"):
            self.add_error("to_place", "请选送到哪里。")
        elif balance and data.get("to_place") == balance.place:
            self.add_error("to_place", "从哪里来和到哪里去不能是同一处。")
        return data

    def _clean_return(self, data: dict[str, Any]) -> None:
        """What lies with an enterprise is its own: it may give it back to a warehouse of this keeper, no more."""
        if data.get("kind") in {Movement.Kind.TRANSFER, Movement.Kind.LOSS}:
            self.add_error("kind", "从企业收回请选“退回”。")
        place = data.get("to_place")
        if place and not reached_warehouses(self.user).filter(pk=place.pk).exists():
            self.add_error("to_place", "企业退回的物资请收到自己的仓库。")


def movable_places(user: Any) -> Any:
    """Places from which this person may move things: the own warehouses, and the bags of squads that bring things back."""
    if user.has_role("committee"):
        return Place.objects.filter(kind__in=[PlaceKind.WAREHOUSE, PlaceKind.SQUAD, PlaceKind.POINT])
    own = reached_warehouses(user)
    return own | Place.objects.filter(kind__in=[PlaceKind.SQUAD, PlaceKind.POINT]) if own.exists() else own
