"""What the investment office has left to do: next steps due, leads gone quiet, guests who ask for a time."""

from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.urls import reverse

from investment.models import Lead, TimeRequest
from parkportal.clock import park_now
from parkportal.given import given
from parkportal.records.worklist import Entry, Source


def next_steps(user: Any, limit: int) -> list[Entry]:
    now = park_now()
    leads = (
        Lead.objects.visible_to(user)
        .active()
        .filter(Q(owner=user), next_at__lt=now + timedelta(days=7))
        .order_by("next_at")[:limit]
    )
    return [
        Entry(
            kind="招商下一步",
            title=lead.company,
            detail=_two_clocks(lead),
            verb="记一次联系",
            href=reverse("investment:contact_create", args=[lead.pk]),
            due_at=lead.next_at,
            contact=lead.person,
        )
        for lead in leads
    ]


def _two_clocks(lead: Lead) -> str:
    if not lead.is_abroad or lead.next_there is None:
        return lead.next_step
    return f"{lead.next_step}；{lead.place} {lead.next_there:%m-%d %H:%M}"


def time_requests(user: Any, limit: int) -> list[Entry]:
    asked = TimeRequest.objects.filter(link__by=user, link__lead__isnull=False).select_related(
        "link__lead", "link__unit"
    )
    asked = asked.filter(at__gte=park_now() - timedelta(days=14))
    return [
        Entry(
            kind="客商约时间",
            title=given(request.link.lead).company,
            detail=f"想看 {request.link.unit}",
            verb="去答复",
            href=reverse("investment:lead_detail", args=[request.link.lead_id]),
            due_at=request.at + timedelta(days=1),
        )
        for request in asked.order_by("at")[:limit]
        if (planned := given(request.link.lead).next_at) is None or planned < request.at
    ]


SOURCES = [
    Source("lead_next_steps", ("investment",), next_steps),
    Source("share_time_requests", ("investment",), time_requests),
]
