"""The daily report on one phone screen, and who is late."""

from datetime import date

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from enterprises.actions import submit_daily_report
from enterprises.actions.chasing import due_at
from enterprises.actions.reporting import COUNTS
from enterprises.forms import DailyReportForm
from enterprises.models import DailyReport, Enterprise
from enterprises.report_days import report_days
from parkportal.clock import park_now, park_today
from parkportal.editing import EditConflict, chosen, conflict_page, mark_of, spoken_by
from parkportal.guards import roles
from parkportal.idempotency import made_before
from parkportal.keys import key_of
from parkportal.states import Refused

PAGE = 50
BOTH_REPORTED = "两个人同时报送，逐项核对过"


@roles("contact", "principal", "committee")
def daily_report(request: HttpRequest, pk: int) -> HttpResponse:
    """A day's report, prefilled from the last one; a second one for the day is a correction with its reason.

    Today's where the address names no day.
    """
    enterprise = get_object_or_404(Enterprise.objects.editable_by(request.user).current(), pk=pk)
    day = _day(request)
    reports = DailyReport.objects.in_force().filter(enterprise=enterprise)
    mine = reports.filter(day=day).first()
    last = mine or reports.filter(day__lt=day).first()
    form = _form(request, enterprise, mine, last)
    if made_before(DailyReport, request.POST.get("token")):
        return redirect("dashboard:enterprise_file", pk=pk)
    try:
        if request.method == "POST" and form.is_valid() and _submitted(request, form, enterprise, day):
            messages.success(request, f"{day.month}月{day.day}日的日报交好了。")
            return redirect("dashboard:enterprise_file", pk=pk)
    except EditConflict as conflict:
        title, back = f"{day.month}月{day.day}日的日报", reverse("dashboard:enterprise_file", args=[pk])
        return conflict_page(request, conflict, title=title, back=back, also={"correction_reason": BOTH_REPORTED})
    context = {"form": form, "enterprise": enterprise, "mine": mine, "last": last, "day": day, "due": due_at(day)}
    context["days"] = report_days(enterprise)
    return render(request, "enterprises/daily_report.html", context, status=422 if form.errors else 200)


def _form(
    request: HttpRequest, enterprise: Enterprise, mine: DailyReport | None, last: DailyReport | None
) -> DailyReportForm:
    initial = {name: getattr(last, name) for name in COUNTS} if last else {}
    initial["seen"] = mark = mark_of(mine.facts() if mine else {})
    knows = request.POST.get("seen", mark) == mark  # else it is no correction: somebody has sent another one meanwhile
    corrects = mine is not None and knows
    return DailyReportForm(
        request.POST or None, initial=initial, is_correction=corrects, headcount=enterprise.headcount
    )


def _submitted(request: HttpRequest, form: DailyReportForm, enterprise: Enterprise, day: date) -> bool:
    """Whether the report stands; what refuses it is said beside its field. Raises EditConflict."""
    data = form.cleaned_data
    try:
        submit_daily_report(
            enterprise=enterprise,
            day=day,
            counts=chosen(request, form.said()),
            seen=data["seen"],
            spoken=spoken_by(form),
            by=request.user,
            token=data["token"],
            correction_reason=data.get("correction_reason", ""),
        )
    except EditConflict:
        raise
    except Refused as refused:
        form.add_error(refused.facts.get("field") if refused.facts.get("field") in form.fields else None, refused)
        return False
    return True


@roles("committee", "leader", "squad", "supervisor")
def report_list(request: HttpRequest) -> HttpResponse:
    """Who has not reported, who was late, who has: one day at a time."""
    day = _day(request)
    followed = Enterprise.objects.followed_by(request.user).current()
    squad = request.GET.get("squad", "")
    followed = followed.filter(squad=key) if (key := key_of(squad)) else followed
    due = followed.filter(pk__in=Enterprise.objects.due_to_report(day).values("pk"))
    missing = followed.filter(pk__in=Enterprise.objects.report_missing(day).values("pk")).named(
        request.GET.get("q", "")
    )
    reports = (
        DailyReport.objects.of_day(day).filter(enterprise__in=followed).select_related("enterprise", "reported_by")
    )
    show = request.GET.get("show", "missing")
    rows = {"late": reports.filter(is_late=True), "done": reports}.get(show, missing.select_related("squad"))
    context = {
        "day": day,
        "show": show if show in {"late", "done"} else "missing",
        "page_obj": Paginator(rows, PAGE).get_page(request.GET.get("page")),
        "counts": {"due": due.count(), "missing": missing.count(), "late": reports.filter(is_late=True).count()},
        "reported": reports.count(),
        "due_at": due_at(day),
        "now": park_now(),
    }
    return render(request, "enterprises/report_list.html", context)


def _day(request: HttpRequest) -> date:
    try:
        day = date.fromisoformat(request.GET.get("date") or park_today().isoformat())
    except ValueError:
        raise Http404 from None
    if day > park_today():
        raise Http404
    return day
