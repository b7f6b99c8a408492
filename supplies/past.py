"""What the book said at any past instant, by place, lot and item: computed from the lines, never from today's balances."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import QuerySet, Sum

from supplies.models import Item, Line, Lot, Place


@dataclass(frozen=True)
class Held:
    """So much of a lot lay in a place."""

    place: Place
    lot: Lot
    amount: Decimal


def held_at(instant: datetime, places: QuerySet[Place], item: Item | None = None) -> list[Held]:
    """Everything that the ledger had put into these places by an instant, in the order of the catalogue. Four statements."""
    sums: dict[tuple[int, int], Decimal] = defaultdict(Decimal)
    for end, sign in (("to_place", 1), ("from_place", -1)):
        lines = Line.objects.filter(movement__at__lte=instant, **{f"{end}__in": places.values("pk")}).order_by()
        if item is not None:
            lines = lines.filter(lot__item=item)
        for place, lot, total in (
            lines.values(end, "lot").annotate(total=Sum("quantity")).values_list(end, "lot", "total")
        ):
            sums[place, lot] += sign * total
    held = {ends: amount for ends, amount in sums.items() if amount}
    known = Place.objects.in_bulk({place for place, _ in held})
    lots = Lot.objects.select_related("item").in_bulk({lot for _, lot in held})
    rows = [Held(known[place], lots[lot], amount) for (place, lot), amount in held.items()]
    return sorted(rows, key=lambda row: (row.lot.item.pinyin_key, row.lot.item_id, row.place.pk, row.lot.pk))
