"""What is said in a batch of letters, text messages or greetings."""

from typing import Any

from django import forms

from enterprises import purposes
from enterprises.forms.notices import AddressedForm
from enterprises.models import Greeting, GreetingKind
from enterprises.models.letters import Addressee

LETTER = (
    "疫情发生以来，贵单位一手抓防控、一手抓复工，克服了人员返岗、物资和物流的种种困难，园区看在眼里，记在心里。\n"
    "在此向您和全体员工致以诚挚的慰问和衷心的感谢。\n"
    "园区管委会和小分队会继续做好服务：缺防护物资、要办许可、用工和资金有困难，请随时告诉我们，我们马上办。\n"
    "祝贵单位早日满产，全体员工平安健康。"
)


ANYBODY = "某某"  # stands in the words where each addressee's own name goes


class GreetingForm(AddressedForm, forms.ModelForm):
    """A letter has a text of its own, a text message one of the fixed ones, a greeting what to ask about."""

    addressee = forms.ChoiceField(
        label="写给谁", choices=Addressee.choices, initial=Addressee.PRINCIPAL, widget=forms.RadioSelect
    )
    purpose = forms.ChoiceField(label="说什么", widget=forms.RadioSelect(attrs={"class": "choices-list"}))

    class Meta:
        model = Greeting
        fields = ["addressee", "title", "body", "purpose"]
        widgets = {
            "title": forms.TextInput(attrs={"class": "w-sentence"}),
            "body": forms.Textarea(attrs={"rows": 9, "class": "w-full"}),
        }

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind
        title, body = self.fields["title"], self.fields["body"]
        if kind == GreetingKind.SMS:
            del self.fields["body"], self.fields["title"]
            self.fields["purpose"].choices = [
                (one.code, one.template.replace("{name}", ANYBODY)) for one in purposes.CARE
            ]  # type: ignore[attr-defined]
            return
        del self.fields["purpose"]
        if kind == GreetingKind.LETTER:
            title.initial, body.initial, body.required = "致园区企业的慰问信", LETTER, True
            body.help_text = "抬头写企业的名称，自动加上；落款是管委会和日期。"
        else:
            title.initial, body.label, body.required = "问候", "问些什么", False
            body.help_text = "小分队打电话或上门时看得到。"

    def facts(self) -> dict[str, Any]:
        data = self.cleaned_data
        if self.kind == GreetingKind.SMS:
            chosen = next(one for one in purposes.CARE if one.code == data["purpose"])
            return {
                "kind": self.kind,
                "addressee": data["addressee"],
                "title": chosen.title,
                "body": chosen.template.replace("{name}", ANYBODY),
                "purpose": chosen.code,
            }
        return {"kind": self.kind, **{name: data[name] for name in ("addressee", "title", "body")}}


class MadeForm(forms.Form):
    words = forms.CharField(
        label="对方说",
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"class": "w-phone", "placeholder": "对方说"}),
    )
