"""The ten squads in one table: what each looks after and how it stands at an instant."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q
from django.urls import reverse

from enterprises.models import Enterprise, Squad
from parkportal.clock import day_of


@dataclass(frozen=True)
class SquadRow:
    """One squad: its enterprises (sites not counted), the resumed ones, and the reports of the day still missing."""

    name: str
    enterprises: int
    resumed: int
    unreported: int
    href: str


def squad_rows(as_of: datetime) -> list[SquadRow]:
    """All squads in order, in four statements."""
    units = Enterprise.objects.enterprises().counted().registered_by(as_of)
    day = day_of(as_of - timedelta(microseconds=1))
    resumed = _count(units.resumed_as_of(as_of))
    due = Enterprise.objects.due_to_report(day).registered_by(as_of)
    missing = _count(due.exclude(pk__in=Enterprise.objects.reported(day, by=as_of).values("pk")))
    everything = _count(units)
    return [
        SquadRow(
            squad.name,
            everything.get(squad.pk, 0),
            resumed.get(squad.pk, 0),
            missing.get(squad.pk, 0),
            f"{reverse('enterprises:enterprise_list')}?squad={squad.pk}",
        )
        for squad in Squad.objects.all()
    ]


def _count(rows) -> dict[int, int]:  # noqa: ANN001
    found = rows.order_by().values("squad").annotate(n=Count("pk", filter=Q(pk__isnull=False)))
    return dict(found.values_list("squad", "n"))
