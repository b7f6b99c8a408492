"""The self-check: what the last look found, and a look now."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from parkportal.dashboard import self_check
from parkportal.dashboard.invariants import CHECKS, SHOWN, last_look
from parkportal.guards import roles
from parkportal.records import jobs


@require_GET
@roles(*self_check.ROLES)
def invariants(request: HttpRequest) -> HttpResponse:
    """Each kind with what does not hold."""
    looked = last_look()
    lines = looked.after["lines"] if looked else {}
    context = {"looked": looked, "kinds": [(kind, lines.get(kind, [])) for kind in CHECKS], "most": SHOWN}
    return render(request, "dashboard/invariants.html", context)


@require_POST
@roles(*self_check.ROLES)
def invariants_run(request: HttpRequest) -> HttpResponse:
    """Look now, by a job; a second press while it runs leads to the first."""
    key = jobs.wish_key(self_check.KIND, request.user, {})
    return redirect("records:job", jobs.start(self_check.KIND, title="对账自检", by=request.user, lock_key=key).token)
