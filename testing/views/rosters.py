"""Batch sign-up of a firm's people by its contact: a preview first, nothing written; then all at once."""

from uuid import uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from enterprises.models import Enterprise
from parkportal.clock import park_now
from parkportal.guards import roles
from parkportal.idempotency import token_of
from parkportal.keys import keys_of
from parkportal.states import Refused
from testing import coverage
from testing.actions import plan_roster, sign_up_roster
from testing.models import Campaign, SignUp


@roles("committee", "contact", "principal")
@require_http_methods(["GET", "POST"])
def roster_signup(request: HttpRequest, enterprise_id: int) -> HttpResponse:
    """Who would be signed up, in which group, in which slot; one button does it."""
    enterprise = get_object_or_404(Enterprise.objects.editable_by(request.user), pk=enterprise_id)
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
        "missing": coverage.missing_of(enterprise, park_now()).count(),
        "token": uuid4(),
    }
    return render(request, "testing/roster_signup.html", context)


def _commit(request: HttpRequest, enterprise: Enterprise, campaign: Campaign) -> HttpResponse:
    picked = keys_of(request.POST.getlist("pick"))
    try:
        plan = sign_up_roster(
            enterprise=enterprise,
            campaign=campaign,
            persons=picked,
            by=request.user,
            token=token_of(request.POST.get("token")),
            together=request.POST.get("how") == "together",
            wait_rest=request.POST.get("how") == "wait",
        )
    except Refused as refusal:
        messages.error(request, refusal.text)
        return redirect(request.get_full_path())
    done, left = plan.new, plan.count("full")
    if done:
        messages.success(request, f"登记了 {done} 人，时段和采样码已发短信给本人。")
    if waits := plan.count("waiting"):
        messages.info(request, f"{waits} 人排进候补，有名额短信告诉您，30 分钟内确认。")
    if left:
        messages.warning(request, f"{left} 人没有名额，等加场后再登记。")
    if not done and not left and not waits:
        messages.info(request, "没有要登记的人：都登记过了。")
    return redirect("testing:roster_done", enterprise.pk, campaign.pk)


@roles("committee", "contact", "principal")
def roster_done(request: HttpRequest, enterprise_id: int, campaign_id: int) -> HttpResponse:
    """The firm's people in a campaign with slot and code."""
    enterprise = get_object_or_404(Enterprise.objects.editable_by(request.user), pk=enterprise_id)
    campaign = get_object_or_404(Campaign.objects.visible_to(request.user), pk=campaign_id)
    rows = (
        SignUp.objects.visible_to(request.user)
        .open()
        .filter(enterprise=enterprise, campaign=campaign)
        .select_related("slot__session__point")
        .order_by("slot__starts_at", "id")
    )
    return render(request, "testing/roster_done.html", {"enterprise": enterprise, "campaign": campaign, "rows": rows})
