"""What staff type about messages."""

from typing import Any

from django import forms

from parkportal.idempotency import TokenFormMixin
from parkportal.identifiers import IdentifierProblem, normal_phone
from parkportal.messaging import purposes
from parkportal.messaging.models import Message

TABS = (
    ("", "全部"),
    ("attention", "要人管"),
    ("delivered", "已送达"),
    ("queued", "排队"),
    ("withdrawn", "已撤回"),
)
WAYS = {"resend": "再发一次", "call": "改为打电话", "withdraw": "撤回，不发了"}
REVEAL_REASONS = ("电话通知", "核对号码", "处理投诉")


class MessageFilterForm(forms.Form):
    """The filters in the address; a value that does not fit is ignored."""

    tab = forms.ChoiceField(choices=TABS, required=False)
    purpose = forms.CharField(max_length=48, required=False)
    channel = forms.ChoiceField(choices=[("", ""), *Message.Channel.choices], required=False)
    day = forms.DateField(required=False)
    to = forms.RegexField(r"^[0-9a-f]{32}$", required=False)

    def chosen(self) -> dict[str, Any]:
        """The filters that hold, all keys present."""
        self.is_valid()
        return {name: self.cleaned_data.get(name) or None for name in self.fields}


WHOLE_PHONE = "要填完整的 11 位手机号。"


class PhoneSearchForm(forms.Form):
    """A full number, posted so that it never stands in an address."""

    phone = forms.CharField(
        label="完整手机号",
        max_length=20,
        error_messages=dict.fromkeys(("required", "max_length"), WHOLE_PHONE),
        widget=forms.TextInput(
            attrs={
                "type": "search",
                "inputmode": "tel",
                "autocomplete": "off",
                "placeholder": "完整手机号",
                "enterkeyhint": "search",
            }
        ),
    )

    def clean_phone(self) -> str:
        try:
            return normal_phone(self.cleaned_data["phone"])
        except IdentifierProblem:
            raise forms.ValidationError(WHOLE_PHONE) from None


class HandleForm(TokenFormMixin):
    """What to do about one message, and why."""

    do = forms.ChoiceField(
        label="怎么办",
        widget=forms.RadioSelect,
        error_messages={"required": "请选一项。", "invalid_choice": "这一项现在不能选。"},
    )
    reason = forms.CharField(
        label="原因",
        min_length=2,
        max_length=100,
        error_messages={
            "required": "请写明原因。",
            "min_length": "原因太短，请写清楚。",
            "max_length": "原因最多 100 字。",
        },
        widget=forms.TextInput(attrs={"class": "w-sentence", "autocomplete": "off"}),
    )
    field_order = ["do", "reason", "token"]

    def __init__(self, *args: Any, message: Message, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        do: Any = self.fields["do"]
        do.choices = list(WAYS.items())  # any way is understood, so that a press repeated after it worked is no error
        do.widget.choices = [(way, WAYS[way]) for way in ways(message)]


def ways(message: Message) -> list[str]:
    """What a person may do about a message as it stands."""
    if message.status in Message.NEEDS_A_PERSON:
        return ["resend", "call", "withdraw"]
    return ["withdraw"] if message.status == Message.Status.WAITING else []


class TrialForm(TokenFormMixin):
    """The button that sends a test message to oneself."""


class CallForm(TokenFormMixin):
    """The outcome of a call, or of a walk there: two buttons."""

    MARK = "called"

    answered = forms.TypedChoiceField(
        label="通知到了没有",
        choices=[("1", "通知到了"), ("0", "没有通知到")],
        coerce=lambda value: value == "1",
        error_messages=dict.fromkeys(("required", "invalid_choice"), "请选通知到了没有。"),
    )


def purpose_choices() -> list[tuple[str, str]]:
    return [(purpose.code, purpose.title) for purpose in purposes.all_purposes()]
