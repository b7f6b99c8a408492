"""Fields that several forms of this app share."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

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
