"""The database itself refuses to change what may only grow."""

import importlib
from pathlib import Path

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction

from parkportal.records.audit import record
from parkportal.records.models import AuditEntry
from parkportal.records.triggers import APPEND_ONLY, GUARDS, lifted
from parkportal.states import Move

pytestmark = [pytest.mark.both, pytest.mark.django_db]


@pytest.fixture(autouse=True, scope="module")
def declared():
    """The migrations say which tables are append-only."""
    for config in apps.get_app_configs():
        for path in Path(config.path).glob("migrations/*triggers.py"):
            importlib.import_module(f"{config.name}.migrations.{path.stem}")


@pytest.fixture
def entry(make_user):
    return record("file.downloaded", by=make_user("committee"), reason="周报")


def refused(sql, *params):
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, params)


def test_an_audit_entry_cannot_be_changed(entry):
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        AuditEntry.objects.filter(pk=entry.pk).update(reason="别的原因")
    refused("UPDATE records_auditentry SET reason = 'x' WHERE id = %s", entry.pk)
    assert AuditEntry.objects.get(pk=entry.pk).reason == "周报"


def test_an_audit_entry_cannot_be_deleted(entry):
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        AuditEntry.objects.filter(pk=entry.pk).delete()
    refused("DELETE FROM records_auditentry")
    assert AuditEntry.objects.filter(pk=entry.pk).exists()


def test_a_whole_table_cannot_be_emptied_at_once(entry):
    connection.check_constraints()  # PostgreSQL empties no table with foreign keys still to be checked
    refused("TRUNCATE records_auditentry" if connection.vendor == "postgresql" else "DELETE FROM records_auditentry")
    assert AuditEntry.objects.filter(pk=entry.pk).exists()


def test_every_table_of_moves_is_append_only():
    moves = {model._meta.db_table for model in apps.get_models() if issubclass(model, Move)}
    assert moves and moves <= APPEND_ONLY


def test_every_append_only_table_exists_and_has_its_triggers():
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled = 'O' AND tgname LIKE '%%_no_%%'"
            )
            wanted = {f"{table}_no_{what}" for table in APPEND_ONLY for what in ("change", "truncate")}
        else:
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
            wanted = {f"{table}_no_{verb}" for table in APPEND_ONLY for verb in ("UPDATE", "DELETE")}
        present = {name for (name,) in cursor.fetchall()}
        tables = set(connection.introspection.table_names(cursor))
    assert present >= wanted and tables >= APPEND_ONLY


def test_every_guard_stands_on_its_table_also_after_a_block_without_them():
    assert GUARDS
    with lifted():
        assert not guards_here() & GUARDS.keys()
    assert guards_here() >= GUARDS.keys()


def guards_here():
    names = {
        "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled = 'O'",
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
    }
    with connection.cursor() as cursor:
        cursor.execute(names[connection.vendor])
        return {name for (name,) in cursor.fetchall()}


def test_a_retention_run_lifts_them_for_its_block_only(entry):
    with lifted("records_auditentry"):
        AuditEntry.objects.filter(pk=entry.pk).delete()
    fresh = record("file.downloaded", by=None)
    refused("DELETE FROM records_auditentry WHERE id = %s", fresh.pk)


def test_they_are_back_when_the_block_fails(entry):
    with pytest.raises(ZeroDivisionError), lifted("records_auditentry"):
        1 / 0  # noqa: B018
    refused("DELETE FROM records_auditentry WHERE id = %s", entry.pk)
