"""Whose claim counts in an allocation, with how many heads, and in which order."""

from dataclasses import dataclass, replace
from decimal import Decimal

from django.db.models import Count, OuterRef, QuerySet, Subquery, Sum

from enterprises.models import DailyReport, Employment, Enterprise, ResumptionStatus
from parkportal.clock import park_today
from parkportal.records import terms
from supplies.models import Allocation, AllocationMode, Item, RequestStatus, SupplyRequestLine

REPORT, ROSTER, HEADCOUNT = "report", "roster", "headcount"


@dataclass(frozen=True)
class Claimant:
    """An enterprise with its heads and where the number comes from: report, roster, headcount, or nowhere."""

    enterprise: Enterprise
    heads: int
    source: str
    tags: tuple[str, ...] = ()
    wanted: Decimal | None = None


def tiers() -> dict[str, str]:
    """code → word of every tier of the dictionary in its order, also of those that staff added or retired."""
    return terms.labels("tier") or dict(terms.choices("tier"))


def scoped(scope: dict) -> QuerySet[Enterprise]:
    """The enterprises of a scope: {"squad": id, "tier": code, "tag": code, "everybody": true, "sites": true}.

    Empty = all enterprises that have resumed; building sites are among them only when asked for.
    """
    rows = Enterprise.objects.current() if scope.get("sites") else Enterprise.objects.enterprises()
    if not scope.get("everybody"):
        rows = rows.filter(status=ResumptionStatus.RESUMED)
    if scope.get("squad"):
        rows = rows.filter(squad=scope["squad"])
    if scope.get("tier"):
        rows = rows.filter(tier=scope["tier"])
    if scope.get("tag"):
        rows = rows.filter(tags__code=scope["tag"])
    return rows


def claimants(plan: Allocation) -> list[Claimant]:
    """The enterprises of the plan's scope. Shared by firm: tier first, then heads; otherwise the largest first."""
    # who asks is heard, resumed or not: what it asks for may be what it needs to resume
    scope = {**plan.scope, "everybody": True, "sites": True} if plan.mode == AllocationMode.REQUESTED else plan.scope
    rows = scoped(scope)
    wanted = requested(plan.item) if plan.mode == AllocationMode.REQUESTED else None
    if wanted is not None:
        rows = rows.filter(pk__in=list(wanted))
    people = with_heads(rows.prefetch_related("tags"), plan.mode)
    if wanted is not None:
        people = [replace(who, wanted=wanted[who.enterprise.pk]) for who in people]

    places = {code: place for place, code in enumerate(tiers())}

    def order(who: Claimant) -> tuple:
        tier = places.get(who.enterprise.tier, len(places))
        if who.wanted is not None:
            return (tier, -who.wanted, who.enterprise.pinyin_key, who.enterprise.pk)
        by_size = (-who.heads, tier) if plan.mode != AllocationMode.EACH else (tier, -who.heads)
        return (*by_size, who.enterprise.pinyin_key, who.enterprise.pk)

    return sorted(people, key=order)


def with_heads(rows: QuerySet[Enterprise], mode: str = AllocationMode.ON_DUTY) -> list[Claimant]:
    """Each enterprise with its heads; the rows come with their tags where those count. Two statements.

    Heads on duty come from the latest daily report, else from the roster, else the registered headcount stands in.
    """
    roster = _on_roster()
    return [
        Claimant(row, *_heads(mode, row.reported, roster.get(row.pk, 0), row.headcount or row.workers or 0), _tags(row))
        for row in _reported(rows)
    ]


def heads_of(rows: QuerySet[Enterprise], mode: str = AllocationMode.ON_DUTY) -> dict[int, int]:
    """enterprise id → its heads by the same rule, for parks of any size. Two statements."""
    roster = _on_roster()
    found = _reported(rows).order_by().values_list("pk", "reported", "headcount", "workers")
    return {
        pk: _heads(mode, reported, roster.get(pk, 0), headcount or workers or 0)[0]
        for pk, reported, headcount, workers in found
    }


def _reported(rows: QuerySet[Enterprise]) -> QuerySet[Enterprise]:
    reports = DailyReport.objects.in_force().filter(enterprise=OuterRef("pk"), day__lte=park_today())
    return rows.annotate(reported=Subquery(reports.order_by("-day", "-id").values("on_duty")[:1]))


def _on_roster() -> dict[int, int]:
    rows = Employment.objects.on_duty(park_today()).order_by().values_list("enterprise")
    return dict(rows.annotate(heads=Count("pk")))


def _heads(mode: str, reported: int | None, roster: int, registered: int) -> tuple[int, str]:
    """How many, and where the number comes from."""
    if mode != AllocationMode.HEADCOUNT:
        if reported is not None:
            return reported, REPORT
        if roster:
            return roster, ROSTER
    return registered, HEADCOUNT if registered else ""


def _tags(row: Enterprise) -> tuple[str, ...]:
    known = "tags" in getattr(row, "_prefetched_objects_cache", {})
    return tuple(tag.code for tag in row.tags.all()) if known else ()


def requested(item: Item) -> dict[int, Decimal]:
    """enterprise id → how much of the item its open requests still ask for."""
    lines = SupplyRequestLine.objects.filter(item=item, request__status=RequestStatus.OPEN, granted__isnull=True)
    sums = lines.order_by().values("request__enterprise").annotate(total=Sum("quantity"))
    return dict(sums.values_list("request__enterprise", "total"))
