"""Forms of a stock-take: which place, and what was counted."""

from decimal import Decimal
from typing import Any

from django import forms

from parkportal.idempotency import TokenFormMixin
from parkportal.quantities import plain
from parkportal.states import Refused
from supplies.actions import Count
from supplies.models import Lot, Place, PlaceKind, StockTake, reached_warehouses
from supplies.units import read_quantity


def countable_places(user: Any) -> Any:
    """The warehouses that this person reaches, testing points, and the bags of squads."""
    places = Place.objects.filter(is_active=True)
    return places.filter(pk__in=reached_warehouses(user).values("pk")) | places.filter(
        kind__in=[PlaceKind.POINT, PlaceKind.SQUAD], balances__amount__gt=0
    )


class StockTakeForm(TokenFormMixin):
    """Where to count, and whether the sheet hides the book."""

    place = forms.ModelChoiceField(Place.objects.none(), label="盘哪里", empty_label=None)
    is_blind = forms.BooleanField(
        label="盲盘：盘点单上不印账面数", required=False, initial=True, help_text="点完交上来才看得到差异。"
    )
    note = forms.CharField(
        label="说明", max_length=200, required=False, widget=forms.TextInput(attrs={"class": "w-sentence"})
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["place"].queryset = countable_places(user).distinct().order_by("kind", "id")


class CountForm(forms.Form):
    """One number for each lot of the sheet, with the reason where it differs."""

    def __init__(self, *args: Any, take: StockTake, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.take = take
        self.lines = list(take.lines.select_related("lot__item").prefetch_related("lot__item__packs"))
        for line in self.lines:
            item = line.lot.item
            self.fields[f"counted_{line.pk}"] = forms.CharField(
                label=f"{item} {line.lot} 实盘",
                max_length=30,
                error_messages={"required": f"{item}（批号 {line.lot}）还没有填实盘数，没有了请填 0。"},
                widget=forms.TextInput(attrs={"class": "form-control w-phone num", "autocomplete": "off"}),
                initial="" if line.counted is None else plain(line.counted).replace(",", ""),
            )
            self.fields[f"reason_{line.pk}"] = forms.CharField(
                label=f"{item} {line.lot} 差异原因",
                max_length=100,
                required=False,
                widget=forms.TextInput(attrs={"class": "form-control"}),
                initial=line.reason,
            )
            line.fields = [self[f"counted_{line.pk}"], self[f"reason_{line.pk}"]]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        counts: dict[int, Count] = {}
        for line in self.lines:
            name, text = f"counted_{line.pk}", (data.get(f"counted_{line.pk}") or "").strip()
            if not text:
                continue
            try:
                quantity = Decimal(0) if text in {"0", "0.0"} else read_quantity(text, line.lot.item)
            except Refused as refused:
                self.add_error(name, refused)
                continue
            counts[line.pk] = Count(quantity, data.get(f"reason_{line.pk}") or "")
        data["counts"] = counts
        return data


class LateCountForm(CountForm):
    """Numbers of somebody whose sheet has been handed in by somebody else meanwhile: both are said, nothing is written."""

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        for line in self.lines:
            count = data["counts"].get(line.pk)
            if count is not None and count.quantity != line.counted:
                unit, reason = line.lot.item.unit, f"（{count.reason}）" if count.reason else ""
                words = f"{line.lot.item}（批号 {line.lot}）：单上现在是 {plain(line.counted)} {unit}，您填的是 "
                self.add_error(None, f"{words}{plain(count.quantity)} {unit}{reason}。")
        if self.errors:
            who, now = self.take.counted_by, self.take.get_status_display()
            self.add_error(None, f"{who or '别人'}先交了，盘点单已经是“{now}”；要用您的数，请批准的人退回重盘。")
        return data


class FoundLotForm(forms.Form):
    """A lot that lies there although the sheet has none of it."""

    lot = forms.ModelChoiceField(
        Lot.objects.none(), label="还有一批", empty_label="选一批",
        error_messages=dict.fromkeys(("required", "invalid_choice"), "请选一批。"),
    )  # fmt: skip

    def __init__(self, *args: Any, take: StockTake, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        lots = Lot.objects.filter(pk__in=take.place.balances.values("lot")).select_related("item")
        self.fields["lot"].queryset = lots
        self.missing = lots.exclude(pk__in=take.lines.values("lot"))
        self.fields["lot"].label_from_instance = lambda lot: f"{lot.item.label}　批号 {lot}"
