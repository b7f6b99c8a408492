"""The list of the register, and entering and correcting a unit."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from enterprises import listing
from enterprises.actions import (
    EditConflict,
    correct_enterprise,
    note_doubts,
    register_enterprise,
    set_apart,
    set_resumption_status,
)
from enterprises.forms import EnterpriseForm, RegisterForm, StatusForm
from enterprises.models import Enterprise
from parkportal.guards import roles
from parkportal.idempotency import made_before
from parkportal.records import jobs
from parkportal.states import Refused

READ = ("committee", "leader", "admin", "supervisor", "squad", "warehouse", "contact", "principal")
PAGE = 50


@roles(*READ)
def enterprise_list(request: HttpRequest) -> HttpResponse:
    rows, filters, figure = listing.chosen(request)
    page = Paginator(rows.for_list(), PAGE).get_page(request.GET.get("page"))
    context = listing.context(request, rows, filters, figure)
    return render(request, "enterprises/enterprise_list.html", {**context, "page_obj": page})


@require_POST
@roles("committee", "leader")
def enterprise_export(request: HttpRequest) -> HttpResponse:
    """A job that writes exactly what the list shows, or the ticked rows."""
    picked = [] if request.POST.get("all") else request.POST.getlist("pick")
    params = {"query": request.GET.urlencode(), "picked": [int(pk) for pk in picked if pk.isdigit()]}
    job = jobs.start("enterprise_export", title="导出企业名录", by=request.user, params=params)
    return redirect("records:job", token=job.token)


@require_POST
@roles("committee")
def enterprise_bulk(request: HttpRequest) -> HttpResponse:
    """What the ink bar does to the ticked rows: remind of today's report, or hand over to a squad."""
    try:
        messages.success(request, listing.do_to_picked(request))
    except Refused as refused:
        messages.warning(request, refused.text)
    return redirect(f"{request.path.removesuffix('bulk/')}?{request.GET.urlencode()}")


@roles("committee")
def enterprise_create(request: HttpRequest) -> HttpResponse:
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
def enterprise_edit(request: HttpRequest, pk: int) -> HttpResponse:
    enterprise = get_object_or_404(Enterprise.objects.editable_by(request.user).current(), pk=pk)
    is_committee = request.user.has_role("committee")
    form = EnterpriseForm(request.POST or None, instance=enterprise, for_committee=is_committee)
    context = {"form": form, "enterprise": enterprise}
    if request.method == "POST" and form.is_valid():
        try:
            version = form.cleaned_data["version"] or 0
            enterprise = Enterprise.objects.get(pk=pk)
            data = listing.kept_values(request, form.facts())
            since = form.cleaned_data.get("sishang_from")
            correct_enterprise(enterprise=enterprise, data=data, version=version, by=request.user, sishang_from=since)
            note_doubts(units=[pk])
            messages.success(request, "改好了。")
            return redirect("dashboard:enterprise_file", pk=pk)
        except EditConflict as conflict:
            return render(request, "enterprises/enterprise_conflict.html", listing.conflict_context(request, conflict))
        except ValidationError as problem:
            form.add_error(None, problem)
    return render(request, "enterprises/enterprise_form.html", context, status=422 if form.errors else 200)


@roles("committee")
def enterprise_status(request: HttpRequest, pk: int) -> HttpResponse:
    enterprise = get_object_or_404(Enterprise.objects.editable_by(request.user).current(), pk=pk)
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
def my_enterprise(request: HttpRequest) -> HttpResponse:
    """A contact's own enterprise; with several, the list of them."""
    own = list(Enterprise.objects.reached_by(request.user).current()[:2])
    if len(own) == 1:
        return redirect("dashboard:enterprise_file", pk=own[0].pk)
    return redirect("enterprises:enterprise_list")
