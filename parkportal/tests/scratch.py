"""Tables that only a test has: what the portal's own tables are like without one of their guards."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, models


@contextmanager
def table(model: type[models.Model]) -> Iterator[type[models.Model]]:
    """The model's table, for as long as the block lasts. The model is declared under `isolate_apps`."""
    with connection.schema_editor() as editor:
        editor.create_model(model)
    try:
        yield model
    finally:
        with connection.schema_editor() as editor:
            editor.delete_model(model)
