"""A question that is asked a hundred times a minute, and rows that are written as often: compiled once, then only the
values change.

Building a query of ten sub-queries takes the ORM longer than the database needs to answer it, and PostgreSQL needs
longer to plan it than to answer: each of its connections keeps the plan. Changes that belong together reach it as one
statement, since each way there and back takes longer than the change.
"""

import re
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

import psycopg
from django.core.exceptions import EmptyResultSet, ImproperlyConfigured
from django.db import connections, models, router
from django.db.models.sql import UpdateQuery

from parkportal.clock import park_today

Build = Callable[..., models.QuerySet]
Change = Callable[..., tuple[models.QuerySet, dict[str, Any]]]  # which rows, and what their columns become
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
    """One question, or one change. `key` is everything but the values that it depends on: who asks, with which roles,
    where.

    The day belongs to every key, since scopes are dated. A moment has to be a value: one that `build` reads from the
    clock by itself is refused, as is a value that does not reach the database as it was given.
    """

    def __init__(self) -> None:
        self._kept: dict[Hashable, _Statement | None] = {}

    def first(self, key: tuple[Hashable, ...], build: Build, **values: Any) -> Any:
        """The first of the `rows`, or None."""
        return next(iter(self.rows(key, build, **values)), None)

    def rows(self, key: tuple[Hashable, ...], build: Build, **values: Any) -> list[Any]:
        """The rows of the queryset `build(**values)` with its annotations. Columns of other models cannot be selected."""
        sql, params, shape = self._ready(key, build, values)
        if shape is None:
            return []
        connection = connections[router.db_for_write(models.Model)]
        with _executed(connection, sql, params) as cursor:
            return [shape.made(row, connection) for row in cursor.fetchall()]

    def update(self, key: tuple[Hashable, ...], build: Change, **values: Any) -> int:
        """How many rows were changed. `build(**values)` gives the queryset and what its columns become."""
        return send(self.changing(key, build, **values))[0]

    def changing(self, key: tuple[Hashable, ...], build: Change, **values: Any) -> "Step":
        """An `update` that is to be sent with others."""
        sql, params, _ = self._ready(key, build, values)
        return Step(sql, params)

    def _ready(
        self, key: tuple[Hashable, ...], build: Build | Change, values: dict[str, Any]
    ) -> tuple[str, list[Any], "_Shape | None"]:
        """The statement and its parameters; no words where no row can match."""
        connection = connections[router.db_for_write(models.Model)]
        kinds = {name: _kind(value) for name, value in values.items()}
        full = (connection.vendor, park_today(), tuple(kinds.items()), key)
        statement = self._kept.get(full, _UNKNOWN)
        if statement is _UNKNOWN:
            statement = self._keep(full, _compile(build, kinds, connection))
        if statement is None:
            return "", [], None
        sent = {name: _sent(value, connection) for name, value in values.items()}
        params = [sent[place.name] if isinstance(place, _Place) else place for place in statement.places]
        return statement.sql, params, statement.shape

    def _keep(self, full: Hashable, statement: "_Statement | None") -> "_Statement | None":
        """Keeps an answer, the oldest gives way; other threads read and keep meanwhile, so each step may find it done."""
        while len(self._kept) >= MOST_KEPT:
            self._kept.pop(next(iter(tuple(self._kept)), None), None)
        self._kept[full] = statement
        return statement


@dataclass(frozen=True)
class Step:
    """A change that is ready to be sent; one without words changes nothing."""

    sql: str
    params: list[Any]
    rows: tuple[models.Model, ...] = ()  # which it inserts


@dataclass(frozen=True)
class _KeyOf:
    """In the place of a foreign key: that of a row which is inserted by an earlier step."""

    row: models.Model


def write(*rows: models.Model) -> None:
    """Insert new rows of one model, as `save` would, in one statement that is compiled once; each gets its key."""
    send(inserting(*rows))


def inserting(*rows: models.Model) -> Step:
    """A `write` that is to be sent with others; its rows may point at one that is inserted alone by an earlier step."""
    connection = connections[router.db_for_write(type(rows[0]))]
    sql, fields = _insertion(type(rows[0]), len(rows), connection.vendor)
    return Step(sql, [_column(row, field, connection) for row in rows for field in fields], rows)


def _column(row: models.Model, field: models.Field, connection: Any) -> Any:
    value = field.pre_save(row, add=True)
    if value is not None:
        return field.get_db_prep_save(value, connection)
    other = field.get_cached_value(row, default=None) if field.is_relation else None
    return _KeyOf(other) if other is not None and other.pk is None else None


@lru_cache(maxsize=64)
def _insertion(model: type[models.Model], count: int, vendor: str) -> tuple[str, list[models.Field]]:
    connection, table = connections[router.db_for_write(model)], model._meta
    fields = [field for field in table.local_concrete_fields if not field.primary_key]
    quoted = connection.ops.quote_name
    places = f"({', '.join(['%s'] * len(fields))})"
    names = ", ".join(quoted(str(field.column)) for field in fields)
    parts = ["INSERT INTO", quoted(table.db_table), f"({names})", "VALUES", ", ".join([places] * count)]
    return " ".join([*parts, "RETURNING", quoted(str(table.pk.column))]), fields


def send(*steps: Step) -> list[int]:
    """Make the changes in their order; how many rows each of them changed or inserted. New rows get their keys.

    PostgreSQL gets them as one statement, in which no change sees what the others do: each row is for one of them.
    """
    connection = connections[router.db_for_write(models.Model)]
    told = [step for step in steps if step.sql]
    if connection.vendor == "postgresql" and len(told) > 1:
        counts = iter(_sent_as_one(connection, told))
    else:
        counts = iter([_sent_alone(connection, step) for step in told])
    return [next(counts) if step.sql else 0 for step in steps]


def _sent_alone(connection: Any, step: Step) -> int:
    params = [one.row.pk if isinstance(one, _KeyOf) else one for one in step.params]
    with _executed(connection, step.sql, params) as cursor:
        return _kept(step, [key for (key,) in cursor.fetchall()], connection) if step.rows else cursor.rowcount


def _sent_as_one(connection: Any, steps: list[Step]) -> list[int]:
    alone = {id(step.rows[0]): n for n, step in enumerate(steps) if len(step.rows) == 1}
    params = [one for step in steps for one in step.params]
    points = tuple((n, alone[id(one.row)]) for n, one in enumerate(params) if isinstance(one, _KeyOf))
    sql = _as_one(tuple(step.sql for step in steps), tuple(bool(step.rows) for step in steps), points)
    with _executed(connection, sql, [one for one in params if not isinstance(one, _KeyOf)]) as cursor:
        answers = cursor.fetchone()
    return [
        _kept(step, answer, connection) if step.rows else answer for step, answer in zip(steps, answers, strict=True)
    ]


def _kept(step: Step, keys: Sequence[Any], connection: Any) -> int:
    for row, key in zip(step.rows, keys, strict=True):
        row.pk, row._state.adding, row._state.db = key, False, connection.alias
    return len(step.rows)


@lru_cache(maxsize=MOST_KEPT)
def _as_one(parts: tuple[str, ...], inserts: tuple[bool, ...], points: tuple[tuple[int, int], ...]) -> str:
    """One statement of several changes; `points` says which parameters are the key that another part gives."""
    pointed, number = dict(points), iter(range(sum(part.count("%s") for part in parts)))

    def place(found: re.Match[str]) -> str:
        other = pointed.get(next(number)) if found[0] == "%s" else None
        return found[0] if other is None else " ".join(["(SELECT k FROM", f"s{other})"])

    named = [
        f"s{n}(k) AS ({re.sub('%[s%]', place, part)}{'' if inserts[n] else ' RETURNING 1'})"
        for n, part in enumerate(parts)
    ]
    told = [
        " ".join(["(SELECT", "array_agg(k ORDER BY k)" if insert else "count(*)", "FROM", f"s{n})"])
        for n, insert in enumerate(inserts)
    ]
    return " ".join(["WITH", ", ".join(named), "SELECT", ", ".join(told)])


@contextmanager
def _executed(connection: Any, sql: str, params: Sequence[Any]) -> Iterator[Any]:
    """A cursor with the answer, to be read at once."""
    if connection.vendor == "postgresql":
        connection.ensure_connection()
        with connection.wrap_database_errors:
            cursor = connection._prepare_cursor(_Planned(connection.connection))
    else:
        cursor = connection.cursor()
    with cursor:
        cursor.execute(sql, params)
        yield cursor


class _Planned(psycopg.RawCursor):
    """PostgreSQL plans the statement once for each connection; the values travel beside it."""

    def execute(self, query: Any, params: Any = None, **rest: Any) -> "_Planned":
        return super().execute(_numbered(query), params, prepare=True, **rest)

    def _get_prepared(self, pgq: Any, prepare: bool | None = None) -> Any:
        self._query = pgq  # where Django's log of statements looks
        return super()._get_prepared(pgq, prepare)


@lru_cache(maxsize=2 * MOST_KEPT)
def _numbered(sql: str) -> str:
    """`$1`, `$2` … for each `%s`: read once, and not again with each question."""
    numbers = iter(range(1, sql.count("%s") + 1))
    return re.sub("%[s%]", lambda found: "%" if found[0] == "%%" else f"${next(numbers)}", sql)


@dataclass(frozen=True)
class _Place:
    """Where a value stands among the parameters."""

    name: str


@dataclass(frozen=True)
class _Shape:
    """How a row of an answer becomes an instance."""

    model: type[models.Model]
    names: list[str]
    start: int
    annotations: dict[str, int]
    converters: dict[int, tuple[list[Any], Any]]

    def made(self, row: Sequence[Any], connection: Any) -> Any:
        values = list(row)
        for position, (converters, expression) in self.converters.items():
            for convert in converters:
                values[position] = convert(values[position], expression, connection)
        found = self.model.from_db(connection.alias, self.names, values[self.start : self.start + len(self.names)])
        for name, position in self.annotations.items():
            setattr(found, name, values[position])
        return found


@dataclass(frozen=True)
class _Statement:
    """A compiled query; one that only changes rows has no shape."""

    sql: str
    places: list[Any]
    shape: _Shape | None


def _kind(value: Any) -> type:
    """As what a value is kept: the members of choices are texts."""
    return next((kind for kind in _MARKS if isinstance(value, kind)), type(value))


def _sent(value: Any, connection: Any) -> Any:
    """A value as the fields of the ORM hand it to this database."""
    field = _FIELDS.get(_kind(value))
    if field is not None:
        return field.get_db_prep_value(value, connection)
    return str(value) if isinstance(value, str) else value


def _compile(build: Build | Change, kinds: dict[str, type], connection: Any) -> _Statement | None:
    """The query and its parameters with places for the values; None where no row can match."""
    try:
        statement, again = (_marked(build, kinds, connection, turn) for turn in (0, 1))
    except EmptyResultSet:
        return None
    if (statement.sql, statement.places) != (again.sql, again.places):
        raise ImproperlyConfigured(f"{build}: not the same question twice; what changes has to be a value")
    lost = {name for name, kind in kinds.items() if kind is not type(None)} - {
        one.name for one in statement.places if isinstance(one, _Place)
    }
    if lost:
        raise ImproperlyConfigured(f"{build}: {', '.join(sorted(lost))} does not reach the database as given")
    return statement


def _marked(build: Build | Change, kinds: dict[str, type], connection: Any, turn: int) -> _Statement:
    marks = {
        name: None if kind is type(None) else _MARKS[kind](2 * number + turn)
        for number, (name, kind) in enumerate(kinds.items())
    }
    built = build(**marks)
    compiler = (_changing(*built) if isinstance(built, tuple) else built.query).get_compiler(connection=connection)
    sql, params = compiler.as_sql()
    places = {_sent(mark, connection): _Place(name) for name, mark in marks.items() if mark is not None}
    shape = None if isinstance(built, tuple) else _shape(built.model, compiler)
    return _Statement(sql, [places.get(one, one) for one in params], shape)


def _changing(rows: models.QuerySet, columns: dict[str, Any]) -> UpdateQuery:
    query: Any = rows.query.chain(UpdateQuery)
    query.add_update_values(columns)
    return query


def _shape(model: type[models.Model], compiler: Any) -> _Shape:
    of_model = compiler.klass_info["select_fields"]
    return _Shape(
        model=model,
        names=[compiler.select[position][0].target.attname for position in of_model],
        start=of_model[0],
        annotations=compiler.annotation_col_map,
        converters=compiler.get_converters([one[0] for one in compiler.select]),
    )
