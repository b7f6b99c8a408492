"""What is left to do, by role. Apps declare entries in `worklist.py` and register them in AppConfig.ready()."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from parkportal.clock import day_of, last_moment


@dataclass(frozen=True)
class Entry:
    """One row of the worklist: kind, who and what, contact, due time, one exact verb and where it leads."""

    kind: str
    title: str
    detail: str
    verb: str
    href: str
    due_at: datetime | None = None
    contact: str = ""
    contact_phone: str = ""

    @property
    def due_day(self) -> date | None:
        """The day by which it is due: 24时 belongs to the day that ends with it."""
        return day_of(last_moment(self.due_at)) if self.due_at else None

    @property
    def is_whole_day(self) -> bool:
        """Due by 24时: no hour is said."""
        return self.due_at is not None and last_moment(self.due_at) != self.due_at


@dataclass(frozen=True)
class Source:
    """Where entries of one kind come from: `entries(user, limit)` in one or two statements, for users with these roles."""

    code: str
    roles: tuple[str, ...]
    entries: Callable[[Any, int], list[Entry]]


_sources: list[Source] = []


def register(sources: Iterable[Source]) -> None:
    """Called in AppConfig.ready(); registering a code again replaces it."""
    for source in sources:
        _sources[:] = [known for known in _sources if known.code != source.code]
        _sources.append(source)


def entries_for(user: Any, *, limit: int = 20) -> list[Entry]:
    """Everything on this person's list, the most urgent first; what has no due time comes last."""
    rows = [entry for source in _sources if user.has_role(*source.roles) for entry in source.entries(user, limit)]
    return sorted(rows, key=lambda entry: (entry.due_at is None, entry.due_at.timestamp() if entry.due_at else 0))
