"""The audit, for administrators and the committee."""

from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from parkportal.clock import at, end_of
from parkportal.guards import roles
from parkportal.records.audit_words import action_words, facts_of
from parkportal.records.forms import AuditFilterForm
from parkportal.records.models import AuditEntry

PER_PAGE = 50


@require_GET
@roles("admin", "committee")
def audit_list(request: HttpRequest) -> HttpResponse:
    """Who did what, when, from where: by person, act, object and days."""
    entries = AuditEntry.objects.visible_to(request.user).select_related("by")
    form = AuditFilterForm(request.GET)
    if form.is_valid():
        entries = _found(entries, form.cleaned_data)  # type: ignore[assignment]
    page = Paginator(entries, PER_PAGE).get_page(request.GET.get("page"))
    rows = [(entry, action_words(entry.action), facts_of(entry)) for entry in page]
    actions = sorted(AuditEntry.objects.order_by().values_list("action", flat=True).distinct())
    choices = sorted(((code, action_words(code)) for code in actions), key=lambda pair: pair[1])
    context = {"page_obj": page, "rows": rows, "form": form, "actions": choices, "values": request.GET}
    return render(request, "records/audit_list.html", context)


def _found(entries: QuerySet, wanted: dict) -> QuerySet:
    if wanted["who"]:
        entries = entries.filter(Q(by__name__icontains=wanted["who"]) | Q(by__username__icontains=wanted["who"]))
    if wanted["action"]:
        entries = entries.filter(action=wanted["action"])
    if wanted["what"]:
        entries = entries.filter(Q(subject_label__icontains=wanted["what"]) | Q(reason__icontains=wanted["what"]))
    if wanted["since"]:
        entries = entries.filter(at__gte=at(wanted["since"]))
    if wanted["until"]:
        entries = entries.filter(at__lt=end_of(wanted["until"]))
    return entries
