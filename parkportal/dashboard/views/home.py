"""Home: what is left to do, or for everybody else what the public may do here."""

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from parkportal.accounts.asking import SignedIn
from parkportal.clock import park_now, park_today
from parkportal.dashboard import boards, doors
from parkportal.guards import needs_second_factor, public
from parkportal.records import worklist


@public
def home(request: HttpRequest) -> HttpResponse:
    if not request.user.is_authenticated:
        return render(request, "dashboard/public_home.html", doors.public_doors())
    if needs_second_factor(request.user):
        return redirect("accounts:second_factor")
    return render(request, "dashboard/home.html", worklist_of(cast(SignedIn, request)))


def worklist_of(request: SignedIn) -> dict:
    """The worklist in three groups, and for leadership and committee the figures beside it."""
    now, today = park_now(), park_today()
    entries = worklist.entries_for(request.user)
    late = [entry for entry in entries if entry.due_at and entry.due_at < now]
    later = [entry for entry in entries if entry.due_at and entry.due_at >= now and (entry.due_day or today) > today]
    due = [entry for entry in entries if entry not in late and entry not in later]
    figures = boards.values_of(today) if request.user.has_role("leader", "committee") else {}
    groups = {"late": late, "due": due, "later": later, "count": len(late) + len(due)}
    return {**groups, "now": now, "today": today, "figures": figures}
