"""A place that is kept for somebody in the waiting list: take it in time, or leave it to the next one."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from parkportal.guards import public
from parkportal.states import Refused
from testing.actions import accept_offer, leave_waiting
from testing.language import keep_to
from testing.models import WaitingParty
from testing.words import moment_words, place_words, slot_words


@public
@require_http_methods(["GET", "POST"])
def signup_offer(request: HttpRequest, token: UUID) -> HttpResponse:
    """What is offered and until when; accepting and leaving. The token opens this party and shows no names."""
    party = get_object_or_404(WaitingParty.objects.select_related("campaign", "session__point"), public_token=token)
    keep_to(party.campaign, request)
    if request.method == "POST":
        try:
            leave_waiting(party=party) if request.POST.get("do") == "leave" else accept_offer(party=party)
        except Refused as refusal:
            messages.error(request, _(refusal.text))
        return redirect("public:signup_offer", token)
    members = list(party.signups.select_related("slot__session__point").order_by("slot__starts_at", "id"))
    held = [signup.slot for signup in members if signup.slot is not None]
    context = {
        "party": party,
        "campaign": party.campaign,
        "places": list(dict.fromkeys(f"{slot_words(slot)}　{place_words(slot.session.point)}" for slot in held)),
        "until": moment_words(party.offer_until) if party.offer_until else "",
        "own": members[0] if len(members) == 1 else None,
    }
    return render(request, "testing/signup_offer.html", context)
