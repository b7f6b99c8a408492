"""Forms on the phone: the squad takes deliveries along, the enterprise signs."""

import base64
import binascii
from decimal import Decimal
from typing import Any

from django import forms

from parkportal.idempotency import TokenFormMixin
from parkportal.keys import KeysField
from parkportal.quantities import plain
from parkportal.records import files
from parkportal.records.models import StoredFile
from parkportal.states import Refused
from supplies.actions import Arrival, Signature
from supplies.models import Delivery, DeliveryLine, Feedback
from supplies.units import read_quantity

PNG = "data:image/png;base64,"
SIGNATURE_LIMIT = 400_000


class SignatureFields(TokenFormMixin):
    """A name, and where the browser can draw the drawn signature; a photo if one was taken."""

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


class SignForm(SignatureFields):
    """What arrived, line by line; a shortage asks for its reason."""

    code = forms.RegexField(
        r"^\d{6}$",
        label="短信签收码",
        required=False,
        error_messages={"invalid": "签收码是 6 位数字。"},
        widget=forms.TextInput(attrs={"class": "w-phone", "inputmode": "numeric", "autocomplete": "one-time-code"}),
    )
    photo = forms.FileField(label="照片", required=False, widget=forms.FileInput(attrs={"accept": "image/*"}))

    def __init__(self, *args: Any, lines: list[DeliveryLine], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lines = lines
        for line in lines:
            item = line.lot.item
            self.fields[f"received_{line.pk}"] = forms.CharField(
                label=f"{item}实收",
                max_length=30,
                initial=plain(line.expected).replace(",", ""),
                widget=forms.TextInput(attrs={"class": "form-control w-number", "inputmode": "decimal"}),
            )
            self.fields[f"shortage_{line.pk}"] = forms.ChoiceField(
                label=f"{item}少收的原因",
                required=False,
                choices=[("", "请选原因"), *DeliveryLine.Shortage.choices[1:]],
            )
            self.fields[f"note_{line.pk}"] = forms.CharField(label=f"{item}说明", required=False, max_length=100)
            line.fields = [self[f"{name}_{line.pk}"] for name in ("received", "shortage", "note")]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        arrivals = {}
        for line in self.lines:
            arrival = self._arrival(line, data)
            if arrival is not None:
                arrivals[line.pk] = arrival
        data["arrivals"] = arrivals
        return data

    def _arrival(self, line: DeliveryLine, data: dict[str, Any]) -> Arrival | None:
        item, name = line.lot.item, f"received_{line.pk}"
        text = (data.get(name) or "").strip()
        if not text:
            return None
        try:
            received = Decimal(0) if text in {"0", "0.0"} else read_quantity(text, item)
        except Refused as refused:
            self.add_error(name, refused)
            return None
        if received > line.expected:
            self.add_error(name, f"应收 {plain(line.expected)} {item.unit}，实收不能多于它。")
            return None
        shortage = data.get(f"shortage_{line.pk}") or ""
        if received < line.expected and not shortage:
            missing = plain(line.expected - received)
            self.add_error(f"shortage_{line.pk}", f"{item}少收 {missing} {item.unit}，请选原因。")
        return Arrival(received, shortage, data.get(f"note_{line.pk}") or "")


class ScheduleForm(forms.Form):
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
        known = {"planned_at": delivery.planned_at, "meeting_point": delivery.meeting_point} if delivery else {}
        super().__init__(*args, initial=known, **kwargs)


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
