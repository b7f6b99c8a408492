"""The weekly workbook's sheet of testing counts people in mixed tubes one by one."""

from datetime import time
from uuid import uuid4

import pytest

from parkportal.clock import park_now, park_today
from parkportal.dashboard.weekly import tables
from testing import actions
from testing.models import Pool, Result, Specimen
from testing.tests.factories import (
    make_campaign,
    make_lab_user,
    make_range,
    make_reading,
    make_session,
    make_signup,
    make_specimen,
    make_staff,
)

pytestmark = pytest.mark.django_db


def row(label):
    """已检, 人次, 阴性, 异常, 待出 of a group, or of the line 合计."""
    table = tables.testing_groups(park_now())
    found = next(line for line in [*table.rows, table.total] if line[0] == label)
    return list(found[2:7])


def result(tube, value):
    lab = tube.lab
    now = park_now()
    Specimen.objects.filter(pk=tube.pk).update(
        status="released", handed_at=now, received_at=now, tested_at=now, released_at=now
    )
    tube.refresh_from_db()
    reading = make_reading(tube, tester=make_lab_user(lab), value=value)
    return Result.objects.create(
        specimen=tube, reading=reading, value=value, tester=reading.tester, tested_at=now,
        verifier=make_lab_user(lab, "lab_verifier"), released_at=now,
    )  # fmt: skip


def test_a_mixed_tube_counts_as_its_people_and_a_positive_one_as_nobodys_result():
    session = make_session(
        make_campaign(pool_size=5), day=park_today(), start=time(0, 10), end=time(23, 50), minutes=60, places=50
    )
    make_range(lab=session.campaign.lab)
    clerk = make_staff(session.point)
    for tube, count in (("HZ200000001", 3), ("HZ200000002", 2)):
        for _ in range(count):
            person = make_signup(session.slots.first(), status="measured", group="C")
            actions.collect(session_id=session.pk, code=person.code, text=tube, by=clerk, token=uuid4(), lane=1)
        actions.close_pool(session_id=session.pk, lane=1, by=clerk, token=uuid4())
    make_specimen(make_signup(session.slots.first(), status="collected", group="B4"), session=session)

    label = "其他复工人员"
    assert row(label) == [5, 5, 0, 0, 5]
    assert row("合计") == [6, 6, 0, 0, 6]

    negative, positive = (pool.specimen for pool in Pool.objects.order_by("id"))
    result(negative, "negative")
    actions.retests.recheck_pool(result(positive, "positive"), by=clerk, at=park_now())

    # then three are negative; of the two nobody has a result until their own tubes do
    assert row(label) == [5, 5, 3, 0, 0]
    assert row("合计") == [6, 6, 3, 0, 1]
