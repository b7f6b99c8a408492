"""打包外卖: the park's outlets with their checks, and the public list of those in order."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_GET, require_POST

from enterprises.actions.outlets import check_outlet, correct_outlet, open_outlet, set_outlet_open
from enterprises.forms.canteen import OutletCheckForm, OutletForm
from enterprises.models import Outlet, OutletCheck
from parkportal.accounts.asking import SignedIn
from parkportal.clock import park_now
from parkportal.editing import EditConflict, chosen, conflict_page, mark_of, spoken_by
from parkportal.given import given
from parkportal.guards import public, roles
from parkportal.idempotency import made_before
from parkportal.records.files import serve
from parkportal.records.listing import figure_rows
from parkportal.states import Refused

PARK = ("committee", "leader", "supervisor", "squad")
CHECK = ("committee", "supervisor", "squad")
PAGE = 50


@roles(*PARK)
def outlet_list(request: SignedIn) -> HttpResponse:
    rows, figure = figure_rows(request, Outlet.objects.visible_to(request.user))
    context = {
        "page_obj": Paginator(rows.with_last_check().order_by("name", "pk"), PAGE).get_page(request.GET.get("page")),
        "figure": figure,
        "is_park": True,
        "may_write": request.user.has_role("committee"),
        "listed": Outlet.objects.for_everybody().count(),
    }
    return render(request, "enterprises/outlet_list.html", context)


@roles("committee")
def outlet_create(request: SignedIn) -> HttpResponse:
    if known := made_before(Outlet, request.POST.get("token")):
        return redirect("enterprises:outlet_detail", pk=known.pk)
    return _edit(request, Outlet())


@roles("committee")
def outlet_edit(request: SignedIn, pk: int) -> HttpResponse:
    return _edit(request, get_object_or_404(Outlet.objects.visible_to(request.user), pk=pk))


def _edit(request: SignedIn, outlet: Outlet) -> HttpResponse:
    form = OutletForm(request.POST or None, instance=outlet, initial={"seen": mark_of(outlet.facts())})
    if request.method == "POST" and form.is_valid():
        facts = {name: form.cleaned_data[name] for name in Outlet.FACTS}
        try:
            return redirect("enterprises:outlet_detail", pk=_saved(request, form, facts).pk)
        except EditConflict as conflict:
            back = reverse("enterprises:outlet_detail", args=[outlet.pk])
            return conflict_page(request, conflict, title="外卖店资料", back=back)
        except Refused as refused:
            form.add_error(refused.facts.get("field"), refused)
    context = {"form": form, "outlet": outlet}
    return render(request, "enterprises/outlet_form.html", context, status=422 if form.errors else 200)


def _saved(request: SignedIn, form: OutletForm, facts: dict[str, Any]) -> Outlet:
    if form.instance.pk is None:
        return open_outlet(facts=facts, by=request.user, token=form.cleaned_data["token"])
    seen, spoken = form.cleaned_data["seen"], spoken_by(form)
    facts = chosen(request, facts)
    return correct_outlet(outlet=form.instance, facts=facts, seen=seen, spoken=spoken, by=request.user)


@roles(*PARK)
def outlet_detail(request: SignedIn, pk: int) -> HttpResponse:
    outlet = get_object_or_404(Outlet.objects.visible_to(request.user).with_last_check(), pk=pk)
    return render(request, "enterprises/outlet_detail.html", _detail(request, outlet))


def _detail(request: SignedIn, outlet: Outlet, form: OutletCheckForm | None = None) -> dict[str, Any]:
    may_check = request.user.has_role(*CHECK) and outlet.closed_at is None
    return {
        "outlet": outlet,
        "checks": outlet.checks.select_related("by")[:PAGE],
        "form": form or (OutletCheckForm() if may_check else None),
        "may_write": request.user.has_role("committee"),
    }


@require_POST
@roles(*CHECK)
def outlet_check(request: SignedIn, pk: int) -> HttpResponse:
    outlet = get_object_or_404(Outlet.objects.visible_to(request.user).with_last_check(), pk=pk)
    form = OutletCheckForm(request.POST, request.FILES)
    if form.is_valid():
        data = {**form.cleaned_data, "passed": form.cleaned_data["passed"] == "yes"}
        try:
            check_outlet(outlet=outlet, by=request.user, **data)
            messages.success(request, "检查记下了。" if data["passed"] else "记下了，名单上先拿下来。")
            return redirect("enterprises:outlet_detail", pk=pk)
        except Refused as refused:
            form.add_error(refused.facts.get("field"), refused)
    return render(request, "enterprises/outlet_detail.html", _detail(request, outlet, form), status=422)


@require_POST
@roles("committee")
def outlet_open(request: SignedIn, pk: int) -> HttpResponse:
    """停业 or open again: `open=1`."""
    outlet = get_object_or_404(Outlet.objects.visible_to(request.user), pk=pk)
    set_outlet_open(outlet=outlet, is_open=request.POST.get("open") == "1", by=request.user)
    return redirect("enterprises:outlet_detail", pk=pk)


@require_GET
@roles(*PARK)
def outlet_photo(request: SignedIn, pk: int) -> HttpResponse:
    """The picture of a check."""
    checks = OutletCheck.objects.filter(outlet__in=Outlet.objects.visible_to(request.user), file__isnull=False)
    return serve(given(get_object_or_404(checks.select_related("file"), pk=pk).file), download=False)


@require_GET
@public
def takeaway(request: HttpRequest) -> HttpResponse:
    """For everybody, in two languages: open, and in order at the last check."""
    now = park_now()
    outlets = list(Outlet.objects.for_everybody().order_by("opens", "name"))
    for outlet in outlets:
        outlet.is_open_now = outlet.opens <= now.time() < outlet.closes  # type: ignore[attr-defined]
        outlet.words = outlet.spoken(get_language() or "")  # type: ignore[attr-defined]
    return render(request, "enterprises/takeaway.html", {"outlets": outlets, "now": now})
