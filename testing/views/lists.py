"""Lists and pages of sign-ups, specimens, persons to be tested, and alerts."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from enterprises.models import Person
from parkportal.accounts.asking import SignedIn
from parkportal.again import ReasonForm, WhyForm, agreed, answered, drawn_again, typed
from parkportal.clock import park_now
from parkportal.guards import roles
from parkportal.keys import key_of
from parkportal.records import jobs
from parkportal.records.audit import record
from parkportal.records.listing import figure_rows
from testing import coverage, exports, lists
from testing.actions import acknowledge_alert, cancel_signup
from testing.actions.rounds import TO_BE_VISITED
from testing.forms.lab import AlertForm
from testing.models import (
    Alert,
    Box,
    Campaign,
    DoorRound,
    Group,
    LabelPrinter,
    LeftWhy,
    PartyStatus,
    PoolMember,
    Result,
    SignUp,
    SignUpMove,
    Specimen,
    SpecimenMove,
    SpecimenStatus,
    WaitingParty,
)
from testing.results import negative_since
from testing.words import clock_words, day_words

READERS = ("committee", "leader", "station", "contact", "principal")
SEE_NEGATIVES = ("committee", "contact", "principal")
REVEAL_REASONS = ("核对身份", "上门采样", "结果告知", "本人申请更正")


@roles(*READERS)
@require_GET
def signups(request: SignedIn) -> HttpResponse:
    """Sign-ups within reach, masked; with `?figure=` exactly the rows behind that figure."""
    rows, shown = lists.signup_rows(request)
    page = Paginator(rows, lists.PER_PAGE).get_page(request.GET.get("page"))
    if request.user.has_role(*SEE_NEGATIVES):
        _say_negatives(list(page))
    context = {
        "page_obj": page,
        **shown,
        "statuses": SignUp.Status.choices,
        "groups": Group.choices,
        "query": request.GET.urlencode(),
        "may_export": request.user.has_role("committee"),
    }
    return render(request, "testing/signups.html", context)


def _say_negatives(shown: Sequence[SignUp]) -> None:
    """Adds `negative_at` to each: what a firm may know of its own staff is a negative result, and nothing else."""
    since = negative_since(shown)
    for signup in shown:
        signup.negative_at = since.get(signup.pk)  # type: ignore[attr-defined]


@roles(*READERS)
@require_POST
def signups_find(request: SignedIn) -> HttpResponse:
    """The list's search and filters: names of persons stay out of the address (decision 8)."""
    query = lists.query_found(request)
    return redirect(f"{reverse('testing:signups')}{'?' if query else ''}{query}")


@roles("committee")
@require_POST
def signups_export(request: SignedIn) -> HttpResponse:
    """The same rows as a workbook, made by a job."""
    params = {"query": request.POST.get("query", "")[: lists.MOST_QUERY]}
    key = jobs.wish_key(exports.KIND, request.user, params)
    job = jobs.start(exports.KIND, title="导出登记名单", by=request.user, params=params, lock_key=key)
    return redirect("records:job", job.token)


def _signup(request: SignedIn, pk: int) -> SignUp:
    people = SignUp.objects.visible_to(request.user).select_related("campaign", "slot__session__point", "enterprise")
    return get_object_or_404(people, pk=pk)


@roles("committee", "station", "contact", "principal")
@require_GET
def signup_detail(request: SignedIn, pk: int) -> HttpResponse:
    """One sign-up: what was declared, what happened, its tubes. Numbers are masked."""
    found = _signup(request, pk)
    is_staff = request.user.has_role("committee", "station")
    if request.user.has_role(*SEE_NEGATIVES):
        _say_negatives([found])
    visit = DoorRound.objects.filter(stops__signup=found, stops__outcome="planned").select_related("session").first()
    context = {
        "visit": f"{day_words(visit.session.day)} {clock_words(visit.session)}" if visit else "",
        "may_plan": request.user.has_role("committee") and found.is_door and found.status in TO_BE_VISITED,
        "signup": found,
        "moves": SignUpMove.objects.filter(subject=found).select_related("by", "session__point"),
        "specimens": found.specimens.order_by("-id"),
        "is_staff": is_staff,
        "is_committee": request.user.has_role("committee"),
        "reveal_reasons": REVEAL_REASONS,
    }
    return render(request, "testing/signup_detail.html", context)


@roles("committee")
@require_POST
def signup_reveal(request: SignedIn, pk: int) -> HttpResponse:
    """Full number and phone for sixty seconds, with a reason, written down. `?alert=` says that its page asks."""
    found = _signup(request, pk)
    alert = key_of(request.GET.get("alert"))
    page, subject = ("testing:alert", alert) if alert else ("testing:signup_detail", pk)
    form = typed(request, WhyForm, WhyForm.MARK, reasons=REVEAL_REASONS)
    if not form.is_valid():
        return drawn_again(request, form, page, pk=subject)
    reason = form.cleaned_data["reason"]
    record("signup.revealed", by=request.user, subject=found, after={"证件": found.masked_number}, reason=reason)
    context = {"signup": found, "reason": reason, "back": reverse(page, args=[subject])}
    return render(request, "testing/signup_revealed.html", context)


@roles("committee")
@require_POST
def signup_cancel_by_staff(request: SignedIn, pk: int) -> HttpResponse:
    """Cancel for somebody who asked by phone."""
    found = _signup(request, pk)
    form = typed(request, ReasonForm, "cancel", needs="")

    def act(reason: str) -> SignUp:
        return cancel_signup(signup=found, by=request.user, reason=reason or "来电取消")

    return answered(request, form, act, "testing:signup_detail", pk=pk)


@roles("committee", "leader", "station", "lab_tester", "lab_verifier")
@require_GET
def specimens(request: SignedIn) -> HttpResponse:
    """Specimens within reach; a laboratory sees codes only."""
    rows, shown = lists.chosen_specimens(request)
    page = Paginator(rows, lists.PER_PAGE).get_page(request.GET.get("page"))
    names = request.user.has_role("committee", "leader", "station")
    context = {"page_obj": page, **shown, "statuses": SpecimenStatus.choices, "shows_names": names}
    return render(request, "testing/specimens.html", context)


@roles("committee", "station", "lab_tester", "lab_verifier")
@require_GET
def specimen_detail(request: SignedIn, pk: int) -> HttpResponse:
    """Where a tube has been: its chain of custody on one page."""
    tubes = Specimen.objects.visible_to(request.user).select_related(
        "signup__enterprise",
        "session__point",
        "lab",
        "box__handed_by",
        "box__received_by",
        "collected_by",
        "recollect_of",
    )
    found = get_object_or_404(tubes, pk=pk)
    return render(request, "testing/specimen_detail.html", _chain(found, request.user))


def _chain(found: Specimen, user: Any) -> dict[str, Any]:
    """What this person may see of a tube: names at the point, readings at the bench, results for whom they concern."""
    is_lab, is_out = user.has_role("lab_tester", "lab_verifier"), found.status == SpecimenStatus.RELEASED
    knows_people, is_committee = user.has_role("committee", "station"), user.has_role("committee")
    results = Result.objects.filter(specimen=found).select_related("verifier").order_by("-version")
    return {
        "specimen": found,
        "recollected_as": Specimen.objects.filter(recollect_of=found).first(),
        "members": _members(found) if knows_people else [],
        "may_correct": is_lab and is_out,
        "may_report": is_out and not found.is_pool and is_committee,
        "moves": SpecimenMove.objects.filter(subject=found).select_related("by"),
        "results": results if is_lab or is_committee else [],
        "readings": found.readings.all() if is_lab else [],
        "shows_names": knows_people,
        "printers": list(LabelPrinter.objects.all()) if knows_people else [],
    }


@roles("committee", "leader")
@require_GET
def persons(request: SignedIn) -> HttpResponse:
    """Who has to be tested: everybody, the covered ones behind the figure, or the missing ones of a group."""
    now = park_now()
    rows: Any = coverage.due_persons(now)
    _, shown = figure_rows(request, Person.objects.all())
    as_of = shown[1] if shown else now
    rows = coverage.due_persons(as_of).annotate(is_done=coverage.sampled(as_of))
    if shown:
        rows = rows.filter(is_done=True)
    group, state = request.GET.get("group", ""), request.GET.get("state", "")
    if group in Group.values:
        rows = rows.filter(group_then=group)
    if state in {"missing", "done"}:
        rows = rows.filter(is_done=state == "done")
    page = Paginator(rows.order_by("pinyin_key", "id"), lists.PER_PAGE).get_page(request.GET.get("page"))
    context = {"page_obj": page, "figure": shown, "groups": dict(Group.choices), "group": group, "state": state}
    return render(request, "testing/persons.html", context)


@roles("committee", "station", "lab_tester", "lab_verifier")
@require_GET
def box_detail(request: SignedIn, pk: int) -> HttpResponse:
    """To the box's page of whoever asks."""
    found = get_object_or_404(Box.objects.visible_to(request.user), pk=pk)
    if request.user.has_role("lab_tester", "lab_verifier") and found.handed_at:
        return redirect("testing:lab_box", found.code)
    return redirect("testing:box", found.code)


def _members(specimen: Specimen) -> list[PoolMember]:
    """Whose swabs lie, or lay, in a mixed tube; nobody for a single one."""
    if not specimen.is_pool:
        return []
    members = PoolMember.objects.filter(pool__specimen=specimen).exclude(left_why=LeftWhy.UNDONE)
    return list(members.select_related("signup__enterprise", "retest").order_by("position", "id"))


@roles("committee")
@require_http_methods(["GET", "POST"])
def alert(request: SignedIn, pk: int) -> HttpResponse:
    """A result that has to be told in person: who takes it in hand, and what was done."""
    alerts = Alert.objects.visible_to(request.user).select_related(
        "result__verifier", "specimen__signup__enterprise", "specimen__session__point", "officer", "acknowledged_by"
    )
    found = get_object_or_404(alerts, pk=pk)
    form = AlertForm(request.POST if request.method == "POST" else None)
    if form.is_bound and agreed(form, partial(acknowledge_alert, alert=found, by=request.user))[0]:
        messages.success(request, "已记下由您接手。")
        return redirect("testing:alert", pk)
    context = {
        "form": form,
        "alert": found,
        "signup": found.specimen.signup,
        "members": _members(found.specimen),
        "reveal_reasons": REVEAL_REASONS,
    }
    return render(request, "testing/alert.html", context, status=422 if form.errors else 200)


@roles("committee")
@require_GET
def alerts(request: SignedIn) -> HttpResponse:
    """All alerts, open ones first."""
    rows = Alert.objects.visible_to(request.user).select_related("specimen", "officer", "acknowledged_by")
    page = Paginator(rows.order_by("acknowledged_at", "-raised_at"), lists.PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "testing/alerts.html", {"page_obj": page})


@roles("committee", "leader")
@require_GET
def waiting(request: SignedIn, pk: int) -> HttpResponse:
    """Who waits for a place in a campaign, the longest first, and what is offered until when."""
    campaign = get_object_or_404(Campaign.objects.visible_to(request.user), pk=pk)
    rows = (
        WaitingParty.objects.visible_to(request.user)
        .filter(campaign=campaign, status__in=[PartyStatus.WAITING, PartyStatus.OFFERED])
        .select_related("session__point", "offered_session__point", "enterprise")
        .prefetch_related("signups")
        .order_by("waiting_since", "id")
    )
    page = Paginator(rows, lists.PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "testing/waiting.html", {"page_obj": page, "campaign": campaign})
