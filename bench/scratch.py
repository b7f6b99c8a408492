"""A scratch database of the portal's shape, for the length of a benchmark."""

from collections.abc import Iterator
from contextlib import contextmanager

import django
from django.conf import settings
from django.db import connection
from django.test.utils import setup_test_environment, teardown_test_environment


@contextmanager
def scratch_database() -> Iterator[str]:
    """Migrated and empty; its engine's name."""
    django.setup()
    setup_test_environment(debug=False)
    settings.ALLOWED_HOSTS = ["testserver"]
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":  # a file, as a park has one: other processes reach it, and a commit writes
        connection.settings_dict["TEST"]["NAME"] = f"{name}.scratch"
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        yield connection.vendor
    finally:
        connection.creation.destroy_test_db(str(name), verbosity=0)
        teardown_test_environment()
