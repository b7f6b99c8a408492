"""One message: why it was written, what it says, how far it got, and what a person can do about it."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_GET, require_POST

from parkportal.again import WhyForm, agreed, drawn, drawn_again, typed
from parkportal.guards import roles
from parkportal.messaging import actions, purposes
from parkportal.messaging.forms import REVEAL_REASONS, CallForm, HandleForm, TrialForm, ways
from parkportal.messaging.models import Message
from parkportal.states import Refused

WAYS = {"resend": actions.resend, "call": actions.bring_by_phone, "withdraw": actions.take_back}
SAID = {"resend": "已排队，马上再发。", "call": "已放进打电话名单。", "withdraw": "已撤回，不会再发。"}


def _found(request: HttpRequest, pk: int) -> Message:
    return get_object_or_404(Message.objects.visible_to(request.user).select_related("recipient", "by"), pk=pk)


def _page(request: HttpRequest, message: Message, form: HandleForm | None = None) -> HttpResponse:
    """The whole page, or its panel alone beside the history."""
    may_act = actions.may_act(request.user)
    call_form = drawn(request, CallForm, CallForm.MARK) if may_act else None
    context = {
        "message": message,
        "purpose": purposes.find(message.purpose),
        "moves": message.moves.select_related("by").order_by("id"),
        "context_link": context_link(message),
        "may_act": may_act,
        "form": form or (HandleForm(message=message) if may_act and ways(message) else None),
        "call_form": call_form if message.is_by_person else None,
        "lost": call_form if call_form and call_form.is_bound and not message.is_by_person else None,
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
    """Somebody rang or went there: told, or not. Refused, it is answered on the message's own page."""
    message, form = _found(request, pk), typed(request, CallForm, CallForm.MARK)
    is_done, _ = agreed(form, partial(actions.note_call, message=message, by=request.user))
    if not is_done:
        return drawn_again(request, form, "messaging:message_detail", pk=pk)
    told = form.cleaned_data["answered"]
    messages.success(request, "已记下：通知到了。" if told else "已记下：没有通知到，还留在名单里。")
    return redirect("messaging:message_list")


@require_POST
@roles("admin", "committee")
def message_reveal(request: HttpRequest, pk: int) -> HttpResponse:
    """The full number for a reason, for sixty seconds."""
    message = _found(request, pk)
    if not message.address:
        raise Http404
    form = typed(request, WhyForm, WhyForm.MARK, reasons=REVEAL_REASONS)
    is_shown, shown = agreed(form, partial(actions.reveal, message=message, by=request.user))
    if not is_shown:
        return drawn_again(request, form, "messaging:message_detail", pk=pk)
    return render(request, "messaging/message_reveal.html", {"message": message, "shown": shown})


@require_POST
@roles("admin", "committee")
def message_trial(request: HttpRequest) -> HttpResponse:
    """A test message to the own number."""
    form = TrialForm(request.POST)
    if not form.is_valid():
        return redirect("messaging:message_list")
    message = actions.send_test(by=request.user, token=form.cleaned_data["token"])
    return redirect("messaging:message_detail", message.pk)
