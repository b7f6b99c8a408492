"""Turning the encryption keys over: what is stored under an old key is stored again under the first one."""

import base64
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass

from django.apps import apps
from django.core.files.storage import Storage
from django.db import connection, models, transaction

from parkportal.privacy import EncryptedTextField, EncryptingStorage, current_key_id, decrypt, encrypt
from parkportal.records.triggers import APPEND_ONLY, lifted

BATCH = 500


@dataclass(frozen=True)
class EncryptedColumn:
    """One encrypted column: table, key and column as the database names them, and what its values are bound to."""

    table: str
    key: str
    column: str
    context: str

    @property
    def label(self) -> str:
        return self.context


def columns() -> list[EncryptedColumn]:
    """Every encrypted column of every model, of abstract parents too."""
    return [
        EncryptedColumn(
            model._meta.db_table,
            str(model._meta.pk.column),
            str(field.column),
            f"{field.model._meta.label_lower}.{field.name}",
        )
        for model in apps.get_models()
        for field in model._meta.local_fields
        if isinstance(field, EncryptedTextField)
    ]


def _rows(column: EncryptedColumn) -> Iterator[list[tuple[object, str]]]:
    """Key and stored text of every filled row, batch by batch in the order of the key."""
    quote = connection.ops.quote_name
    table, key, name = quote(column.table), quote(column.key), quote(column.column)
    last: object = None
    while True:
        after = f"AND {key} > %s" if last is not None else ""
        query = (
            f"SELECT {key}, {name} FROM {table} "  # noqa: S608 - names come from the models
            f"WHERE {name} IS NOT NULL AND {name} <> '' {after} ORDER BY {key} LIMIT {BATCH}"
        )
        with connection.cursor() as cursor:
            cursor.execute(query, [last] if last is not None else [])  # type: ignore[list-item]
            rows = cursor.fetchall()
        if not rows:
            return
        yield rows
        last = rows[-1][0]


def _is_old(stored: str) -> bool:
    return not base64.b64decode(stored).startswith(current_key_id().encode() + b"\0")


def count_old(column: EncryptedColumn) -> int:
    """How many values of the column are not under the first key."""
    return sum(_is_old(stored) for rows in _rows(column) for _, stored in rows)


def turn_over(column: EncryptedColumn) -> int:
    """Encrypts the column's old values anew; one that somebody changed meanwhile is left. How many were turned over."""
    if column.table in APPEND_ONLY:
        with transaction.atomic(), lifted(column.table):
            return sum(_turn_over_batch(column, rows) for rows in _rows(column))
    return sum(_turn_over_batch(column, rows) for rows in _rows(column))


def _turn_over_batch(column: EncryptedColumn, rows: list[tuple[object, str]]) -> int:
    quote = connection.ops.quote_name
    table, key, name = quote(column.table), quote(column.key), quote(column.column)
    query = f"UPDATE {table} SET {name} = %s WHERE {key} = %s AND {name} = %s"  # noqa: S608
    count = 0
    with transaction.atomic(), connection.cursor() as cursor:
        for key_value, stored in rows:
            if _is_old(stored):
                plain = decrypt(base64.b64decode(stored), context=column.context)
                fresh = base64.b64encode(encrypt(plain, context=column.context)).decode()
                cursor.execute(query, [fresh, key_value, stored])  # type: ignore[list-item]
                count += cursor.rowcount
    return count


def turn_over_files(*, only_count: bool = False) -> int:
    """The same for stored files: each is written beside its old self and takes its place."""
    count = 0
    for field in _file_fields():
        names = field.model._base_manager.exclude(**{field.name: ""}).values_list(field.name, flat=True)
        for name in names.iterator():
            count += _turn_over_file(field.storage, name, only_count=only_count)
    return count


def _file_fields() -> list[models.FileField]:
    return [
        field
        for model in apps.get_models()
        for field in model._meta.local_fields
        if isinstance(field, models.FileField) and isinstance(field.storage, EncryptingStorage)
    ]


def _turn_over_file(storage: Storage, name: str, *, only_count: bool) -> bool:
    path = storage.path(name)
    try:
        with open(path, "rb") as opened:
            sealed = opened.read()
    except FileNotFoundError:
        return False
    if sealed.startswith(current_key_id().encode() + b"\0"):
        return False
    if not only_count:
        fresh = encrypt(decrypt(sealed, context=EncryptingStorage.context), context=EncryptingStorage.context)
        handle, beside = tempfile.mkstemp(dir=os.path.dirname(path))
        with os.fdopen(handle, "wb") as opened:
            opened.write(fresh)
        os.replace(beside, path)
    return True
