"""Who wants to resume when, and where everybody sits."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from enterprises import visiting
from enterprises.models import Enterprise, Squad
from parkportal.clock import park_now
from parkportal.guards import roles
from parkportal.keys import key_of

READ = ("committee", "leader", "squad", "supervisor")


def _rows(request: HttpRequest):  # noqa: ANN202
    rows = Enterprise.objects.followed_by(request.user).current()
    squad = request.GET.get("squad", "")
    return rows.filter(squad=key) if (key := key_of(squad)) else rows


@require_GET
@roles(*READ)
def planned_calendar(request: HttpRequest) -> HttpResponse:
    """三周 from this week's Monday, a day a cell; who is late with its plan stands above."""
    context = {"squads": Squad.objects.visible_to(request.user), "squad": request.GET.get("squad", "")}
    return render(request, "enterprises/planned_calendar.html", context | visiting.planned_calendar(_rows(request)))


@require_GET
@roles(*READ)
def park_map(request: HttpRequest) -> HttpResponse:
    """The park by building and floor, each unit with the shape of its status."""
    page, totals = visiting.park_map(_rows(request), request.GET.get("page"))
    context = {"page_obj": page, "totals": totals, "now": park_now()}
    context["squads"] = Squad.objects.visible_to(request.user)
    return render(request, "enterprises/park_map.html", context | {"squad": request.GET.get("squad", "")})
