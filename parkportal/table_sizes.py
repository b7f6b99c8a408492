"""What an engine knows of the sizes of its tables: PostgreSQL gathers it by itself, SQLite only when it is asked."""

from django.db import connection

ROWS_LOOKED_AT = 1000  # of each index: milliseconds, however large the park


def learn() -> None:
    """SQLite then takes the order's index for a long list instead of sorting all of it; PostgreSQL is left alone."""
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA analysis_limit={ROWS_LOOKED_AT}")
        cursor.execute("ANALYZE")
