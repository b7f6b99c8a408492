"""What corrections have made of a delivery's lines, in words: for its page and for the register."""

from collections.abc import Iterable

from django.db.models import Prefetch

from supplies.models import DeliveryLine, DeliveryMove

LABELS = {"received": "实收", **dict(DeliveryLine.Shortage.choices), "note": "说明"}


def corrections() -> Prefetch:
    """The corrections of deliveries in their order, as `corrections`."""
    return Prefetch("moves", DeliveryMove.objects.filter(is_correction=True).order_by("id"), to_attr="corrections")


def numbers(moves: Iterable[DeliveryMove]) -> dict[int, list[str]]:
    """line's id → what its received number has been since the signature, the present one last; only where it changed."""
    found: dict[int, list[str]] = {}
    for move in moves:
        for change in move.changes:
            was, now = change["before"]["received"], change["after"]["received"]
            if was != now:
                found.setdefault(change["line"], [was]).append(now)
    return found


def sentences(move: DeliveryMove, lines: Iterable[DeliveryLine]) -> list[str]:
    """One for each line that this correction changed: 一次性医用口罩：实收 100 → 97，破损 0 → 3."""
    names = {line.pk: str(line.lot.item) for line in lines}
    return [
        f"{names.get(change['line'], '')}：{_difference(change['before'], change['after'])}" for change in move.changes
    ]


def _difference(before: dict[str, str], after: dict[str, str]) -> str:
    none = {"note": "无"}
    return "，".join(
        f"{label} {before.get(name) or none.get(name, '0')} → {after.get(name) or none.get(name, '0')}"
        for name, label in LABELS.items()
        if before.get(name) != after.get(name)
    )
