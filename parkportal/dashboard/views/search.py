"""One search box. What was typed may be a full ID number, so it never stands in an address."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from parkportal.dashboard import finding
from parkportal.guards import roles

LAST = "last_search"


@require_http_methods(["GET", "POST"])
@roles()
def search(request: HttpRequest) -> HttpResponse:
    """POST keeps the words in the session and goes to the one hit, or to the page of hits."""
    if request.method == "POST":
        request.session[LAST] = request.POST.get("q", "").strip()[:64]
        hits = finding.find(request.session[LAST], request.user)
        return redirect(hits[0].href if len(hits) == 1 else reverse("dashboard:search"))
    words = request.session.get(LAST, "")
    hits = finding.find(words, request.user)
    return render(request, "dashboard/search.html", {"words": finding.shown(words), "hits": hits, "asked": bool(words)})
