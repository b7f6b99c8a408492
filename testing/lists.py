"""The lists of sign-ups and specimens: rows of the scope, narrowed by a figure and by filters."""

from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, QueryDict

from parkportal.keys import key_of, keys_of
from parkportal.records.listing import figure_rows
from testing.models import Campaign, Group, Session, SignUp, SignUpStatus, Specimen, SpecimenStatus

PER_PAGE = 50
FOUND = "found"  # the parameter with the keys that a name was found under
MOST_NAMESAKES, MOST_QUERY = 50, 1000


def chosen_signups(request: HttpRequest) -> tuple[QuerySet[SignUp], dict[str, Any]]:
    """Rows and what narrows them: campaign, sitting, status, group, mode, code, the keys that a name was found under."""
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
    if text := _code_in(query.get("q", "")):
        rows = rows.filter(code=text)
    if FOUND in query:
        rows = rows.filter(pk__in=keys_of(query[FOUND].split(",")[:MOST_NAMESAKES]))
    shown = {
        "figure": figure,
        "campaign": campaign,
        "session": Session.objects.filter(pk=session).first() if session else None,
    }
    return rows, shown


def _code_in(words: str) -> str:
    return "".join(words.upper().split())[:40]


def query_found(request: HttpRequest) -> str:
    """The query of the list for what was posted: a code goes on in it, a person's name does not (decision 8)."""
    query = QueryDict(request.POST.get("kept", "")[:MOST_QUERY], mutable=True)
    for name in ("q", "page", "status", "group", FOUND):
        query.pop(name, None)
    for name in ("status", "group"):
        if value := request.POST.get(name, "")[:20]:
            query[name] = value
    words = request.POST.get("q", "").strip()[:40]
    if _code_in(words).startswith("RY"):
        query["q"] = words
    elif words:
        namesakes = SignUp.objects.visible_to(request.user).filter(name=words).order_by("-id")
        if campaign := key_of(query.get("campaign")):
            namesakes = namesakes.filter(campaign=campaign)
        query[FOUND] = ",".join(map(str, namesakes.values_list("pk", flat=True)[:MOST_NAMESAKES])) or "0"
    return query.urlencode(safe=",")


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
