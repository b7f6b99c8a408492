"""Sign-up of a firm's people by its contact: all at once with a preview first, or one who cannot do it alone."""

from uuid import uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from enterprises.models import Enterprise, Person
from parkportal.clock import park_now
from parkportal.guards import roles
from parkportal.idempotency import made_before, token_of
from parkportal.identifiers import IdentifierProblem, normal_name
from parkportal.keys import key_of, keys_of
from parkportal.states import Refused
from testing import coverage
from testing.actions import plan_roster, sign_up, sign_up_roster
from testing.actions.rosters import RosterPlan
from testing.actions.signups import slots_left
from testing.forms.proxy import ProxyForm
from testing.models import Campaign, SignUp, Source


@roles("committee", "contact", "principal")
@require_http_methods(["GET", "POST"])
def roster_signup(request: HttpRequest, enterprise_id: int) -> HttpResponse:
    """Who would be signed up, in which group, in which slot; one button does it."""
    enterprise = get_object_or_404(Enterprise.objects.editable_by(request.user).current(), pk=enterprise_id)
    campaigns = list(Campaign.objects.visible_to(request.user).open())
    wanted = request.POST.get("campaign") or request.GET.get("campaign", "")
    campaign = next((one for one in campaigns if str(one.pk) == wanted), campaigns[0] if campaigns else None)
    if campaign is None:
        return render(request, "testing/roster_signup.html", {"enterprise": enterprise, "campaigns": []})
    if request.method == "POST":
        return _commit(request, enterprise, campaign)
    context = {
        "enterprise": enterprise,
        "campaigns": campaigns,
        "campaign": campaign,
        "plan": plan_roster(enterprise=enterprise, campaign=campaign),
        "missing": coverage.missing_of(enterprise, park_now(), campaign=campaign).count(),
        "token": uuid4(),
    }
    return render(request, "testing/roster_signup.html", context)


def _commit(request: HttpRequest, enterprise: Enterprise, campaign: Campaign) -> HttpResponse:
    picked = keys_of(request.POST.getlist("pick"))
    named = {
        person.number_hash: _name(request.POST.get(f"guardian-{person.pk}", ""))
        for person in Person.objects.filter(pk__in=picked).only("pk", "number_hash")
    }
    try:
        plan = sign_up_roster(
            enterprise=enterprise,
            campaign=campaign,
            persons=picked,
            guardians=named,
            by=request.user,
            token=token_of(request.POST.get("token")),
            together=request.POST.get("how") == "together",
            wait_rest=request.POST.get("how") == "wait",
        )
    except Refused as refusal:
        messages.error(request, refusal.text)
        return redirect(request.get_full_path())
    _tell(request, plan)
    return redirect("testing:roster_done", enterprise.pk, campaign.pk)


def _tell(request: HttpRequest, plan: RosterPlan) -> None:
    """What became of the ticked people, in numbers."""
    done, left = plan.new, plan.count("full")
    if done:
        messages.success(request, f"登记了 {done} 人，时段和采样码已发短信给本人。")
    if waits := plan.count("waiting"):
        messages.info(request, f"{waits} 人排进候补，有名额短信告诉您，30 分钟内确认。")
    if left:
        messages.warning(request, f"{left} 人没有名额，等加场后再登记。")
    if alone := plan.count("guardian"):
        messages.warning(request, f"{alone} 人未满 18 岁，没有填监护人，没有登记。")
    if not (done or left or waits or alone):
        messages.info(request, "没有要登记的人：都登记过了。")


def _name(text: str) -> str:
    """A person's name as it is kept; nothing for what is none."""
    try:
        return normal_name(text) if text.strip() else ""
    except IdentifierProblem:
        return ""


@roles("committee", "contact", "principal")
def roster_done(request: HttpRequest, enterprise_id: int, campaign_id: int) -> HttpResponse:
    """The firm's people in a campaign with slot and code."""
    enterprise = get_object_or_404(Enterprise.objects.editable_by(request.user).current(), pk=enterprise_id)
    campaign = get_object_or_404(Campaign.objects.visible_to(request.user), pk=campaign_id)
    rows = (
        SignUp.objects.visible_to(request.user)
        .open()
        .filter(enterprise=enterprise, campaign=campaign)
        .select_related("slot__session__point")
        .order_by("slot__starts_at", "id")
    )
    return render(request, "testing/roster_done.html", {"enterprise": enterprise, "campaign": campaign, "rows": rows})


@roles("committee", "contact", "principal")
@require_http_methods(["GET", "POST"])
def signup_for(request: HttpRequest, enterprise_id: int) -> HttpResponse:
    """One person who cannot do it alone: under age with a guardian, or without a phone."""
    enterprise = get_object_or_404(Enterprise.objects.editable_by(request.user).current(), pk=enterprise_id)
    wanted = request.POST.get("campaign") or request.GET.get("campaign", "")
    campaigns = Campaign.objects.visible_to(request.user).open()
    campaign = get_object_or_404(campaigns, pk=key_of(wanted)) if wanted else campaigns.first()
    if campaign is None:
        return redirect("testing:roster_signup", enterprise.pk)
    if request.method == "POST" and made_before(SignUp, request.POST.get("token")):
        return redirect("testing:roster_done", enterprise.pk, campaign.pk)
    slots = [slot for slot in slots_left(campaign) if slot.free > 0]
    form = ProxyForm(request.POST or None, enterprise=enterprise, slots=slots)
    if request.method == "POST" and form.is_valid() and _signed_up(request, form, campaign):
        return redirect("testing:roster_done", enterprise.pk, campaign.pk)
    context = {"enterprise": enterprise, "campaign": campaign, "form": form}
    return render(request, "testing/signup_for.html", context, status=422 if form.errors else 200)


def _signed_up(request: HttpRequest, form: ProxyForm, campaign: Campaign) -> bool:
    """Whether it is done; if not, the form says why."""
    consent = campaign.current_consent()
    try:
        signup = sign_up(
            campaign_id=campaign.pk,
            declaration=form.declaration(),
            group=form.group,
            consent_id=consent.pk if consent else None,
            token=form.cleaned_data["token"],
            source=Source.CONTACT,
            by=request.user,
            **form.place,
        )
    except Refused as refusal:
        form.add_error("number" if refusal.code == "already_signed_up" else "slot", refusal.text)
        return False
    messages.success(
        request, f"{signup.masked_name} 登记好了。" + ("" if signup.phone else "没有手机，采样码请在下面打印转交。")
    )
    return True
