"""What must always be true, asked again from outside: ledger, places, codes, custody, snapshots.

`broken()` asks; `look()` asks and writes the answer into the audit, where page and worklist find it.
"""

import logging
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from django.db.models import Count, F, QuerySet

import supplies.invariants
import testing.invariants
from parkportal.identifiers import CodeProblem, parse_code
from parkportal.records.audit import record
from parkportal.records.models import AuditEntry, CodeCounter, FigureSnapshot
from supplies.models import Delivery
from testing.models import Badge, Box, SignUp, Specimen

LOOKED = "invariants.looked"
SHOWN = 50  # lines of one kind that are kept
log = logging.getLogger("parkportal")


def broken() -> dict[str, list[str]]:
    """For each kind in CHECKS a Chinese line for each thing that does not hold; empty lists when all is well."""
    return {kind: check() for kind, check in CHECKS.items()}


def look(*, by: Any) -> AuditEntry:
    """Ask everything now, and write it down; what is broken is in the log too, and on the list of those who mend it."""
    found = broken()
    for line in [line for lines in found.values() for line in lines]:
        log.error("invariant broken: %s", line)
    counts = {kind: len(lines) for kind, lines in found.items()}
    kept = {kind: lines[:SHOWN] for kind, lines in found.items() if lines}
    return record(LOOKED, by=by, after={"broken": sum(counts.values()), "lines": kept})


def last_look() -> AuditEntry | None:
    """What was found last, by the schedule or by somebody; None before the first time."""
    return AuditEntry.objects.filter(action=LOOKED).select_related("by").order_by("-id").first()


def _codes() -> list[str]:
    """Every code of the portal's own has its check digit, and its counter knows of it, so that none is given twice."""
    highest: dict[tuple[str, date], int] = defaultdict(int)
    wrong = []
    for text in _given_out():
        try:
            code = parse_code(text)
        except CodeProblem as problem:
            wrong.append(f"编码 {text}：{problem}")
            continue
        highest[code.prefix, code.day] = max(highest[code.prefix, code.day], code.serial)
    counters = {(row.prefix, row.day): row.last for row in CodeCounter.objects.all()}
    return [*wrong, *testing.invariants.tubes()] + [
        f"编码 {prefix} {day} 已经发到 {serial}，序号只记到 {counters.get((prefix, day), 0)}"
        for (prefix, day), serial in sorted(highest.items())
        if serial > counters.get((prefix, day), 0)
    ]


def _given_out() -> Iterator[str]:
    columns: list[tuple[QuerySet, str]] = [
        (SignUp.objects.all(), "code"),
        (Specimen.objects.filter(barcode__startswith="YL"), "barcode"),
        (Box.objects.all(), "code"),
        (Delivery.objects.all(), "code"),
        (Badge.objects.all(), "code"),
    ]
    for rows, name in columns:
        yield from rows.order_by().values_list(name, flat=True).iterator()


def _snapshots() -> list[str]:
    double = (
        FigureSnapshot.objects.filter(is_frozen=True)
        .values("code", "day")
        .annotate(rows=Count("id"))
        .filter(rows__gt=1)
    )
    above = FigureSnapshot.objects.filter(denominator__isnull=False, numerator__gt=F("denominator"), is_frozen=True)
    return [f"指标 {row['code']} {row['day']} 定稿了两次" for row in double] + [
        f"指标 {row.code} {row.day} 分子大于分母" for row in above
    ]


CHECKS: dict[str, Callable[[], list[str]]] = {
    "物资账": supplies.invariants.check,
    "名额": testing.invariants.places,
    "编码": _codes,
    "交接": testing.invariants.custody,
    "快照": _snapshots,
}
