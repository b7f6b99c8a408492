"""Inspections: the list, recording on the phone, the order with its evidence, the re-inspection, the sheet."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from enterprises.actions.inspections import record_inspection, reinspect, send_evidence, void_inspection
from enterprises.forms.inspections import EvidenceForm, InspectionForm, ReinspectionForm
from enterprises.inspection_sheet import inspection_pdf
from enterprises.models import Enterprise, Inspection, InspectionPhoto
from enterprises.models.inspections import INSPECTORS
from parkportal.accounts.asking import SignedIn
from parkportal.again import ReasonForm, answered, typed
from parkportal.clock import park_now, park_today
from parkportal.guards import roles
from parkportal.idempotency import made_before
from parkportal.records.files import serve
from parkportal.states import Refused

READ = ("committee", "leader", "supervisor", "squad", "contact", "principal")
PAGE = 50
TABS = (("open", "在整改"), ("overdue", "逾期"), ("submitted", "待复查"), ("all", "全部"))


@roles("committee", "leader", "supervisor", "squad")
def inspection_list(request: SignedIn) -> HttpResponse:
    rows = Inspection.objects.visible_to(request.user)
    tab = request.GET.get("tab", "open")
    asked = {
        "open": Q(pk__in=Inspection.objects.open().values("pk")),
        "overdue": Q(pk__in=Inspection.objects.overdue().values("pk")),
        "submitted": Q(status=Inspection.Status.SUBMITTED),
        "all": Q(),
    }
    counts = rows.order_by().aggregate(**{name: Count("pk", filter=rule) for name, rule in asked.items()})
    shown = rows.filter(asked.get(tab, asked["open"]))
    if q := request.GET.get("q", ""):
        shown = shown.filter(enterprise__in=Enterprise.objects.named(q))
    shown = (
        shown.select_related("enterprise", "by").annotate(problems=Count("findings")).order_by("-inspected_at", "-pk")
    )
    followed = Enterprise.objects.followed_by(request.user).current().in_building_order()[:200]
    context = {
        "tab": tab if tab in dict(TABS) else "open",
        "tabs": [(code, label, counts[code]) for code, label in TABS],
        "counts": counts,
        "page_obj": Paginator(shown, PAGE).get_page(request.GET.get("page")),
        "units": followed if request.user.has_role("supervisor", "squad") else [],
    }
    return render(request, "enterprises/inspection_list.html", context)


@roles(*INSPECTORS)
def inspection_create(request: SignedIn, pk: int) -> HttpResponse:
    """Recorded on the spot. A browser's queue asks for JSON and may send the same token again."""
    enterprise = get_object_or_404(Enterprise.objects.followed_by(request.user).current(), pk=pk)
    wants_json = request.headers.get("Accept") == "application/json"
    if known := made_before(Inspection, request.POST.get("token")):
        return _told(request, known, wants_json)
    form = InspectionForm(request.POST or None, request.FILES or None, enterprise=enterprise)
    if request.method == "POST" and form.is_valid():
        try:
            made, _ = record_inspection(
                enterprise=enterprise, answers=form.answers(), findings=form.findings(), facts=form.facts(),
                photos=form.cleaned_data["photos"], by=request.user, token=form.cleaned_data["token"],
            )  # fmt: skip
            return _told(request, made, wants_json)
        except Refused as refused:
            form.add_error(None, refused)
    if form.errors and wants_json:
        return JsonResponse({"text": "；".join(str(e) for errors in form.errors.values() for e in errors)}, status=422)
    context = {"form": form, "enterprise": enterprise, "now": park_now()}
    return render(request, "enterprises/inspection_form.html", context, status=422 if form.errors else 200)


def _told(request: SignedIn, made: Inspection, wants_json: bool) -> HttpResponse:
    url, text = reverse("enterprises:inspection_detail", args=[made.pk]), f"记下了：{made.get_status_display()}"
    if request.headers.get("X-Queue-Late") != "1":  # sent later, nobody looks at the next page for it
        messages.success(request, text)
    return JsonResponse({"text": text, "url": url}) if wants_json else redirect(url)


@roles(*READ)
def inspection_detail(request: SignedIn, pk: int) -> HttpResponse:
    rows = Inspection.objects.visible_to(request.user).select_related("enterprise", "by")
    inspection = get_object_or_404(rows, pk=pk)
    context = {
        "inspection": inspection,
        "enterprise": inspection.enterprise,
        "findings": inspection.findings.all(),
        "photos": inspection.photos.all(),
        "moves": inspection.moves.select_related("by").order_by("-effective_at", "-id"),
        "may_answer": Inspection.objects.answered_by(request.user).under_order().filter(pk=pk).exists(),
        "may_reinspect": inspection.is_open and Inspection.objects.inspected_by(request.user).filter(pk=pk).exists(),
    }
    return render(request, "enterprises/inspection_detail.html", context)


def _step(request: SignedIn, inspection: Inspection, form: Any, act: Any, words: dict[str, str]) -> HttpResponse:
    """One page of one form that moves the inspection on."""
    if request.method == "POST" and form.is_valid():
        try:
            act(form.cleaned_data)
            messages.success(request, words["done"])
            return redirect("enterprises:inspection_detail", pk=inspection.pk)
        except Refused as refused:
            form.add_error(None, refused)
    context = {"form": form, "inspection": inspection, "findings": inspection.findings.all(), **words}
    return render(request, "enterprises/inspection_step.html", context, status=422 if form.errors else 200)


@roles("committee", "contact", "principal")
def inspection_evidence(request: SignedIn, pk: int) -> HttpResponse:
    """The enterprise shows what was put right."""
    rows = Inspection.objects.answered_by(request.user).select_related("enterprise")
    inspection = get_object_or_404(rows, pk=pk)
    form = EvidenceForm(request.POST or None, request.FILES or None)
    words = {"title": "交整改材料", "submit": "交给督导复查", "done": "交上去了，督导会来复查。"}
    return _step(
        request, inspection, form, lambda data: send_evidence(inspection=inspection, by=request.user, **data), words
    )


@roles(*INSPECTORS)
def inspection_reinspect(request: SignedIn, pk: int) -> HttpResponse:
    """合格, 限期整改 or 继续整改."""
    rows = Inspection.objects.inspected_by(request.user).select_related("enterprise")
    inspection = get_object_or_404(rows, pk=pk)
    form = ReinspectionForm(request.POST or None, request.FILES or None)
    words = {"title": "登记复查", "submit": "存下复查结论", "done": "复查结论记下了。"}
    return _step(
        request, inspection, form, lambda data: reinspect(inspection=inspection, by=request.user, **data), words
    )


@require_POST
@roles("committee")
def inspection_void(request: SignedIn, pk: int) -> HttpResponse:
    inspection = get_object_or_404(Inspection.objects.inspected_by(request.user), pk=pk)
    form = typed(request, ReasonForm, "void", needs="请写明为什么作废。")
    act = partial(void_inspection, inspection=inspection, by=request.user)
    return answered(request, form, act, "enterprises:inspection_detail", done="作废了，记录还看得到。", pk=pk)


@require_GET
@roles(*READ)
def inspection_photo(request: SignedIn, pk: int) -> HttpResponse:
    photos = InspectionPhoto.objects.filter(inspection__in=Inspection.objects.visible_to(request.user))
    return serve(get_object_or_404(photos.select_related("file"), pk=pk).file, download=False)


@require_GET
@roles(*READ)
def inspection_print(request: SignedIn, pk: int) -> HttpResponse:
    """The sheet of an inspection."""
    rows = Inspection.objects.visible_to(request.user).select_related("enterprise")
    inspection = get_object_or_404(rows, pk=pk)
    return _pdf(inspection_pdf(inspection.enterprise, inspection), f"inspection-{pk}-{park_today()}")


@require_GET
@roles(*INSPECTORS)
def inspection_blank(request: SignedIn, pk: int) -> HttpResponse:
    """The sheet to take along, not filled in."""
    enterprise = get_object_or_404(Enterprise.objects.followed_by(request.user).current(), pk=pk)
    return _pdf(inspection_pdf(enterprise, None), f"inspection-blank-{pk}")


def _pdf(raw: bytes, name: str) -> HttpResponse:
    answer = HttpResponse(raw, content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    answer["Cache-Control"] = "no-store"
    return answer
