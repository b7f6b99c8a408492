"""What was sent: the history with what needs a person first, what a person has to bring, and the mailbox."""

from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from parkportal.again import drawn, drawn_again, typed
from parkportal.clock import park_now
from parkportal.guards import roles
from parkportal.idempotency import new_token
from parkportal.messaging import window
from parkportal.messaging.actions import may_act
from parkportal.messaging.forms import TABS, MessageFilterForm, PhoneSearchForm, purpose_choices
from parkportal.messaging.models import MailboxMessage, Message
from parkportal.messaging.purposes import title_of
from parkportal.messaging.views.one import context_link
from parkportal.privacy import lookup_hash

PER_PAGE = 50
MOST_ATTENTION = 50
MOST_CALLS = 30


@require_GET
@roles()
def message_list(request: HttpRequest) -> HttpResponse:
    """The history. Staff see all; everybody else what came to the own account."""
    chosen = MessageFilterForm(request.GET).chosen()
    tab = chosen.pop("tab")
    found = Message.objects.visible_to(request.user).select_related("recipient").matching(**chosen)
    rest = found.in_tab(tab) if tab else found.exclude(status__in=Message.NEEDS_A_PERSON)
    page = Paginator(rest, PER_PAGE).get_page(request.GET.get("page"))
    first = [] if tab or page.number > 1 else list(found.needing_a_person()[:MOST_ATTENTION])
    context = {
        "page_obj": page,
        "rows": [*first, *page],
        "tab": tab or "",
        "chosen": chosen,
        "is_filtered": any(chosen.values()),
        **_head(request, found),
    }
    return render(request, "messaging/message_list.html", context)


def _head(request: HttpRequest, found: Any) -> dict[str, Any]:
    """Counts, sending hours, the filters' words, and for staff what a person has to bring."""
    now, acts = park_now(), may_act(request.user)
    counts = found.counts(now=now)
    opens, closes = window.sending_hours()
    totals = {
        name: sum(counts[state] for state in Message.TABS[name]) if name else counts["all"] for name, label in TABS
    }
    return {
        "counts": counts,
        "tabs": [(name, label, totals[name]) for name, label in TABS],
        "now": now,
        "opens": opens,
        "closes": closes,
        "next_opening": window.earliest(now),
        "may_act": acts,
        **(_brought_by_person(request) if acts else {}),
        "trial_token": new_token(),
        "phone_form": drawn(request, PhoneSearchForm, "search"),
        "purposes": purpose_choices(),
        "channels": Message.Channel.choices,
        "purpose_title": title_of(request.GET.get("purpose", "")),
        "channel_title": dict(Message.Channel.choices).get(request.GET.get("channel", ""), ""),
    }


def _brought_by_person(request: HttpRequest) -> dict[str, Any]:
    """The call list, and whom staff tell in person."""
    own = Message.objects.visible_to(request.user)
    return {"calls": _by_person(own.to_call()), "persons": _by_person(own.to_tell())}


def _by_person(rows: Any) -> list[tuple[Message, Any, str]]:
    """What a person has to bring, the earliest first, with a token and the page of whom it is about."""
    rows = rows.select_related("recipient").order_by("send_after", "id")[:MOST_CALLS]
    return [(message, new_token(), context_link(message)) for message in rows]


@require_POST
@roles("admin", "committee")
def message_search(request: HttpRequest) -> HttpResponse:
    """A full number becomes its keyed hash, so that no address holds it."""
    form = typed(request, PhoneSearchForm, "search")
    if not form.is_valid():
        return drawn_again(request, form, "messaging:message_list")
    to = lookup_hash(form.cleaned_data["phone"], kind="phone")
    return redirect(f"{reverse('messaging:message_list')}?to={to}")


@require_GET
@roles()
def mailbox(request: HttpRequest) -> HttpResponse:
    """短信箱: what the mailbox gateway took in, newest first; empty when a provider sends."""
    if not MailboxMessage.objects.opens_for(request.user):
        raise Http404
    page = Paginator(MailboxMessage.objects.visible_to(request.user), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "messaging/mailbox.html", {"page_obj": page})
