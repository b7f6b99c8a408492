"""What the squads' pages show: a member's day, the calendar of planned resumptions, the park by building and floor."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery

from enterprises.actions.chasing import due_at
from enterprises.models import (
    Channel,
    Enterprise,
    EnterpriseCare,
    Need,
    PlannedContact,
    Promise,
    ResumptionStatus,
    Visit,
)
from enterprises.models.needs import OPEN
from parkportal.clock import park_now, park_today
from parkportal.records import terms

QUIET_AFTER = timedelta(days=7)
QUIET_SHOWN = 10
CALL_REASONS = ("电话联访", "送达物资", "检测异常处置", "核对名单")
SHOWN = 5
UNPLACED = "没有填楼栋"
WEEKS = 3


def own_list(user: Any) -> QuerySet[Enterprise]:
    """Whose day it is: a member's own enterprises; for a supervisor those assigned."""
    own = Enterprise.objects.of_squad_member(user) if user.has_role("squad") else Enterprise.objects.none()
    if not user.has_role("supervisor"):
        return own
    return Enterprise.objects.current().filter(
        Q(pk__in=own.values("pk")) | Q(pk__in=Enterprise.objects.cared_for_by(user).values("pk"))
    )


def with_last_contact(rows: QuerySet[Enterprise]) -> QuerySet[Enterprise]:
    """Adds `last_contact_at` and `last_contact_by`: when somebody of the park last spoke with the enterprise."""
    latest = Visit.objects.filter(enterprise=OuterRef("pk")).order_by("-visited_at", "-id")
    return rows.annotate(
        last_contact_at=Subquery(latest.values("visited_at")[:1]),
        last_contact_by=Subquery(latest.values("by__name")[:1]),
    )


def members_day(user: Any) -> dict[str, Any]:
    """Calls, visits in building order, overdue needs, promises, and who has not been heard of: seven statements."""
    today = park_today()
    mine = own_list(user)
    units = {unit.pk: unit for unit in with_last_contact(mine).select_related("squad")}
    planned = list(PlannedContact.objects.due(today).filter(enterprise__in=mine).in_building_order())
    needs = list(Need.objects.open().filter(enterprise__in=mine, due_on__lte=today))
    promises = list(Promise.objects.open().filter(enterprise__in=mine))
    missing = list(Enterprise.objects.report_missing(today).filter(pk__in=mine.values("pk")))
    for row in (*planned, *needs, *promises):
        row.enterprise = units[row.enterprise_id]
    late = [row for row in planned if row.due_on < today]
    return {
        "units": units,
        "late_plans": late,
        "calls": [row for row in planned if row.channel == Channel.PHONE and row.due_on == today],
        "visits": [row for row in planned if row.channel == Channel.DOOR and row.due_on == today],
        "needs": needs,
        "promises": promises,
        "unreported": [units[unit.pk] for unit in missing],
        "report_due": due_at(today),
        "urgent": len(late) + len(needs),
        "to_call": len(missing) + sum(row.channel == Channel.PHONE and row.due_on == today for row in planned),
        "quiet": quiet(units.values()),
        "count": len(planned) + len(needs) + len(promises) + len(missing),
        "now": park_now(),
        "today": today,
    }


def section_of(enterprise: Enterprise, user: Any) -> dict[str, Any]:
    """The squad's part of the enterprise file: who looks after it, open needs, the last visits, what comes next."""
    needs = Need.objects.visible_to(user).filter(enterprise=enterprise, status__in=[*OPEN, Need.Status.DONE])
    waiting, cares = list(needs[: 4 * SHOWN]), user.has_role("committee") or _cares(user, enterprise)
    visits = Visit.objects.visible_to(user).filter(enterprise=enterprise).select_related("by")
    return {
        "care": EnterpriseCare.objects.effective().filter(enterprise=enterprise).select_related("user").first(),
        "open_needs": [need for need in waiting if need.is_open][:SHOWN],
        "needs_to_confirm": [need for need in waiting if not need.is_open][:SHOWN],
        "need_kinds": terms.labels("need_kind"),
        "visits": list(visits[:SHOWN]),
        "next_plan": PlannedContact.objects.visible_to(user).open().filter(enterprise=enterprise).first(),
        "may_visit": cares,
        "call_reasons": CALL_REASONS,
        "may_need": cares or user.has_role("contact", "principal"),
        "sees_visits": user.has_role("committee", "leader", "squad", "supervisor"),
    }


def _cares(user: Any, enterprise: Enterprise) -> bool:
    cares = user.has_role("squad", "supervisor")
    return cares and Enterprise.objects.cared_for_by(user).filter(pk=enterprise.pk).exists()


def quiet(units: Iterable[Any]) -> list[Any]:
    """Who has not been spoken with for a week, the longest first."""
    since = park_now() - QUIET_AFTER
    silent = [unit for unit in units if unit.last_contact_at is None or unit.last_contact_at < since]
    never_first = sorted(silent, key=lambda unit: (unit.last_contact_at is not None, unit.last_contact_at or since))
    return never_first[:QUIET_SHOWN]


@dataclass
class CalendarDay:
    """A day of the calendar with who wants to resume on it."""

    day: date
    units: list[Enterprise] = field(default_factory=list)

    @property
    def is_today(self) -> bool:
        return self.day == park_today()


def waiting_to_resume(rows: QuerySet[Enterprise]) -> QuerySet[Enterprise]:
    """Not working yet, and not exempt from being counted."""
    return rows.counted().exclude(status=ResumptionStatus.RESUMED)  # type: ignore[attr-defined]


def planned_calendar(rows: QuerySet[Enterprise]) -> dict[str, Any]:
    """Three weeks from this Monday on; before them who is late with its plan, after them who comes later or has none."""
    today = park_today()
    first = today - timedelta(days=today.weekday())
    days = [CalendarDay(first + timedelta(days=n)) for n in range(7 * WEEKS)]
    by_day = {day.day: day for day in days}
    groups: dict[str, list[Enterprise]] = {"late": [], "later": [], "without": []}
    for unit in waiting_to_resume(rows).select_related("squad").order_by("planned_on", "pinyin_key"):
        if unit.planned_on is None:
            groups["without"].append(unit)
        elif unit.planned_on < today:
            groups["late"].append(unit)
        elif unit.planned_on in by_day:
            by_day[unit.planned_on].units.append(unit)
        else:
            groups["later"].append(unit)
    return {"days": days, **groups, "planned": sum(len(day.units) for day in days) + len(groups["later"])}


@dataclass
class Building:
    """A building with its floors from the top down, as it stands."""

    name: str
    floors: list[tuple[int | None, list[Enterprise]]]
    resumed: int
    total: int


def park_map(rows: QuerySet[Enterprise]) -> list[Building]:
    """Every unit where it is, drawn from the register; those without a building stand together at the end."""
    plan: dict[str, dict[int | None, list[Enterprise]]] = defaultdict(lambda: defaultdict(list))
    for unit in rows.order_by("building", "pinyin_key").only(
        "id", "name", "short_name", "building", "floor", "status", "kind", "planned_on", "pinyin_key"
    ):
        plan[unit.building or UNPLACED][unit.floor].append(unit)
    buildings = []
    for name in sorted(plan, key=lambda name: (name == UNPLACED, name)):
        floors = sorted(plan[name].items(), key=lambda item: (item[0] is None, -(item[0] or 0)))
        units = [unit for _, there in floors for unit in there]
        resumed = sum(unit.status == ResumptionStatus.RESUMED for unit in units)
        buildings.append(Building(name, floors, resumed, len(units)))
    return buildings
