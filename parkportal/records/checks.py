"""What PostgreSQL must promise: a committed row survives a power cut. Killing a process cannot show that."""

from typing import Any

from django.core import checks
from django.db import DatabaseError, connection

# A sampled tube that the desk has confirmed may not be gone after the lights went out.
MUST_BE_ON = ("fsync", "full_page_writes")
LOSES_COMMITS = ("off",)


@checks.register(deploy=True)
def durable_postgres(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """Asserts fsync, full_page_writes and synchronous_commit; says nothing about SQLite."""
    if connection.vendor != "postgresql":
        return []
    try:
        with connection.cursor() as cursor:
            found = {name: _setting(cursor, name) for name in (*MUST_BE_ON, "synchronous_commit")}
    except DatabaseError as problem:
        return [checks.Error(f"PostgreSQL does not answer: {type(problem).__name__}", id="records.E001")]
    wrong = [name for name in MUST_BE_ON if found[name] != "on"]
    if found["synchronous_commit"] in LOSES_COMMITS:
        wrong.append("synchronous_commit")
    return [
        checks.Error(
            f"PostgreSQL has {name} = {found[name]}: what was confirmed may be lost",
            hint=f"ALTER SYSTEM SET {name} = on; SELECT pg_reload_conf();",
            id="records.E002",
        )
        for name in wrong
    ]


def _setting(cursor: Any, name: str) -> str:
    cursor.execute("SELECT current_setting(%s)", [name])
    return cursor.fetchone()[0]
