"""Which deliveries a list shows: by what its address asks for, for a page and for a job."""

from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, QueryDict

from enterprises.models import Enterprise
from parkportal.clock import park_now
from parkportal.keys import key_of
from parkportal.records.listing import figure_rows
from supplies.actions.notices import OVERDUE_AFTER
from supplies.models import Delivery


def rows_of(query: str, user: Any) -> QuerySet[Delivery]:
    """What the list shows this user under a kept query, for a job that has no request."""
    request = HttpRequest()
    request.GET = QueryDict(query)
    return narrowed(figure_rows(request, Delivery.objects.visible_to(user))[0], request.GET)


def narrowed(rows: QuerySet[Delivery], query: QueryDict) -> QuerySet[Delivery]:
    """By status, squad, words of the enterprise or the code, and the plan from which they came."""
    if (status := query.get("status", "")) in Delivery.Status.values:
        rows = rows.filter(status=status)
    if squad := key_of(query.get("squad")):
        rows = rows.filter(squad__number=squad)
    if plan := key_of(query.get("allocation")):
        rows = rows.filter(lines__allocation_line__allocation=plan).distinct()
    if query.get("short"):
        rows = rows.short()
    if query.get("late"):
        rows = rows.unsigned_since(park_now() - OVERDUE_AFTER)
    if query.get("unread"):
        rows = rows.unread()
    if words := query.get("q", "").strip():
        rows = rows.filter(Q(enterprise__in=Enterprise.objects.named(words)) | Q(code__iexact=words.replace(" ", "")))
    return rows
