"""What corrections have made of a delivery's lines, in words: for its page and for the register."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.db.models import Prefetch

from parkportal.editing import Spoken
from parkportal.quantities import plain
from supplies.models import Delivery, DeliveryLine, DeliveryMove

LABELS = {
    "lot": "批号", "expected": "应收", "received": "实收", **dict(DeliveryLine.Shortage.choices), "note": "说明",
    "signed_name": "签收人",
}  # fmt: skip
IN_WORDS = {"lot", "note", "signed_name"}


def said(line: DeliveryLine) -> dict[str, str]:
    """What stands on a signed line, as the history keeps it and as a form was drawn from it."""
    amounts = {name: plain(getattr(line, name)) for name in ("received", *DeliveryLine.Shortage.values)}
    kept = {name: text for name, text in amounts.items() if text != "0" or name == "received"}
    return {"lot": str(line.lot), "expected": plain(line.expected), **kept, "note": line.shortage_note}


def said_of(delivery: Delivery, lines: Iterable[DeliveryLine]) -> dict[str, Any]:
    """What a correction may change, under the names of its form: each line, and who signed."""
    lines_said = {f"received_{line.pk}": said(line) for line in lines}
    return {**lines_said, "signed_name": delivery.receipt.signed_name if delivery.receipt else ""}


def spoken_lines(lines: Iterable[DeliveryLine]) -> Spoken:
    """Names and values of `said_of` as the page of two who correct one thing shows them."""
    names = {"signed_name": "签收人", **{f"received_{line.pk}": str(line.lot.item) for line in lines}}

    def speak(name: str, value: Any) -> tuple[str, str]:
        if not isinstance(value, Mapping):
            return names[name], str(value)
        return names[name], "，".join(f"{LABELS[part]} {text}" for part, text in value.items() if text)

    return speak


def sent_at_first(moves: Iterable[DeliveryMove]) -> dict[int, Decimal]:
    """line's id → what the note said was sent, where a correction has raised it; the corrections in their order."""
    found: dict[int, Decimal] = {}
    for change in (change for move in moves for change in move.changes):
        if "expected" in change["before"]:
            found.setdefault(change["line"], Decimal(change["before"]["expected"].replace(",", "")))
    return found


def corrections() -> Prefetch:
    """The corrections of deliveries in their order, as `corrections`."""
    return Prefetch("moves", DeliveryMove.objects.filter(is_correction=True).order_by("id"), to_attr="corrections")


def numbers(moves: Iterable[DeliveryMove]) -> dict[int, list[str]]:
    """line's id → what its received number has been since the signature, the present one last; only where it changed."""
    found: dict[int, list[str]] = {}
    for move in moves:
        for change in move.changes:
            was, now = change["before"].get("received"), change["after"].get("received")
            if was != now:
                found.setdefault(change["line"], [was]).append(now)
    return found


def sentences(move: DeliveryMove, lines: Iterable[DeliveryLine]) -> list[str]:
    """One for each line that this correction changed: 一次性医用口罩：实收 100 → 97，破损 0 → 3."""
    names = {line.pk: f"{line.lot.item}：" for line in lines}
    return [
        f"{names.get(change['line'], '')}{_difference(change['before'], change['after'])}" for change in move.changes
    ]


def _difference(before: dict[str, str], after: dict[str, str]) -> str:
    none = dict.fromkeys(IN_WORDS, "无")
    return "，".join(
        f"{label} {before.get(name) or none.get(name, '0')} → {after.get(name) or none.get(name, '0')}"
        for name, label in LABELS.items()
        if before.get(name) != after.get(name)
    )
