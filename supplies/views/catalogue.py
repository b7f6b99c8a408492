"""The catalogue of items."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from parkportal.guards import roles
from parkportal.records import terms
from parkportal.records.audit import record
from supplies.forms import ItemForm
from supplies.models import Item
from supplies.views.stock import READERS, WRITERS


@roles(*READERS)
def item_list(request: HttpRequest) -> HttpResponse:
    items = Item.objects.visible_to(request.user).prefetch_related("packs")
    context = {"items": items, "kinds": terms.labels("item_kind")}
    return render(request, "supplies/item_list.html", context)


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
    return render(request, "supplies/item_form.html", {"form": form, "item": item}, status=422 if form.errors else 200)
