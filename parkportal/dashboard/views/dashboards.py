"""The dashboard of a day and the wall screen."""

from datetime import date

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from parkportal.clock import park_now, park_today
from parkportal.dashboard import boards
from parkportal.dashboard.narrative import kind_labels
from parkportal.guards import roles
from parkportal.records import figures

FIRST_FIGURE = "enterprises_resumed"
COURSES = (30, 90, 365)


def _asked_day(request: HttpRequest) -> date:
    """The day of `?date=`, today without one; a day to come or no day at all does not exist."""
    text = request.GET.get("date", "")
    try:
        day = date.fromisoformat(text) if text else park_today()
    except ValueError:
        raise Http404 from None
    if day > park_today():
        raise Http404
    return day


@roles("leader", "committee")
def dashboard(request: HttpRequest) -> HttpResponse:
    day = _asked_day(request)
    context = boards.overview(day, kind_labels())
    return render(request, "dashboard/dashboard.html", {**context, "day": day, "is_today": day == park_today()})


@roles("leader", "committee")
def figure_days(request: HttpRequest) -> HttpResponse:
    """One figure by day: a chart to point at, and its table."""
    day = _asked_day(request)
    figure = figures.get(request.GET.get("figure", FIRST_FIGURE))
    days = request.GET.get("days", str(COURSES[0]))
    if figure is None or days not in map(str, COURSES):
        raise Http404
    rows = boards.days_of(figure, day, int(days))
    context = {"figure": figure, "figures": figures.all_figures(), "rows": rows, "courses": COURSES, "days": int(days)}
    context["has_whole"] = any(row.value.denominator is not None for row in rows)
    return render(request, "dashboard/figure_days.html", {**context, "day": day})


@roles("leader", "committee")
def screen(request: HttpRequest) -> HttpResponse:
    context = boards.overview(park_today(), kind_labels())
    stale = boards.is_stale(context["as_of"])
    template = "dashboard/screen.html#board" if request.htmx else "dashboard/screen.html"  # type: ignore[attr-defined]
    return render(request, template, {**context, "now": park_now(), "is_stale": stale})
