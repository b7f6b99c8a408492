"""Turning the keys over: what was stored under the old key is read with the new one alone."""

import pytest
from django.core.management import call_command

from parkportal.records import files, parked, rekeying
from parkportal.records.models import Parked

pytestmark = pytest.mark.django_db
OLD = "t1:dGVzdC1vbmx5LW5vdC1hLXNlY3JldC1rZXktMDAwMDE="
NEW = "t2:dGVzdC1vbmx5LW5vdC1hLXNlY3JldC1rZXktMDAwMDI="


def rekey(*arguments):
    try:
        call_command("rekey", *arguments)
    except SystemExit as left:
        return left.code
    return 0


def test_after_rekey_the_old_key_can_go(settings, tmp_path, make_user):
    settings.MEDIA_ROOT, settings.FIELD_KEYS = tmp_path, OLD
    user = make_user("squad")
    user.set_phone("19900000001")
    user.save()
    stored = files.keep(b"%PDF-1", name="a.pdf", purpose="probe", owner=user)
    draft = parked.put("probe", {"symptom": "咳嗽"}, owner=user)

    settings.FIELD_KEYS = f"{NEW},{OLD}"
    assert rekey("--check") == 1
    assert rekey() == 0
    assert rekey("--check") == 0

    settings.FIELD_KEYS = NEW
    user.refresh_from_db()
    assert user.phone == "19900000001"
    assert files.content(type(stored).objects.get(pk=stored.pk)) == b"%PDF-1"
    assert Parked.objects.get(pk=draft.pk).content == {"symptom": "咳嗽"}


def test_a_value_changed_meanwhile_is_left_as_it_is(settings, make_user):
    settings.FIELD_KEYS = OLD
    draft = parked.put("probe", {"step": 1}, owner=make_user("squad"))
    column = next(column for column in rekeying.columns() if column.context == "records.parked.content")
    settings.FIELD_KEYS = f"{NEW},{OLD}"
    rows = next(rekeying._rows(column))
    parked.put("probe", {"step": 2}, owner=draft.owner)
    assert rekeying._turn_over_batch(column, rows) == 0
    assert Parked.objects.get(pk=draft.pk).content == {"step": 2}


def test_every_encrypted_column_of_every_app_is_known():
    contexts = {column.context for column in rekeying.columns()}
    assert {"accounts.user.phone", "records.intakebatch.preview", "records.storedfile.name"} <= contexts
    assert len(contexts) > 10
