"""The questions of the public sign-up, one group a page."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from enterprises.models import DocumentType, Enterprise
from enterprises.symptoms import symptom_choices
from parkportal import identifiers
from parkportal.clock import park_today
from parkportal.identifiers import IdentifierProblem
from parkportal.keys import KeyField
from testing.minors import is_minor

MESSAGES = {
    "id_15_digits": _("这是 15 位旧号码，请填写 18 位号码"),
    "id_format": _("身份证号码应为 18 位：17 位数字加 1 位数字或 X"),
    "id_birthdate": _("号码里的出生日期不存在，请核对"),
    "id_checksum": _("校验位不对，请核对最后一位"),
    "document_format": _("号码与证件类型不符，请核对"),
    "bad_phone": _("应为 11 位手机号码，请核对"),
    "bad_name": _("姓名只能有汉字、字母和中间的 ·，请核对"),
}
DOCUMENTS = [
    (DocumentType.ID_CARD.value, _("居民身份证")),
    (DocumentType.PASSPORT.value, _("护照")),
    (DocumentType.HM_PERMIT.value, _("港澳居民来往内地通行证")),
    (DocumentType.TW_PERMIT.value, _("台湾居民来往大陆通行证")),
    (DocumentType.HMT_RESIDENCE.value, _("港澳台居民居住证")),
    (DocumentType.FOREIGN_RESIDENCE.value, _("外国人永久居留身份证")),
]
POSTS = [
    ("", _("一般岗位")),
    ("食堂", _("食堂")),
    ("测温", _("测温、登记")),
    ("保安", _("保安、门卫")),
    ("重要岗位", _("其他重要岗位")),
]
ORIGINS = [
    ("changsha", _("一直在长沙")),
    ("hunan", _("湖南其他市州")),
    ("outside", _("省外（湖北以外）或境外")),
    ("hubei", _("湖北")),
]
YES_NO = [("no", pgettext_lazy("answer", "没有")), ("yes", pgettext_lazy("answer", "有"))]


def said(problem: IdentifierProblem) -> forms.ValidationError:
    """The sentence of an identifier's fault in the page's language."""
    return forms.ValidationError(MESSAGES.get(problem.code, str(problem)), code=problem.code)


class NameField(forms.CharField):
    """A person's name in the form the portal keeps."""

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        try:
            return identifiers.normal_name(text) if text else text
        except IdentifierProblem as problem:
            raise said(problem) from problem


class PhoneField(forms.CharField):
    """A mobile number; blanks, hyphens and +86 do not matter. The error counts the digits."""

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        try:
            return identifiers.normal_phone(text) if text else text
        except IdentifierProblem as problem:
            digits = "".join(character for character in identifiers.compact(text) if character.isdigit())
            if digits.startswith("1") and len(digits) in range(7, 11):
                raise forms.ValidationError(
                    gettext("少 %(count)d 位，应为 11 位") % {"count": 11 - len(digits)}, code="bad_phone"
                ) from problem
            raise said(problem) from problem


class DocumentMixin(forms.Form):
    """Type and number of a document, judged together."""

    document_type = forms.ChoiceField(label=_("证件类型"), choices=DOCUMENTS, initial=DocumentType.ID_CARD)
    number = forms.CharField(
        label=_("证件号码"),
        max_length=40,
        widget=forms.TextInput(attrs={"class": "w-id", "autocomplete": "off", "autocapitalize": "characters"}),
        error_messages={"required": _("请填写证件号码")},
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        kind, number = data.get("document_type"), data.get("number")
        if kind and number:
            try:
                data["number"] = identifiers.normal_document(DocumentType(kind).label, number, today=park_today())
            except IdentifierProblem as problem:
                self.add_error("number", said(problem))
        return data


class WhoForm(forms.Form):
    """Name, firm, post."""

    name = NameField(
        label=_("姓名"),
        max_length=60,
        widget=forms.TextInput(attrs={"class": "w-name", "autocomplete": "name"}),
        error_messages={"required": _("请填写姓名")},
    )
    enterprise_name = forms.CharField(
        label=_("单位"),
        help_text=_("填几个字就会出来，可以用简称"),
        max_length=100,
        widget=forms.TextInput(attrs={"class": "w-sentence", "autocomplete": "off", "data-suggest": "enterprise"}),
        error_messages={"required": _("请填写单位")},
    )
    enterprise_id = KeyField(required=False, widget=forms.HiddenInput(attrs={"data-suggest-id": ""}))
    pick = forms.ChoiceField(
        label=_("您说的是哪一家"), required=False, widget=forms.RadioSelect(attrs={"class": "choices-list"})
    )
    post = forms.ChoiceField(label=_("岗位"), choices=POSTS, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        text = self.data.get("enterprise_name", "") if self.is_bound else ""
        self.found = suggest(text) if self.is_bound and self.data.get("enterprise_name_seen") == text else []
        if self.found:
            self.fields["pick"].choices = [(str(one.pk), one.name) for one in self.found] + [
                ("other", _("都不是，按我填的登记"))
            ]
        else:
            del self.fields["pick"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        text = data.get("enterprise_name", "")
        if not text:
            return data
        chosen = self._chosen(text, data)
        if chosen is not None:
            data["enterprise_id"], data["enterprise_name"] = chosen.pk, chosen.name
        else:
            data["enterprise_id"] = None
        return data

    def _chosen(self, text: str, data: dict[str, Any]) -> Enterprise | None:
        """The firm that is meant: the suggestion taken, an exact or only match; several are asked about once."""
        by_id = Enterprise.objects.current().filter(pk=data.get("enterprise_id")).first()
        if by_id is not None and by_id.name == text:
            return by_id
        matches = suggest(text)
        exact = [one for one in matches if text in (one.name, one.short_name)]
        if len(exact) == 1 or len(matches) == 1:
            return (exact or matches)[0]
        if data.get("pick") == "other" or not matches:
            return None
        picked = next((one for one in matches if str(one.pk) == data.get("pick")), None)
        if picked is None:
            self._ask_which(matches)
        return picked

    def _ask_which(self, matches: list[Enterprise]) -> None:
        choices = [(str(one.pk), one.name) for one in matches] + [("other", _("都不是，按我填的登记"))]
        self.fields["pick"] = forms.ChoiceField(
            label=_("您说的是哪一家"), choices=choices, required=False,
            widget=forms.RadioSelect(attrs={"class": "choices-list"}),
        )  # fmt: skip
        self.order_fields(["name", "enterprise_name", "enterprise_id", "pick", "post"])
        self.add_error("pick", forms.ValidationError(_("有几家名称相近，请选一家"), code="which"))


def suggest(text: str) -> list[Enterprise]:
    """Up to eight firms whose name, short name or pinyin initials hold the text. Never a person's number."""
    plain = "".join(text.lower().split())
    if len(plain) < 2 or plain.isdigit():
        return []
    return list(
        Enterprise.objects.current()
        .filter(search_text__contains=plain)
        .only("name", "short_name")
        .order_by("pinyin_key")[:8]
    )


class ContactForm(DocumentMixin):
    """Document and phone."""

    phone = PhoneField(
        label=_("手机号码"),
        help_text=_("只用来通知采样时间和结果；没有手机的，请单位联络员代登记"),
        max_length=30,
        widget=forms.TextInput(attrs={"class": "w-phone", "autocomplete": "tel", "inputmode": "tel"}),
        error_messages={"required": _("请填写手机号码")},
    )


class SelfContactForm(ContactForm):
    """The same when a person signs up alone: minors are signed up by the firm's contact with a guardian."""

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if (
            data.get("number")
            and not self.errors.get("number")
            and is_minor(data.get("document_type", ""), data["number"])
        ):
            words = _("未满 18 岁的，请监护人找单位联络员代登记")
            self.add_error("number", forms.ValidationError(words, code="minor"))
        return data


class HealthForm(forms.Form):
    """Where from, contact, symptoms: what decides between the sampling point and a visit at the door."""

    origin = forms.ChoiceField(
        label=_("最近 14 天在哪里"),
        choices=ORIGINS,
        widget=forms.RadioSelect(attrs={"class": "choices-two"}),
        error_messages={"required": _("请选最近 14 天在哪里")},
    )
    arrived_on = forms.DateField(
        label=_("到长沙的日期"),
        help_text=_("一直在长沙的不用填"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date", "class": "w-date"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("请写成 2020-02-18 这样的日期")},
    )
    had_contact = forms.ChoiceField(
        label=_("14 天内接触过确诊或疑似病人吗"),
        choices=YES_NO,
        widget=forms.RadioSelect,
        error_messages={"required": _("请选有没有接触过")},
    )
    symptoms = forms.MultipleChoiceField(
        label=_("现在有这些不舒服吗"),
        help_text=_("没有就不选"),
        choices=symptom_choices,
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "choices-two"}),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        day: date | None = data.get("arrived_on")
        if data.get("origin") in {"outside", "hubei"} and not day and "arrived_on" not in self.errors:
            self.add_error("arrived_on", forms.ValidationError(_("请填到长沙的日期"), code="required"))
        if day and not park_today() - timedelta(days=365) <= day <= park_today():
            self.add_error("arrived_on", forms.ValidationError(_("日期不能晚于今天"), code="future_date"))
        return data


class AddressForm(forms.Form):
    """Where the team should come."""

    address = forms.CharField(
        label=_("现在住哪里"),
        help_text=_("楼栋、单元、房号写清楚，采样人员上门用"),
        max_length=200,
        widget=forms.TextInput(attrs={"class": "w-sentence", "autocomplete": "street-address"}),
        error_messages={"required": _("请填写现在住哪里")},
    )


class SlotForm(forms.Form):
    """The slot; the choices are drawn on the page by session. `w12` waits for sitting 12, `w0` for any."""

    slot = forms.RegexField(
        r"^w?\d{1,9}$",
        label=_("采样时段"),
        error_messages={"required": _("请选一个时段"), "invalid": _("请选一个时段")},
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        text = str(data.get("slot") or "")
        if text:
            waits = text.startswith("w")
            data["slot"], data["wait"] = (None, int(text[1:])) if waits else (int(text), None)
        return data


class MoveSlotForm(forms.Form):
    """Another slot for somebody who has one: there is no waiting here."""

    slot = KeyField(label=_("采样时段"), error_messages={"required": _("请选一个时段"), "invalid": _("请选一个时段")})


class ConsentForm(forms.Form):
    """The last page."""

    consent = forms.BooleanField(label=_("信息收集说明"), error_messages={"required": _("请先阅读并同意信息收集说明")})
    token = forms.UUIDField(widget=forms.HiddenInput)


class CodeForm(forms.Form):
    """The six digits from the text message; blanks do not matter."""

    digits = forms.CharField(
        label=_("短信验证码"),
        max_length=12,
        widget=forms.TextInput(attrs={"class": "w-number", "autocomplete": "one-time-code", "inputmode": "numeric"}),
        error_messages={"required": _("请填写短信里的 6 位数字")},
    )

    def clean_digits(self) -> str:
        digits = identifiers.compact(self.cleaned_data["digits"])
        if len(digits) != 6 or not digits.isdigit():
            raise forms.ValidationError(_("应为 6 位数字，请核对"), code="six_digits")
        return digits


class LostForm(DocumentMixin):
    """Document and phone of the sign-up whose code is lost."""

    phone = PhoneField(
        label=_("登记时的手机号码"),
        max_length=30,
        widget=forms.TextInput(attrs={"class": "w-phone", "autocomplete": "tel", "inputmode": "tel"}),
        error_messages={"required": _("请填写手机号码")},
    )


class LookupForm(DocumentMixin):
    """Code and document have to agree; then the phone of the sign-up gets the digits."""

    code = forms.CharField(
        label=_("采样码或条码号"),
        help_text=_("采样码页面上或登记单标签上的那一串，如 RY 200218 004576"),
        max_length=40,
        widget=forms.TextInput(attrs={"class": "w-id", "autocomplete": "off", "autocapitalize": "characters"}),
        error_messages={"required": _("请填写采样码或条码号")},
    )
    field_order = ["code", "document_type", "number"]

    def clean_code(self) -> str:
        code = "".join(identifiers.normalise_scan(self.cleaned_data["code"]).split()).replace("-", "")
        if not code.isalnum() or not code.isascii() or not 6 <= len(code) <= 20:
            raise forms.ValidationError(_("应为 6 至 20 位字母和数字，请核对"), code="barcode_format")
        return code
