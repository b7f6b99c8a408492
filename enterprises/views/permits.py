"""绿色通道: the list with the days saved, one permit with its stages, taking one in."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from enterprises.actions.permits import move_permit, open_permit
from enterprises.forms.permits import PermitForm, PermitStepForm
from enterprises.models import Enterprise, PermitCase, PermitMove
from enterprises.models.permits import FINISHED, RUNNING
from parkportal.accounts.asking import SignedIn
from parkportal.clock import park_now, park_today
from parkportal.guards import roles
from parkportal.idempotency import made_before
from parkportal.records import figures
from parkportal.records.listing import figure_rows
from parkportal.states import Refused

PARK = ("committee", "leader", "supervisor", "squad")
READ = (*PARK, "contact", "principal")
HANDLE = ("committee", "supervisor", "squad")
PAGE = 50
TABS = (("running", "在办"), ("late", "超过承诺"), ("finished", "办结"), ("all", "全部"))


def _tabs() -> dict[str, Q]:
    late = Q(status__in=RUNNING, due_on__lt=park_today())
    return {"running": Q(status__in=RUNNING), "late": late, "finished": Q(status__in=FINISHED), "all": Q()}


@roles(*READ)
def permit_list(request: SignedIn) -> HttpResponse:
    """What runs, what is late, what was decided; the average over all that the park has decided."""
    rows, figure = figure_rows(request, PermitCase.objects.visible_to(request.user))
    kinds = _tabs()
    tab = request.GET.get("tab", "all" if figure else "running")
    counts = rows.order_by().aggregate(**{code: Count("pk", filter=chosen) for code, chosen in kinds.items()})
    shown = rows.filter(kinds.get(tab, kinds["running"])).select_related("enterprise", "owner")
    order = ("due_on", "pk") if tab in {"running", "late"} else ("-finished_on", "-accepted_on", "-pk")
    context = {
        "tab": tab,
        "tabs": [(code, label, counts[code]) for code, label in TABS],
        "figure": figure,
        "page_obj": Paginator(shown.order_by(*order), PAGE).get_page(request.GET.get("page")),
        "is_park": request.user.has_role(*PARK),
        "saved": _saved(request, figure),
    }
    return render(request, "enterprises/permit_list.html", context)


def _saved(request: SignedIn, figure: Any) -> Any:
    """The park's figure, as of the instant of the list it was opened from; it is not a squad's or an enterprise's."""
    if not request.user.has_role("committee", "leader"):
        return None
    shown = figures.get("permit_days_saved")
    return shown.value(figure[1] if figure else park_now()) if shown else None


@roles(*HANDLE)
def permit_create(request: SignedIn, pk: int) -> HttpResponse:
    enterprise = get_object_or_404(Enterprise.objects.followed_by(request.user).current(), pk=pk)
    if known := made_before(PermitCase, request.POST.get("token")):
        return redirect("enterprises:permit_detail", pk=known.pk)
    form = PermitForm(request.POST or None, by=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            token = form.cleaned_data["token"]
            permit, _ = open_permit(enterprise=enterprise, facts=form.facts(), by=request.user, token=token)
            messages.success(request, f"登记了，承诺 {permit.due_on.month}月{permit.due_on.day}日办结。")
            return redirect("enterprises:permit_detail", pk=permit.pk)
        except Refused as refused:
            form.add_error(refused.facts.get("field"), refused)
    context = {"form": form, "enterprise": enterprise}
    return render(request, "enterprises/permit_form.html", context, status=422 if form.errors else 200)


@roles(*READ)
def permit_detail(request: SignedIn, pk: int) -> HttpResponse:
    rows = PermitCase.objects.visible_to(request.user).select_related("enterprise", "owner")
    return render(request, "enterprises/permit_detail.html", _detail(request, get_object_or_404(rows, pk=pk)))


def _detail(request: SignedIn, permit: PermitCase, form: PermitStepForm | None = None) -> dict[str, Any]:
    handles = permit.is_running and PermitCase.objects.handled_by(request.user).filter(pk=permit.pk).exists()
    return {
        "permit": permit,
        "moves": permit.moves.select_related("by"),
        "form": form or (PermitStepForm(permit=permit) if handles else None),
        "is_park": request.user.has_role(*PARK),
    }


@require_POST
@roles(*HANDLE)
def permit_move(request: SignedIn, pk: int) -> HttpResponse:
    """The next stage."""
    rows = PermitCase.objects.handled_by(request.user).select_related("enterprise", "owner")
    permit = get_object_or_404(rows, pk=pk)
    if made_before(PermitMove, request.POST.get("token")):
        return redirect("enterprises:permit_detail", pk=pk)
    form = PermitStepForm(request.POST, permit=permit)
    if form.is_valid():
        try:
            move_permit(permit=permit, by=request.user, **form.cleaned_data)
            messages.success(request, "记下了。")
            return redirect("enterprises:permit_detail", pk=pk)
        except Refused as refused:
            form.add_error(refused.facts.get("field"), refused)
    return render(request, "enterprises/permit_detail.html", _detail(request, permit, form), status=422)
