"""Warehouses and their keepers."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from parkportal.accounts.asking import SignedIn
from parkportal.accounts.models import User
from parkportal.again import answered, drawn, typed
from parkportal.guards import roles
from parkportal.idempotency import made_before
from parkportal.states import AlreadyMoved
from supplies import actions
from supplies.forms import KeeperForm, WarehouseForm
from supplies.models import Place, WarehouseStaff, reached_warehouses
from supplies.views.rooms import READERS, show


@roles(*READERS)
def place_list(request: SignedIn) -> HttpResponse:
    """The warehouses with who keeps them; the committee adds keepers here."""
    places = reached_warehouses(request.user).with_keepers()
    may = request.user.has_role("committee")
    rows = [(place, drawn(request, KeeperForm, f"keeper{place.pk}") if may else None) for place in places]
    candidates = list(KeeperForm().fields["user"].choices) if may else []  # type: ignore[attr-defined]
    return show(request, "place_list", rows=rows, may=may, candidates=candidates)


@roles("committee")
def place_create(request: SignedIn) -> HttpResponse:
    if made_before(Place, request.POST.get("token")):
        return redirect("supplies:place_list")
    form = WarehouseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        place = actions.open_warehouse(by=request.user, **form.cleaned_data)
        messages.success(request, f"已建{place}，请加上仓管人员。")
        return redirect("supplies:place_list")
    return show(request, "place_form", form)


@require_POST
@roles("committee")
def keeper_add(request: SignedIn, pk: int) -> HttpResponse:
    place = get_object_or_404(reached_warehouses(request.user), pk=pk)

    def act(user: User) -> None:
        try:
            actions.add_keeper(place=place, user=user, by=request.user)
            messages.success(request, f"{user}从今天起管{place}。")
        except AlreadyMoved as already:
            messages.info(request, already.text)

    return answered(request, typed(request, KeeperForm, f"keeper{pk}"), act, "supplies:place_list", beside="user")


@require_POST
@roles("committee")
def keeper_end(request: SignedIn, pk: int) -> HttpResponse:
    staff = get_object_or_404(
        WarehouseStaff.objects.filter(ends_on__isnull=True, place__in=reached_warehouses(request.user)), pk=pk
    )
    actions.end_keeper(staff=staff, by=request.user)
    messages.success(request, f"{staff.user}从今天起不再管{staff.place}。")
    return redirect("supplies:place_list")
