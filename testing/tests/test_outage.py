"""What a desk is given for the time without network: who must be alone, who was done, what may not be used again."""

from datetime import time, timedelta

import pytest
from django.urls import reverse

from parkportal.clock import park_today
from parkportal.records.models import AuditEntry
from testing.models import Session, Specimen
from testing.outage import kit_of
from testing.tests.factories import (
    make_campaign,
    make_pool,
    make_range,
    make_session,
    make_signup,
    make_specimen,
    make_staff,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def session():
    session = make_session(
        make_campaign(pool_size=5), day=park_today(), start=time(0, 1), end=time(23, 59), minutes=60, places=50
    )
    make_range(lab=session.campaign.lab)
    return session


def test_a_kit_says_who_is_alone_who_is_done_and_whose_tube_was_printed(session):
    slot = session.slots.first()
    plain, observed = make_signup(slot, group="C"), make_signup(slot, group="B2")
    done, printed = make_signup(slot, status="collected", group="C"), make_signup(slot, status="kitted", group="B2")
    make_signup(slot, status="cancelled")
    used = make_specimen(done, session=session)
    label = make_specimen(printed, session=session, status="issued")

    kit = kit_of(session)

    people = {one["code"]: one for one in kit["people"]}
    assert set(people) == {plain.code, observed.code, done.code, printed.code}
    assert [people[one.code]["alone"] for one in (plain, observed)] == [False, True]
    assert people[done.code]["status"] == "collected"
    assert people[printed.code]["held"] == label.barcode
    assert set(kit["used"]) == {used.barcode, label.barcode}


def test_a_kit_knows_the_mixed_tube_that_is_open_and_takes_a_full_one_for_used(session):
    slot = session.slots.first()
    full = make_pool(session, [make_signup(slot, status="collected") for _ in range(5)])
    half = make_pool(session, [make_signup(slot, status="collected") for _ in range(2)])
    Specimen.objects.filter(pk=half.pk).update(status="issued", collected_at=None)
    half.pool.closed_at = half.pool.closed_by = None
    half.pool.save()

    kit = kit_of(session)

    assert (kit["pool_size"], kit["pools"]) == (5, [{"lane": half.pool.lane, "lying": 2, "barcode": half.barcode}])
    assert kit["used"] == [full.barcode]


def test_a_kit_is_not_given_after_its_day(client, sign_in, session):
    make_signup(session.slots.first(), name="陆青禾")
    Session.objects.filter(pk=session.pk).update(day=park_today() - timedelta(days=1))
    sign_in(make_staff(session.point))

    answer = client.post(reverse("testing:kit_roster", args=[session.pk]))

    assert answer.status_code == 409 and "日子已经过了" in answer.json()["text"] and "陆青禾" not in str(answer.json())
    assert not AuditEntry.objects.filter(action="kit.made").exists()
