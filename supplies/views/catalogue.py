"""The catalogue of items."""

from django.contrib import messages
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect

from parkportal.guards import roles
from parkportal.records import terms
from parkportal.records.audit import record
from supplies.forms import ItemForm
from supplies.models import Balance, Item
from supplies.views.rooms import READERS, WRITERS, show


@roles(*READERS)
def item_list(request: HttpRequest) -> HttpResponse:
    items = Item.objects.visible_to(request.user).prefetch_related("packs")
    return show(request, "item_list", items=items, kinds=terms.labels("item_kind"))


@roles(*READERS)
def item_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Every lot of an item that lies somewhere this person may look."""
    item = get_object_or_404(Item.objects.visible_to(request.user).prefetch_related("packs"), pk=pk)
    rows = Balance.objects.visible_to(request.user).filter(lot__item=item, amount__gt=0)
    rows = rows.exclude(place__kind="enterprise").select_related("lot", "place")
    rows = rows.order_by(F("lot__expires_on").asc(nulls_last=True), "lot_id", "place__kind")
    return show(request, "item_detail", item=item, rows=rows)


@roles(*WRITERS)
def item_create(request: HttpRequest) -> HttpResponse:
    return _item_form(request, Item())


@roles(*WRITERS)
def item_edit(request: HttpRequest, pk: int) -> HttpResponse:
    return _item_form(request, get_object_or_404(Item.objects.editable_by(request.user), pk=pk))


def _item_form(request: HttpRequest, item: Item) -> HttpResponse:
    form = ItemForm(request.POST or None, instance=item)
    if request.method == "POST" and form.is_valid():
        saved = form.save()
        record("supplies.item_saved", by=request.user, subject=saved, after={"changed": form.changed_data})
        messages.success(request, f"已保存：{saved.label}。")
        return redirect("supplies:item_list")
    return show(request, "item_form", form, item=item)
