"""Noticing rows of the register that may be one unit, and saying that they are not."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction

from enterprises.doubles import LookAlike, pairs_in
from enterprises.models import Doubt, Enterprise
from parkportal.clock import park_now
from parkportal.records.audit import record

BATCH = 500


def note_doubts(*, units: Iterable[int] | None = None) -> int:
    """Write down the pairs that look like one unit, all of the register's or those with one of `units`; how many are new.

    A pair that somebody has judged already is not asked about again.
    """
    rows = (
        Enterprise.objects.current()
        .order_by()
        .values_list("pk", "name_core", "liaison_phone_hash", "principal_phone_hash")
    )
    wanted = None if units is None else set(units)
    pairs = pairs_in(rows)
    if wanted is not None:
        pairs = {pair: reasons for pair, reasons in pairs.items() if wanted & set(pair)}
    known = set(Doubt.objects.order_by().values_list("first", "second"))
    fresh = [
        Doubt(first_id=first, second_id=second, reasons=sorted(reasons))
        for (first, second), reasons in pairs.items()
        if (first, second) not in known
    ]
    Doubt.objects.bulk_create(fresh, batch_size=BATCH, ignore_conflicts=True)
    return len(fresh)


def set_apart(*, enterprise: Enterprise, look_alikes: Iterable[LookAlike], by: Any) -> None:
    """Whoever entered a unit said that it is none of these."""
    for alike in look_alikes:
        first, second = sorted((enterprise, alike.unit), key=lambda unit: unit.pk)
        Doubt.objects.get_or_create(
            first=first,
            second=second,
            defaults={
                "reasons": list(alike.reasons),
                "status": Doubt.Status.DIFFERENT,
                "decided_at": park_now(),
                "decided_by": by,
                "note": "登记时核对过",
            },
        )


def dismiss_doubt(*, doubt: Doubt, by: Any, note: str = "") -> bool:
    """The two rows are two units. False when somebody has judged the pair already."""
    with transaction.atomic():
        waiting = Doubt.objects.filter(pk=doubt.pk, status=Doubt.Status.OPEN)
        if not waiting.update(status=Doubt.Status.DIFFERENT, decided_at=park_now(), decided_by=by, note=note):
            return False
        record("enterprise.not_double", by=by, subject=doubt.first, after={"另一家": doubt.second.name}, reason=note)
    return True
