"""The catalogue of items."""

from collections.abc import Callable

from django.contrib import messages
from django.db.models import F
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from parkportal.accounts.asking import SignedIn
from parkportal.again import answered, drawn, typed
from parkportal.editing import EditConflict, chosen, conflict_page, spoken_by
from parkportal.given import given
from parkportal.guards import roles
from parkportal.idempotency import made_before
from parkportal.records import files, terms
from parkportal.states import Refused
from supplies import actions
from supplies.forms import ItemForm, ShelfForm
from supplies.models import Balance, Item, Shelf, reached_warehouses
from supplies.pictures import item_chart
from supplies.views.rooms import READERS, WRITERS, show


@roles(*READERS)
def item_list(request: SignedIn) -> HttpResponse:
    items = Item.objects.visible_to(request.user).prefetch_related("packs")
    return show(request, "item_list", items=items, kinds=terms.labels("item_kind"))


@roles(*READERS)
def item_detail(request: SignedIn, pk: int) -> HttpResponse:
    """Every lot of an item that lies somewhere this person may look."""
    item = get_object_or_404(Item.objects.visible_to(request.user).prefetch_related("packs"), pk=pk)
    rows = Balance.objects.visible_to(request.user).filter(lot__item=item, amount__gt=0)
    rows = rows.exclude(place__kind="enterprise").select_related("lot", "place")
    rows = rows.order_by(F("lot__expires_on").asc(nulls_last=True), "lot_id", "place__kind")
    shelves = dict(Shelf.objects.filter(item=item).values_list("place", "label"))
    houses = [
        (place, drawn(request, ShelfForm, f"shelf-{place.pk}", place=place, stands=shelves.get(place.pk, "")))
        for place in reached_warehouses(request.user).filter(is_active=True)
    ]
    course = item_chart(item, reached_warehouses(request.user))
    return show(request, "item_detail", item=item, rows=rows, houses=houses, course=course)


@roles(*READERS)
def item_photo(request: SignedIn, pk: int) -> HttpResponse:
    items = Item.objects.visible_to(request.user).filter(photo__isnull=False).select_related("photo")
    return files.serve(given(get_object_or_404(items, pk=pk).photo), download=False)


@require_POST
@roles(*WRITERS)
def item_shelf(request: SignedIn, pk: int, place_id: int) -> HttpResponse:
    """Where the item lies in one of the own warehouses."""
    item = get_object_or_404(Item.objects.editable_by(request.user), pk=pk)
    place = get_object_or_404(reached_warehouses(request.user), pk=place_id)
    form = typed(request, ShelfForm, f"shelf-{place_id}", place=place)

    def act(*, label: str, seen: str) -> None:
        for wanted in chosen(request, {"label": label}).values():
            actions.put_on_shelf(
                place=place, item=item, label=wanted, by=request.user, seen=seen, spoken=spoken_by(form)
            )

    def done(_: object) -> str:
        return f"{item}在{place}的货位：{actions.shelf_of(place, item) or '没有'}。"

    try:
        return answered(request, form, act, "supplies:item_detail", done=done, pk=pk)
    except EditConflict as conflict:
        return conflict_page(request, conflict, title=f"{item}的货位", back=reverse("supplies:item_detail", args=[pk]))


@roles(*WRITERS)
def item_create(request: SignedIn) -> HttpResponse:
    if made_before(Item, request.POST.get("token")):
        return redirect("supplies:item_list")
    return _item_form(request, Item(), lambda form: actions.add_item(form, by=request.user))


@roles(*WRITERS)
def item_edit(request: SignedIn, pk: int) -> HttpResponse:
    """Other facts of an item; who comes second sees what the first one wrote."""
    item = get_object_or_404(Item.objects.editable_by(request.user), pk=pk)

    def save(form: ItemForm) -> Item:
        if picture := form.cleaned_data.get("picture"):
            actions.picture_item(item=item, picture=picture, by=request.user)
        facts, seen = chosen(request, form.facts()), form.cleaned_data["seen"]
        return actions.correct_item(item=item, facts=facts, seen=seen, spoken=form.spoken(), by=request.user)

    return _item_form(request, item, save)


def _item_form(request: SignedIn, item: Item, save: Callable[[ItemForm], Item]) -> HttpResponse:
    form = ItemForm(request.POST or None, request.FILES or None, instance=item)
    if request.method == "POST" and form.is_valid():
        try:
            messages.success(request, f"已保存：{save(form).label}。")
            return redirect("supplies:item_list")
        except EditConflict as conflict:
            return conflict_page(request, conflict, title="物资资料", back=reverse("supplies:item_list"))
        except Refused as refused:
            form.add_error(refused.facts.get("field"), refused)
    return show(request, "item_form", form, item=item)
