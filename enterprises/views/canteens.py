"""供餐: the plan of each point with its clash check and door poster, and canteen guidance by a named officer."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from enterprises.actions.canteen import (
    add_meal_slot,
    ask_for_guidance,
    assign_guidance,
    close_guidance,
    close_meal_point,
    end_meal_slot,
    open_meal_point,
)
from enterprises.forms.canteen import AssignForm, GuidanceForm, GuidanceWordsForm, MealPointForm, MealSlotForm
from enterprises.models import Enterprise, Guidance, MealPoint, MealSlot
from parkportal.accounts.asking import SignedIn
from parkportal.clock import park_today
from parkportal.guards import roles
from parkportal.idempotency import made_before
from parkportal.keys import keys_of
from parkportal.printing.meal_posters import SIZES, MealPoster, MealTime, meal_poster_pdf
from parkportal.states import Refused

PARK = ("committee", "leader", "supervisor", "squad")
READ = (*PARK, "contact", "principal")
OWN = ("committee", "contact", "principal")
PAGE = 50


@roles(*READ)
def meal_list(request: SignedIn) -> HttpResponse:
    """Every point that the person sees, with its lines; `?enterprise=` those of one."""
    rows = MealPoint.objects.visible_to(request.user).select_related("enterprise")
    if units := keys_of([request.GET.get("enterprise", "")]):
        rows = rows.filter(enterprise__in=Enterprise.objects.living_keys(units))
    rows = rows.prefetch_related(Prefetch("slots", MealSlot.objects.standing(), to_attr="plan"))
    own = Enterprise.objects.spoken_for_by(request.user).current().order_by("pk")
    context = {
        "page_obj": Paginator(rows.order_by("name", "pk"), PAGE).get_page(request.GET.get("page")),
        "is_park": request.user.has_role(*PARK),
        "may_open": request.user.has_role("committee"),
        "own": list(own[:10]),
    }
    return render(request, "enterprises/meal_list.html", context)


@roles("committee")
def meal_create(request: SignedIn) -> HttpResponse:
    """A canteen of the park."""
    return _open_point(request, None)


@roles(*OWN)
def enterprise_meal_create(request: SignedIn, pk: int) -> HttpResponse:
    """A canteen of an enterprise."""
    return _open_point(request, get_object_or_404(Enterprise.objects.editable_by(request.user).current(), pk=pk))


def _open_point(request: SignedIn, enterprise: Enterprise | None) -> HttpResponse:
    if known := made_before(MealPoint, request.POST.get("token")):
        return redirect("enterprises:meal_detail", pk=known.pk)
    form = MealPointForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            point = open_meal_point(enterprise=enterprise, by=request.user, **form.cleaned_data)
            return redirect("enterprises:meal_detail", pk=point.pk)
        except Refused as refused:
            form.add_error(refused.facts.get("field"), refused)
    context = {"form": form, "enterprise": enterprise}
    return render(request, "enterprises/meal_form.html", context, status=422 if form.errors else 200)


@roles(*READ)
def meal_detail(request: SignedIn, pk: int) -> HttpResponse:
    point = get_object_or_404(MealPoint.objects.visible_to(request.user).select_related("enterprise"), pk=pk)
    return render(request, "enterprises/meal_detail.html", _plan(request, point))


def _plan(request: SignedIn, point: MealPoint, form: MealSlotForm | None = None) -> dict[str, Any]:
    edits = MealPoint.objects.editable_by(request.user).filter(pk=point.pk).exists()
    return {
        "point": point,
        "slots": list(point.slots.standing()),
        "may_edit": edits,
        "form": form or (MealSlotForm() if edits else None),
        "is_park": request.user.has_role(*PARK),
    }


@require_POST
@roles(*OWN)
def meal_slot_add(request: SignedIn, pk: int) -> HttpResponse:
    """One more line of the plan; what is in the way is named, and what was typed stays."""
    point = get_object_or_404(MealPoint.objects.editable_by(request.user).select_related("enterprise"), pk=pk)
    form = MealSlotForm(request.POST)
    if made_before(MealSlot, request.POST.get("token")):
        return redirect("enterprises:meal_detail", pk=pk)
    if form.is_valid():
        try:
            add_meal_slot(point=point, by=request.user, **form.cleaned_data)
            return redirect("enterprises:meal_detail", pk=pk)
        except Refused as refused:
            form.add_error(None, refused)
    return render(request, "enterprises/meal_detail.html", _plan(request, point, form), status=422)


@require_POST
@roles(*OWN)
def meal_slot_end(request: SignedIn, pk: int) -> HttpResponse:
    slots = MealSlot.objects.standing().filter(point__in=MealPoint.objects.editable_by(request.user))
    slot = get_object_or_404(slots.select_related("point"), pk=pk)
    end_meal_slot(slot=slot, by=request.user)
    messages.success(request, f"{slot} 取消了，门口的时段表请换新的。")
    return redirect("enterprises:meal_detail", pk=slot.point_id)


@require_POST
@roles(*OWN)
def meal_close(request: SignedIn, pk: int) -> HttpResponse:
    point = get_object_or_404(MealPoint.objects.editable_by(request.user), pk=pk)
    close_meal_point(point=point, by=request.user)
    messages.success(request, f"{point} 停用了。")
    return redirect("enterprises:meal_list")


@require_GET
@roles(*READ)
def meal_poster(request: SignedIn, pk: int, size: str) -> HttpResponse:
    """What hangs at the door."""
    point = get_object_or_404(MealPoint.objects.visible_to(request.user).select_related("enterprise"), pk=pk)
    if size not in SIZES:
        raise Http404
    today = park_today()
    times = tuple(MealTime(f"{s.starts:%H:%M}–{s.ends:%H:%M}", s.group, s.cap) for s in point.slots.standing())
    issuer = point.enterprise.name if point.enterprise else f"{settings.PARK_SHORT_NAME}管理委员会"
    poster = MealPoster(
        point.name, point.place, times, point.seats, issuer, f"{today.year}年{today.month}月{today.day}日"
    )
    answer = HttpResponse(meal_poster_pdf(poster, size), content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="meals-{pk}-{size}-{today}.pdf"'
    answer["Cache-Control"] = "no-store"
    return answer


@roles(*READ)
def guidance_list(request: SignedIn) -> HttpResponse:
    rows = Guidance.objects.visible_to(request.user).select_related("enterprise", "officer")
    open_only = request.GET.get("tab") != "all"
    shown = rows.open().order_by("requested_at", "pk") if open_only else rows.order_by("-requested_at", "-pk")
    context = {
        "tab": "open" if open_only else "all",
        "counts": {"open": rows.open().count(), "all": rows.count()},
        "page_obj": Paginator(shown, PAGE).get_page(request.GET.get("page")),
        "is_park": request.user.has_role(*PARK),
    }
    return render(request, "enterprises/guidance_list.html", context)


@roles(*OWN)
def guidance_create(request: SignedIn, pk: int) -> HttpResponse:
    """The enterprise asks, or the committee for it."""
    enterprise = get_object_or_404(Enterprise.objects.editable_by(request.user).current(), pk=pk)
    form = GuidanceForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = ask_for_guidance(enterprise=enterprise, by=request.user, **form.cleaned_data)
            return redirect("enterprises:guidance_detail", pk=made.pk)
        except Refused as refused:
            form.add_error(refused.facts.get("field"), refused)
    context = {"form": form, "enterprise": enterprise}
    return render(request, "enterprises/guidance_form.html", context, status=422 if form.errors else 200)


STEPS: dict[str, type] = {"assign": AssignForm, "done": GuidanceWordsForm, "withdraw": GuidanceWordsForm}
MOVES = {"assign": "assigned", "done": "done", "withdraw": "withdrawn"}


@roles(*READ)
def guidance_detail(request: SignedIn, pk: int) -> HttpResponse:
    rows = Guidance.objects.visible_to(request.user).select_related("enterprise", "officer")
    return render(request, "enterprises/guidance_detail.html", _guidance(request, get_object_or_404(rows, pk=pk)))


def _guidance(request: SignedIn, guidance: Guidance, **forms: Any) -> dict[str, Any]:
    steps = {
        step: forms.get(step) or form(auto_id=f"{step}_%s")
        for step, form in STEPS.items()
        if guidance.can_move(MOVES[step]) and guidance.may_be_moved(MOVES[step], request.user)
    }
    return {
        "guidance": guidance,
        "steps": steps,
        "moves": guidance.moves.select_related("by").order_by("-effective_at", "-id"),
        "lost": [form for step, form in forms.items() if step not in steps],
        "error_forms": list(forms.values()),
        "has_errors": bool(forms),
        "is_park": request.user.has_role(*PARK),
    }


@require_POST
@roles(*READ)
def guidance_step(request: SignedIn, pk: int, step: str) -> HttpResponse:
    rows = Guidance.objects.visible_to(request.user).select_related("enterprise", "officer")
    guidance = get_object_or_404(rows, pk=pk)
    if step not in STEPS or not guidance.may_be_moved(MOVES[step], request.user):
        raise Http404
    form = STEPS[step](request.POST, auto_id=f"{step}_%s")
    if form.is_valid():
        try:
            if step == "assign":
                assign_guidance(guidance=guidance, by=request.user, **form.cleaned_data)
            else:
                close_guidance(guidance=guidance, to=MOVES[step], by=request.user, **form.cleaned_data)
            messages.success(request, "记下了。")
            return redirect("enterprises:guidance_detail", pk=pk)
        except Refused as refused:
            form.add_error(refused.facts.get("field"), refused)
    context = _guidance(request, guidance, **{step: form})
    return render(request, "enterprises/guidance_detail.html", context, status=422)
