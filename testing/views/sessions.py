"""The committee's pages of a sitting: adding, moving, ending early, calling off, and who comes when."""

from functools import partial

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from parkportal.again import agreed
from parkportal.clock import park_now
from parkportal.editing import EditConflict, chosen, conflict_page, mark_of, spoken_by
from parkportal.guards import roles
from parkportal.states import Refused
from testing.actions import (
    add_session,
    cancel_session,
    close_session,
    decide_stagger,
    move_session,
    where_and_when,
)
from testing.forms.campaign import SessionEndForm, SessionForm, SessionMoveForm
from testing.models import Campaign, SamplingPoint, Session
from testing.stagger import propose


def _session(request: HttpRequest, pk: int) -> Session:
    sessions = Session.objects.visible_to(request.user).at_points().select_related("campaign", "point").with_places()
    return get_object_or_404(sessions, pk=pk)


@roles("committee")
@require_http_methods(["GET", "POST"])
def session_add(request: HttpRequest, pk: int) -> HttpResponse:
    """One more sitting, cut into slots."""
    found = get_object_or_404(Campaign.objects.visible_to(request.user), pk=pk)
    form = SessionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            session = add_session(campaign=found, by=request.user, **form.cleaned_data)
            messages.success(request, f"加了一场，{session.slots.count()} 个时段。")
            return redirect(f"{request.path.rsplit('/sessions/', 1)[0]}/?session={session.pk}")
        except Refused as refusal:
            form.add_error(None, refusal.text)
    has_points = SamplingPoint.objects.in_use().exists()
    return render(request, "testing/session_form.html", {"form": form, "campaign": found, "has_points": has_points})


@roles("committee")
@require_http_methods(["GET", "POST"])
def session_move(request: HttpRequest, pk: int) -> HttpResponse:
    """The same sitting at another place or time; everybody who has a place is told."""
    session = _session(request, pk)
    stands = where_and_when(session)
    form = SessionMoveForm(request.POST or None, initial={**stands, "seen": mark_of(stands)})
    if request.method == "POST" and form.is_valid():
        to = chosen(request, {name: form.cleaned_data[name] for name in stands})
        said = {name: form.cleaned_data[name] for name in ("reason", "seen")}
        back = reverse("testing:campaign", args=[session.campaign_id])
        try:
            told = move_session(session=session, to=to, by=request.user, spoken=spoken_by(form), **said)
            messages.success(request, "这一场没有改。" if told is None else f"已改，告诉了 {told} 人。")
            return redirect(back)
        except EditConflict as conflict:
            return conflict_page(request, conflict, title="改这一场", back=back)
        except Refused as refusal:
            form.add_error("reason" if refusal.code == "reason" else None, refusal.text)
    context = {"form": form, "session": session}
    return render(request, "testing/session_move.html", context, status=422 if form.errors else 200)


@roles("committee")
@require_http_methods(["GET", "POST"])
def session_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Call a sitting off, or end it early, naming it; everybody who had a place is told."""
    session, closes = _session(request, pk), request.POST.get("do") == "close"
    has_begun = session.specimens.exists()
    form = SessionEndForm(request.POST if request.method == "POST" else None, has_begun=has_begun)
    if request.method == "POST":
        act = partial(close_session if closes else cancel_session, session=session, by=request.user)
        is_done, told = agreed(form, act)
        if is_done:
            words = "已提前结束" if closes else "已取消"
            messages.success(request, f"{words}，告诉了 {told} 人，请他们另选时间。")
            return redirect("testing:campaign", session.campaign_id)
    context = {"session": session, "has_begun": has_begun, "form": form}
    return render(request, "testing/session_cancel.html", context, status=422 if form.errors else 200)


@roles("committee")
@require_http_methods(["GET", "POST"])
def session_stagger(request: HttpRequest, pk: int) -> HttpResponse:
    """The proposal by building and floor, and one button that makes it the plan."""
    session = _session(request, pk)
    if request.method == "POST":
        try:
            told = decide_stagger(session=session, by=request.user)
            messages.success(request, f"已按此安排，告诉了 {told} 位企业联络员。")
        except Refused as refusal:
            messages.error(request, refusal.text)
        return redirect("testing:session_stagger", pk)
    context = {"session": session, "proposal": propose(session, park_now()), "decided": list(session.windows.all())}
    return render(request, "testing/session_stagger.html", context)
