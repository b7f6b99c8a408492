"""Who comes when: a proposal by building and floor, from the measured seconds for a person, with a projected end."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import median

from django.db.models import F

from enterprises.models import Employment
from parkportal.clock import day_of
from testing import coverage
from testing.models import Session, SignUp, SignUpMove, SignUpStatus

UNMEASURED = 60  # one minute a person, the park's own measure (handbook §2 row 3)
ENOUGH, LOOK_BACK, TOO_LONG = 20, timedelta(days=7), timedelta(minutes=10)
STEP = 5  # minutes: windows begin on the fives
Floor = tuple[str, int | None]


@dataclass(frozen=True)
class Pace:
    """Seconds from the scanned code to the labelled tube at one lane; `measured` says on how many people."""

    seconds: int
    measured: int

    @property
    def is_measured(self) -> bool:
        return self.measured >= ENOUGH


def pace_of(session: Session, now: datetime) -> Pace:
    """The median at this sampling point over the last seven days; one minute while fewer than 20 were measured."""
    moves = SignUpMove.objects.filter(
        to_status=SignUpStatus.COLLECTED, session__point=session.point_id, effective_at__gt=now - LOOK_BACK,
        effective_at__lte=now, subject__attended_at__lte=F("effective_at"), is_correction=False,
    ).values_list("effective_at", "subject__attended_at")[:2000]  # fmt: skip
    spans = [(end - start).total_seconds() for end, start in moves if start and end - start < TOO_LONG]
    return Pace(max(1, round(median(spans))) if len(spans) >= ENOUGH else UNMEASURED, len(spans))


@dataclass(frozen=True)
class Window:
    """One floor's time."""

    building: str
    floor: int | None
    people: int
    starts_at: datetime
    ends_at: datetime

    @property
    def place(self) -> str:
        if not self.building:
            return "没有写楼栋的"
        return f"{self.building} {self.floor} 楼" if self.floor is not None else self.building


@dataclass(frozen=True)
class Proposal:
    """The windows in order; `projected_end` says when the last person is done at this pace."""

    session: Session
    pace: Pace
    windows: list[Window] = field(default_factory=list)
    projected_end: datetime | None = None

    @property
    def people(self) -> int:
        return sum(window.people for window in self.windows)

    @property
    def over(self) -> int:
        """How many people do not fit before the sitting ends."""
        if self.projected_end is None or self.projected_end <= self.session.ends_at:
            return 0
        late = (self.projected_end - self.session.ends_at).total_seconds()
        return min(self.people, math.ceil(late * self.session.lanes / self.pace.seconds))


def propose(session: Session, now: datetime) -> Proposal:
    """The point's own building first, floor by floor from below, then the other buildings."""
    pace = pace_of(session, now)
    counts = people_by_floor(session, now)
    own = session.point.building
    order = sorted(counts, key=lambda key: (not key[0], key[0] != own, key[0], key[1] is None, key[1] or 0))
    return Proposal(session, pace, *_windows(session, pace, [(key, counts[key]) for key in order]))


def people_by_floor(session: Session, now: datetime) -> Counter[Floor]:
    """Who is signed up for the sitting, and who still has to be tested and is not signed up; each person once."""
    signed = SignUp.objects.open().filter(campaign=session.campaign_id)
    here = signed.filter(slot__session=session).values_list(
        "document_hash", "enterprise__building", "enterprise__floor"
    )
    places: dict[str, Floor] = {digest: (building or "", floor) for digest, building, floor in here}
    missing = coverage.missing_persons(now, campaign=session.campaign).exclude(
        number_hash__in=signed.values("document_hash")
    )
    jobs = Employment.objects.current(day_of(now)).filter(person__in=missing.values("pk")).order_by("pk")
    for digest, building, floor in jobs.values_list("person__number_hash", "enterprise__building", "enterprise__floor"):
        places.setdefault(digest, (building or "", floor))
    return Counter(places.values())


def _windows(session: Session, pace: Pace, floors: Sequence[tuple[Floor, int]]) -> tuple[list[Window], datetime | None]:
    windows, before, end = [], 0, None
    for (building, floor), people in floors:
        start = session.starts_at + timedelta(seconds=before * pace.seconds / session.lanes)
        before += people
        end = session.starts_at + timedelta(seconds=before * pace.seconds / session.lanes)
        windows.append(Window(building, floor, people, _down(start), _up(end)))
    return windows, end


def _down(moment: datetime) -> datetime:
    return moment.replace(minute=moment.minute - moment.minute % STEP, second=0, microsecond=0)


def _up(moment: datetime) -> datetime:
    down = _down(moment)
    return down if down == moment else down + timedelta(minutes=STEP)
