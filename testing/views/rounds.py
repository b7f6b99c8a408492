"""Sampling at the door: planning a round, and the phone page of who walks it."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from parkportal.again import answered, drawn, typed
from parkportal.clock import end_of, park_now, park_today
from parkportal.guards import roles
from parkportal.idempotency import done_at, made_before, wants_json
from parkportal.records.audit import record
from parkportal.states import Refused
from testing.actions import collect_at_door, leave_stop, plan_round
from testing.actions.rounds import in_building_order, waiting_at_the_door
from testing.forms.rounds import RoundForm, StopForm
from testing.models import Campaign, DoorRound, DoorStop

WALKERS = ("committee", "station", "squad")


@roles("committee")
@require_http_methods(["GET", "POST"])
def door_plan(request: HttpRequest, pk: int) -> HttpResponse:
    """Who is visited, by whom, when; the order is the buildings'."""
    campaign = get_object_or_404(Campaign.objects.visible_to(request.user), pk=pk)
    if first := made_before(DoorRound, request.POST.get("token")):
        return redirect("testing:door_round", first.pk)
    waiting = waiting_at_the_door(campaign)
    form = RoundForm(request.POST or None, waiting=waiting, initial={"day": park_today()})
    if request.method == "POST" and form.is_valid():
        try:
            made = plan_round(campaign=campaign, plan=form.plan(), by=request.user, token=form.cleaned_data["token"])
            return redirect("testing:door_round", made.pk)
        except Refused as refusal:
            form.add_error("end" if refusal.code == "times" else None, refusal.text)
    context = {"form": form, "campaign": campaign, "waiting": in_building_order(list(waiting))}
    return render(request, "testing/door_plan.html", context, status=422 if form.errors else 200)


@roles(*WALKERS)
@require_GET
def door_rounds(request: HttpRequest) -> HttpResponse:
    """The rounds within reach, the latest first."""
    rounds = (
        DoorRound.objects.visible_to(request.user)
        .select_related("session__campaign", "session__point", "squad")
        .prefetch_related("team", "stops")[:50]
    )
    return render(request, "testing/door_rounds.html", {"rounds": rounds})


@roles(*WALKERS)
@require_GET
def door_round(request: HttpRequest, pk: int) -> HttpResponse:
    """The visit list on the phone: in building order, with what to wear, where to go and whom to call."""
    found = _round(request, pk)
    return render(request, "testing/door_round.html", {**_list(request, found), "round_pk": found.pk})


def _round(request: HttpRequest, pk: int) -> DoorRound:
    rounds = DoorRound.objects.visible_to(request.user).select_related("session__point", "session__campaign", "squad")
    return get_object_or_404(rounds, pk=pk)


def _list(request: HttpRequest, found: DoorRound) -> dict[str, Any]:
    stops = list(found.stops.select_related("signup", "outcome_by"))
    planned = [stop for stop in stops if stop.outcome == DoorStop.Outcome.PLANNED]
    return {
        "round": found,
        "stops": stops,
        "planned": [(stop, drawn(request, StopForm, _mark(stop))) for stop in planned],
        "left": len(planned),
        "team": [member.name for member in found.team.all()],
    }


@roles(*WALKERS)
@require_GET
def door_shell(request: HttpRequest, pk: int) -> HttpResponse:
    """The page of a round without anybody on it: what the phone keeps for the time without network (decision 48)."""
    return render(request, "testing/door_round.html", {"is_shell": True, "round_pk": _round(request, pk).pk})


@roles(*WALKERS)
@require_POST
def door_kit(request: HttpRequest, pk: int) -> JsonResponse:
    """The list of a round, which the phone encrypts before it keeps it; `seconds_left` until the round's day is over."""
    found = _round(request, pk)
    left = int((end_of(found.session.day) - park_now()).total_seconds())
    if left <= 0:
        return JsonResponse({"text": "这一轮的日子已经过了，不能再存名单。"}, status=409)
    shown = _list(request, found)
    record("kit.made", by=request.user, subject=found.session, after={"people": shown["left"]})
    return JsonResponse({"html": render_to_string("testing/_door_round.html", shown, request), "seconds_left": left})


@roles(*WALKERS)
@require_GET
def door_worker(request: HttpRequest) -> HttpResponse:
    """The script that shows a round's page again without network; its address decides which pages it may serve."""
    return render(request, "testing/desk_worker.js", {"shelf": "park-door"}, content_type="text/javascript")


@roles(*WALKERS)
@require_POST
def door_stop(request: HttpRequest, pk: int, stop_id: int) -> HttpResponse:
    """One door: swabbed, nobody there, or not wanted."""
    found = get_object_or_404(DoorRound.objects.visible_to(request.user), pk=pk)
    stop = get_object_or_404(found.stops.select_related("signup", "round"), pk=stop_id)
    if wants_json(request):
        return _from_the_queue(request, stop)
    outcome = request.POST.get("outcome")
    if not outcome:
        form, act = typed(request, StopForm, _mark(stop)), partial(collect_at_door, stop=stop, by=request.user)
        return answered(request, form, act, "testing:door_round", beside="tube", pk=pk)
    try:
        leave_stop(stop=stop, outcome=outcome, by=request.user)
    except Refused as refusal:
        messages.error(request, refusal.text)
    return redirect("testing:door_round", pk)


def _mark(stop: DoorStop) -> str:
    return f"stop{stop.pk}"


def _from_the_queue(request: HttpRequest, stop: DoorStop) -> JsonResponse:
    """What a phone kept until it was heard: done when it was done; a refusal comes back to be looked at."""
    try:
        told = _done(stop, StopForm(request.POST), request)
    except Refused as refusal:
        return JsonResponse({"text": f"{stop.signup.masked_name}：{refusal.text}"}, status=409)
    return JsonResponse({"text": told, "url": reverse("testing:door_round", args=[stop.round_id])})


def _done(stop: DoorStop, form: StopForm, request: HttpRequest) -> str:
    """What was written. Raises Refused, with `empty` for a form that is not filled in."""
    at = done_at(request)
    if outcome := request.POST.get("outcome"):
        leave_stop(stop=stop, outcome=outcome, by=request.user, done_at=at)
        return "记下了。"
    if not form.is_valid():
        raise Refused("empty", "请填体温和试管条码。")
    collect_at_door(stop=stop, by=request.user, done_at=at, **form.cleaned_data)
    return "采到了，已送到。"
