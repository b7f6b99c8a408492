"""The committee's pages: campaigns, sittings, slots, poster."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from parkportal.accounts.asking import SignedIn
from parkportal.clock import park_now
from parkportal.editing import EditConflict, chosen, conflict_page, spoken_by
from parkportal.guards import roles
from parkportal.idempotency import made_before
from parkportal.printing.barcodes import qr_svg
from parkportal.printing.posters import SIZES
from parkportal.records import figures, settings
from parkportal.states import Refused
from testing import campaign_page
from testing.actions import add_point, close_campaign, create_campaign, edit_campaign, open_campaign
from testing.forms.campaign import CampaignForm, PointForm
from testing.models import Alert, Campaign, SamplingPoint, Specimen
from testing.papers import poster_pdf

FIGURES = (
    "persons_sampled",
    "tests_collected",
    "results_negative",
    "results_pending",
    "results_overdue",
    "signups_today",
)


@roles("committee", "leader")
@require_GET
def index(request: SignedIn) -> HttpResponse:
    """Figures, campaigns, what waits."""
    campaigns = list(Campaign.objects.visible_to(request.user).select_related("lab")[:30])
    alerts = Alert.objects.visible_to(request.user).open().count()
    context = {
        "figures": figures.latest(FIGURES).values(),
        "campaigns": campaigns,
        "alerts": alerts,
        "overdue": Specimen.objects.overdue_as_of(park_now()).count(),
        "may_write": request.user.has_role("committee"),
    }
    return render(request, "testing/index.html", context)


def _campaign(request: SignedIn, pk: int) -> Campaign:
    return get_object_or_404(Campaign.objects.visible_to(request.user).select_related("lab"), pk=pk)


def _refuse(form: Any, refusal: ValidationError) -> None:
    """The rule that said no, beside the field it speaks of where there is one."""
    form.add_error(None, refusal.messages[0] if hasattr(refusal, "messages") else str(refusal))


@roles("committee")
@require_http_methods(["GET", "POST"])
def campaign_create(request: SignedIn) -> HttpResponse:
    """A new campaign in preparation."""
    if first := made_before(Campaign, request.POST.get("token")):
        return redirect("testing:campaign", first.pk)
    form = CampaignForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            campaign = create_campaign(plan=form.plan(), by=request.user, token=form.cleaned_data["token"])
            return redirect("testing:campaign", campaign.pk)
        except ValidationError as refusal:
            _refuse(form, refusal)
    return render(request, "testing/campaign_form.html", {"form": form})


@roles("committee")
@require_http_methods(["GET", "POST"])
def campaign_edit(request: SignedIn, pk: int) -> HttpResponse:
    """Change a campaign; who comes second sees what the first one wrote."""
    campaign = _campaign(request, pk)
    form = CampaignForm(request.POST or None, campaign=campaign)
    if request.method == "POST" and form.is_valid():
        try:
            facts, seen = chosen(request, form.facts()), form.cleaned_data["seen"]
            edit_campaign(campaign=campaign, facts=facts, seen=seen, spoken=spoken_by(form), by=request.user)
            return redirect("testing:campaign", pk)
        except EditConflict as conflict:
            back = reverse("testing:campaign", args=[pk])
            return conflict_page(request, conflict, title=f"检测任务“{campaign}”", back=back)
        except ValidationError as refusal:
            _refuse(form, refusal)
    return render(request, "testing/campaign_form.html", {"form": form, "campaign": campaign})


@roles("committee", "leader")
@require_GET
def campaign(request: SignedIn, pk: int) -> HttpResponse:
    """The gap, the sittings with their slots, coverage by group, words for the group, poster."""
    found = _campaign(request, pk)
    context = campaign_page.context(found, now=park_now(), chosen=request.GET.get("session", ""))
    context |= {
        "qr": qr_svg(context["url"], label="登记二维码"),
        "may_write": request.user.has_role("committee"),
        "fever_phone": settings.get("fever_phone"),
    }
    return render(request, "testing/campaign.html", context)


@roles("committee")
@require_POST
def campaign_open(request: SignedIn, pk: int) -> HttpResponse:
    """Open or close sign-up."""
    found = _campaign(request, pk)
    try:
        if request.POST.get("do") == "close":
            close_campaign(campaign=found, by=request.user)
        else:
            open_campaign(campaign=found, by=request.user)
    except Refused as refusal:
        messages.error(request, refusal.text)
    return redirect("testing:campaign", pk)


@roles("committee")
@require_http_methods(["GET", "POST"])
def point_add(request: SignedIn) -> HttpResponse:
    """One more sampling point."""
    if made_before(SamplingPoint, request.POST.get("token")):
        return redirect("testing:index")
    form = PointForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        point = add_point(point=form.save(commit=False), by=request.user)
        messages.success(request, f"加了采样点 {point}。")
        return redirect("testing:index")
    return render(request, "testing/point_form.html", {"form": form, "points": SamplingPoint.objects.all()})


@roles("committee", "leader")
@require_GET
def campaign_poster(request: SignedIn, pk: int, size: str) -> HttpResponse:
    """The poster as PDF, A4 or A3."""
    found = _campaign(request, pk)
    if size not in SIZES:
        raise Http404
    answer = HttpResponse(poster_pdf(found, size), content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{found.slug}-{size}.pdf"'
    return answer
