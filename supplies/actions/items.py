"""The catalogue: an item added or changed, its picture, the shelf on which it lies."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.forms import ModelForm

from parkportal.editing import Spoken, changes, mark_of, plainly
from parkportal.idempotency import once
from parkportal.records.audit import last_act, record
from parkportal.records.models import StoredFile
from parkportal.states import Refused
from supplies.models import Item, PackUnit, Place, Shelf, misfits


def add_item(form: ModelForm, *, by: Any) -> Item:
    """A new item, which the form has judged; the same token again answers the first one."""

    def save() -> Item:
        item = form.save()
        record(
            "supplies.item_saved", by=by, subject=item, after={"栏目": [n for n in form.changed_data if n != "token"]}
        )
        return item

    return once(Item, form.cleaned_data.get("token"), save)[0]


@transaction.atomic
def correct_item(*, item: Item, facts: Mapping[str, Any], seen: str, spoken: Spoken, by: Any) -> Item:
    """Other facts of an item; `seen` is the mark of those that the form was drawn from.

    Raises EditConflict, Refused `does_not_fit`.
    """
    held = Item.objects.select_for_update().get(pk=item.pk)
    current = held.facts()
    touched = partial(last_act, held, "supplies.item_saved")
    changed = changes(seen=seen, current=current, typed=facts, spoken=spoken, touched=touched)
    if changed:
        # after a conflict the two halves of what people chose may not fit
        for field, words in misfits(current | changed, item=held.pk):
            raise Refused("does_not_fit", words, field=field)
        _write(held, current | changed)
        record("supplies.item_saved", by=by, subject=held, after={"栏目": list(changed)})
    return held


def _write(item: Item, facts: Mapping[str, Any]) -> None:
    for name in Item.FACTS:
        setattr(item, name, facts[name])
    item.name_it(item.name, item.spec, item.unit)
    try:
        item.validate_constraints()
    except ValidationError as problem:
        raise Refused("does_not_fit", problem.messages[0]) from None
    item.save(update_fields=[*Item.FACTS, "key", "pinyin_key"])
    item.packs.all().delete()
    PackUnit.objects.bulk_create(PackUnit(item=item, name=name, factor=factor) for name, factor in facts["packs"])


@transaction.atomic
def picture_item(*, item: Item, picture: StoredFile, by: Any) -> None:
    """Another picture of an item, which takes nothing from what somebody else writes."""
    Item.objects.filter(pk=item.pk).update(photo=picture)
    record("supplies.item_pictured", by=by, subject=item)


def shelf_of(place: Place, item: Item) -> str:
    """The shelf on which the item lies in this warehouse; nothing where it has none."""
    return Shelf.objects.filter(place=place, item=item).values_list("label", flat=True).first() or ""


@transaction.atomic
def put_on_shelf(
    *, place: Place, item: Item, label: str, by: Any, seen: str | None = None, spoken: Spoken = plainly
) -> None:
    """Where the item lies in this warehouse; an empty label takes the shelf away.

    `seen` is the mark of {"label": …} that the page was drawn from. Raises EditConflict.
    """
    Place.objects.select_for_update().get(pk=place.pk)
    stands = {"label": shelf_of(place, item)}
    touched = partial(last_act, item, "supplies.shelf_changed")
    mark = mark_of(stands) if seen is None else seen
    if not changes(seen=mark, current=stands, typed={"label": label}, spoken=spoken, touched=touched):
        return
    if not label:
        Shelf.objects.filter(place=place, item=item).delete()
    else:
        Shelf.objects.update_or_create(place=place, item=item, defaults={"label": label})
    record("supplies.shelf_changed", by=by, subject=item, before={"shelf": stands["label"]}, after={"shelf": label})
