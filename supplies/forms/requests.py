"""The form of a request: a row for each item, with what the enterprise has itself, filled in from the last time."""

from decimal import Decimal
from typing import Any

from django import forms

from enterprises.models import Enterprise
from parkportal.idempotency import TokenFormMixin
from parkportal.quantities import plain
from parkportal.states import Refused
from supplies.actions import Wish
from supplies.cover import said_by
from supplies.models import KIT_KINDS, Item
from supplies.units import read_quantity

DAYS_LIMIT = 365


def _cell(**attrs: str) -> forms.TextInput:
    return forms.TextInput(attrs={"class": "form-control w-phone num", "autocomplete": "off", **attrs})


class RequestForm(TokenFormMixin):
    """Which items, how much; an empty row is not asked for."""

    note = forms.CharField(
        label="说明",
        max_length=200,
        required=False,
        help_text="什么时候要、用在哪里。",
        widget=forms.TextInput(attrs={"class": "w-sentence"}),
    )

    def __init__(self, *args: Any, enterprise: Enterprise, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.items = list(Item.objects.in_use().exclude(kind__in=KIT_KINDS).prefetch_related("packs"))
        known = said_by(enterprise)
        for item in self.items:
            last = item.said = known.get(item.pk)
            self.fields[f"quantity_{item.pk}"] = forms.CharField(
                label=f"{item.label} 要多少", max_length=30, required=False, widget=_cell(inputmode="decimal")
            )
            self.fields[f"own_{item.pk}"] = forms.CharField(
                label=f"{item.label} 自己还有",
                max_length=30,
                required=False,
                initial="" if last is None or last.stock is None else plain(last.stock).replace(",", ""),
                widget=_cell(inputmode="decimal"),
            )
            self.fields[f"days_{item.pk}"] = forms.IntegerField(
                label=f"{item.label} 还够用几天",
                required=False,
                min_value=0,
                max_value=DAYS_LIMIT,
                initial=None if last is None else last.days,
                error_messages={"invalid": "天数要写整数。"},
                widget=_cell(inputmode="numeric"),
            )
            item.cells = [self[f"{name}_{item.pk}"] for name in ("quantity", "own", "days")]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        wishes = [wish for item in self.items if (wish := self._wish(item, data)) is not None]
        if not wishes and not self.errors:
            self.add_error(None, "请至少写一种物资要多少。")
        data["wishes"] = wishes
        return data

    def _wish(self, item: Item, data: dict[str, Any]) -> Wish | None:
        quantity = self._read(f"quantity_{item.pk}", item, data)
        own, days = self._read(f"own_{item.pk}", item, data), data.get(f"days_{item.pk}")
        if not quantity and self._is_new(item, own, days):
            self.add_error(f"quantity_{item.pk}", f"写了{item}自己还有多少，也要写要多少；不要这一种，就把这一行清空。")
        return None if not quantity else Wish(item, quantity, own, days)

    def _is_new(self, item: Item, own: Decimal | None, days: int | None) -> bool:
        """Something was written beside an item that is not asked for, and it is not what stood there already."""
        written = {name for name, value in ((f"own_{item.pk}", own), (f"days_{item.pk}", days)) if value is not None}
        return bool(written & set(self.changed_data))

    def _read(self, name: str, item: Item, data: dict[str, Any]) -> Decimal | None:
        text = (data.get(name) or "").strip()
        if text in {"", "0"}:
            return Decimal(0) if text else None
        try:
            return read_quantity(text, item)
        except Refused as refused:
            self.add_error(name, refused)
            return None
