"""One person signed up by the firm's contact: who is under age, or has no phone, or cannot do it alone."""

from typing import Any

from django import forms

from enterprises.models import DocumentType, Enterprise
from parkportal.idempotency import TokenFormMixin
from testing.actions import Declaration
from testing.actions.signups import group_for
from testing.forms.signup import POSTS, DocumentMixin, HealthForm, NameField, PhoneField
from testing.groups import mode_of
from testing.minors import is_minor
from testing.models import Mode, Slot
from testing.words import slot_words

WAIT = "w0"


class ProxyForm(DocumentMixin, HealthForm, TokenFormMixin):
    """The questions of the public sign-up on one page; a phone may be missing, a guardian may be needed."""

    name = NameField(
        label="姓名", max_length=60, widget=forms.TextInput(attrs={"class": "w-name", "autocomplete": "off"}),
        error_messages={"required": "请填写姓名"},
    )  # fmt: skip
    phone = PhoneField(
        label="手机号码", required=False, max_length=30, help_text="没有手机的空着，采样码由您打印或转交",
        widget=forms.TextInput(attrs={"class": "w-phone", "inputmode": "tel", "autocomplete": "off"}),
    )  # fmt: skip
    guardian_name = NameField(
        label="监护人", required=False, max_length=60, help_text="未满 18 岁的必填，采样时由监护人陪同",
        widget=forms.TextInput(attrs={"class": "w-name", "autocomplete": "off"}),
    )  # fmt: skip
    post = forms.ChoiceField(label="岗位", choices=POSTS, required=False)
    slot = forms.ChoiceField(
        label="采样时段", required=False, help_text="需要上门采样的不用选", choices=[], error_messages={"invalid_choice": "这个时段刚刚约满，请换一个"}
    )  # fmt: skip
    address = forms.CharField(
        label="现在住哪里", required=False, max_length=200, help_text="只有上门采样才用，楼栋、单元、房号写清楚",
        widget=forms.TextInput(attrs={"class": "w-sentence", "autocomplete": "off"}),
    )  # fmt: skip
    consent = forms.BooleanField(
        label="已把信息收集说明给本人或监护人看过，同意登记",
        error_messages={"required": "要本人或监护人看过说明并同意"},
    )
    field_order = (
        "name", "document_type", "number", "guardian_name", "phone", "post", "origin", "arrived_on", "had_contact",
        "symptoms", "slot", "address", "consent",
    )  # fmt: skip

    def __init__(self, *args: Any, enterprise: Enterprise, slots: list[Slot], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.enterprise = enterprise
        free = [(str(slot.pk), f"{slot_words(slot)}，{slot.session.point}，剩 {slot.free}") for slot in slots]
        self.fields["slot"].choices = [("", "请选"), *free, (WAIT, "都不合适或约满了，排候补")]  # type: ignore[attr-defined]
        self.group = ""

    def clean(self) -> dict[str, Any]:
        """The group decides between a place and an address; who is under age needs a guardian."""
        data = super().clean() or {}
        number = data.get("number") if "number" not in self.errors else None
        if number and is_minor(data.get("document_type", ""), number) and not data.get("guardian_name"):
            self.add_error("guardian_name", forms.ValidationError("未满 18 岁，请填监护人姓名", code="guardian_needed"))
        if self.errors:
            return data
        self.group = group_for(self.declaration())
        if mode_of(self.group) == Mode.DOOR and not data.get("address"):
            self.add_error("address", forms.ValidationError("这位要上门采样，请填现在住哪里", code="required"))
        if mode_of(self.group) == Mode.POINT and not data.get("slot"):
            self.add_error("slot", forms.ValidationError("请选一个时段，或者排候补", code="required"))
        return data

    def declaration(self) -> Declaration:
        data = self.cleaned_data
        return Declaration(
            name=data["name"],
            document_type=DocumentType(data["document_type"]),
            number=data["number"],
            phone=data.get("phone") or "",
            enterprise_id=self.enterprise.pk,
            enterprise_name=self.enterprise.name,
            post=data.get("post") or "",
            is_key_post=bool(data.get("post")),
            origin=data["origin"],
            from_outside=data["origin"] == "outside",
            from_hubei=data["origin"] == "hubei",
            arrived_on=data.get("arrived_on"),
            had_contact=data["had_contact"] == "yes",
            symptoms=tuple(data.get("symptoms") or ()),
            address=data.get("address") or "",
            guardian_name=data.get("guardian_name") or "",
        )

    @property
    def place(self) -> dict[str, Any]:
        """What `sign_up` is told about the place: a slot, or the line for any sitting."""
        slot = self.cleaned_data.get("slot") or ""
        if mode_of(self.group) == Mode.DOOR:
            return {"slot_id": None}
        return {"slot_id": None, "wait": 0} if slot == WAIT else {"slot_id": int(slot)}
