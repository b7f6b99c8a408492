"""The audit. Actions call `record()`; a move is its own audit row and is not written twice."""

from datetime import datetime
from typing import Any

from django.db import models

from parkportal.clock import park_now
from parkportal.origin import current_address
from parkportal.records.models import AuditEntry


def last_act(subject: models.Model | None, *actions: str, since: datetime | None = None) -> tuple[str, datetime]:
    """Who acted on a thing (None: on the park) last, in one of these acts or any, and when.

    With nothing written down the system, `since`.
    """
    label, key = (subject._meta.label_lower, str(subject.pk)) if subject is not None else ("", "")
    entries = AuditEntry.objects.filter(subject_type=label, subject_id=key)
    if actions:
        entries = entries.filter(action__in=actions)
    last = entries.select_related("by").order_by("-id").first()
    if last is None:
        return "系统", since or park_now()
    return str(last.by or "系统"), last.at


def record(
    action: str,
    *,
    by: Any,
    subject: models.Model | None = None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    reason: str = "",
) -> AuditEntry:
    """Write one entry in the caller's transaction. `before` and `after` hold masked values only.

    The address of somebody without an account is not kept: they were told what is kept of them.
    """
    person = by if getattr(by, "pk", None) else None
    return AuditEntry.objects.create(
        action=action,
        by=person,
        address=current_address.get() if person else "",
        subject_type=subject._meta.label_lower if subject is not None else "",
        subject_id=str(subject.pk) if subject is not None else "",
        subject_label=str(subject)[:120] if subject is not None else "",
        before=before or {},
        after=after or {},
        reason=reason,
    )
