"""Gives out the portal's own codes: RY person, YL tube, YX box, PS delivery, GH badge."""

from datetime import date

from django.db import transaction
from django.db.models import F

from parkportal.clock import park_today
from parkportal.identifiers import make_code
from parkportal.records.models import CodeCounter


def take_codes(prefix: str, count: int = 1, *, day: date | None = None) -> list[str]:
    """`count` new codes of a prefix, consecutive, never given before. Runs in the caller's transaction.

    The counter row stays locked until that transaction ends, so take codes last.
    """
    day = day or park_today()
    with transaction.atomic():
        if not CodeCounter.objects.filter(prefix=prefix, day=day).update(last=F("last") + count):
            CodeCounter.objects.get_or_create(prefix=prefix, day=day)
            CodeCounter.objects.filter(prefix=prefix, day=day).update(last=F("last") + count)
        last = CodeCounter.objects.values_list("last", flat=True).get(prefix=prefix, day=day)
    return [make_code(prefix, day, serial) for serial in range(last - count + 1, last + 1)]


def take_code(prefix: str, *, day: date | None = None) -> str:
    """One new code of a prefix."""
    return take_codes(prefix, day=day)[0]
