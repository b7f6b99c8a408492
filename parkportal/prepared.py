"""A question that is asked a hundred times a minute: the ORM builds and compiles it once, then only its values change.

Building a query of ten sub-queries takes the ORM longer than the database needs to answer it.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.exceptions import EmptyResultSet, ImproperlyConfigured
from django.db import connections, models, router

from parkportal.clock import park_today

Build = Callable[..., models.QuerySet]
Compiled = tuple[type[models.Model], str, list[Any]]
MOST_KEPT = 512
_UNKNOWN: Any = object()  # None is kept where no row can match
# What stands for a value while the query is compiled: two of each kind, so that a constant is told from a value.
_DAY, _MOMENT = date(1911, 1, 2), datetime.fromisoformat("1911-01-02T03:04:05+00:00")
_MARKS: dict[type, Callable[[int], Any]] = {
    int: lambda n: 21_001 + n,
    str: lambda n: f"prepared mark {n}",
    UUID: lambda n: UUID(int=(7 << 96) + n),
    datetime: lambda n: _MOMENT + timedelta(hours=n),
    date: lambda n: _DAY + timedelta(days=n),
}
_FIELDS: dict[type, models.Field] = {
    UUID: models.UUIDField(),
    datetime: models.DateTimeField(),
    date: models.DateField(),
}


class Prepared:
    """One question. `key` is everything but the values that it depends on: who asks, with which roles, where.

    The day belongs to every key, since scopes are dated. A moment has to be a value: one that `build` reads from the
    clock by itself is refused, as is a value that does not reach the database as it was given.
    """

    def __init__(self) -> None:
        self._kept: dict[Hashable, Compiled | None] = {}

    def first(self, key: tuple[Hashable, ...], build: Build, **values: Any) -> Any:
        """The first row of `build(**values)` with its annotations, or None. Columns of other models cannot be selected."""
        connection = connections[router.db_for_write(models.Model)]
        kinds = {name: _kind(value) for name, value in values.items()}
        full = (connection.vendor, park_today(), tuple(kinds.items()), key)
        compiled = self._kept.get(full, _UNKNOWN)
        if compiled is _UNKNOWN:
            compiled = self._keep(full, _compile(build, kinds, connection))
        if compiled is None:
            return None
        model, sql, places = compiled
        sent = {name: _sent(value, connection) for name, value in values.items()}
        params = [sent[place.name] if isinstance(place, _Place) else place for place in places]
        return next(iter(model._base_manager.raw(sql, params)), None)

    def _keep(self, full: Hashable, compiled: Compiled | None) -> Compiled | None:
        """Keeps an answer, the oldest gives way; other threads read and keep meanwhile, so each step may find it done."""
        while len(self._kept) >= MOST_KEPT:
            self._kept.pop(next(iter(tuple(self._kept)), None), None)
        self._kept[full] = compiled
        return compiled


@dataclass(frozen=True)
class _Place:
    """Where a value stands among the parameters."""

    name: str


def _kind(value: Any) -> type:
    """As what a value is kept: the members of choices are texts."""
    return next((kind for kind in _MARKS if isinstance(value, kind)), type(value))


def _sent(value: Any, connection: Any) -> Any:
    """A value as the fields of the ORM hand it to this database."""
    field = _FIELDS.get(_kind(value))
    if field is not None:
        return field.get_db_prep_value(value, connection)
    return str(value) if isinstance(value, str) else value


def _compile(build: Build, kinds: dict[str, type], connection: Any) -> Compiled | None:
    """The model, the SQL and its parameters with places for the values; None where no row can match."""
    try:
        (rows, sql, places), (_, again, others) = (_marked(build, kinds, connection, turn) for turn in (0, 1))
    except EmptyResultSet:
        return None
    if (sql, places) != (again, others):
        raise ImproperlyConfigured(f"{build}: not the same question twice; what changes has to be a value")
    lost = {name for name, kind in kinds.items() if kind is not type(None)} - {
        one.name for one in places if isinstance(one, _Place)
    }
    if lost:
        raise ImproperlyConfigured(f"{build}: {', '.join(sorted(lost))} does not reach the database as given")
    return rows.model, sql, places


def _marked(build: Build, kinds: dict[str, type], connection: Any, turn: int) -> tuple[models.QuerySet, str, list[Any]]:
    marks = {
        name: None if kind is type(None) else _MARKS[kind](2 * number + turn)
        for number, (name, kind) in enumerate(kinds.items())
    }
    rows = build(**marks)
    sql, params = rows.query.get_compiler(connection=connection).as_sql()
    names = {_sent(mark, connection): _Place(name) for name, mark in marks.items() if mark is not None}
    return rows, sql, [names.get(one, one) for one in params]
