"""The ten squads: members, leader, enterprises, and every kind of hand-over."""

from collections import defaultdict
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from enterprises import visiting
from enterprises.actions import add_member, end_member, give_enterprises, hand_over_list, set_leader
from enterprises.forms import GiveForm, HandOverForm, LeaderForm, MemberForm
from enterprises.forms.squads import offer
from enterprises.models import Enterprise, EnterpriseCare, Squad, SquadMember
from parkportal.accounts.asking import SignedIn
from parkportal.accounts.models import in_force
from parkportal.clock import park_today
from parkportal.editing import EditConflict, chosen, conflict_page, spoken_by
from parkportal.guards import roles
from parkportal.keys import key_of
from parkportal.states import AlreadyMoved, Refused

READ = ("committee", "leader", "squad", "supervisor")
PAGE = 50
# what is done in a squad → its form
STEPS: dict[str, type[forms.Form]] = {
    "member": MemberForm,
    "leader": LeaderForm,
    "give": GiveForm,
    "handover": HandOverForm,
}


@require_GET
@roles(*READ)
def squad_list(request: SignedIn) -> HttpResponse:
    """All squads with how many enterprises they look after and what is missing today."""
    missing = Enterprise.objects.report_missing(park_today()).values("pk")
    current = Q(enterprises__merged_into__isnull=True)
    squads = Squad.objects.visible_to(request.user).select_related("leader")
    counted = squads.annotate(
        units=Count("enterprises", filter=current, distinct=True),
        resumed=Count("enterprises", filter=current & Q(enterprises__status="resumed"), distinct=True),
        unreported=Count("enterprises", filter=Q(enterprises__in=missing), distinct=True),
        late_needs=Count(
            "enterprises__needs",
            filter=Q(enterprises__needs__status__in=["registered", "passed", "reopened"])
            & Q(enterprises__needs__due_on__lt=park_today()),
            distinct=True,
        ),
    )
    names: dict[int, list[str]] = defaultdict(list)
    for member in SquadMember.objects.filter(in_force()).select_related("user"):
        names[member.squad_id].append(member.user.name)
    rows = [(squad, names.get(squad.pk, [])) for squad in counted]
    return render(request, "enterprises/squad_list.html", {"rows": rows})


def _same_page(request: SignedIn) -> str:
    """The query that opens the page of the list that somebody was on."""
    page = key_of(request.GET.get("page"))
    return f"?page={page}" if page else ""


def _may_lead(request: SignedIn, squad: Squad) -> bool:
    return request.user.has_role("committee") or squad.leader_id == request.user.pk


@require_GET
@roles(*READ)
def squad_detail(request: SignedIn, pk: int) -> HttpResponse:
    squad = get_object_or_404(Squad.objects.visible_to(request.user).select_related("leader"), pk=pk)
    return render(request, "enterprises/squad_detail.html", _detail(request, squad))


def _detail(request: SignedIn, squad: Squad, **bound: forms.Form) -> dict[str, Any]:
    units = visiting.with_last_contact(Enterprise.objects.visible_to(request.user).current().filter(squad=squad))
    page = Paginator(units.in_building_order(), PAGE).get_page(request.GET.get("page"))
    cares = EnterpriseCare.objects.effective().filter(enterprise__squad=squad)
    shown = cares.filter(enterprise__in=[unit.pk for unit in page]).select_related("user")
    held = {care.enterprise_id: care for care in shown}
    counts = dict(cares.order_by().values_list("user").annotate(Count("pk")))
    members = list(squad.members.filter(in_force()).select_related("user").order_by("starts_on", "pk"))
    people = sorted((member.user for member in members if member.user.is_active), key=lambda user: user.name)
    drawn = {step: bound.get(step) or form(squad=squad, auto_id=f"{step}_%s") for step, form in STEPS.items()}  # type: ignore[call-arg]
    for field in (form.fields[name] for form in drawn.values() for name in ("to", "giver") if name in form.fields):
        offer(field, people)
    return {
        "squad": squad,
        "page_obj": page,
        "rows": [(unit, held.get(unit.pk)) for unit in page],
        "members": [(member, counts.get(member.user_id, 0)) for member in members],
        "may_lead": _may_lead(request, squad),
        "forms": drawn,
        "past": EnterpriseCare.objects.filter(enterprise__in=units, ends_on__isnull=False)
        .select_related("enterprise", "user", "handed_by")
        .order_by("-ends_on", "-pk")[:20],
        "error_forms": list(bound.values()),
        "has_errors": bool(bound),
    }


@require_POST
@roles("committee", "squad")
def squad_step(request: SignedIn, pk: int, step: str) -> HttpResponse:
    """A new member, another leader, enterprises or a whole list to somebody else: by the committee or the leader."""
    squad = get_object_or_404(Squad.objects.visible_to(request.user), pk=pk)
    if step not in STEPS or not _may_lead(request, squad):
        raise Http404
    back = f"{reverse('enterprises:squad_detail', args=[pk])}{_same_page(request)}"
    form = STEPS[step](request.POST, squad=squad, auto_id=f"{step}_%s")  # type: ignore[call-arg]
    if form.is_valid():
        try:
            messages.success(request, _do(step, squad, form, request))
            return redirect(back)
        except EditConflict as conflict:
            return conflict_page(request, conflict, title=f"{squad}的队长", back=back)
        except AlreadyMoved as already:
            messages.info(request, already.text)
            return redirect(back)
        except Refused as refused:
            field = refused.facts.get("field")
            form.add_error(field if field in form.fields else None, refused)
    return render(request, "enterprises/squad_detail.html", _detail(request, squad, **{step: form}), status=422)


def _do(step: str, squad: Squad, form: forms.Form, request: SignedIn) -> str:
    data, by = form.cleaned_data, request.user
    if step == "member":
        return f"{add_member(squad=squad, user=data['user'], by=by).user}加入了{squad}。"
    if step == "leader":
        return _lead(squad, form, request)
    if step == "give":
        return f"{give_enterprises(enterprises=data['pick'], to=data['to'], squad=squad, by=by)} 家交给了{data['to']}。"
    moved = hand_over_list(squad=squad, giver=data["giver"], to=data["to"], by=by)
    return f"{data['giver']}的 {moved} 家都交给了{data['to']}。"


def _lead(squad: Squad, form: forms.Form, request: SignedIn) -> str:
    wanted = chosen(request, {"to": form.cleaned_data["to"]})
    if not wanted:
        return f"队长没有改，还是{squad.leader}。"
    set_leader(squad=squad, user=wanted["to"], seen=form.cleaned_data["seen"], by=request.user, spoken=spoken_by(form))
    return f"{wanted['to']}是{squad}的队长了。"


@require_POST
@roles("committee", "squad")
def member_end(request: SignedIn, pk: int) -> HttpResponse:
    """The member leaves the squad; the enterprises have been handed over before."""
    member = get_object_or_404(SquadMember.objects.filter(in_force()).select_related("squad", "user"), pk=pk)
    if not _may_lead(request, member.squad):
        raise Http404
    try:
        end_member(member=member, by=request.user)
        messages.success(request, f"{member.user}离开了{member.squad}。")
    except Refused as refused:
        messages.warning(request, refused.text)
    return redirect("enterprises:squad_detail", pk=member.squad_id)
