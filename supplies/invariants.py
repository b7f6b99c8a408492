"""Whether the book equals itself: `manage.py invariants` and the nightly job call `check()`."""

from collections import Counter, defaultdict
from decimal import Decimal

from django.db.models import Count, Sum

from parkportal.quantities import plain
from supplies.models import Balance, Delivery, DeliveryStatus, Line, Movement, PlaceKind
from supplies.models.places import UNBOUNDED


def check() -> list[str]:
    """A Chinese sentence for each thing that is not as it must be; an empty list when all is well."""
    parts = (_balances_equal_lines, _nothing_negative, _reversals_mirror, _one_booking_an_occasion, _held_by_hands)
    return [words for part in (*parts, _held_by_squads) for words in part()]


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
    """A reversal is what it undoes, line by line, the other way round: place, lot and quantity."""
    undone = Movement.objects.filter(reverses__isnull=False).order_by("pk")
    pairs = dict(undone.values_list("pk", "reverses").iterator())
    there: dict[int | None, Counter] = defaultdict(Counter)
    for place in ("movement__in", "movement__reversed_by__in"):
        lines = Line.objects.filter(**{place: Movement.objects.filter(reverses__isnull=False)})
        for movement, lot, start, end, quantity in lines.values_list(
            "movement", "lot", "from_place", "to_place", "quantity"
        ).iterator():
            there[movement][(lot, start, end, quantity)] += 1
    return [
        f"冲正 {mirror} 与原笔 {first} 不对应。"
        for mirror, first in pairs.items()
        if there[mirror]
        != Counter({(lot, end, start, n): times for (lot, start, end, n), times in there[first].items()})
    ]


def _one_booking_an_occasion() -> list[str]:
    """Of the movements of an occasion one stands, and each correction stands for what was reversed."""
    standing = Movement.objects.filter(occasion__isnull=False, reversed_by__isnull=True).order_by()
    twice = standing.values_list("occasion").annotate(times=Count("pk")).filter(times__gt=1)
    early = Movement.objects.filter(replaces__isnull=False, replaces__reversed_by__isnull=True)
    return [f"{occasion} 记了 {times} 笔都没有冲正的账。" for occasion, times in twice] + [
        f"台账第 {row.pk} 笔更正的第 {row.replaces_id} 笔没有冲正。" for row in early
    ]


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
