"""Append-only tables: the database itself refuses an update or a delete.

Migrations call `append_only(...)`; tests that flush tables call `lifted(...)`.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, migrations
from django.db.migrations.loader import MigrationLoader

REFUSAL = "append-only"
APPEND_ONLY: set[str] = set()


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
    """The migration operation that makes a table append-only."""
    APPEND_ONLY.add(table)
    return migrations.RunPython(
        lambda apps, editor: _run(_create(table, editor.connection.vendor), editor),
        lambda apps, editor: _run(_drop(table, editor.connection.vendor), editor),
    )


def _every_table() -> tuple[str, ...]:
    """The migrations name the tables as they are read; a process that has not migrated has read none yet."""
    if not APPEND_ONLY:
        MigrationLoader(None)
    return tuple(sorted(APPEND_ONLY))


@contextmanager
def lifted(*tables: str) -> Iterator[None]:
    """The tables without their triggers: for a test's flush, a retention run, a reset of the demo."""
    names = tables or _every_table()
    with connection.cursor() as cursor:
        for statement in [s for table in names for s in _drop(table, connection.vendor)]:
            cursor.execute(statement)
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            for statement in [s for table in names for s in _create(table, connection.vendor)]:
                cursor.execute(statement)
