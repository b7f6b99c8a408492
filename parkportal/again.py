"""Small forms beside a button: a reason, a number, a word, on the page of the thing that they are about.

The address they post to has no page of its own. What it refuses comes back on the page that the button stands on, drawn
again with status 422: the words beside the field, the summary on top, what was typed still there, nothing written.
"""

from collections.abc import Callable, Iterable
from copy import copy
from typing import Any, TypeVar

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import resolve, reverse

from parkportal.editing import EditConflict
from parkportal.reasons import SHORT_HINT, ReasonField
from parkportal.states import Refused

F = TypeVar("F", bound=forms.BaseForm)


class ReasonForm(forms.Form):
    """Why something is done. `needs` is said when nothing is written; without words for it the reason may stay away."""

    reason = ReasonField(
        label="原因", help_text="", widget=forms.TextInput(attrs={"autocomplete": "off", "placeholder": SHORT_HINT})
    )

    def __init__(self, *args: Any, needs: str = "请写原因。", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = bool(needs)
        self.fields["reason"].error_messages["required"] = needs


class WhyForm(forms.Form):
    """Why somebody wants to see what is masked: one of the words in `reasons`, which the audit keeps."""

    MARK = "reveal"

    reason = forms.ChoiceField(
        label="为什么要看",
        widget=forms.RadioSelect,
        error_messages=dict.fromkeys(("required", "invalid_choice"), "请选为什么要看。"),
    )

    def __init__(self, *args: Any, reasons: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["reason"]
        field.choices = [(words, words) for words in reasons]


def typed(request: HttpRequest, form_class: type[F], mark: str = "", **kwargs: Any) -> F:
    """The small form as it was sent to its button. `mark` tells it from others of its page whose class or ids are the same.

    `kwargs` go to the form.
    """
    return form_class(request.POST, request.FILES, auto_id=_ids(mark), **kwargs)


def drawn(request: HttpRequest, form_class: type[F], mark: str = "", **kwargs: Any) -> F:
    """The small form on its page: the one for which the page is drawn again, else an empty one."""
    for refused in refused_forms(request):
        if isinstance(refused, form_class) and refused.auto_id == _ids(mark):
            return refused
    return form_class(auto_id=_ids(mark), **kwargs)


def _ids(mark: str) -> str:
    return f"id_{mark}_%s" if mark else "id_%s"


def refused_forms(request: HttpRequest) -> tuple[forms.BaseForm, ...]:
    """The forms for which this page is drawn again; none as a rule."""
    return getattr(request, "refused_forms", ())


def agreed(form: forms.BaseForm, act: Callable[..., Any], *, beside: str | None = None) -> tuple[bool, Any]:
    """Whether the form is valid and the action, called with its values, agrees; and what the action gave.

    A refusal of the domain becomes an error of the form: beside the field that it names in `field` or by its code, else
    beside `beside`, else of the whole form. Raises EditConflict, which has a page of its own.
    """
    if not form.is_valid():
        return False, None
    try:
        return True, act(**form.cleaned_data)
    except EditConflict:
        raise  # has a page of its own
    except Refused as refused:
        named = {refused.facts.get("field"), refused.code} & set(form.fields)
        form.add_error(named.pop() if named else beside, refused.text)
        return False, None


def answered(
    request: HttpRequest,
    form: forms.BaseForm,
    act: Callable[..., Any],
    page: str,
    *,
    done: str | Callable[[Any], str] = "",
    beside: str | None = None,
    query: str = "",
    **where: Any,
) -> HttpResponse:
    """Do it and go to the page (a URL name with its arguments and query) with the words `done`, or draw that page again.

    `done` may be made from what the action gave.
    """
    is_done, outcome = agreed(form, act, beside=beside)
    if not is_done:
        return drawn_again(request, form, page, query=query, **where)
    if words := done(outcome) if callable(done) else done:
        messages.success(request, words)
    return redirect(f"{reverse(page, kwargs=where)}{'?' if query else ''}{query}")


def drawn_again(
    request: HttpRequest, form: forms.BaseForm, page: str, *, query: str = "", **where: Any
) -> HttpResponse:
    """The page as a GET would show it to the same person, with the refused form in its place; 422."""
    address = reverse(page, kwargs=where)
    match = resolve(address)
    again = copy(request)
    again.method, again.path, again.path_info = "GET", address, address
    again.GET, again.POST = QueryDict(query), QueryDict()  # type: ignore[misc,assignment]
    again.resolver_match, again.refused_forms = match, (form,)  # type: ignore[attr-defined]
    answer = match.func(again, *match.args, **match.kwargs)
    if answer.status_code == 200:
        answer.status_code = 422
    return answer
