"""Forms on the phone: the squad takes deliveries along, the enterprise signs."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django import forms

from parkportal.editing import SeenFormMixin, mark_of
from parkportal.idempotency import TokenFormMixin
from parkportal.keys import KeysField
from parkportal.quantities import plain
from parkportal.reasons import ReasonField
from parkportal.records import files
from parkportal.records.models import StoredFile
from parkportal.states import Refused
from supplies.actions import Arrival, Signature
from supplies.availability import lots_in
from supplies.models import Delivery, DeliveryLine, Feedback
from supplies.units import read_quantity

PNG = "data:image/png;base64,"
SIGNATURE_LIMIT = 400_000
UNSIGNED = "请在框里手写签名，只写姓名不算。"
UNSIGNED_HERE = "请在框里手写签名，或者填短信签收码；只写姓名不算。"
REASONS = DeliveryLine.Shortage


class SignatureFields(TokenFormMixin):
    """A name and the drawn signature, or the code from a text message; a photo if one was taken."""

    signed_name = forms.CharField(
        label="签收人",
        max_length=50,
        error_messages={"required": "请写签收人的姓名。"},
        widget=forms.TextInput(attrs={"class": "w-name"}),
    )
    signature = forms.CharField(required=False, widget=forms.HiddenInput)

    def clean_signature(self) -> bytes:
        text = self.cleaned_data["signature"]
        if not text:
            return b""
        if not text.startswith(PNG) or len(text) > SIGNATURE_LIMIT:
            raise forms.ValidationError("签名没有传完整，请重签。")
        try:
            return base64.b64decode(text[len(PNG) :], validate=True)
        except (binascii.Error, ValueError) as exc:
            raise forms.ValidationError("签名没有传完整，请重签。") from exc

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not {"signature", "code"} & self.errors.keys() and not data.get("signature") and not data.get("code"):
            self.add_error("signature", UNSIGNED_HERE if "code" in self.fields else UNSIGNED)
        return data

    def signed(self, note: str = "") -> Signature:
        """The signature with its picture kept behind the scope. Raises Refused when a picture is none."""
        data = self.cleaned_data
        image = _kept(data["signature"], "签名.png", ("png",)) if data["signature"] else None
        upload = data.get("photo")
        photo = _kept(upload, "签收照片.jpg", ("jpeg", "png", "webp")) if upload else None
        return Signature(data["signed_name"], image, photo, note, data["token"], data.get("code") or "")


def _kept(data: Any, name: str, allow: tuple[str, ...]) -> StoredFile:
    return files.keep(data, name=name, purpose="supplies_receipt", owner=None, allow=allow)


class HandoverForm(SignatureFields):
    """Which deliveries the liaison takes along, ticked or scanned."""

    pick = KeysField(
        Delivery.objects.none(), label="配送单", error_messages={"required": "请先勾选或扫描要接走的配送单。"}
    )

    def __init__(self, *args: Any, deliveries: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["pick"].queryset = deliveries


class ArrivalFields(forms.Form):
    """What arrived, line by line: the number, and for what is missing one reason, or how much for each of several."""

    def add_lines(self, lines: list[DeliveryLine]) -> None:
        self.lines = lines
        for line in lines:
            item, parts = line.lot.item, line.parts
            arrived = line.expected if line.received is None else line.received
            self.fields[f"received_{line.pk}"] = _amount(f"{item}实收", arrived, required=True)
            self.fields[f"shortage_{line.pk}"] = forms.ChoiceField(
                label=f"{item}少收的原因",
                required=False,
                choices=[("", "请选原因"), *REASONS.choices],
                initial=next(iter(parts)) if len(parts) == 1 else "",
            )
            self.fields[f"note_{line.pk}"] = forms.CharField(
                label=f"{item}说明", required=False, max_length=100, initial=line.shortage_note
            )
            for reason, label in REASONS.choices:
                self.fields[f"{reason}_{line.pk}"] = _amount(label, parts.get(reason) if len(parts) > 1 else None)
            line.fields = [self[f"{name}_{line.pk}"] for name in ("received", "shortage", "note")]
            line.part_fields = [self[f"{reason}_{line.pk}"] for reason in REASONS.values]
            line.sent = self.sent(line)
            line.has_parts = any(field.value() for field in line.part_fields)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.errors.keys() & self._of_lines():
            found = {line.pk: self._arrival(line, data) for line in self.lines}
            data["arrivals"] = {pk: arrival for pk, arrival in found.items() if arrival is not None}
        return data

    def _of_lines(self) -> set[str]:
        return {name for name in self.fields if name.rpartition("_")[2].isdigit()}

    def _arrival(self, line: DeliveryLine, data: dict[str, Any]) -> Arrival | None:
        item, name = line.lot.item, f"received_{line.pk}"
        if not (data.get(name) or "").strip():
            return None
        received = self._read(name, line)
        read = {reason: self._read(f"{reason}_{line.pk}", line) for reason in REASONS.values}
        if received is None or None in read.values():
            return None
        note, missing = data.get(f"note_{line.pk}") or "", self.sent(line) - received
        if missing < 0:
            return self._over(line, received)
        parts = {reason: amount for reason, amount in read.items() if amount}
        if not missing:
            return Arrival(received)
        if parts:
            if sum(parts.values()) != missing:
                words = (
                    f"{item}少收 {plain(missing)} {item.unit}，各原因合计 {plain(sum(parts.values()))}，要正好相等。"
                )
                self.add_error(f"shortage_{line.pk}", words)
            return Arrival(received, parts, note)
        if not data.get(f"shortage_{line.pk}"):
            self.add_error(f"shortage_{line.pk}", f"{item}少收 {plain(missing)} {item.unit}，请选原因。")
        return Arrival(received, data.get(f"shortage_{line.pk}") or "", note)

    def sent(self, line: DeliveryLine) -> Decimal:
        """How much the note said was sent."""
        return line.expected

    def _over(self, line: DeliveryLine, received: Decimal) -> Arrival | None:
        """More arrived than was sent."""
        unit = line.lot.item.unit
        words = f"应收 {plain(line.expected)} {unit}，实收不能多于它；真的多送了，先按应收签，再请仓管更正签收。"
        self.add_error(f"received_{line.pk}", words)
        return None

    def _read(self, name: str, line: DeliveryLine) -> Decimal | None:
        """The number in a field, nothing is 0; None when it cannot be read, which then stands beside the field."""
        text = (self.cleaned_data.get(name) or "").strip()
        if text in {"", "0", "0.0"}:
            return Decimal(0)
        try:
            return read_quantity(text, line.lot.item)
        except Refused as refused:
            self.add_error(name, refused)
            return None


def _amount(label: str, initial: Decimal | None, *, required: bool = False) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=30,
        required=required,
        initial="" if initial is None else plain(initial).replace(",", ""),
        widget=forms.TextInput(attrs={"class": "form-control w-number", "inputmode": "decimal"}),
    )


class SignForm(ArrivalFields, SignatureFields):
    """What arrived, and the signature; or nothing of it was wanted, with the reason."""

    code = forms.RegexField(
        r"^\d{6}$",
        label="短信签收码",
        required=False,
        error_messages={"invalid": "签收码是 6 位数字。"},
        widget=forms.TextInput(attrs={"class": "w-phone", "inputmode": "numeric", "autocomplete": "one-time-code"}),
    )
    photo = forms.FileField(label="照片", required=False, widget=forms.FileInput(attrs={"accept": "image/*"}))
    why_refused = forms.CharField(label="为什么整单拒收", required=False, max_length=100)

    def __init__(self, *args: Any, lines: list[DeliveryLine], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.is_refusal = "refuse" in self.data
        self.add_lines(lines)
        if self.is_refusal:
            self.fields["why_refused"].required = True
            self.fields["why_refused"].error_messages["required"] = "整单拒收要写原因。"
            for name in self._of_lines():
                self.fields[name].required = False

    def clean(self) -> dict[str, Any]:
        if not self.is_refusal:
            return super().clean()
        data = SignatureFields.clean(self) or {}
        why = data.get("why_refused", "")
        data["arrivals"] = {line.pk: Arrival(Decimal(0), REASONS.DECLINED, why) for line in self.lines}
        return data


class CorrectionForm(ArrivalFields, SeenFormMixin, TokenFormMixin):
    """What really arrived, of which lot, and who signed, where the lines say something else; and how the mistake came about.

    More may have arrived than the note said, and any lot that lies in the warehouse may have been taken for another.

    `sent`: a line's id → what the note said at first, where a correction has raised it.
    """

    signed_name = forms.CharField(
        label="签收人",
        max_length=50,
        error_messages={"required": "请写签收人的姓名。"},
        help_text="签的人写错了才改；签名的图不变。",
        widget=forms.TextInput(attrs={"class": "w-name"}),
    )
    reason = ReasonField(
        label="更正的原因",
        max_length=200,
        error_messages={"required": "更正要写原因。"},
        widget=forms.TextInput(attrs={"class": "w-sentence"}),
    )

    def __init__(self, *args: Any, lines: list[DeliveryLine], sent: Mapping[int, Decimal], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.first_sent = sent
        self.lots = lots_in(lines[0].delivery.warehouse, [line.lot.item for line in lines]) if lines else {}
        self.add_lines(lines)

    def add_lines(self, lines: list[DeliveryLine]) -> None:
        super().add_lines(lines)
        for line in lines:
            line.other_lots = {line.lot_id: line.lot} | self.lots.get(line.lot.item_id, {})
            self.fields[f"lot_{line.pk}"] = forms.TypedChoiceField(
                label=f"{line.lot.item}的批号", coerce=int, required=False, initial=line.lot_id,
                choices=[(pk, f"批号 {lot}") for pk, lot in line.other_lots.items()],
                error_messages={"invalid_choice": "仓库里没有能换的这一批，请重选。"},
            )  # fmt: skip
            if len(line.other_lots) > 1:
                line.lot_field = self[f"lot_{line.pk}"]

    def sent(self, line: DeliveryLine) -> Decimal:
        return self.first_sent.get(line.pk, line.expected)

    def _over(self, line: DeliveryLine, received: Decimal) -> Arrival:
        return Arrival(received)

    def _arrival(self, line: DeliveryLine, data: dict[str, Any]) -> Arrival | None:
        arrived = super()._arrival(line, data)
        lot = line.other_lots.get(data.get(f"lot_{line.pk}") or line.lot_id)
        return arrived and replace(arrived, lot=lot)


class ScheduleForm(SeenFormMixin):
    """When and where a delivery is handed over, or many at once."""

    planned_at = forms.DateTimeField(
        label="时间",
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
        widget=forms.DateTimeInput(attrs={"class": "w-date", "type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        error_messages={"required": "请选约定的时间。", "invalid": "看不懂这个时间，请写成 2020-02-19 10:00。"},
    )
    meeting_point = forms.CharField(
        label="地点",
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={"class": "w-name", "placeholder": "例如：C1 栋 1 楼东门"}),
    )

    def __init__(self, *args: Any, delivery: Delivery | None = None, **kwargs: Any) -> None:
        stands = delivery.agreed() if delivery else {}
        super().__init__(*args, initial={**stands, "seen": mark_of(stands)}, **kwargs)


class FeedbackForm(TokenFormMixin):
    """Thanks, a problem, advice."""

    kind = forms.ChoiceField(
        label="想说什么", choices=Feedback.Kind.choices, initial="thanks", widget=forms.RadioSelect
    )
    text = forms.CharField(
        label="内容",
        max_length=300,
        error_messages={"required": "请写几个字。"},
        widget=forms.Textarea(attrs={"rows": 3, "class": "w-full"}),
    )
