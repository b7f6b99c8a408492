"""Calls and visits on the phone: the member's day, the record in three taps, and what comes next."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from enterprises import visiting
from enterprises.actions import drop_planned_contact, keep_promise, plan_contact, record_visit
from enterprises.dictionaries import AT_THE_DOOR
from enterprises.forms import PlanForm, VisitForm
from enterprises.models import Board, Enterprise, PlannedContact, Promise, Visit, VisitPhoto
from parkportal.accounts.asking import SignedIn
from parkportal.again import WhyForm, drawn_again, typed
from parkportal.guards import roles
from parkportal.idempotency import made_before
from parkportal.records import terms
from parkportal.records.audit import record
from parkportal.records.files import serve
from parkportal.states import Refused

CARE = ("squad", "supervisor", "committee")
READ = (*CARE, "leader")
PAGE = 30


def _cared_for(request: SignedIn) -> Any:
    everything = request.user.has_role("committee")
    return (Enterprise.objects.all() if everything else Enterprise.objects.cared_for_by(request.user)).current()


@require_GET
@roles("squad", "supervisor")
def member_day(request: SignedIn) -> HttpResponse:
    """Today's calls, visits as one walks, what is overdue, what was promised."""
    return render(request, "enterprises/member_day.html", visiting.members_day(request.user))


def _wants_json(request: SignedIn) -> bool:
    return "application/json" in request.headers.get("Accept", "")


@roles(*CARE)
def visit_create(request: SignedIn, pk: int) -> HttpResponse:
    """Write a visit down; asked by the browser's queue, the answer is JSON, and a repeat gets the first outcome."""
    enterprise = get_object_or_404(_cared_for(request), pk=pk)
    if known := made_before(Visit, request.POST.get("token")):
        return _saved(request, known)
    initial = {"channel": request.GET.get("channel", AT_THE_DOOR)}
    form = VisitForm(request.POST or None, request.FILES or None, enterprise=enterprise, initial=initial)
    if request.method == "POST" and form.is_valid():
        token = form.cleaned_data["token"]
        try:
            visit = record_visit(enterprise=enterprise, heard=form.heard(), by=request.user, token=token)
            return _saved(request, visit, board=form.cleaned_data["seen_board"])
        except Refused as refused:
            field = refused.facts.get("field")
            form.add_error(field if field in form.fields else None, refused)
    if form.errors and _wants_json(request):
        words = "；".join(str(error) for errors in form.errors.values() for error in errors)
        return JsonResponse({"text": words}, status=422)
    context = {"form": form, "enterprise": enterprise, **_history(enterprise)}
    return render(request, "enterprises/visit_form.html", context, status=422 if form.errors else 200)


def _history(enterprise: Enterprise) -> dict[str, Any]:
    """What was planned for today, said last time, and is still owed."""
    return {
        "board": Board.objects.to_see().filter(enterprise=enterprise).first(),
        "planned": PlannedContact.objects.due().filter(enterprise=enterprise).first(),
        "last": enterprise.visits.select_related("by").first(),
        "owed": Promise.objects.open().filter(enterprise=enterprise),
    }


def _saved(request: SignedIn, visit: Visit, *, board: int | None = None) -> HttpResponse:
    address = reverse("enterprises:visit_detail", args=[visit.pk])
    text = f"{visit.get_channel_display()}记下了：{visit.enterprise.name}{_board_words(visit, board)}"
    if request.headers.get("X-Queue-Late") != "1":  # sent later, nobody looks at the next page for it
        messages.success(request, text)
    return JsonResponse({"text": text, "url": address}) if _wants_json(request) else redirect(address)


def _board_words(visit: Visit, board: int | None) -> str:
    """What became of the board that was ticked as seen."""
    if board is None:
        return ""
    is_verified = Board.objects.filter(pk=board, enterprise=visit.enterprise_id, status=Board.Status.VERIFIED).exists()
    return "，责任牌核验好了" if is_verified else "；责任牌刚刚换过或者与人不符，没有核验"


@require_GET
@roles(*READ)
def visit_list(request: SignedIn, pk: int) -> HttpResponse:
    enterprise = get_object_or_404(Enterprise.objects.visible_to(request.user).current(), pk=pk)
    rows = Visit.objects.visible_to(request.user).filter(enterprise=enterprise).select_related("by")
    context = {
        "enterprise": enterprise,
        "page_obj": Paginator(rows.prefetch_related("photos"), PAGE).get_page(request.GET.get("page")),
        "plans": PlannedContact.objects.visible_to(request.user).open().filter(enterprise=enterprise),
        "kinds": terms.labels("need_kind"),
        "may_write": _cared_for(request).filter(pk=pk).exists() and request.user.has_role(*CARE),
    }
    return render(request, "enterprises/visit_list.html", context)


@require_GET
@roles(*READ)
def visit_detail(request: SignedIn, pk: int) -> HttpResponse:
    rows = Visit.objects.visible_to(request.user).select_related("enterprise", "by")
    visit = get_object_or_404(rows, pk=pk)
    checks = terms.labels("visit_check")
    context = {
        "visit": visit,
        "enterprise": visit.enterprise,
        "problems": [(checks.get(code, "其他"), words) for code, words in visit.problems.items()],
        "difficulties": [terms.labels("need_kind").get(code, code) for code in visit.difficulties],
        "photos": visit.photos.all(),
        "promises": visit.promises.select_related("done_by"),
        "next": PlannedContact.objects.open().filter(enterprise=visit.enterprise).first(),
    }
    return render(request, "enterprises/visit_detail.html", context)


@require_GET
@roles(*READ)
def visit_photo(request: SignedIn, pk: int) -> HttpResponse:
    """A picture, to whoever may see the visit."""
    photos = VisitPhoto.objects.filter(visit__in=Visit.objects.visible_to(request.user)).select_related("file")
    return serve(get_object_or_404(photos, pk=pk).file, download=False)


@roles(*CARE)
def plan_create(request: SignedIn, pk: int) -> HttpResponse:
    enterprise = get_object_or_404(_cared_for(request), pk=pk)
    form = PlanForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            plan_contact(enterprise=enterprise, by=request.user, **form.cleaned_data)
            messages.success(request, "排上了，到那一天会出现在今日。")
            return redirect("enterprises:visit_list", pk=pk)
        except Refused as refused:
            form.add_error(refused.facts.get("field"), refused)
    context = {"form": form, "enterprise": enterprise}
    return render(request, "enterprises/plan_form.html", context, status=422 if form.errors else 200)


@require_POST
@roles(*CARE)
def plan_drop(request: SignedIn, pk: int) -> HttpResponse:
    rows = PlannedContact.objects.filter(enterprise__in=_cared_for(request)).select_related("enterprise")
    planned = get_object_or_404(rows, pk=pk)
    try:
        drop_planned_contact(planned=planned, by=request.user)
        messages.success(request, "取消了这次走访计划。")
    except Refused as refused:
        messages.warning(request, refused.text)
    return redirect("enterprises:visit_list", pk=planned.enterprise_id)


@require_POST
@roles(*CARE)
def promise_keep(request: SignedIn, pk: int) -> HttpResponse:
    promise = get_object_or_404(Promise.objects.filter(enterprise__in=_cared_for(request)), pk=pk)
    try:
        keep_promise(promise=promise, by=request.user)
        messages.success(request, f"兑现了：{promise.words}")
    except Refused as refused:
        messages.warning(request, refused.text)
    if request.user.has_role("squad", "supervisor"):
        return redirect("enterprises:member_day")
    return redirect("enterprises:visit_list", pk=promise.enterprise_id)


@require_POST
@roles(*CARE)
def enterprise_call(request: SignedIn, pk: int) -> HttpResponse:
    """The whole number to dial, written down with who looked and why; without a reason of the list nothing is shown."""
    enterprise = get_object_or_404(_cared_for(request), pk=pk)
    form = typed(request, WhyForm, WhyForm.MARK, reasons=visiting.CALL_REASONS)
    if not form.is_valid():
        return drawn_again(request, form, "dashboard:enterprise_file", pk=pk)
    record("enterprise.phone_shown", by=request.user, subject=enterprise, reason=form.cleaned_data["reason"])
    return render(request, "enterprises/enterprise_call.html", {"enterprise": enterprise})
