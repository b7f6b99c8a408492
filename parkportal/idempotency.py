"""The token that makes a repeated submit harmless.

A form that creates something draws a token when it is shown; the created row keeps it in a unique
nullable column. The same token again finds that row, and the view shows the first outcome.
"""

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django import forms
from django.db import IntegrityError, models, transaction
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from parkportal.clock import park_now

M = TypeVar("M", bound=models.Model)


def new_token() -> uuid.UUID:
    return uuid.uuid4()


class TokenField(models.UUIDField):
    """The column on the created row: unique, empty for rows that no form made."""

    _pyi_private_set_type: uuid.UUID | str | None  # type: ignore[assignment]
    _pyi_private_get_type: uuid.UUID | None  # type: ignore[assignment]
    _pyi_lookup_exact_type: uuid.UUID | str | None  # type: ignore[assignment]

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"null": True, "blank": True, "editable": False, "unique": True, **kwargs})


NO_TOKEN = gettext_lazy("这一页不完整，请刷新以后再提交。")


class TokenFormMixin(forms.Form):
    """Adds the hidden token to a form; `cleaned_data["token"]` is what the action passes on."""

    token = forms.UUIDField(
        widget=forms.HiddenInput, initial=new_token, error_messages=dict.fromkeys(("required", "invalid"), NO_TOKEN)
    )


class TokenModelForm(TokenFormMixin, forms.ModelForm):
    """A form of one row; the row that it makes carries the token, a row that it changes needs none."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is not None:
            del self.fields["token"]

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        if self.instance.pk is None:
            self.instance.token = self.cleaned_data.get("token")


def once(model: type[M], token: uuid.UUID | None, create: Callable[[], M]) -> tuple[M, bool]:
    """The row of this token and whether it is new. `create` runs in a savepoint and must store the token.

    Two requests with one token at the same time: the unique column refuses the second, which then reads the first.
    """
    if token is not None and (found := model._default_manager.filter(token=token).first()):
        return found, False
    try:
        with transaction.atomic():
            return create(), True
    except IntegrityError:
        found = model._default_manager.filter(token=token).first() if token is not None else None
        if found is None:
            raise
        return found, False


def made_before(model: type[M], raw: str | None) -> M | None:
    """The row that a form with this token made already; asked before the form is judged, since a repeat may look
    like a double to its constraints."""
    token = token_of(raw)
    return model._default_manager.filter(token=token).first() if token else None


def token_of(raw: str | None) -> uuid.UUID | None:
    """The token that a hidden field carried; None for anything that is no token."""
    try:
        return uuid.UUID(raw or "")
    except ValueError:
        return None


def wants_json(request: HttpRequest) -> bool:
    """Whether the browser's queue asks, which keeps what was entered until it hears an answer."""
    return request.headers.get("Accept") == "application/json"


LONGEST_WAIT = timedelta(hours=24)


def done_at(request: HttpRequest) -> datetime:
    """When the thing was done that this request tells: what waited in the browser's queue says how long ago.

    An age is sent, not a time, so that a wrong clock in a browser does no harm; more than a day is not believed.
    """
    seconds = request.headers.get("X-Queue-Age", "")
    age = (
        timedelta(seconds=int(seconds)) if seconds.isascii() and seconds.isdigit() and len(seconds) < 7 else timedelta()
    )
    return park_now() - min(age, LONGEST_WAIT)
