"""Two people who edit one thing: the second sees both values, field by field, and keeps what was typed.

A form that changes something carries `seen`, a mark of the values it was drawn from. The action looks under its lock
whether the thing still stands so, and raises EditConflict where it does not and a value differs; nothing is written.
The view answers with `conflict_page`; what comes back from there holds only what the person chose (`chosen`).
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, time
from decimal import Decimal
from typing import Any, cast

from django import forms
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.crypto import salted_hmac

from parkportal.clock import SHANGHAI
from parkportal.idempotency import NO_TOKEN
from parkportal.quantities import plain
from parkportal.states import Refused

Touched = tuple[str, datetime]  # who wrote last, and when
Spoken = Callable[[str, Any], tuple[str, str]]  # name and value of a field → its label, and the value in words


def named(model: type[models.Model], name: str) -> "models.Field[Any, Any]":
    """A column of a model by its name; the names asked for are never those of a relation from elsewhere."""
    return cast("models.Field[Any, Any]", model._meta.get_field(name))


@dataclass(frozen=True)
class ConflictRow:
    """One field that two people changed: what stands there now, and what the second person typed."""

    name: str
    label: str
    theirs: str
    mine: str
    is_same: bool


class EditConflict(Refused):
    """Somebody saved in between. `rows` hold both values field by field; `again` is what the form is sent with next."""

    def __init__(self, rows: list[ConflictRow], *, touched: Touched, again: Mapping[str, str]) -> None:
        super().__init__("conflict", "有人刚刚改过，请逐项选一个。")
        self.rows = rows
        self.other, self.at = touched
        self.again = again


class SeenFormMixin(forms.Form):
    """Adds the mark of what the form was drawn from; `initial["seen"]` is set where the form is made."""

    seen = forms.RegexField(
        r"^[0-9a-f]{32}\Z", widget=forms.HiddenInput, required=False, error_messages={"invalid": NO_TOKEN}
    )


def mark_of(values: Mapping[str, Any]) -> str:
    """A short mark of these values; equal values have equal marks."""
    text = json.dumps(dict(values), sort_keys=True, default=lambda value: str(getattr(value, "pk", value)))
    return salted_hmac("parkportal.editing", text).hexdigest()[:32]


def changes(
    *, seen: str, current: Mapping[str, Any], typed: Mapping[str, Any], spoken: Spoken, touched: Callable[[], Touched]
) -> dict[str, Any]:
    """What `typed` changes in `current`, which has every field of the form.

    Raises EditConflict when the thing no longer stands as the form was drawn from and a value differs.
    """
    changed = {name: value for name, value in typed.items() if current.get(name) != value}
    mark = mark_of(current)
    if changed and seen != mark:
        raise EditConflict(conflict_rows(current, typed, spoken), touched=touched(), again={"seen": mark})
    return changed


def conflict_rows(current: Mapping[str, Any], typed: Mapping[str, Any], spoken: Spoken) -> list[ConflictRow]:
    """Both values of every field that the form holds, as people read them."""
    rows = []
    for name, value in typed.items():
        label, theirs = spoken(name, current.get(name))
        rows.append(ConflictRow(name, label, theirs, spoken(name, value)[1], current.get(name) == value))
    return rows


def clock_words(instant: datetime) -> str:
    """When somebody else wrote, for a sentence: 2月18日 17:41."""
    local = instant.astimezone(SHANGHAI)
    return f"{local.month}月{local.day}日 {local:%H:%M}"


def plainly(name: str, value: Any) -> tuple[str, str]:
    """A field by its own name, for callers that show nobody a page."""
    return name, "" if value is None else str(value)


def spoken_by(form: forms.BaseForm) -> Spoken:
    """Labels and words of values as the form itself has them."""

    def speak(name: str, value: Any) -> tuple[str, str]:
        field = form.fields[name]
        if value in (None, ""):
            return str(field.label), ""
        if isinstance(value, bool):
            return str(field.label), "是" if value else "否"
        words = {str(code): words for code, words in getattr(field, "choices", ())}
        parts = value if isinstance(value, list | tuple) else [value]
        return str(field.label), "、".join(str(words.get(str(getattr(one, "pk", one)), _written(one))) for one in parts)

    return speak


def _written(value: Any) -> str:
    """A time, an instant, a quantity as pages write them; anything else as it is."""
    if isinstance(value, datetime):
        return f"{value.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
    if isinstance(value, time):
        return f"{value:%H:%M}"
    return plain(value) if isinstance(value, Decimal) else str(value)


def newer_version(form: forms.BaseForm, refused: Refused, newest: Any) -> Any:
    """What somebody else has made meanwhile, where that is why the form was refused; its author is shown it now.

    Versions take nothing away from each other, so the form comes back as it was typed and knows the `number` it follows.
    """
    if refused.code != "newer_version" or newest is None:
        return None
    now_seen(form, after=newest.number)
    return newest


def now_seen(form: forms.BaseForm, **values: Any) -> None:
    """The form as it was typed, with hidden values that say what its author is shown now."""
    data = form.data.copy()
    for name, value in values.items():
        data[name] = str(value)
    form.data = data


def chosen(request: HttpRequest, data: dict[str, Any]) -> dict[str, Any]:
    """After a conflict: only the fields where the person chose the own value."""
    if "conflict" not in request.POST:
        return data
    return {name: value for name, value in data.items() if request.POST.get(f"keep_{name}") == "mine"}


def conflict_page(
    request: HttpRequest, conflict: EditConflict, *, title: str, back: str, also: Mapping[str, str] | None = None
) -> HttpResponse:
    """Both values of each field, and everything that was typed, to be sent again; `back` leaves what the other wrote.

    `also` is sent with it unless something was typed there.
    """
    typed = [(name, value) for name in request.POST for value in request.POST.getlist(name)]
    again = {**conflict.again, "conflict": "1"}
    hidden = [pair for pair in typed if pair[0] != "csrfmiddlewaretoken" and pair[0] not in again]
    hidden = [pair for pair in hidden if not pair[0].startswith("keep_")]
    hidden += [*again.items(), *((name, value) for name, value in (also or {}).items() if not request.POST.get(name))]
    context = {
        "rows": conflict.rows,
        "other": conflict.other,
        "at": conflict.at,
        "hidden": hidden,
        "title": title,
        "back": back,
    }
    return render(request, "edit_conflict.html", context)
