"""A box that is opened again, and keys that are pressed twice or whose answer was lost."""

from datetime import time
from uuid import uuid4

import pytest
from django.urls import reverse

from parkportal.clock import park_now, park_today
from parkportal.states import Refused
from testing import actions
from testing.models import Box
from testing.tests.factories import make_session, make_signup, make_specimen, make_staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def session():
    return make_session(day=park_today(), start=time(0, 10), end=time(23, 50), minutes=60, places=99)


@pytest.fixture
def clerk(session):
    return make_staff(session.point)


def packed(session, clerk, count=1):
    box = actions.open_box(session=session, by=clerk)
    tubes = [
        make_specimen(
            make_signup(session.slots.first(), status="collected", attended_session=session, attended_at=park_now()),
            session=session,
        )
        for _ in range(count)
    ]
    for tube in tubes:
        actions.pack_tube(box=box, text=tube.barcode, by=clerk, token=uuid4())
    return box, tubes


def test_a_sealed_box_is_opened_again_only_when_no_other_is_being_packed(client, sign_in, session, clerk):
    first, _ = packed(session, clerk)
    actions.seal_box(box=first, seal="F001", by=clerk)
    second, _ = packed(session, clerk)
    sign_in(clerk)
    url = reverse("testing:box_seal", args=[first.code])

    said = client.post(url, {"do": "reopen"}, follow=True).content.decode()

    first.refresh_from_db()
    assert f"第 2 箱 {second.code} 还没有封" in said and first.status == "sealed"
    with pytest.raises(Refused) as refused:
        actions.reopen_box(box=first, by=clerk, reason="拆封重装")
    assert refused.value.code == "other_open"

    # when the second is sealed
    actions.seal_box(box=second, seal="F002", by=clerk)
    client.post(url, {"do": "reopen"})
    first.refresh_from_db()
    assert first.status == "packing"


def test_a_box_that_is_open_already_stays_open(session, clerk):
    box, _ = packed(session, clerk)
    actions.seal_box(box=box, seal="F001", by=clerk)

    for _ in range(2):
        actions.reopen_box(box=box, by=clerk, reason="拆封重装")

    box.refresh_from_db()
    assert box.status == "packing" and box.moves.filter(is_correction=True).count() == 1


def test_taking_out_whose_answer_was_lost_takes_out_one_tube(client, sign_in, session, clerk):
    box, tubes = packed(session, clerk, count=2)
    sign_in(clerk)
    form = {"do": "out", "token": str(uuid4())}

    said = [
        client.post(reverse("testing:box", args=[box.code]), form, headers={"Accept": "application/json"})
        for _ in range(2)
    ]

    assert [answer.status_code for answer in said] == [200, 200]
    assert all(f"{tubes[1].barcode[-6:]}" in answer.json()["html"] for answer in said)
    assert [tube.pk for tube in Box.objects.get().specimens.all()] == [tubes[0].pk]
