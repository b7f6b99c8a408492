"""The steps of the resumption filing."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import format_html

from enterprises.filing_pack import QUESTIONS, Question, Step
from enterprises.forms.fields import YesNoField, checked
from parkportal.editing import SeenFormMixin
from parkportal.identifiers import normal_name
from parkportal.records import settings, terms


def filing_field(name: str) -> forms.Field:
    """The field of one question of the pack, by what it asks for."""
    question = QUESTIONS[name]
    says_unit = not question.unit or "几" in question.label  # 可用几天 needs no （天）
    common: dict[str, Any] = {"label": question.label if says_unit else f"{question.label}（{question.unit}）"}
    common["help_text"] = question.hint
    if name == "planned_on":
        return forms.DateField(
            **common, widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": "w-phone"})
        )
    if name == "exemption":
        return forms.ChoiceField(**common, required=False, choices=[("", "不属于"), *terms.choices("exemption")])
    if name.startswith("promise"):
        return forms.BooleanField(**common, error_messages={"required": "请勾选确认。"})
    if name.startswith("has_"):
        return YesNoField(
            **common, required=True, choices=[("true", "有"), ("false", "没有")], widget=forms.RadioSelect
        )
    if name == "emergency":
        return forms.CharField(
            **common, max_length=500, widget=forms.Textarea(attrs={"rows": 3, "class": "w-sentence"})
        )
    if question.unit:
        return forms.IntegerField(
            **common,
            min_value=0,
            max_value=1_000_000,
            widget=forms.NumberInput(attrs={"class": "w-number", "inputmode": "numeric"}),
            error_messages={"required": "没有也要填 0。"},
        )
    return forms.CharField(**common, max_length=50, widget=forms.TextInput(attrs={"class": "w-name"}))


class FilingStepForm(SeenFormMixin, forms.Form):
    """One step of the filing pack."""

    def __init__(self, *args: Any, step: Step, corrections: Mapping[str, str] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for question in step.questions:
            self.fields[question.name] = filing_field(question.name)
            if words := (corrections or {}).get(question.name):
                self.fields[question.name].help_text = format_html('<b class="late">要补正：{}</b>', words)
            value = self.initial.get(question.name)
            if isinstance(value, bool) and question.name.startswith("has_"):
                self.initial[question.name] = str(value).lower()

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        first, whole = data.get("first_batch"), data.get("headcount")
        if first is not None and whole is not None and first > whole:
            self.add_error("first_batch", "首批返岗人数不能超过职工总数。")
        if data.get("dormitory_people") and data["dormitory_people"] > (limit := int(settings.get("dormitory_limit"))):
            self.add_error("dormitory_people", f"每间宿舍不超过 {limit} 人。")
        for name in ("duty_name", "signed_by"):
            if data.get(name):
                self._read_name(data, name)
        return data

    def answers(self) -> dict[str, Any]:
        """What was said, by question."""
        return {name: value for name, value in self.cleaned_data.items() if name in QUESTIONS}

    def _read_name(self, data: dict[str, Any], name: str) -> None:
        try:
            data[name] = checked(normal_name, data[name])
        except ValidationError as problem:
            self.add_error(name, problem)


class FilingReviewForm(forms.Form):
    """`fix_<question>` says what to correct in the answer to a question; all empty when there is nothing."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, question in QUESTIONS.items():
            self.fields[f"fix_{name}"] = forms.CharField(
                label=f"{question.label}要补正什么", max_length=200, required=False
            )

    def corrections(self) -> dict[str, str]:
        return {name: self.cleaned_data[f"fix_{name}"] for name in QUESTIONS}

    def beside(self, rows: list[tuple[Step, list[tuple[Question, str]]]]) -> list[tuple[Step, list[tuple]]]:
        """The answers of the pack, each with the field beside it."""
        return [(step, [(q, words, self[f"fix_{q.name}"]) for q, words in asked]) for step, asked in rows]
