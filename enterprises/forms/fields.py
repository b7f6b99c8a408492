"""Fields that several forms of this app share."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from parkportal.clock import day_of
from parkportal.editing import clock_words
from parkportal.identifiers import IdentifierProblem

YES_NO = [("", "没有填"), ("true", "有"), ("false", "没有")]


def checked(reader: Any, text: str, *arguments: Any) -> str:
    """The normal form of an identifier; what is wrong with it stands beside the field."""
    if not text:
        return ""
    try:
        return reader(text, *arguments)
    except IdentifierProblem as problem:
        raise ValidationError(str(problem), code="identifier") from problem


class YesNoField(forms.TypedChoiceField):
    """有 / 没有, or not answered."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            **{
                "choices": YES_NO,
                "required": False,
                "coerce": lambda word: word == "true",
                "empty_value": None,
                **kwargs,
            }
        )


def not_from_here(thing: Any, wanted: str) -> str:
    """Why a step is not offered: what stands there, by whom and since when, beside what was typed.

    `thing` is Stateful; somebody may have moved it since the page was drawn.
    """
    now, last = thing.get_status_display(), thing.last_move()
    by = (
        f"，{last.by or '系统'} {clock_words(last.recorded_at)} 改的，从 {day_of(last.effective_at)} 起" if last else ""
    )
    words = dict(thing.Status.choices).get(wanted, wanted)
    return f"现在是“{now}”{by}，不能改成“{words}”。您填的没有写入，请核对后再改。"
