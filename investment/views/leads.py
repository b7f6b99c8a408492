"""Leads by stage, one lead, its contacts."""

from functools import partial

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from investment import actions
from investment.forms import ContactForm, LeadForm, MoveForm
from investment.models import Contact, Lead, LeadMove, LeadStage, ShareLink
from investment.models.leads import ORDER, SIDE
from parkportal.accounts.asking import SignedIn
from parkportal.again import answered, drawn, typed
from parkportal.clock import park_now
from parkportal.editing import EditConflict, chosen, conflict_page, spoken_by
from parkportal.guards import roles
from parkportal.idempotency import made_before
from parkportal.records.listing import figure_rows
from parkportal.states import Refused

PAGE = 50


@roles("investment", "committee", "leader")
def index(request: SignedIn) -> HttpResponse:
    """The board of stages."""
    now = park_now()
    leads = list(
        Lead.objects.visible_to(request.user).exclude(status__in=SIDE).with_last_contact().select_related("owner")
    )
    late = set(Lead.objects.visible_to(request.user).overdue(now).values_list("pk", flat=True))
    stages = [(stage, [lead for lead in leads if lead.status == stage]) for stage in ORDER]
    context = {"stages": stages, "late": late, "now": now, "active": sum(lead.status in ORDER[:4] for lead in leads)}
    context["investment"] = sum(lead.investment or 0 for lead in leads if lead.status in ORDER[:4])
    return render(request, "investment/index.html", context)


@roles("investment", "committee", "leader")
def lead_list(request: SignedIn) -> HttpResponse:
    rows, figure = figure_rows(request, Lead.objects.visible_to(request.user))
    if stage := request.GET.get("stage"):
        rows = rows.filter(status=stage)
    if words := request.GET.get("q", "").strip():
        rows = rows.filter(company__icontains=words)
    page = Paginator(rows.with_last_contact().select_related("owner"), PAGE).get_page(request.GET.get("page"))
    context = {"page_obj": page, "figure": figure, "stages": LeadStage.choices}
    return render(request, "investment/lead_list.html", context)


@roles("investment")
def lead_create(request: SignedIn) -> HttpResponse:
    form = LeadForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        lead = actions.add_lead(by=request.user, token=form.cleaned_data["token"], **form.facts())
        return redirect("investment:contact_create", pk=lead.pk)
    return render(request, "investment/lead_form.html", {"form": form}, status=422 if form.errors else 200)


@roles("investment")
def lead_edit(request: SignedIn, pk: int) -> HttpResponse:
    lead = get_object_or_404(Lead.objects.visible_to(request.user), pk=pk)
    form = LeadForm(request.POST or None, instance=lead)
    if request.method == "POST" and form.is_valid():
        try:
            facts, seen = chosen(request, form.facts()), form.cleaned_data["seen"]
            actions.correct_lead(lead, facts=facts, seen=seen, spoken=spoken_by(form), by=request.user)
            return redirect("investment:lead_detail", pk=lead.pk)
        except EditConflict as conflict:
            back = reverse("investment:lead_detail", args=[lead.pk])
            return conflict_page(request, conflict, title="客商资料", back=back)
        except Refused as refused:
            form.add_error(None, refused)
    return render(
        request, "investment/lead_form.html", {"form": form, "lead": lead}, status=422 if form.errors else 200
    )


@roles("investment", "committee", "leader")
def lead_detail(request: SignedIn, pk: int) -> HttpResponse:
    lead = get_object_or_404(Lead.objects.visible_to(request.user).select_related("owner"), pk=pk)
    links = ShareLink.objects.select_related("unit__building").prefetch_related("views", "requests")
    context = {
        "lead": lead,
        "contacts": lead.contacts.select_related("by"),
        "moves": lead.moves.select_related("by").order_by("-effective_at"),
        "links": links.filter(lead=lead),
        "meetings": lead.meetings.filter(is_cancelled=False, starts_at__gte=park_now()),
        "stages": lead.allowed_stages(),
        "move_form": drawn(request, MoveForm, "move"),
        "may_write": request.user.has_role("investment"),
        "now": park_now(),
    }
    return render(request, "investment/lead_detail.html", context)


@require_POST
@roles("investment")
def lead_move(request: SignedIn, pk: int) -> HttpResponse:
    lead = get_object_or_404(Lead.objects.visible_to(request.user), pk=pk)
    if made_before(LeadMove, request.POST.get("token")):
        return redirect("investment:lead_detail", pk=pk)
    form, act = typed(request, MoveForm, "move"), partial(actions.move_lead, lead, by=request.user)
    return answered(
        request,
        form,
        act,
        "investment:lead_detail",
        done=lambda moved: f"已移到“{LeadStage(moved.status).label}”。",
        pk=pk,
    )


@roles("investment")
def contact_create(request: SignedIn, pk: int) -> HttpResponse:
    lead = get_object_or_404(Lead.objects.visible_to(request.user), pk=pk)
    form = ContactForm(request.POST or None, lead=lead)
    if request.method == "POST" and form.is_valid():
        actions.note_contact(lead, by=request.user, token=form.cleaned_data["token"], **form.facts())
        messages.success(request, "记下了。")
        return redirect("investment:lead_detail", pk=lead.pk)
    context = {"form": form, "lead": lead, "now": park_now(), "back": reverse("investment:lead_detail", args=[lead.pk])}
    return render(request, "investment/contact_form.html", context, status=422 if form.errors else 200)


@roles("investment", "committee", "leader")
def contact_list(request: SignedIn) -> HttpResponse:
    rows, figure = figure_rows(request, Contact.objects.visible_to(request.user))
    page = Paginator(rows.select_related("lead", "by"), PAGE).get_page(request.GET.get("page"))
    return render(request, "investment/contact_list.html", {"page_obj": page, "figure": figure})
