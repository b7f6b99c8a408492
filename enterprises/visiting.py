"""What the squads' pages show: a member's day, the calendar of planned resumptions, the park by building and floor."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.db.models import Case, Count, DateField, F, OuterRef, Q, QuerySet, Subquery, Value, When, Window
from django.db.models.functions import RowNumber

from enterprises.actions.chasing import due_at
from enterprises.models import (
    Enterprise,
    EnterpriseCare,
    Need,
    PlannedContact,
    Promise,
    ResumptionStatus,
    Visit,
)
from enterprises.models.needs import OPEN
from enterprises.models.register_rows import NOWHERE
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
    """Calls, visits in building order, overdue needs, promises, and who has not been heard of: seven statements, and the dictionary."""
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
        "calls": [row for row in planned if row.due_on == today and not row.is_on_site],
        "visits": [row for row in planned if row.due_on == today and row.is_on_site],
        "needs": needs,
        "promises": promises,
        "unreported": [units[unit.pk] for unit in missing],
        "report_due": due_at(today),
        "urgent": len(late) + len(needs),
        "to_call": len(missing) + sum(row.due_on == today and not row.is_on_site for row in planned),
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
class Shown:
    """The first few of some units, how many there are, and the list's query that shows them all."""

    query: str
    units: list[Enterprise] = field(default_factory=list)
    total: int = 0

    @property
    def more(self) -> int:
        return self.total - len(self.units)


@dataclass
class CalendarDay(Shown):
    """A day of the calendar with who wants to resume on it."""

    day: date = date.min

    @property
    def is_today(self) -> bool:
        return self.day == park_today()


LATE, LATER, WITHOUT = "late", "later", "none"  # what the list's filter `planned` takes besides a day
SHOWN_A_DAY, SHOWN_A_GROUP, SHOWN_A_FLOOR = 6, 20, 12
BUILDINGS = 36  # on a page of the map


def calendar_days() -> list[date]:
    """Three weeks from this week's Monday."""
    today = park_today()
    first = today - timedelta(days=today.weekday())
    return [first + timedelta(days=n) for n in range(7 * WEEKS)]


def planned_calendar(rows: QuerySet[Enterprise]) -> dict[str, Any]:
    """Three weeks of days; beside them who is late with its plan, comes later or has none. Two statements."""
    days = calendar_days()
    cells: dict[str, Shown] = {str(day): CalendarDay(f"planned={day}", day=day) for day in days}
    cells |= {group: Shown(f"planned={group}") for group in (LATE, LATER, WITHOUT)}
    waiting = rows.waiting_to_resume()  # type: ignore[attr-defined]
    for planned_on, total in waiting.order_by().values_list("planned_on").annotate(Count("pk")):
        cells[_cell_of(planned_on, days)].total += total
    today, last = park_today(), days[-1]
    cell = Case(
        When(planned_on__isnull=True, then=Value(date(1, 1, 1))),
        When(planned_on__lt=today, then=Value(date(1, 1, 2))),
        When(planned_on__gt=last, then=Value(date(9999, 1, 1))),
        default=F("planned_on"),
        output_field=DateField(),
    )
    first = waiting.annotate(nth=_nth(cell, by=("planned_on", "pinyin_key", "pk")))
    for unit in first.filter(nth__lte=SHOWN_A_GROUP).select_related("squad").order_by("planned_on", "pinyin_key", "pk"):
        there = cells[_cell_of(unit.planned_on, days)]
        if not isinstance(there, CalendarDay) or len(there.units) < SHOWN_A_DAY:
            there.units.append(unit)
    shown = [one for one in cells.values() if isinstance(one, CalendarDay)]
    planned = sum(day.total for day in shown) + cells[LATER].total
    return {"days": shown, "late": cells[LATE], "later": cells[LATER], "without": cells[WITHOUT], "planned": planned}


def _cell_of(planned_on: date | None, days: list[date]) -> str:
    if planned_on is None:
        return WITHOUT
    if planned_on < park_today():
        return LATE
    return str(planned_on) if planned_on <= days[-1] else LATER


def _nth(*partition: Any, by: Iterable[str]) -> Window:
    return Window(RowNumber(), partition_by=partition, order_by=[F(name).asc() for name in by])


@dataclass
class Building:
    """A building with its floors from the top down, as it stands; of a floor the first few."""

    name: str
    query: str
    floors: list[tuple[int | None, Shown]]
    resumed: int
    total: int


def park_map(rows: QuerySet[Enterprise], page: Any) -> tuple[Page, tuple[int, int]]:
    """A page of buildings drawn from the register, and how many have resumed of how many. Two statements.

    Units without a building stand together at the end.
    """
    counted: dict[str, dict[int | None, tuple[int, int]]] = defaultdict(dict)
    resumed = Count("pk", filter=Q(status=ResumptionStatus.RESUMED))
    for name, floor, total, done in (
        rows.order_by().values_list("building", "floor").annotate(Count("pk"), done=resumed)
    ):
        counted[name][floor] = (total, done)
    names = sorted(counted, key=lambda name: (name == "", name))
    buildings = Paginator(names, BUILDINGS).get_page(page)
    plan: dict[tuple[str, int | None], list[Enterprise]] = defaultdict(list)
    placed = rows.filter(building__in=list(buildings)).annotate(nth=_nth("building", "floor", by=("pinyin_key", "pk")))
    for unit in placed.filter(nth__lte=SHOWN_A_FLOOR).order_by("pinyin_key", "pk").only(*DRAWN):
        plan[unit.building, unit.floor].append(unit)
    buildings.object_list = [_building(name, counted[name], plan) for name in buildings]
    everything = [one for floors in counted.values() for one in floors.values()]
    return buildings, (sum(done for _, done in everything), sum(total for total, _ in everything))


DRAWN = ("id", "name", "short_name", "building", "floor", "status", "kind", "planned_on", "pinyin_key")


def _building(
    name: str,
    floors: dict[int | None, tuple[int, int]],
    plan: dict[tuple[str, int | None], list[Enterprise]],
) -> Building:
    query = urlencode({"building": name or NOWHERE})
    downwards = sorted(floors, key=lambda floor: (floor is None, -(floor or 0)))
    drawn = [
        (floor, Shown(f"{query}&floor={NOWHERE if floor is None else floor}", plan[name, floor], floors[floor][0]))
        for floor in downwards
    ]
    total, resumed = (sum(one[n] for one in floors.values()) for n in (0, 1))
    return Building(name or UNPLACED, query, drawn, resumed, total)
