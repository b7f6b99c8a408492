"""A person's own filters of the register's list."""

from typing import Any
from uuid import UUID

from enterprises.models import SavedFilter
from parkportal.idempotency import once
from parkportal.states import Refused

MOST = 8


def save_filter(*, name: str, query: str, by: Any, token: UUID | None = None) -> SavedFilter:
    """Keep a query under a name; the same name again takes the new query. Raises Refused `too_many`."""
    known = SavedFilter.objects.filter(user=by, name=name).first()
    if known is not None:
        SavedFilter.objects.filter(pk=known.pk).update(query=query)
        return known
    if SavedFilter.objects.filter(user=by).count() >= MOST:
        raise Refused("too_many", f"最多存 {MOST} 个常用筛选，请先删一个。", field="name")
    return once(SavedFilter, token, lambda: SavedFilter.objects.create(user=by, name=name, query=query, token=token))[0]
