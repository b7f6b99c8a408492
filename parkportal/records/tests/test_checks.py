"""The deploy check asserts that a committed row survives a power cut."""

import pytest
from django.db import connection

from parkportal.records.checks import durable_postgres

pytestmark = pytest.mark.django_db


@pytest.mark.both
def test_a_database_with_its_guards_on_is_in_order():
    assert durable_postgres(None) == []


@pytest.mark.postgres
def test_commits_that_do_not_wait_for_the_disk_are_an_error():
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = off")
    (found,) = durable_postgres(None)
    assert found.id == "records.E002" and "synchronous_commit = off" in found.msg


@pytest.mark.postgres
def test_a_standby_that_only_receives_still_keeps_every_commit():
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = remote_write")
    assert durable_postgres(None) == []
