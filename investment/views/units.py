"""Buildings, units, their pictures and the links that show them."""

from django.contrib import messages
from django.db.models import Count, Prefetch, Q, Sum
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from investment import actions
from investment.forms import BuildingForm, ShareForm, UnitForm
from investment.models import Building, Lead, Photo, ShareLink, Unit, UnitStatus
from parkportal.accounts.asking import SignedIn
from parkportal.editing import EditConflict, chosen, conflict_page, spoken_by
from parkportal.guards import roles
from parkportal.idempotency import made_before
from parkportal.records.files import serve
from parkportal.records.listing import figure_rows
from parkportal.states import Refused

READ = ("investment", "committee", "leader")


@roles(*READ)
def unit_list(request: SignedIn) -> HttpResponse:
    rows, figure = figure_rows(request, Unit.objects.visible_to(request.user))
    free = Q(units__status=UnitStatus.FREE)
    buildings = Building.objects.visible_to(request.user).annotate(
        free=Count("units", filter=free), free_area=Sum("units__rentable", filter=free)
    )
    context = {"units": rows.select_related("building").annotate(photo_count=Count("photos")), "buildings": buildings}
    return render(request, "investment/unit_list.html", {**context, "figure": figure})


@roles(*READ)
def building_detail(request: SignedIn, pk: int) -> HttpResponse:
    building = get_object_or_404(Building.objects.visible_to(request.user), pk=pk)
    units = list(building.units.order_by("-floor", "number"))
    floors: dict[int, list[Unit]] = {}
    for unit in units:
        floors.setdefault(unit.floor, []).append(unit)
    free = [unit for unit in units if unit.status == UnitStatus.FREE]
    context = {"building": building, "floors": floors, "free": free, "free_area": sum(unit.rentable for unit in free)}
    counts = {status: sum(unit.status == status for unit in units) for status in UnitStatus.values}
    context["largest"] = max((sum(unit.area for unit in row) for row in floors.values()), default=1)
    return render(request, "investment/building_detail.html", {**context, "counts": counts})


@roles("investment")
def building_create(request: SignedIn) -> HttpResponse:
    if known := made_before(Building, request.POST.get("token")):
        return redirect("investment:building_detail", pk=known.pk)
    form = BuildingForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        building = actions.add_building(form.save(commit=False), by=request.user)
        return redirect("investment:building_detail", pk=building.pk)
    return render(request, "investment/building_form.html", {"form": form}, status=422 if form.errors else 200)


@roles("investment")
def unit_create(request: SignedIn) -> HttpResponse:
    form = UnitForm(request.POST or None, request.FILES or None, initial={"building": request.GET.get("building")})
    if unit := made_before(Unit, request.POST.get("token")):
        return redirect("investment:unit_detail", pk=unit.pk)
    if request.method == "POST" and form.is_valid():
        try:
            data = form.cleaned_data
            unit = actions.add_unit(by=request.user, token=data["token"], photos=data["photos"] or [], **form.facts())
            return redirect("investment:unit_detail", pk=unit.pk)
        except Refused as refused:
            form.add_error("photos", refused)
    return render(request, "investment/unit_form.html", {"form": form}, status=422 if form.errors else 200)


@roles("investment")
def unit_edit(request: SignedIn, pk: int) -> HttpResponse:
    unit = get_object_or_404(Unit.objects.visible_to(request.user), pk=pk)
    form = UnitForm(request.POST or None, request.FILES or None, instance=unit)
    if request.method == "POST" and form.is_valid():
        try:
            if added := actions.add_photos(unit, photos=form.cleaned_data["photos"] or [], by=request.user):
                messages.success(request, f"{added} 张照片收下了。")
            facts, seen = chosen(request, form.facts()), form.cleaned_data["seen"]
            actions.correct_unit(unit, facts=facts, seen=seen, spoken=spoken_by(form), by=request.user)
            return redirect("investment:unit_detail", pk=unit.pk)
        except EditConflict as conflict:
            return conflict_page(request, conflict, title="单元资料", back=reverse("investment:unit_detail", args=[pk]))
        except Refused as refused:
            is_photo = str(refused.code).startswith(("file_", "picture_", "too_many"))
            form.add_error("photos" if is_photo else None, refused)
    return render(
        request, "investment/unit_form.html", {"form": form, "unit": unit}, status=422 if form.errors else 200
    )


@roles(*READ)
def unit_detail(request: SignedIn, pk: int) -> HttpResponse:
    unit = get_object_or_404(Unit.objects.visible_to(request.user).select_related("building"), pk=pk)
    links = ShareLink.objects.select_related("lead", "by").annotate(
        view_count=Count("views", filter=Q(views__what="page"))
    )
    context = {
        "unit": unit,
        "photos": unit.photos.all(),
        "links": links.filter(unit=unit),
        "leads": unit.leads.all(),
        "may_write": request.user.has_role("investment"),
    }
    return render(request, "investment/unit_detail.html", context)


@roles(*READ)
def unit_photo(request: SignedIn, pk: int) -> HttpResponse:
    units = Unit.objects.visible_to(request.user)
    photo = get_object_or_404(Photo.objects.filter(unit__in=units).select_related("file"), pk=pk)
    return serve(photo.file, download=False)


@roles("investment")
def share_create(request: SignedIn, pk: int) -> HttpResponse:
    unit = get_object_or_404(Unit.objects.visible_to(request.user).select_related("building"), pk=pk)
    leads = Lead.objects.visible_to(request.user).active()
    form = ShareForm(request.POST or None, leads=leads, initial={"lead": request.GET.get("lead")})
    if request.method == "POST" and form.is_valid():
        link = actions.share_unit(unit, by=request.user, token=form.cleaned_data["token"], **form.facts())
        return redirect("investment:share_detail", pk=link.pk)
    return render(
        request, "investment/share_form.html", {"form": form, "unit": unit}, status=422 if form.errors else 200
    )


@roles(*READ)
def share_detail(request: SignedIn, pk: int) -> HttpResponse:
    links = ShareLink.objects.visible_to(request.user).select_related("unit__building", "lead", "by")
    link = get_object_or_404(links.prefetch_related(Prefetch("views"), "requests"), pk=pk)
    return render(
        request, "investment/share_detail.html", {"link": link, "may_write": request.user.has_role("investment")}
    )


@require_POST
@roles("investment")
def share_withdraw(request: SignedIn, pk: int) -> HttpResponse:
    link = get_object_or_404(ShareLink.objects.visible_to(request.user), pk=pk)
    actions.withdraw_link(link, by=request.user)
    messages.success(request, "链接已收回，再打开就是“找不到这个页面”。")
    return redirect("investment:share_detail", pk=link.pk)
