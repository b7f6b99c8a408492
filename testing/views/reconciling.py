"""Before the team leaves: arrived = bound = packed."""

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from parkportal.guards import roles
from parkportal.states import Refused
from testing.actions.reconcile import KitCount, balance, kit_rows
from testing.actions.reconcile import reconcile as close_session
from testing.models import Reconciliation, Session


@roles("station", "committee")
@require_http_methods(["GET", "POST"])
def reconcile(request: HttpRequest, session_id: int) -> HttpResponse:
    """The sum, the gaps by person with a word on each, and the kits that were used."""
    sessions = Session.objects.workable_by(request.user).select_related("point", "campaign")
    session = get_object_or_404(sessions, pk=session_id)
    done = Reconciliation.objects.filter(session=session).select_related("done_by").first()
    if request.method == "POST" and done is None:
        gaps, kits = _words(request.POST, "gap-"), _kits(request.POST)
        try:
            token = UUID(request.POST.get("token", ""))
            close_session(session=session, gaps=gaps, kits=kits, by=request.user, token=token)
            messages.success(request, "收工核对好了，这一场已结束。")
            return redirect("testing:reconcile", session_id)
        except Refused as refusal:
            messages.error(request, refusal.text)
        except ValueError:
            messages.error(request, "页面过期了，请刷新再试。")
    counted = balance(session)
    context: dict[str, Any] = {"session": session, "done": done, "balance": counted, "token": uuid4()}
    context |= {"kits": [] if done else kit_rows(session, counted), "typed": request.POST}
    return render(request, "testing/reconcile.html", context)


def _words(data: QueryDict, prefix: str) -> dict[str, str]:
    """What was written in the fields of a prefix, without the empty ones."""
    found = {key[len(prefix) :]: str(value).strip()[:100] for key, value in data.items() if key.startswith(prefix)}
    return {key: words for key, words in found.items() if words}


def _kits(data: QueryDict) -> dict[str, KitCount]:
    """How many of each kind are left, as counted, and why. Raises nothing: what is no number was not counted."""
    left, why = _words(data, "left-"), _words(data, "why-")
    return {kind: (int(text), why.get(kind, "")) for kind, text in left.items() if text.isdecimal() and len(text) < 7}
