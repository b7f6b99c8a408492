"""The list of the register, and entering and correcting a unit."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from enterprises import listing
from enterprises.actions import (
    correct_enterprise,
    note_doubts,
    register_enterprise,
    save_filter,
    set_apart,
    set_resumption_status,
    undo_bulk,
)
from enterprises.forms import BulkForm, EnterpriseForm, RegisterForm, SavedFilterForm, StatusForm
from enterprises.models import BulkChange, Enterprise, ResumptionMove, SavedFilter
from parkportal.accounts.asking import SignedIn
from parkportal.again import answered, typed
from parkportal.editing import EditConflict, chosen, conflict_page
from parkportal.guards import roles
from parkportal.idempotency import made_before
from parkportal.keys import keys_of
from parkportal.records import jobs
from parkportal.states import Refused

READ = ("committee", "leader", "admin", "supervisor", "squad", "warehouse", "contact", "principal")
PAGE = 50
# what the ink bar offers to write to the ticked rows: URL name and its arguments
ADDRESSED = {"notice": ("enterprises:notice_create", []), "greet": ("enterprises:greeting_create", ["letter"])}


@roles(*READ)
def enterprise_list(request: SignedIn) -> HttpResponse:
    rows, filters, figure = listing.chosen(request)
    context = listing.context(request, rows, filters, figure)
    paginator = Paginator(rows.for_list(), PAGE)
    paginator.count = context["totals"]["units"]  # counted once
    page = paginator.get_page(request.GET.get("page"))
    return render(request, "enterprises/enterprise_list.html", {**context, "page_obj": page})


@require_POST
@roles("committee", "leader")
def enterprise_export(request: SignedIn) -> HttpResponse:
    """A job that writes exactly what the list shows, or the ticked rows."""
    picked = [] if request.POST.get("all") else request.POST.getlist("pick")
    params = {"query": request.GET.urlencode(), "picked": keys_of(picked)}
    key = jobs.wish_key("enterprise_export", request.user, params)
    job = jobs.start("enterprise_export", title="导出企业名录", by=request.user, params=params, lock_key=key)
    return redirect("records:job", token=job.token)


@require_POST
@roles("committee")
def enterprise_bulk(request: SignedIn) -> HttpResponse:
    """What the ink bar does to the ticked rows: remind of today's report, hand over to a squad, tag."""
    do = request.POST.get("do", "")
    if do in ADDRESSED:
        return _write_to_picked(request, *ADDRESSED[do])
    form = None
    if do in {"squad", "officer", "tag"} and listing.picked(request).exists():
        form = BulkForm(request.POST if {"ready", do} & set(request.POST) else None, do=do)
        if not form.is_valid():
            context = listing.bulk_context(request, form)
            return render(request, "enterprises/enterprise_bulk.html", context, status=422 if form.errors else 200)
    try:
        messages.success(request, listing.do_to_picked(request, form))
    except Refused as refused:
        messages.warning(request, refused.text)
    return redirect(f"{request.path.removesuffix('bulk/')}?{request.GET.urlencode()}")


@require_POST
@roles("committee")
def bulk_undo(request: SignedIn, pk: int) -> HttpResponse:
    """Within a day, by whoever did it; what somebody has changed since stays."""
    change = get_object_or_404(BulkChange.objects.visible_to(request.user), pk=pk)
    try:
        count = undo_bulk(change=change, by=request.user)
        stays = (
            f"，{len(change.before) - count} 家后来又改过或者退不回去，保持现状" if count < len(change.before) else ""
        )
        messages.success(request, f"撤销了“{change.words}”，退回 {count} 家{stays}。")
    except Refused as refused:
        messages.warning(request, refused.text)
    return redirect(f"{reverse('enterprises:enterprise_list')}?{request.GET.urlencode()}")


def _write_to_picked(request: SignedIn, name: str, args: list[str]) -> HttpResponse:
    """To the page where one writes to the ticked rows."""
    try:
        return redirect(f"{reverse(name, args=args)}?{listing.picked_query(request)}")
    except Refused as refused:
        messages.warning(request, refused.text)
        return redirect(f"{reverse('enterprises:enterprise_list')}?{request.GET.urlencode()}")


@require_POST
@roles(*READ)
def enterprise_find(request: SignedIn) -> HttpResponse:
    """The list's search: words go on in the address, a phone number does not (decision 8)."""
    words = request.POST.get("q", "").strip()[:60]
    query = QueryDict(request.POST.get("kept", "")[:500], mutable=True)
    for name in ("q", "page", "unit"):
        query.pop(name, None)
    found = listing.phone_query(words) if request.user.has_role("committee", "squad", "supervisor") else None
    if found is None and words:
        query["q"] = words
    parts = "&".join(filter(None, (query.urlencode(), found)))
    return redirect(f"{reverse('enterprises:enterprise_list')}{'?' if parts else ''}{parts}")


@require_POST
@roles(*READ)
def filter_save(request: SignedIn) -> HttpResponse:
    """The list's present query under a name of one's own."""
    form = typed(request, SavedFilterForm, "save")
    query = QueryDict(request.POST.get("query", request.GET.urlencode())).urlencode()
    if not query:
        messages.warning(request, "请先选好筛选条件，再给它起个名字。")
        return redirect("enterprises:enterprise_list")

    def act(name: str, token: UUID, **_: str) -> SavedFilter:
        return save_filter(name=name, query=query, by=request.user, token=token)

    return answered(
        request,
        form,
        act,
        "enterprises:enterprise_list",
        done=lambda saved: f"“{saved.name}”存好了，在上面一排。",
        query=query,
    )


@require_POST
@roles(*READ)
def filter_delete(request: SignedIn, pk: int) -> HttpResponse:
    saved = get_object_or_404(SavedFilter.objects.visible_to(request.user), pk=pk)
    saved.delete()
    messages.success(request, f"“{saved.name}”删掉了。")
    return redirect("enterprises:enterprise_list")


@roles("committee")
def enterprise_create(request: SignedIn) -> HttpResponse:
    if known := made_before(Enterprise, request.POST.get("token")):
        return redirect("dashboard:enterprise_file", pk=known.pk)
    kind = "site" if request.GET.get("kind") == "site" else "enterprise"
    form = RegisterForm(request.POST or None, for_committee=True, initial={"kind": kind})
    if request.method == "POST" and form.is_valid():
        try:
            data = form.cleaned_data
            enterprise, _ = register_enterprise(
                data=form.facts(), by=request.user, token=data["token"], sishang_from=data.get("sishang_from")
            )
            set_apart(enterprise=enterprise, look_alikes=form.look_alikes, by=request.user)
            return redirect("dashboard:enterprise_file", pk=enterprise.pk)
        except ValidationError as problem:
            form.add_error(None, problem)
    return render(request, "enterprises/enterprise_form.html", {"form": form}, status=422 if form.errors else 200)


@roles("committee", "contact", "principal")
def enterprise_edit(request: SignedIn, pk: int) -> HttpResponse:
    enterprise = get_object_or_404(Enterprise.objects.editable_by(request.user).current(), pk=pk)
    is_committee = request.user.has_role("committee")
    form = EnterpriseForm(request.POST or None, instance=enterprise, for_committee=is_committee)
    context = {"form": form, "enterprise": enterprise}
    if request.method == "POST" and form.is_valid():
        try:
            version = form.cleaned_data["version"] or 0
            enterprise = Enterprise.objects.get(pk=pk)
            data = chosen(request, form.facts())
            since = form.cleaned_data.get("sishang_from")
            correct_enterprise(enterprise=enterprise, data=data, version=version, by=request.user, sishang_from=since)
            note_doubts(units=[pk])
            messages.success(request, "改好了。")
            return redirect("dashboard:enterprise_file", pk=pk)
        except EditConflict as conflict:
            back = reverse("dashboard:enterprise_file", args=[pk])
            return conflict_page(request, conflict, title=enterprise.name, back=back)
        except ValidationError as problem:
            form.add_error(None, problem)
    return render(request, "enterprises/enterprise_form.html", context, status=422 if form.errors else 200)


@roles("committee")
def enterprise_status(request: SignedIn, pk: int) -> HttpResponse:
    enterprise = get_object_or_404(Enterprise.objects.editable_by(request.user).current(), pk=pk)
    if made_before(ResumptionMove, request.POST.get("token")):
        return redirect("dashboard:enterprise_file", pk=pk)
    form = StatusForm(request.POST or None, enterprise=enterprise)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            set_resumption_status(
                enterprise=enterprise,
                to=data["to"],
                on=data["on"],
                by=request.user,
                reason=data["reason"],
                token=data["token"],
            )
            return redirect("dashboard:enterprise_file", pk=pk)
        except Refused as refused:
            form.add_error(None, refused)
    context = {"form": form, "enterprise": enterprise}
    return render(request, "enterprises/enterprise_status.html", context, status=422 if form.errors else 200)


@roles("contact", "principal")
def my_enterprise(request: SignedIn) -> HttpResponse:
    """A contact's own enterprise; with several, the list of them."""
    own = list(Enterprise.objects.reached_by(request.user).current()[:2])
    if len(own) == 1:
        return redirect("dashboard:enterprise_file", pk=own[0].pk)
    return redirect("enterprises:enterprise_list")
