"""What each role of testing is asked to do first: rows of the home worklist with one exact verb."""

from datetime import time, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from parkportal.clock import park_now, park_today
from parkportal.records.worklist import entries_for
from testing import actions
from testing.models import PhoneCode, Specimen
from testing.phone_codes import forget_old, send_code
from testing.tests.factories import (
    make_box,
    make_lab_user,
    make_reading,
    make_session,
    make_signup,
    make_specimen,
    make_staff,
)

pytestmark = pytest.mark.django_db


def verbs(user):
    return [(entry.kind, entry.verb) for entry in entries_for(user)]


@pytest.fixture
def session():
    return make_session(day=park_today(), start=time(0, 10), end=time(23, 50), minutes=60)


def tube(session, status):
    return make_specimen(make_signup(session.slots.first(), status="collected"), session=session, status=status)


def test_the_point_goes_to_its_sitting_and_reconciles_what_is_left_over(session, make_user):
    clerk = make_staff(session.point)
    old = make_session(session.campaign, point=session.point, day=park_today() - timedelta(days=1))

    assert set(verbs(clerk)) == {("采样", "去采样"), ("收工核对", "收工核对")}
    assert not any(kind in {"采样", "收工核对"} for kind, _ in verbs(make_user("committee")))
    old.status = session.status = "closed"
    old.save()
    session.save()
    assert verbs(clerk) == []


def test_a_tube_that_was_never_handed_over_is_on_the_list_also_after_the_day_was_reconciled(session, make_user):
    clerk, committee = make_staff(session.point), make_user("committee")
    today = tube(session, "collected")
    for status in ("collected", "packed", "handed"):
        old = tube(session, status)
        Specimen.objects.filter(pk=old.pk).update(
            collected_at=park_now() - timedelta(hours=25), handed_at=park_now() if status == "handed" else None
        )
    elsewhere = make_staff(make_session(day=park_today()).point)
    session.status = "closed"
    session.save()

    for user in (clerk, committee):
        (entry,) = [one for one in entries_for(user) if one.kind == "没有交接"]
        assert "有 2 管没有交接" in entry.title and entry.href == reverse("testing:station_boxes", args=[session.pk])
        assert today.signup.name not in entry.title + entry.detail
    assert not [one for one in entries_for(elsewhere) if one.kind == "没有交接"]


def test_the_laboratory_receives_tests_and_verifies_box_by_box(session):
    tester, verifier = make_lab_user(session.campaign.lab), make_lab_user(session.campaign.lab, "lab_verifier")
    left = {"seal": "F1", "handed_at": park_now(), "handed_by": tester, "expected": 1}
    make_box(session, [tube(session, "handed")], status="handed", **left)
    short = make_box(session, [tube(session, "handed")], status="short", short_reason="等回话", **left)
    make_box(session, [tube(session, "received")], status="received", **left)
    waiting = tube(session, "verifying")
    make_reading(waiting, tester=tester)
    make_box(session, [waiting], status="received", **left)

    assert set(verbs(tester)) == {("收箱", "收箱"), ("短少", "接着找"), ("录结果", "录结果")}
    assert set(verbs(verifier)) == {*verbs(tester), ("待审核", "审核")}
    assert next(e for e in entries_for(tester) if e.kind == "短少").title.endswith("少 1 管") and short.number == 2


def test_a_positive_is_on_the_committees_list_until_somebody_takes_it_in_hand(session, make_user):
    committee = make_user("committee")
    tester, verifier = make_lab_user(session.campaign.lab), make_lab_user(session.campaign.lab, "lab_verifier")
    waiting = tube(session, "verifying")
    make_reading(waiting, tester=tester, value="positive")
    alert = actions.release_one(specimen_id=waiting.pk, value="positive", by=verifier).alert

    shown = [entry for entry in entries_for(committee) if entry.kind == "结果告警"]
    assert [entry.verb for entry in shown] == ["去处理"]
    assert not any(word in shown[0].title + shown[0].detail for word in ("阳性", waiting.signup.name))

    actions.acknowledge_alert(alert=alert, note="已电话告知", by=committee)
    assert not [entry for entry in entries_for(committee) if entry.kind == "结果告警"]


def test_codes_of_yesterday_are_forgotten():
    old, fresh = (send_code(PhoneCode.Purpose.RESULT, subject_hash="x") for _ in range(2))
    PhoneCode.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=1, minutes=1))

    assert forget_old(timezone.now()) == 1
    assert list(PhoneCode.objects.values_list("pk", flat=True)) == [fresh.pk]
