"""Whether the book equals itself: `manage.py invariants` and the nightly job call `check()`."""

from collections import defaultdict
from decimal import Decimal

from django.db.models import Count, F, Q, Sum

from parkportal.quantities import plain
from supplies.models import Balance, Delivery, DeliveryStatus, Line, Movement, PlaceKind
from supplies.models.places import UNBOUNDED


def check() -> list[str]:
    """A Chinese sentence for each thing that is not as it must be; an empty list when all is well."""
    return [*_balances_equal_lines(), *_nothing_negative(), *_reversals_mirror(), *_held_by_hands(), *_held_by_squads()]


def _balances_equal_lines() -> list[str]:
    sums: dict[tuple[int, int], Decimal] = defaultdict(Decimal)
    bounded = [kind for kind in PlaceKind.values if kind not in UNBOUNDED]
    for end, sign in (("to_place", 1), ("from_place", -1)):
        lines = Line.objects.filter(**{f"{end}__kind__in": bounded}).order_by()
        for place, lot, total in (
            lines.values(end, "lot").annotate(total=Sum("quantity")).values_list(end, "lot", "total")
        ):
            sums[place, lot] += sign * total
    book = {(row.place_id, row.lot_id): row.amount for row in Balance.objects.all()}
    return [
        f"库位 {place} 批次 {lot}：台账合计 {plain(sums.get((place, lot), Decimal(0)))}，"
        f"结存 {plain(book.get((place, lot), Decimal(0)))}。"
        for place, lot in sorted(sums.keys() | book.keys())
        if sums.get((place, lot), Decimal(0)) != book.get((place, lot), Decimal(0))
    ]


def _nothing_negative() -> list[str]:
    return [f"库位 {row.place_id} 批次 {row.lot_id} 的结存小于 0。" for row in Balance.objects.filter(amount__lt=0)]


def _reversals_mirror() -> list[str]:
    """A reversal has as many lines and as much as what it undoes, and nothing but reversals undo."""
    found = Movement.objects.filter(Q(kind=Movement.Kind.REVERSAL) | Q(reverses__isnull=False)).annotate(
        lines_here=Count("lines", distinct=True), lines_there=Count("reverses__lines", distinct=True)
    )
    return [f"冲正 {row.pk} 与原笔不对应。" for row in found.exclude(lines_here=F("lines_there"))]


def _held_by_hands() -> list[str]:
    """What is issued and not handed over lies in transit, to the last piece."""
    way = Balance.objects.filter(place__kind=PlaceKind.TRANSIT, amount__gt=0).order_by()
    in_transit = dict(way.values("lot").annotate(total=Sum("amount")).values_list("lot", "total"))
    issued = Delivery.objects.filter(status=DeliveryStatus.ISSUED).order_by()
    on_paper = dict(
        issued.values("lines__lot").annotate(total=Sum("lines__expected")).values_list("lines__lot", "total")
    )
    return [
        f"批次 {lot}：已出库未交接 {plain(on_paper.get(lot))}，在途账上 {plain(in_transit.get(lot))}。"
        for lot in sorted(in_transit.keys() | on_paper.keys())
        if in_transit.get(lot) != on_paper.get(lot)
    ]


def _held_by_squads() -> list[str]:
    """A squad holds at least what it still has to bring."""
    carried = Delivery.objects.filter(status=DeliveryStatus.WITH_LIAISON).order_by()
    on_paper = carried.values("squad", "lines__lot").annotate(total=Sum("lines__expected"))
    bags = Balance.objects.filter(place__kind=PlaceKind.SQUAD)
    held = {(row.place.squad_id, row.lot_id): row.amount for row in bags.select_related("place")}
    return [
        f"小分队 {squad} 批次 {lot}：要送 {plain(total)}，手上 {plain(held.get((squad, lot), Decimal(0)))}。"
        for squad, lot, total in on_paper.values_list("squad", "lines__lot", "total")
        if held.get((squad, lot), Decimal(0)) < total
    ]
