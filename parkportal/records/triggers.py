"""Append-only tables and guarded rows: the database itself refuses an update, a delete, or a row that must not be.

Migrations call `append_only(...)` and `guarded(...)`; tests that flush tables call `lifted(...)`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import connection, migrations
from django.db.migrations.loader import MigrationLoader

REFUSAL = "append-only"
APPEND_ONLY: set[str] = set()


@dataclass(frozen=True)
class Guard:
    """A trigger that refuses one verb on the rows of a table for which a condition holds.

    The condition is SQL over `OLD` and `NEW` that both engines understand. It may look into the table itself and into no
    other: SQLite rebuilds a table by its name, and a trigger elsewhere that names it would stop that.
    """

    name: str
    table: str
    verb: str  # INSERT, UPDATE or DELETE
    condition: str
    words: str

    def created(self, vendor: str) -> list[str]:
        head = f'CREATE TRIGGER "{self.name}" BEFORE {self.verb} ON "{self.table}" '
        if vendor == "sqlite":
            return [f"{head}WHEN {self.condition} BEGIN SELECT RAISE(ABORT, '{self.words}'); END"]
        row = "OLD" if self.verb == "DELETE" else "NEW"
        return [
            f"CREATE OR REPLACE FUNCTION {self.name}() RETURNS trigger AS $$ BEGIN IF {self.condition} THEN "
            f"RAISE EXCEPTION '{self.words}' USING ERRCODE = 'check_violation'; END IF; RETURN {row}; END $$ LANGUAGE plpgsql",
            f"{head}FOR EACH ROW EXECUTE FUNCTION {self.name}()",
        ]

    def dropped(self, vendor: str) -> list[str]:
        return [f'DROP TRIGGER IF EXISTS "{self.name}"' + ("" if vendor == "sqlite" else f' ON "{self.table}"')]


GUARDS: dict[str, Guard] = {}


def _create(table: str, vendor: str) -> list[str]:
    if vendor == "sqlite":
        return [
            f'CREATE TRIGGER "{table}_no_{verb}" BEFORE {verb} ON "{table}" '
            f"BEGIN SELECT RAISE(ABORT, '{table} is {REFUSAL}'); END"
            for verb in ("UPDATE", "DELETE")
        ]
    return [
        f"CREATE OR REPLACE FUNCTION {table}_refuse() RETURNS trigger AS $$ BEGIN "
        f"RAISE EXCEPTION '{table} is {REFUSAL}' USING ERRCODE = 'check_violation'; END $$ LANGUAGE plpgsql",
        f'CREATE TRIGGER "{table}_no_change" BEFORE UPDATE OR DELETE ON "{table}" '
        f"FOR EACH ROW EXECUTE FUNCTION {table}_refuse()",
        f'CREATE TRIGGER "{table}_no_truncate" BEFORE TRUNCATE ON "{table}" EXECUTE FUNCTION {table}_refuse()',
    ]


def _drop(table: str, vendor: str) -> list[str]:
    if vendor == "sqlite":
        return [f'DROP TRIGGER IF EXISTS "{table}_no_{verb}"' for verb in ("UPDATE", "DELETE")]
    return [f'DROP TRIGGER IF EXISTS "{table}_no_{what}" ON "{table}"' for what in ("change", "truncate")]


def _run(statements: list[str], schema_editor) -> None:  # noqa: ANN001
    for statement in statements:
        schema_editor.execute(statement)


def append_only(table: str) -> migrations.RunPython:
    """The migration operation that makes a table append-only; again after SQLite has rebuilt it, which loses triggers."""
    APPEND_ONLY.add(table)
    return migrations.RunPython(
        lambda apps, editor: _run(
            [*_drop(table, editor.connection.vendor), *_create(table, editor.connection.vendor)], editor
        ),
        lambda apps, editor: _run(_drop(table, editor.connection.vendor), editor),
    )


def guarded(guard: Guard) -> migrations.RunPython:
    """The migration operation that puts a guard on its table."""
    GUARDS[guard.name] = guard

    def put(apps, editor) -> None:  # noqa: ANN001
        vendor = editor.connection.vendor
        _run([*guard.dropped(vendor), *guard.created(vendor)], editor)

    return migrations.RunPython(put, lambda apps, editor: _run(guard.dropped(editor.connection.vendor), editor))


def _every_table() -> tuple[str, ...]:
    """The migrations name the tables as they are read; a process that has not migrated has read none yet."""
    if not APPEND_ONLY:
        MigrationLoader(None)
    return tuple(sorted(APPEND_ONLY))


@contextmanager
def lifted(*tables: str) -> Iterator[None]:
    """The tables without their triggers: for a test's flush, a retention run, a reset of the demo."""
    names, vendor = tables or _every_table(), connection.vendor
    guards = [guard for guard in GUARDS.values() if not tables or guard.table in tables]
    _now([s for table in names for s in _drop(table, vendor)] + [s for one in guards for s in one.dropped(vendor)])
    try:
        yield
    finally:
        _now(
            [s for table in names for s in _create(table, vendor)] + [s for one in guards for s in one.created(vendor)]
        )


def _now(statements: list[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
