"""Help pages by role, in Chinese; the texts stand in docs/help/."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from parkportal.dashboard import helptexts
from parkportal.guards import roles


@roles()
def help_index(request: HttpRequest) -> HttpResponse:
    return render(request, "dashboard/help_index.html", {"pages": helptexts.pages(request.user)})


@roles()
def help_page(request: HttpRequest, role: str) -> HttpResponse:
    page = helptexts.page(role)
    if page is None:
        raise Http404
    return render(request, "dashboard/help_page.html", {"page": page})
