"""Plans: drafting, looking at every why, adjusting by hand, submitting, approving."""

from collections.abc import Callable
from functools import partial

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, QuerySet, Sum
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from parkportal.accounts.asking import SignedIn
from parkportal.again import ReasonForm, answered, typed
from parkportal.editing import EditConflict, chosen, conflict_page, spoken_by
from parkportal.guards import roles
from parkportal.states import Refused
from supplies import actions
from supplies.forms import AllocationForm, OverrideForm
from supplies.models import Allocation, AllocationMode
from supplies.plan_page import plan_context
from supplies.plan_terms import put_terms
from supplies.views.rooms import APPROVERS, PAGE, READERS, WRITERS, show


@roles(*READERS)
def allocation_list(request: SignedIn) -> HttpResponse:
    rows = Allocation.objects.visible_to(request.user).select_related("item", "warehouse", "created_by", "approved_by")
    status = request.GET.get("status", "")
    if status in Allocation.Status.values:
        rows = rows.filter(status=status)
    rows = rows.annotate(firms=Count("lines"), given=Sum("lines__quantity"))
    page = Paginator(rows.order_by("-id"), PAGE).get_page(request.GET.get("page"))
    return show(request, "allocation_list", page_obj=page, statuses=Allocation.Status.choices, status=status)


@roles(*WRITERS)
def allocation_create(request: SignedIn) -> HttpResponse:
    """The terms; the answer is the whole plan as a draft."""
    form = AllocationForm(request.POST or None, user=request.user, initial=_asked(request))
    if request.method == "POST" and form.is_valid():
        try:
            plan = actions.allocate(
                plan=put_terms(Allocation(), form.terms()), by=request.user, token=form.cleaned_data["token"]
            )
            return redirect("supplies:allocation_detail", pk=plan.pk)
        except Refused as refused:
            form.add_error(None, refused)
    return show(request, "allocation_form", form)


@roles(*WRITERS)
def allocation_edit(request: SignedIn, pk: int) -> HttpResponse:
    """Other terms for a draft; the whole plan is computed again."""
    plan = get_object_or_404(_plans(request), pk=pk)
    form = AllocationForm(request.POST or None, user=request.user, plan=plan)
    if request.method == "POST" and form.is_valid():
        try:
            said, seen = chosen(request, form.terms()), form.cleaned_data["seen"]
            actions.change_terms(plan=plan, said=said, seen=seen, spoken=spoken_by(form), by=request.user)
            return redirect("supplies:allocation_detail", pk=pk)
        except EditConflict as conflict:
            return _both(request, conflict, plan)
        except Refused as refused:
            form.add_error(None, refused)
    return show(request, "allocation_form", form, plan=plan)


@roles(*READERS)
def allocation_detail(request: SignedIn, pk: int) -> HttpResponse:
    """The plan: the sum as an equation, a row each with its why."""
    plan = get_object_or_404(_plans(request), pk=pk)
    return show(request, "allocation_detail", **plan_context(plan, request.user, whole="all" in request.GET))


@roles(*WRITERS)
def allocation_adjust(request: SignedIn, pk: int) -> HttpResponse:
    """Numbers by hand, with reason; the rest is shared again so that the sum stays exact."""
    plan = get_object_or_404(_plans(request), pk=pk)
    form = OverrideForm(request.POST or None, plan=plan)
    if request.method == "POST" and form.is_valid():
        said = {name: form.cleaned_data[name] for name in ("reason", "seen")}
        numbers = chosen(request, form.cleaned_data["quantities"])
        try:
            actions.adjust_plan(plan=plan, quantities=numbers, spoken=spoken_by(form), by=request.user, **said)
            return redirect("supplies:allocation_detail", pk=pk)
        except EditConflict as conflict:
            conflict.rows = [row for row in conflict.rows if not row.is_same]
            return _both(request, conflict, plan)
        except Refused as refused:
            form.add_error(refused.facts.get("field"), refused)
    return show(request, "allocation_adjust", form, plan=plan)


@require_POST
@roles(*WRITERS)
def allocation_submit(request: SignedIn, pk: int) -> HttpResponse:
    return _step(
        request,
        pk,
        lambda plan: actions.submit_allocation(allocation=plan, by=request.user),
        "已提交，等另一位同事批准。",
    )


@require_POST
@roles(*APPROVERS)
def allocation_approve(request: SignedIn, pk: int) -> HttpResponse:
    def approve(plan: Allocation) -> None:
        made = actions.approve_allocation(allocation=plan, by=request.user)
        messages.success(request, f"已批准并冻结，{len(made)} 张配送单待拣。")

    return _step(request, pk, approve)


@require_POST
@roles(*APPROVERS)
def allocation_return(request: SignedIn, pk: int) -> HttpResponse:
    plan = get_object_or_404(_plans(request), pk=pk)
    form = typed(request, ReasonForm, "plan-return", needs="退回要写原因。")
    act = partial(actions.return_allocation, allocation=plan, by=request.user)
    return answered(request, form, act, "supplies:allocation_detail", done="已退回起草人。", pk=pk)


@require_POST
@roles(*WRITERS)
def allocation_void(request: SignedIn, pk: int) -> HttpResponse:
    plan = get_object_or_404(_plans(request), pk=pk)
    form = typed(request, ReasonForm, "plan-void", needs="作废要写原因。")
    act = partial(actions.void_allocation, allocation=plan, by=request.user)
    return answered(request, form, act, "supplies:allocation_detail", done="方案已作废。", pk=pk)


def _both(request: SignedIn, conflict: EditConflict, plan: Allocation) -> HttpResponse:
    back = reverse("supplies:allocation_detail", args=[plan.pk])
    return conflict_page(request, conflict, title=str(plan), back=back)


def _plans(request: SignedIn) -> QuerySet[Allocation]:
    plans = Allocation.objects.visible_to(request.user)
    return plans.select_related("item", "warehouse", "created_by", "approved_by")


def _step(request: SignedIn, pk: int, act: Callable[[Allocation], object], done: str = "") -> HttpResponse:
    plan = get_object_or_404(_plans(request), pk=pk)
    try:
        act(plan)
        if done:
            messages.success(request, done)
    except Refused as refused:
        messages.error(request, refused.text)
    return redirect("supplies:allocation_detail", pk=pk)


def _asked(request: SignedIn) -> dict[str, str]:
    """What a link to the form has chosen already: the item, and by what it is shared."""
    mode = request.GET.get("mode", "")
    return {"item": request.GET.get("item", ""), "mode": mode if mode in AllocationMode.values else "on_duty"}
