"""Forms of the responsibility board."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from enterprises.duties import DAILY, EXTRA_ROWS, LEADER, OFFICER, Duty, duties_of, known_names
from enterprises.forms.fields import checked
from enterprises.models import Board, Enterprise
from parkportal.idempotency import TokenFormMixin
from parkportal.identifiers import normal_name, normal_phone
from parkportal.privacy import mask_phone

PICTURE_TYPES = "image/png,image/jpeg,image/webp"


class BoardForm(TokenFormMixin, forms.Form):
    """Who holds each duty. Begins with the version before and, where people have changed, with the register."""

    after = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, enterprise: Enterprise, before: Board | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.enterprise = enterprise
        self.initial["after"] = before.number if before else 0
        self.duties = duties_of(enterprise)
        known = known_names(enterprise)
        kept = {holder["duty"]: holder for holder in (before.holders if before else [])}
        for duty in self.duties:
            held = kept.pop(duty.label, {})
            fresh = known.get(duty.code, "") if duty.code in {LEADER, DAILY, OFFICER} else ""
            name = (fresh or held.get("name", "")) if not before or before.outdated_at else held.get("name") or fresh
            self._add(duty.code, required=duty.is_mandatory, name=name, duty=duty)
        others = [*kept.values(), *({} for _ in range(EXTRA_ROWS))][:EXTRA_ROWS]
        for number, held in enumerate(others, 1):
            self.fields[f"duty_{number}"] = forms.CharField(
                label="岗位", max_length=20, required=False, initial=held.get("duty", "")
            )
            self._add(str(number), required=False, name=held.get("name", ""))
            self.fields[f"content_{number}"] = forms.CharField(
                label="职责", max_length=60, required=False, initial=held.get("content", "")
            )

    def _add(self, key: str, *, required: bool, name: str, duty: Duty | None = None) -> None:
        self.fields[f"name_{key}"] = forms.CharField(
            label=duty.label if duty else "姓名",
            help_text=duty.content if duty else "",
            max_length=50,
            required=required,
            initial=name,
            widget=forms.TextInput(attrs={"class": "w-name"}),
            error_messages={"required": "这个岗位必须有人。"},
        )
        self.fields[f"phone_{key}"] = forms.CharField(
            label="手机",
            max_length=20,
            required=False,
            widget=forms.TextInput(attrs={"class": "w-phone", "inputmode": "tel", "autocomplete": "off"}),
        )

    def rows(self) -> Iterator[tuple[Duty, Any, Any]]:
        """The duties with their two inputs, for the page."""
        for duty in self.duties:
            yield duty, self[f"name_{duty.code}"], self[f"phone_{duty.code}"]

    def extra_rows(self) -> Iterator[tuple[int, list[Any]]]:
        for number in range(1, EXTRA_ROWS + 1):
            yield number, [self[f"{part}_{number}"] for part in ("duty", "name", "phone", "content")]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for name in [name for name in data if name.startswith(("name_", "phone_"))]:
            reader = normal_name if name.startswith("name_") else normal_phone
            try:
                data[name] = checked(reader, data[name])
            except ValidationError as problem:
                self.add_error(name, problem)
        for number in range(1, EXTRA_ROWS + 1):
            duty, holder = data.get(f"duty_{number}"), data.get(f"name_{number}")
            if bool(duty) != bool(holder):
                self.add_error(f"{'name' if duty else 'duty'}_{number}", "岗位和姓名要一起填。")
        return data

    def holders(self) -> list[dict[str, str]]:
        """The lines of the board in order; phones are kept masked only."""
        data = self.cleaned_data
        lines = [(duty.code, duty.label, duty.code, duty.content) for duty in self.duties]
        for number in range(1, EXTRA_ROWS + 1):
            lines.append(("", data.get(f"duty_{number}", ""), str(number), data.get(f"content_{number}", "")))
        return [
            {
                "code": code,
                "duty": duty,
                "name": data[f"name_{key}"],
                "phone": mask_phone(data[f"phone_{key}"]) if data[f"phone_{key}"] else "",
                "content": content,
            }
            for code, duty, key, content in lines
            if data.get(f"name_{key}")
        ]


class BoardPostForm(TokenFormMixin, forms.Form):
    """The photo of the board on the wall."""

    photo = forms.FileField(
        label="照片",
        help_text="整张责任牌要看得清，JPG、PNG 或 WebP。",
        widget=forms.ClearableFileInput(attrs={"accept": PICTURE_TYPES, "capture": "environment"}),
        error_messages={"required": "请拍一张照片。", "empty": "照片是空的，请重新拍。"},
    )
