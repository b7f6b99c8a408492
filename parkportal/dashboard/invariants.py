"""What must always be true, asked again from outside: ledger, places, codes, custody, snapshots."""

from django.db.models import Count, F

import supplies.invariants
import testing.invariants
from parkportal.records.models import CodeCounter, FigureSnapshot


def broken() -> list[str]:
    """One Chinese line for each thing that does not hold; empty when all is well."""
    return [*supplies.invariants.check(), *testing.invariants.check(), *_codes(), *_snapshots()]


def _codes() -> list[str]:
    over = CodeCounter.objects.filter(last__gt=99999)
    return [f"编码 {counter.prefix} {counter.day} 超过五位序号" for counter in over]


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
