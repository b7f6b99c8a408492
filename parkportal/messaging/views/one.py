"""One message: why it was written, what it says, how far it got, and what a person can do about it."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from parkportal.guards import roles
from parkportal.messaging import actions, purposes
from parkportal.messaging.forms import REVEAL_REASONS, CallForm, HandleForm, RevealForm, TrialForm, ways
from parkportal.messaging.models import Message
from parkportal.states import Refused

WAYS = {"resend": actions.resend, "call": actions.bring_by_phone, "withdraw": actions.take_back}
SAID = {"resend": "已排队，马上再发。", "call": "已放进打电话名单。", "withdraw": "已撤回，不会再发。"}


def _found(request: HttpRequest, pk: int) -> Message:
    return get_object_or_404(Message.objects.visible_to(request.user).select_related("recipient", "by"), pk=pk)


def _page(request: HttpRequest, message: Message, form: HandleForm | None = None) -> HttpResponse:
    """The whole page, or its panel alone beside the history."""
    may_act = actions.may_act(request.user)
    context = {
        "message": message,
        "purpose": purposes.find(message.purpose),
        "moves": message.moves.select_related("by").order_by("id"),
        "context_link": context_link(message),
        "may_act": may_act,
        "form": form or (HandleForm(message=message) if may_act and ways(message) else None),
        "call_form": CallForm() if may_act and message.is_by_person else None,
        "reveal_reasons": REVEAL_REASONS,
    }
    template = "messaging/_message_panel.html" if request.htmx else "messaging/message_detail.html"  # type: ignore[attr-defined]
    return render(request, template, context, status=422 if form is not None else 200)


def context_link(message: Message) -> str:
    """The page of the thing that caused the message, when its purpose names one."""
    purpose = purposes.find(message.purpose)
    if purpose is None or not purpose.context_url or message.context_id is None:
        return ""
    try:
        return reverse(purpose.context_url, args=[message.context_id])
    except NoReverseMatch:
        return ""


@require_GET
@roles()
def message_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, _found(request, pk))


@require_POST
@roles("admin", "committee")
def message_handle(request: HttpRequest, pk: int) -> HttpResponse:
    """Send again, ring instead, or take back, with a reason."""
    message = _found(request, pk)
    form = HandleForm(request.POST, message=message)
    if not form.is_valid():
        return _page(request, message, form)
    data: dict[str, Any] = form.cleaned_data
    try:
        WAYS[data["do"]](message=message, by=request.user, reason=data["reason"], token=data["token"])
    except Refused as refusal:
        form.add_error("do", refusal.text)
        return _page(request, message, form)
    messages.success(request, SAID[data["do"]])
    return redirect("messaging:message_detail", pk)


@require_POST
@roles("admin", "committee")
def message_ask(request: HttpRequest, pk: int) -> HttpResponse:
    try:
        actions.ask_again(message=_found(request, pk), by=request.user)
        messages.success(request, "正在问网关，几秒钟后刷新看结果。")
    except Refused as refusal:
        messages.error(request, refusal.text)
    return redirect("messaging:message_detail", pk)


@require_POST
@roles("admin", "committee")
def message_called(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody rang or went there: told, or not."""
    message, form = _found(request, pk), CallForm(request.POST)
    if not form.is_valid():
        messages.error(request, "请选通知到了没有。")
        return redirect("messaging:message_list")
    data = form.cleaned_data
    try:
        actions.note_call(message=message, by=request.user, answered=data["answered"], token=data["token"])
        messages.success(request, "已记下：通知到了。" if data["answered"] else "已记下：没有通知到，还留在名单里。")
    except Refused as refusal:
        messages.error(request, refusal.text)
    return redirect("messaging:message_list")


@require_http_methods(["GET", "POST"])
@roles("admin", "committee")
def message_reveal(request: HttpRequest, pk: int) -> HttpResponse:
    """The full number for a reason; GET shows the question again, when the sixty seconds are over."""
    message = _found(request, pk)
    form = RevealForm(request.POST) if request.method == "POST" else None
    shown = ""
    if form is not None and form.is_valid():
        shown = actions.reveal(message=message, by=request.user, reason=form.cleaned_data["reason"])
    context = {"message": message, "shown": shown, "reveal_reasons": REVEAL_REASONS}
    whole = "messaging/message_reveal.html"
    return render(request, "messaging/_reveal.html" if request.htmx else whole, context)  # type: ignore[attr-defined]


@require_POST
@roles("admin", "committee")
def message_trial(request: HttpRequest) -> HttpResponse:
    """A test message to the own number."""
    form = TrialForm(request.POST)
    if not form.is_valid():
        return redirect("messaging:message_list")
    message = actions.send_test(by=request.user, token=form.cleaned_data["token"])
    return redirect("messaging:message_detail", message.pk)
