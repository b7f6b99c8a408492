"""A box that is opened again, and keys that are pressed twice or whose answer was lost."""

from datetime import time
from uuid import uuid4

import pytest
from django.urls import reverse

from parkportal.clock import park_now, park_today
from parkportal.states import Refused
from testing import actions
from testing.actions.boxes import missing_tubes
from testing.models import Box, Session
from testing.tests.factories import make_lab_user, make_session, make_signup, make_specimen, make_staff

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


def test_a_tube_that_was_left_behind_is_accounted_for_when_the_sitting_is_over(client, sign_in, session, clerk):
    # given a sitting that was reconciled with a word on a tube that nobody found
    person = make_signup(session.slots.first(), status="collected", attended_session=session, attended_at=park_now())
    lost = make_specimen(person, session=session)
    box = actions.open_box(session=session, by=clerk)
    assert not missing_tubes(box).exists()  # while people come, what has just been swabbed is not missing
    Session.objects.filter(pk=session.pk).update(status="closed")
    sign_in(clerk)

    # when its box is looked at, the tube is named, and somebody says that it is lost
    page = client.get(reverse("testing:box", args=[box.code])).content.decode()
    url = reverse("testing:box_gap", args=[box.code, lost.pk])
    client.post(url, {"what": "lost"})

    lost.refresh_from_db()
    person.refresh_from_db()
    assert url in page and person.name in page
    assert (lost.status, lost.invalid_reason, person.status) == ("void", "lost", "recollect")


def test_sealing_handing_over_and_signing_for_pressed_twice_are_done_once(client, sign_in, session, clerk):
    box, _ = packed(session, clerk)
    tester = make_lab_user(box.lab)
    seal = {"seal": "F001", "token": uuid4()}
    hand = {"courier": "邱实", "plate": "", "temperature": "4.2", "token": uuid4()}
    receive = {"seal_state": "intact", "token": uuid4()}

    def presses(user, name, form):
        sign_in(user)
        return [client.post(reverse(f"testing:{name}", args=[box.code]), form).status_code for _ in range(2)]

    assert presses(clerk, "box_seal", seal) == [302, 302]
    assert presses(clerk, "box_hand", hand) == [302, 302]
    actions.see_all_tubes(box=box, by=tester, counted=1)
    assert presses(tester, "lab_receive", receive) == [302, 302]

    assert list(box.moves.values_list("to_status", flat=True)) == ["packing", "sealed", "handed", "received"]
    assert {move.token for move in box.moves.all()} >= {seal["token"], hand["token"], receive["token"]}
