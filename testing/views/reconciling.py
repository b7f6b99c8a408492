"""Before the team leaves: arrived = bound = packed."""

from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from parkportal.guards import roles
from parkportal.states import Refused
from testing.actions.reconcile import balance
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
        gaps = {
            key[4:]: value.strip()[:100]
            for key, value in request.POST.items()
            if key.startswith("gap-") and value.strip()
        }
        try:
            close_session(session=session, gaps=gaps, by=request.user, token=UUID(request.POST.get("token", "")))
            messages.success(request, "收工核对好了，这一场已结束。")
            return redirect("testing:reconcile", session_id)
        except Refused as refusal:
            messages.error(request, refusal.text)
        except ValueError:
            messages.error(request, "页面过期了，请刷新再试。")
    context = {"session": session, "done": done, "balance": balance(session), "token": uuid4()}
    return render(request, "testing/reconcile.html", context)
