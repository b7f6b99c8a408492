"""Tags of many enterprises at once."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction

from enterprises.models import Enterprise
from enterprises.tiers import derived_tier
from parkportal.clock import park_now
from parkportal.records.audit import record
from parkportal.records.models import Term


def tag_enterprises(*, enterprises: Iterable[Enterprise], tag: Term, is_added: bool, by: Any) -> int:
    """Add a tag to those without it, or take it from those with it; a tier that no hand has set follows. How many changed."""
    count = 0
    with transaction.atomic():
        rows = Enterprise.objects.select_for_update().filter(pk__in=[row.pk for row in enterprises]).order_by("pk")
        for unit in rows.prefetch_related("tags"):
            codes = {term.code for term in unit.tags.all()}
            if (tag.code in codes) == is_added:
                continue
            if is_added:
                unit.tags.add(tag)
            else:
                unit.tags.remove(tag)
            codes ^= {tag.code}
            if not unit.tier_reason:
                unit.tier = derived_tier(tag_codes=codes, key_level=unit.key_level, exemption=unit.exemption)
            unit.version += 1
            unit.changed_at, unit.changed_by = park_now(), by
            unit.save(update_fields=["tier", "version", "changed_at", "changed_by"])
            record("enterprise.tagged", by=by, subject=unit, after={"加" if is_added else "减": tag.label})
            count += 1
    return count
