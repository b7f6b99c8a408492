"""The audit, for administrators and the committee."""

from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from parkportal.guards import roles
from parkportal.records.audit_trail import MOST, NOTHING_WANTED, Trail, TrailRow, act_choices
from parkportal.records.forms import AuditFilterForm

PER_PAGE = 50


@require_GET
@roles("admin", "committee")
def audit_list(request: HttpRequest) -> HttpResponse:
    """Who did what, when, from where: by person, act, object and days."""
    form = AuditFilterForm(request.GET)
    trail = Trail(request.user, form.cleaned_data if form.is_valid() else NOTHING_WANTED)
    page: Page[TrailRow] = Paginator(trail, PER_PAGE).get_page(request.GET.get("page"))  # type: ignore[arg-type]  # counts and slices, no more
    context = {"page_obj": page, "rows": page.object_list, "form": form, "actions": act_choices(request.user)}
    return render(request, "records/audit_list.html", context | {"values": request.GET, "most": MOST})
