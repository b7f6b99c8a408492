"""Before the team leaves: arrived = bound = packed."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from parkportal.again import agreed
from parkportal.guards import roles
from testing.actions.reconcile import balance, kit_rows
from testing.actions.reconcile import reconcile as close_session
from testing.forms.reconcile import ReconcileForm
from testing.models import Reconciliation, Session


@roles("station", "committee")
@require_http_methods(["GET", "POST"])
def reconcile(request: HttpRequest, session_id: int) -> HttpResponse:
    """The sum, the gaps by person with a word on each, and the kits that were used."""
    sessions = Session.objects.workable_by(request.user).select_related("point", "campaign")
    session = get_object_or_404(sessions, pk=session_id)
    done = Reconciliation.objects.filter(session=session).select_related("done_by").first()
    counted = balance(session)
    form = ReconcileForm(
        request.POST or None, counted=counted, kits=[] if done else kit_rows(session, counted), auto_id="%s"
    )
    if request.method == "POST" and done is not None:
        return redirect("testing:reconcile", session_id)
    if request.method == "POST":
        is_done, _ = agreed(form, lambda **_: close_session(session=session, by=request.user, **form.told()))
        if is_done:
            messages.success(request, "收工核对好了，这一场已结束。")
            return redirect("testing:reconcile", session_id)
    context = {"session": session, "done": done, "balance": counted, "form": form}
    return render(request, "testing/reconcile.html", context, status=422 if form.errors else 200)
