"""The park's working days and settings."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from parkportal.clock import park_today
from parkportal.editing import EditConflict, chosen, conflict_page, mark_of, spoken_by
from parkportal.guards import roles
from parkportal.records import calendar as working_days
from parkportal.records import settings as park_settings
from parkportal.records.forms import CalendarDayForm, SettingsForm
from parkportal.records.models import CalendarDay


@roles("admin", "committee")
def calendar(request: HttpRequest) -> HttpResponse:
    """Days on which the park differs from the public calendar."""
    form = CalendarDayForm(request.POST or None)
    if form.is_valid():
        day = working_days.set_day(form.instance, by=request.user)
        messages.success(request, f"{day} 已记下。")
        return redirect("records:calendar")
    days = working_days.month_around(park_today())
    context = {"form": form, "own_days": CalendarDay.objects.order_by("-day"), "days": days}
    return render(request, "records/calendar.html", context, status=422 if form.errors else 200)


@require_POST
@roles("admin", "committee")
def calendar_day_remove(request: HttpRequest, pk: int) -> HttpResponse:
    working_days.remove_day(get_object_or_404(CalendarDay, pk=pk), by=request.user)
    messages.success(request, "已删除，按公共日历算。")
    return redirect("records:calendar")


@roles("admin", "committee")
def setting_list(request: HttpRequest) -> HttpResponse:
    """Every setting with what it does; each change is written down."""
    stands = park_settings.all_values()
    form = SettingsForm(request.POST or None, initial={**stands, "seen": mark_of(stands)})
    if form.is_valid():
        try:
            values, seen = chosen(request, form.as_settings()), form.cleaned_data["seen"]
            park_settings.change(values, by=request.user, seen=seen, spoken=spoken_by(form))
            messages.success(request, "设置已保存。")
            return redirect("records:setting_list")
        except EditConflict as conflict:
            return conflict_page(request, conflict, title="园区设置", back=reverse("records:setting_list"))
    return render(request, "records/setting_list.html", {"form": form}, status=422 if form.errors else 200)
