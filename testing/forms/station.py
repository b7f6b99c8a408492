"""Forms of the station: walk-in sign-up, rows of the fall-back sheet, another tube."""

from datetime import datetime
from typing import Any

from django import forms

from enterprises.models import DocumentType
from parkportal.clock import SHANGHAI, park_now
from parkportal.idempotency import TokenFormMixin
from parkportal.reasons import ReasonField
from testing.actions import Declaration
from testing.forms.signup import DocumentMixin, NameField, PhoneField
from testing.minors import is_minor
from testing.models import InvalidReason, Session

NARROW = {"autocomplete": "off"}


class WalkInForm(DocumentMixin, TokenFormMixin):
    """Somebody who stands at the desk and is on no list: the least that a sign-up needs."""

    name = NameField(
        label="姓名", max_length=60, widget=forms.TextInput(attrs={"class": "w-name", **NARROW}),
        error_messages={"required": "请填写姓名"},
    )  # fmt: skip
    phone = PhoneField(
        label="手机号码", required=False, max_length=30, help_text="没有手机的不填",
        widget=forms.TextInput(attrs={"class": "w-phone", "inputmode": "tel", **NARROW}),
    )  # fmt: skip
    guardian_name = NameField(
        label="监护人", required=False, max_length=60, help_text="未满 18 岁的必填",
        widget=forms.TextInput(attrs={"class": "w-name", **NARROW}),
    )  # fmt: skip
    enterprise_name = forms.CharField(
        label="单位", required=False, max_length=100, widget=forms.TextInput(attrs={"class": "w-name", **NARROW})
    )
    is_unwell = forms.BooleanField(label="有发热、咳嗽、无力等症状", required=False)
    had_contact = forms.BooleanField(label="14 天内接触过确诊、疑似病人或武汉来的人", required=False)
    from_hubei = forms.BooleanField(label="14 天内到过湖北", required=False)
    over_reason = ReasonField(
        label="名额用完，为什么加", required=False, max_length=100, help_text="由带队的人定；不写姓名和号码",
        widget=forms.TextInput(attrs={"class": "w-name", **NARROW}),
    )  # fmt: skip
    consent = forms.BooleanField(
        label="已把信息收集说明给本人看过，本人同意", error_messages={"required": "要本人看过说明并同意"}
    )
    field_order = ("name", "document_type", "number", "guardian_name", "phone", "enterprise_name")

    def hide_over_reason(self) -> None:
        """While there are places for walk-ins nobody is asked why."""
        self.fields["over_reason"].widget = forms.HiddenInput()

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        number = data.get("number") if "number" not in self.errors else None
        if number and is_minor(data.get("document_type", ""), number) and not data.get("guardian_name"):
            self.add_error("guardian_name", forms.ValidationError("未满 18 岁，请填监护人姓名", code="guardian_needed"))
        return data

    def declaration(self) -> Declaration:
        data = self.cleaned_data
        return Declaration(
            name=data["name"],
            document_type=DocumentType(data["document_type"]),
            number=data["number"],
            phone=data["phone"],
            enterprise_name=data["enterprise_name"],
            guardian_name=data["guardian_name"],
            from_hubei=data["from_hubei"],
            had_contact=data["had_contact"],
            symptoms=("发热",) if data["is_unwell"] else (),
        )


class PaperRowForm(TokenFormMixin):
    """One row of the fall-back sheet, as it was written by hand."""

    code = forms.CharField(
        label="人员码", max_length=20, widget=forms.TextInput(attrs={"class": "w-id", "autofocus": True, **NARROW}),
        error_messages={"required": "请扫这一行的人员码"},
    )  # fmt: skip
    temperature = forms.CharField(
        label="体温（℃）", max_length=6, widget=forms.TextInput(attrs={"class": "w-number", "inputmode": "decimal", **NARROW}),
        error_messages={"required": "请填体温"},
    )  # fmt: skip
    tube = forms.CharField(
        label="试管", required=False, max_length=20, help_text="没有采的不填",
        widget=forms.TextInput(attrs={"class": "w-id", **NARROW}),
    )  # fmt: skip
    at = forms.TimeField(
        label="采样时间", widget=forms.TimeInput(attrs={"class": "w-number", "placeholder": "10:24", **NARROW}, format="%H:%M"),
        error_messages={"required": "请填采样时间", "invalid": "时间写成 10:24"},
    )  # fmt: skip

    def __init__(self, *args: Any, session: Session, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.session = session

    def clean_at(self) -> datetime:
        """On the day of the sitting; not in the future."""
        moment = datetime.combine(self.session.day, self.cleaned_data["at"], tzinfo=SHANGHAI)
        if moment > park_now():
            raise forms.ValidationError("这个时间还没有到，请核对")
        return moment


class MoveTubeForm(TokenFormMixin):
    """Why a tube is given up and which one takes its place."""

    tube = forms.CharField(
        label="新试管", max_length=40, required=False, help_text="换预印管就扫它；没有管，按“重打新条码”，旧码作废", widget=forms.TextInput(attrs={"class": "w-id", "autofocus": True, **NARROW}),
    )  # fmt: skip
    reason = forms.ChoiceField(
        label="旧管怎么了", choices=[(row.value, row.label) for row in InvalidReason if row != InvalidReason.UNDONE]
    )
    why = ReasonField(label="说明", max_length=100, error_messages={"required": "请写一句说明"})

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not data.get("tube") and self.data.get("do") != "reissue":
            self.add_error("tube", forms.ValidationError("请扫新试管，或者重打新条码", code="required"))
        return data
