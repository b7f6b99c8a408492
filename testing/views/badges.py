"""Staff badges: issued, printed, replaced."""

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from parkportal.accounts.asking import SignedIn
from parkportal.accounts.models import User, in_force
from parkportal.guards import roles
from parkportal.idempotency import new_token, token_of
from parkportal.keys import key_of
from parkportal.printing.barcodes import code128_svg
from parkportal.states import Refused
from testing.actions import issue_badge
from testing.models import Badge, PointStaff, SamplingPoint


@roles("station", "committee")
@require_http_methods(["GET", "POST"])
def badges(request: SignedIn) -> HttpResponse:
    """Who works at the own points with their badge; the committee issues, everybody of the point may print."""
    points = SamplingPoint.objects.visible_to(request.user)
    staff = PointStaff.objects.filter(in_force(), point__in=points).select_related("user", "point")
    if request.method == "POST":
        _issue(request, staff)
        return redirect("testing:badges")
    valid = Badge.objects.filter(user__in=staff.values("user"), voided_at__isnull=True)
    codes = dict(valid.values_list("user", "code"))
    rows = [
        (one, codes.get(one.user_id), code128_svg(codes[one.user_id], height_mm=14) if one.user_id in codes else "")
        for one in staff.order_by("user__name", "point__name")
    ]
    context = {"rows": rows, "token": new_token(), "may_issue": request.user.has_role("committee")}
    return render(request, "testing/badges.html", context)


def _issue(request: SignedIn, staff: QuerySet[PointStaff]) -> None:
    chosen = request.POST.get("holder", "")
    people = User.objects.filter(pk__in=staff.values("user"))
    if not request.user.has_role("committee"):
        people = people.none()
    holder = get_object_or_404(people, pk=key_of(chosen) or 0)
    try:
        badge = issue_badge(holder=holder, by=request.user, token=token_of(request.POST.get("token")))
        messages.success(request, f"给 {holder.name} 发了工作证 {badge.code}，旧的作废。")
    except Refused as refusal:
        messages.error(request, refusal.text)
