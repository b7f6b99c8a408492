"""The lists of sign-ups and specimens: rows of the scope, narrowed by a figure and by filters."""

from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest

from parkportal.keys import key_of
from parkportal.records.listing import figure_rows
from testing.models import Campaign, Group, Session, SignUp, SignUpStatus, Specimen, SpecimenStatus

PER_PAGE = 50


def chosen_signups(request: HttpRequest) -> tuple[QuerySet[SignUp], dict[str, Any]]:
    """Rows and what narrows them: campaign, sitting, status, group, mode, code or name."""
    rows, figure = figure_rows(request, SignUp.objects.visible_to(request.user))
    query = request.GET
    campaign = Campaign.objects.filter(pk=key).first() if (key := key_of(query.get("campaign"))) else None
    if campaign:
        rows = rows.filter(campaign=campaign)
    session = key_of(query.get("session"))
    if session:
        rows = rows.filter(slot__session=session)
    for name, allowed in (("status", SignUpStatus.values), ("group", Group.values), ("mode", ["point", "door"])):
        if query.get(name) in allowed:
            rows = rows.filter(**{name: query[name]})
    text = "".join(query.get("q", "").upper().split())[:40]
    if text:
        rows = rows.filter(code=text) if text.startswith("RY") else rows.filter(name=query["q"].strip())
    shown = {
        "figure": figure,
        "campaign": campaign,
        "session": Session.objects.filter(pk=session).first() if session else None,
    }
    return rows, shown


def signup_rows(request: HttpRequest) -> tuple[QuerySet[SignUp], dict[str, Any]]:
    rows, shown = chosen_signups(request)
    return rows.select_related("enterprise", "slot__session__point", "campaign").order_by("-id"), shown


def chosen_specimens(request: HttpRequest) -> tuple[QuerySet[Specimen], dict[str, Any]]:
    """Rows and what narrows them: status, sitting, barcode."""
    rows, figure = figure_rows(
        request, Specimen.objects.visible_to(request.user).filter(Q(signup__isnull=False) | Q(is_pool=True))
    )
    query = request.GET
    if query.get("status") in SpecimenStatus.values:
        rows = rows.filter(status=query["status"])
    if session := key_of(query.get("session")):
        rows = rows.filter(session=session)
    text = "".join(query.get("q", "").upper().split())[:24]
    if text:
        rows = rows.filter(barcode=text)
    rows = rows.select_related("signup__enterprise", "session__point", "lab").order_by("-collected_at", "-id")
    return rows, {"figure": figure}
