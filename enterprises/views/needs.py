"""Needs: the list by who has to act, one need with its trail, and each step of it."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from enterprises.actions import close_need, confirm_need, pass_need, register_need, reopen_need, void_need
from enterprises.forms import NeedCloseForm, NeedConfirmForm, NeedForm, NeedPassForm, NeedReasonForm
from enterprises.models import Enterprise, Need
from parkportal.accounts.asking import SignedIn
from parkportal.editing import EditConflict, chosen, conflict_page, mark_of, spoken_by
from parkportal.guards import roles
from parkportal.idempotency import made_before
from parkportal.records import terms
from parkportal.records.listing import figure_rows
from parkportal.states import Refused

PARK = ("committee", "squad", "supervisor")
READ = (*PARK, "leader", "contact", "principal")
WRITE = (*PARK, "contact", "principal")
PAGE = 50
TABS = (("open", "没有办结"), ("overdue", "超期"), ("done", "等企业确认"), ("all", "全部"))
# step → its form, its action, what is said afterwards, and whether the enterprise's side takes it
STEPS: dict[str, tuple[type, Callable[..., Need], str, bool]] = {
    "pass": (NeedPassForm, pass_need, "转过去了。", False),
    "close": (NeedCloseForm, close_need, "办结了，企业会收到短信，请它确认。", False),
    "confirm": (NeedConfirmForm, confirm_need, "记下了，这件诉求解决了。", True),
    "reopen": (NeedReasonForm, reopen_need, "重新办理，期限重新算。", True),
    "void": (NeedReasonForm, void_need, "作废了，记录还在。", False),
}


def _shown(rows: Any, show: str) -> Any:
    return {"open": rows.open(), "overdue": rows.overdue(), "done": rows.to_confirm()}.get(show, rows)


@roles(*READ)
def need_list(request: SignedIn) -> HttpResponse:
    """Whose turn it is, the oldest term first; `?mine=1` those that were passed to the person."""
    visible, figure = figure_rows(request, Need.objects.visible_to(request.user))
    show = request.GET.get("show", "all" if figure else "open")
    kind = request.GET.get("kind", "")
    if kind:
        visible = visible.filter(kind=kind)
    if request.GET.get("mine"):
        visible = visible.filter(owner=request.user)
    rows = _shown(visible, show).select_related("enterprise__squad", "owner").order_by("due_on", "pk")
    context = {
        "page_obj": Paginator(rows, PAGE).get_page(request.GET.get("page")),
        "tabs": [(code, label, _shown(visible, code).count()) for code, label in TABS],
        "show": show,
        "figure": figure,
        "kinds": terms.labels("need_kind"),
        "departments": terms.labels("department"),
        "kind": kind,
        "is_park": request.user.has_role(*PARK, "leader"),
    }
    return render(request, "enterprises/need_list.html", context)


@roles(*WRITE)
def need_create(request: SignedIn, pk: int) -> HttpResponse:
    """An enterprise writes down its own need, or the park for it."""
    enterprise = get_object_or_404(_writable(request).current(), pk=pk)
    if known := made_before(Need, request.POST.get("token")):
        return redirect("enterprises:need_detail", pk=known.pk)
    form = NeedForm(request.POST or None, for_staff=request.user.has_role(*PARK))
    if request.method == "POST" and form.is_valid():
        try:
            need = register_need(enterprise=enterprise, by=request.user, **form.cleaned_data)
            messages.success(request, f"登记了，{need.due_on.month}月{need.due_on.day}日前办结。")
            return redirect("enterprises:need_detail", pk=need.pk)
        except Refused as refused:
            form.add_error(refused.facts.get("field"), refused)
    context = {"form": form, "enterprise": enterprise}
    return render(request, "enterprises/need_form.html", context, status=422 if form.errors else 200)


def _writable(request: SignedIn) -> Any:
    everything = request.user.has_role("committee")
    return Enterprise.objects.all() if everything else Enterprise.objects.reached_by(request.user)


@roles(*READ)
def need_detail(request: SignedIn, pk: int) -> HttpResponse:
    need = get_object_or_404(Need.objects.visible_to(request.user).select_related("enterprise", "owner"), pk=pk)
    return render(request, "enterprises/need_detail.html", _detail(request, need))


def _detail(request: SignedIn, need: Need, **forms: Any) -> dict[str, Any]:
    handles = Need.objects.handled_by(request.user).filter(pk=need.pk).exists()
    answers = handles or _writable(request).filter(pk=need.enterprise_id).exists()
    drawn = {"seen": mark_of(need.handling())}
    steps = {
        code: forms.get(code) or form_class(auto_id=f"{code}_%s", initial=drawn)
        for code, (form_class, _, _, is_enterprises) in STEPS.items()
        if (answers if is_enterprises else handles) and _possible(need, code)
    }
    return {
        "need": need,
        "steps": steps,
        "moves": need.moves.select_related("by", "owner"),
        "kinds": terms.labels("need_kind"),
        "departments": terms.labels("department"),
        "may_supply": (handles or answers) and need.is_open and need.kind == "supplies",
        "lost": [form for code, form in forms.items() if code not in steps],
        "error_forms": list(forms.values()),
        "has_errors": bool(forms),
    }


def _possible(need: Need, step: str) -> bool:
    status = {"pass": "passed", "close": "done", "confirm": "confirmed", "reopen": "reopened", "void": "void"}[step]
    return need.can_move(status)


@require_POST
@roles(*WRITE)
def need_step(request: SignedIn, pk: int, step: str) -> HttpResponse:
    """One step of a need, by whoever may take it."""
    if step not in STEPS:
        raise Http404
    form_class, action, said, is_enterprises = STEPS[step]
    reach = Need.objects.handled_by(request.user)
    if is_enterprises:
        reach = reach | Need.objects.filter(enterprise__in=_writable(request))
    need = get_object_or_404(reach.select_related("enterprise"), pk=pk)
    form = form_class(request.POST, auto_id=f"{step}_%s")
    if form.is_valid():
        try:
            action(need=need, by=request.user, **_said(request, need, form))
            messages.success(request, said)
            return redirect("enterprises:need_detail", pk=pk)
        except EditConflict as conflict:
            back = reverse("enterprises:need_detail", args=[pk])
            return conflict_page(request, conflict, title=f"转办：{need.description[:30]}", back=back)
        except Refused as refused:
            field = refused.facts.get("field")
            form.add_error(field if field in form.fields else None, refused)
    return render(request, "enterprises/need_detail.html", _detail(request, need, **{step: form}), status=422)


def _said(request: SignedIn, need: Need, form: Any) -> dict[str, Any]:
    """What the step is told. Of two people who pass a need on, the second chose field by field what holds."""
    data = form.cleaned_data
    if not isinstance(form, NeedPassForm):
        return data
    facts = chosen(request, {name: data[name] for name in need.handling()})
    return {**data, **need.handling(), **facts, "spoken": spoken_by(form)}
