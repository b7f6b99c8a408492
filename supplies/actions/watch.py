"""The nightly look at the book: what is broken is written into the audit and stands on the committee's list until mended."""

import logging

from parkportal.records.audit import record
from parkportal.records.models import AuditEntry
from supplies import invariants

BOOK_CHECKED = "supplies.book_checked"
log = logging.getLogger("parkportal")


def note_broken_book() -> int:
    """Check every invariant of supplies; how many are broken. Written down when that is news."""
    broken = invariants.check()
    for line in broken:
        log.error("invariant broken: %s", line)
    before = last_check()
    said = {"broken": len(broken), "first": broken[0] if broken else ""}
    if broken or (before is not None and before.after.get("broken")):
        record(BOOK_CHECKED, by=None, after=said)
    return len(broken)


def last_check() -> AuditEntry | None:
    """What the latest look found; None while nothing was ever broken."""
    return AuditEntry.objects.filter(action=BOOK_CHECKED).order_by("-id").first()
