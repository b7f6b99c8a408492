"""Requests: what enterprises ask for, themselves or through the squad, and what became of it."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from enterprises.models import Enterprise, Need
from parkportal.accounts.asking import SignedIn
from parkportal.again import ReasonForm, answered, typed
from parkportal.guards import roles
from parkportal.keys import keys_of
from parkportal.states import Refused
from supplies import actions
from supplies.forms import RequestForm
from supplies.models import ASKERS, SupplyRequest, asked_for_by
from supplies.overview import asked_for
from supplies.views.rooms import PAGE, READERS, WRITERS, show

FOLLOWERS = (*READERS, "squad", "supervisor", "contact", "principal")
Status = SupplyRequest.Status


@roles(*FOLLOWERS)
def request_list(request: SignedIn) -> HttpResponse:
    """The requests within reach, those that wait first; for who plans also the sum of each item."""
    scope = SupplyRequest.objects.visible_to(request.user)
    counts = dict(scope.order_by().values("status").annotate(n=Count("pk")).values_list("status", "n"))
    status = request.GET.get("status", "")
    rows = scope.filter(status=status) if status in Status.values else scope
    page = Paginator(rows.for_list().order_by("-id"), PAGE).get_page(request.GET.get("page"))
    tabs = [("", "全部", sum(counts.values())), *((s.value, s.label, counts.get(s, 0)) for s in Status)]
    plans = request.user.has_role(*READERS)
    context: dict[str, Any] = {"tabs": tabs, "status": status, "asked": asked_for() if plans else [], "plans": plans}
    return show(request, "request_list", page_obj=page, may_ask=request.user.has_role(*ASKERS), **context)


@roles(*ASKERS)
def request_create(request: SignedIn) -> HttpResponse:
    """One request of one enterprise; out of a need the goods will close it."""
    need = _need(request)
    enterprise = need.enterprise if need else _enterprise(request)
    if enterprise is None:
        firms = asked_for_by(request.user).order_by("pinyin_key", "id")
        return show(request, "request_for", firms=firms)
    initial = {"note": need.description[:200]} if need else {}
    form = RequestForm(request.POST or None, enterprise=enterprise, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        asked = {"wishes": data["wishes"], "note": data["note"], "token": data["token"]}
        try:
            made = actions.ask_for_supplies(enterprise=enterprise, need=need, by=request.user, **asked)
            messages.success(request, "申请已交给管委会，安排好会通知联络员。")
            return redirect("supplies:request_detail", pk=made.pk)
        except Refused as refused:
            form.add_error(None, refused)
    return show(request, "request_form", form, enterprise=enterprise, need=need)


@roles(*FOLLOWERS)
def request_detail(request: SignedIn, pk: int) -> HttpResponse:
    row = get_object_or_404(_rows(request), pk=pk)
    lines = row.lines.select_related("item", "allocation_line__allocation")
    lines = lines.prefetch_related("allocation_line__delivery_lines__delivery")
    is_open = row.status == Status.OPEN
    return show(
        request,
        "request_detail",
        row=row,
        lines=lines,
        moves=[(move, Status(move.to_status).label) for move in row.moves.select_related("by")],
        can_decline=is_open and request.user.has_role(*WRITERS),
        can_withdraw=is_open and request.user.has_role(*ASKERS),
        plans=request.user.has_role(*READERS),
    )


@require_POST
@roles(*WRITERS)
def request_decline(request: SignedIn, pk: int) -> HttpResponse:
    form = typed(request, ReasonForm, "request-decline", needs="不予安排要写原因，企业看得到。")
    return _end(request, pk, form, actions.decline_request, "已告诉企业不予安排的原因。")


@require_POST
@roles(*ASKERS)
def request_withdraw(request: SignedIn, pk: int) -> HttpResponse:
    form = typed(request, ReasonForm, "request-withdraw", needs="撤回要写原因。")
    return _end(request, pk, form, actions.withdraw_request, "申请已撤回。")


def _rows(request: SignedIn) -> QuerySet[SupplyRequest]:
    return SupplyRequest.objects.visible_to(request.user).select_related("enterprise__squad", "created_by", "need")


def _end(request: SignedIn, pk: int, form: ReasonForm, act: Callable[..., object], done: str) -> HttpResponse:
    row = get_object_or_404(_rows(request), pk=pk)
    return answered(
        request, form, partial(act, request=row, by=request.user), "supplies:request_detail", done=done, pk=pk
    )


def _need(request: SignedIn) -> Need | None:
    """The need that is meant, within reach; 404 for any other."""
    wanted = request.GET.get("need", "")
    if not wanted:
        return None
    rows = Need.objects.visible_to(request.user).select_related("enterprise")
    need = get_object_or_404(rows, pk=wanted if wanted.isdecimal() else None)
    if not asked_for_by(request.user).filter(pk=need.enterprise_id).exists():
        raise Http404
    return need


def _enterprise(request: SignedIn) -> Enterprise | None:
    """The enterprise that is meant; who reaches only one need not say."""
    firms, wanted = asked_for_by(request.user), request.GET.get("enterprise", "")
    if wanted:
        return get_object_or_404(firms, pk__in=Enterprise.objects.living_keys(keys_of([wanted])))
    first = list(firms[:2])
    return first[0] if len(first) == 1 else None
