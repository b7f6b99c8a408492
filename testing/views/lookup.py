"""Results for the person: three facts have to agree; unknown and forbidden get one answer."""

import time

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from parkportal.guards import client_address, public
from parkportal.records import settings
from testing.forms.signup import LookupForm
from testing.models import SignUp
from testing.results import Claim, Locked, look_up, shown_to_person

GRANT, GRANT_SECONDS = "result_of", 15 * 60


@public
@require_http_methods(["GET", "POST"])
def results(request: HttpRequest) -> HttpResponse:
    """Ask for code, document and phone; nothing of it goes into an address."""
    form = LookupForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        claim = Claim(data["code"], data["document_type"], data["number"], data["phone"])
        try:
            signup = look_up(claim, address=client_address(request))
        except Locked:
            form.add_error(None, _("试的次数太多，请 30 分钟以后再查，或到采样点当面核对。"))
            return render(request, "testing/results.html", {"form": form}, status=429)
        if signup is not None:
            request.session[GRANT] = [signup.pk, int(time.time())]
            return redirect("public:results_shown")
        form.add_error(None, _("这三样对不上，或者还没有登记，请核对后再查。"))
    return render(request, "testing/results.html", {"form": form})


@public
@require_GET
def results_shown(request: HttpRequest) -> HttpResponse:
    """What was found, for a quarter of an hour in this browser."""
    pk, since = request.session.get(GRANT) or (None, 0)
    signup = SignUp.objects.filter(pk=pk).first() if time.time() - since < GRANT_SECONDS else None
    if signup is None:
        return redirect("public:results")
    rows = shown_to_person(signup)
    context = {
        "signup": signup,
        "latest": rows[0] if rows else None,
        "earlier": rows[1:],
        "fever_phone": settings.get("fever_phone"),
    }
    return render(request, "testing/results_shown.html", context)
