"""一企一档: everything known about one enterprise on one page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from enterprises import listing
from enterprises.models import Enterprise
from parkportal.dashboard import sections
from parkportal.guards import roles


@roles("committee", "leader", "admin", "supervisor", "squad", "warehouse", "contact", "principal")
def enterprise_file(request: HttpRequest, pk: int) -> HttpResponse:
    enterprise = get_object_or_404(Enterprise.objects.visible_to(request.user).for_file(), pk=pk)
    if enterprise.merged_into_id:
        return redirect("dashboard:enterprise_file", pk=enterprise.merged_into_id)
    context = sections.file_of(enterprise, request.user)
    if "list" in request.GET:
        context["walk"] = listing.walk(request.GET["list"][:500], request.user, pk)
    return render(request, "dashboard/enterprise_file.html", context)
