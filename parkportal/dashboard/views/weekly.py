"""Weekly workbooks: the running week, and the frozen issues."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from parkportal.clock import iso_week, park_today, week_days
from parkportal.dashboard import actions, boards, narrative
from parkportal.dashboard.corrections import corrections_of
from parkportal.dashboard.models import WeeklyIssue
from parkportal.dashboard.weekly import workbook_of
from parkportal.guards import roles
from parkportal.records.audit import record
from parkportal.states import Refused

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@roles("leader", "committee")
def weekly_list(request: HttpRequest) -> HttpResponse:
    week = iso_week(park_today())
    monday, sunday = week_days(week)
    values = boards.values_of(park_today())
    context = {
        "week": week,
        "monday": monday,
        "sunday": sunday,
        "values": values,
        "pieces": narrative.pieces(values, narrative.kind_labels()),
        "as_of": values["enterprises_resumed"].as_of,
        "issues": WeeklyIssue.objects.visible_to(request.user).select_related("signed_by"),
    }
    return render(request, "dashboard/weekly_list.html", context)


@roles("leader", "committee")
def weekly_detail(request: HttpRequest, week: str) -> HttpResponse:
    issue = get_object_or_404(
        WeeklyIssue.objects.visible_to(request.user).select_related("signed_by", "workbook"), week=week
    )
    monday, sunday = week_days(week)
    values = boards.values_of(sunday)
    context = {
        "issue": issue,
        "monday": monday,
        "sunday": sunday,
        "values": values,
        "pieces": narrative.pieces(values, narrative.kind_labels()),
        "rates": boards.kind_rates(values, narrative.kind_labels()),
        "corrections": corrections_of(issue),
        "before": WeeklyIssue.objects.filter(week__lt=week).first(),
        "after": WeeklyIssue.objects.filter(week__gt=week).last(),
    }
    return render(request, "dashboard/weekly_detail.html", context)


@roles("leader", "committee")
def weekly_download(request: HttpRequest, week: str) -> HttpResponse:
    try:
        _, sunday = week_days(week)
    except ValueError:
        raise Http404 from None
    is_issue = WeeklyIssue.objects.visible_to(request.user).filter(week=week).exists()
    if not is_issue and week != iso_week(park_today()):
        raise Http404
    record("weekly.downloaded", by=request.user, after={"week": week})
    answer = HttpResponse(workbook_of(week), content_type=XLSX)
    answer["Content-Disposition"] = f'attachment; filename="weekly-{week}.xlsx"'
    return answer


@require_POST
@roles("leader", "committee")
def weekly_sign(request: HttpRequest, week: str) -> HttpResponse:
    issue = get_object_or_404(WeeklyIssue.objects.visible_to(request.user), week=week)
    try:
        actions.sign_week(issue, by=request.user)
        messages.success(request, f"第 {issue.number} 期已签发。")
    except Refused as refused:
        messages.warning(request, refused.text)
    return redirect("dashboard:weekly_detail", week=week)
