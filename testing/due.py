"""When a result is due: 一个工作日 by the park's calendar, or by what was agreed with the laboratory (handbook §10)."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from parkportal.clock import SHANGHAI, at
from parkportal.records import calendar, settings
from testing.models import DueFrom, LabDay, LabTerms, Specimen

LOOK_AHEAD = 40  # days of the laboratory's own calendar that are read at once


@dataclass(frozen=True)
class LabClock:
    """How one laboratory counts its working day; `own_days` are the days that it works or rests in spite of the calendar."""

    due_clock: time
    due_from: str = DueFrom.RECEIVED
    cut_off: time | None = None
    works_every_day: bool = False
    own_days: dict[date, bool] = field(default_factory=dict)

    def is_working(self, day: date) -> bool:
        if day in self.own_days:
            return self.own_days[day]
        return self.works_every_day or calendar.is_working_day(day)

    def due(self, start: datetime) -> datetime:
        """The end of the next working day after the start; after the cut-off the start counts as the next day's."""
        local = start.astimezone(SHANGHAI)
        day = local.date()
        if self.cut_off is not None and local.time() >= self.cut_off:
            day += timedelta(days=1)
        day += timedelta(days=1)
        while not self.is_working(day):
            day += timedelta(days=1)
        return at(day, self.due_clock)

    def start_of(self, specimen: Specimen) -> datetime | None:
        """The event from which this laboratory's time runs; None while it has not happened."""
        if self.due_from == DueFrom.COLLECTED:
            return specimen.collected_at
        return specimen.handed_at if self.due_from == DueFrom.HANDED else specimen.received_at


def lab_clock(lab_id: int, on: date) -> LabClock:
    """The laboratory's clock as agreed for a day; without an agreement the park's setting and calendar. ≤ 3 statements."""
    terms = LabTerms.objects.filter(lab=lab_id).in_force(on).first()
    last = on + timedelta(days=LOOK_AHEAD)
    days = LabDay.objects.filter(lab=lab_id, day__gte=on, day__lte=last).values_list("day", "is_working")
    if terms is None:
        return LabClock(settings.get_time("result_due_clock"), own_days=dict(days))
    return LabClock(terms.due_clock, terms.due_from, terms.cut_off, terms.works_every_day, dict(days))


def by_due_time(clock: LabClock, tubes: Iterable[Specimen]) -> dict[datetime | None, list[Specimen]]:
    """Tubes by when their result is due; most often all at once. One walk through the calendar for each start."""
    groups: dict[datetime | None, list[Specimen]] = {}
    known: dict[datetime, datetime] = {}
    for tube in tubes:
        start = clock.start_of(tube)
        if start is not None and start not in known:
            known[start] = clock.due(start)
        groups.setdefault(known[start] if start else None, []).append(tube)
    return groups
