"""Who still has to be tested: by firm, by person; reminders and exemptions; erasing what is past its time."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from enterprises.models import Employment, Enterprise, Person
from parkportal.accounts.asking import SignedIn
from parkportal.clock import day_of, park_now
from parkportal.guards import roles
from parkportal.idempotency import made_before
from parkportal.records import jobs
from parkportal.states import Refused
from testing import coverage
from testing.actions import ask_exemption, decide_exemption, erase_campaign, withdraw_exemption
from testing.actions.erasing import is_genuine
from testing.forms.missing import ExemptionForm
from testing.missing import KIND, by_enterprise, remind_enterprise, to_remind
from testing.models import Campaign, ErasureReport, Exemption, Group, SignUp

CONTACTS = ("committee", "contact", "principal")


@roles("committee", "leader")
@require_GET
def coverage_enterprises(request: SignedIn) -> HttpResponse:
    """Coverage by firm in the campaign that runs, without one in the park as it stands, the largest gap first."""
    now, campaign = park_now(), Campaign.objects.open().first()
    context = {
        "rows": by_enterprise(now, campaign=campaign),
        "now": now,
        "campaign": campaign,
        "may_write": request.user.has_role("committee"),
    }
    return render(request, "testing/coverage_enterprises.html", context)


def _enterprise(request: SignedIn, pk: int) -> Enterprise:
    return get_object_or_404(Enterprise.objects.editable_by(request.user).current(), pk=pk)


@roles(*CONTACTS)
@require_http_methods(["GET", "POST"])
def missing(request: SignedIn, enterprise_id: int) -> HttpResponse:
    """A firm's people who have to be tested and are not; one tap reminds them."""
    enterprise, now = _enterprise(request, enterprise_id), park_now()
    campaign = Campaign.objects.visible_to(request.user).open().first()
    if request.method == "POST":
        if campaign is not None:
            told, contacts = remind_enterprise(campaign=campaign, enterprise=enterprise, by=request.user)
            messages.success(request, f"提醒了 {told} 人和 {contacts} 位联络员；同一个人一天只提醒一次。")
        return redirect("testing:missing", enterprise_id)
    people = list(coverage.missing_of(enterprise, now, campaign=campaign).order_by("pinyin_key", "id"))
    signed = SignUp.objects.open().filter(campaign=campaign) if campaign else SignUp.objects.none()
    context = {
        "enterprise": enterprise,
        "campaign": campaign,
        "people": people,
        "groups": dict(Group.choices),
        "signed": set(
            signed.filter(document_hash__in=[one.number_hash for one in people]).values_list("document_hash", flat=True)
        ),
        "exemptions": Exemption.objects.visible_to(request.user)
        .filter(enterprise=enterprise)
        .select_related("person", "decided_by")[:50],
    }
    return render(request, "testing/missing.html", context)


@roles("committee")
@require_POST
def missing_remind(request: SignedIn, pk: int) -> HttpResponse:
    """One tap for everybody who is missing in a campaign, as a job."""
    campaign = get_object_or_404(Campaign.objects.visible_to(request.user).open(), pk=pk)
    total = to_remind(campaign, park_now()).count()
    job = jobs.start(
        KIND, title=f"提醒没检的 {total} 人", by=request.user, params={"campaign": campaign.pk}, total=total,
        lock_key=f"{KIND}:{campaign.pk}",
    )  # fmt: skip
    return redirect("records:job", job.token)


@roles(*CONTACTS)
@require_http_methods(["GET", "POST"])
def exemption_ask(request: SignedIn, enterprise_id: int, person_id: int) -> HttpResponse:
    """Why somebody need not be tested, and until when."""
    enterprise = _enterprise(request, enterprise_id)
    jobs_here = Employment.objects.current(day_of(park_now())).filter(enterprise=enterprise)
    person = get_object_or_404(Person, pk=person_id, pk__in=jobs_here.values("person"))
    if made_before(Exemption, request.POST.get("token")):
        return redirect("testing:missing", enterprise_id)
    form = ExemptionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            ask_exemption(person=person, enterprise=enterprise, by=request.user, **form.cleaned_data)
            messages.success(request, "记下了。" if request.user.has_role("committee") else "已提出，等管委会定。")
            return redirect("testing:missing", enterprise_id)
        except Refused as refusal:
            form.add_error("note" if refusal.code == "explain" else None, refusal.text)
    context = {"form": form, "enterprise": enterprise, "person": person}
    return render(request, "testing/exemption_ask.html", context, status=422 if form.errors else 200)


@roles("committee")
@require_GET
def exemptions(request: SignedIn) -> HttpResponse:
    """What firms ask for, undecided ones first."""
    rows = Exemption.objects.visible_to(request.user).select_related("person", "enterprise", "asked_by", "decided_by")
    waiting = rows.filter(status=Exemption.Status.ASKED, withdrawn_at__isnull=True)
    decided = rows.exclude(status=Exemption.Status.ASKED)[:200]
    return render(request, "testing/exemptions.html", {"waiting": waiting, "decided": decided})


@roles("committee")
@require_POST
def exemption_decide(request: SignedIn, pk: int) -> HttpResponse:
    """Grant, refuse, or take back."""
    found = get_object_or_404(Exemption.objects.visible_to(request.user), pk=pk)
    try:
        do = request.POST.get("do")
        if do == "withdraw":
            withdraw_exemption(exemption=found, by=request.user)
        elif do in {"grant", "refuse"}:
            decide_exemption(exemption=found, grant=do == "grant", by=request.user)
        else:
            messages.error(request, "请选同意还是不同意。")
    except Refused as refusal:
        messages.error(request, refusal.text)
    return redirect("testing:exemptions")


@roles("committee")
@require_http_methods(["GET", "POST"])
def campaign_erase(request: SignedIn, pk: int) -> HttpResponse:
    """Erase what is past its time, naming it; then the signed report."""
    campaign = get_object_or_404(Campaign.objects.visible_to(request.user), pk=pk)
    if request.method == "POST":
        try:
            erase_campaign(campaign=campaign, by=request.user)
        except Refused as refusal:
            messages.error(request, refusal.text)
        return redirect("testing:campaign_erase", pk)
    report = ErasureReport.objects.visible_to(request.user).filter(campaign=campaign).first()
    context = {
        "campaign": campaign,
        "report": report,
        "is_genuine": is_genuine(report) if report else False,
        "signups": SignUp.objects.filter(campaign=campaign).count(),
    }
    return render(request, "testing/campaign_erase.html", context)
