"""The times of a tube and of its box never run backwards: the database says so, by name."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from parkportal.clock import park_now, park_today
from testing.models import Box, Specimen
from testing.tests.factories import make_box, make_session, make_specimen, make_staff

pytestmark = [pytest.mark.django_db, pytest.mark.both]


@pytest.fixture
def session(db):
    return make_session(day=park_today())


def message_of(model, name):
    return next(c for c in model._meta.constraints if c.name == name).violation_error_message


@pytest.mark.parametrize(
    ("changes", "constraint", "words"),
    [
        ({"handed_at": -300}, "specimen_handed_after_collected", "交接不能早于采样。"),
        ({"received_at": -300}, "specimen_received_after_handed", "接收不能早于交接。"),
        ({"tested_at": -300}, "specimen_tested_after_received", "检测不能早于接收。"),
        ({"released_at": -300}, "specimen_released_after_tested", "发布不能早于检测。"),
        ({"handed_at": None}, "specimen_received_after_handed", "接收不能早于交接。"),
        ({"collected_at": None}, "specimen_collected_time", "缺采样时间。"),
    ],
)
def test_a_tube_that_runs_backwards_is_refused_by_name(session, changes, constraint, words):
    tube = make_specimen(session=session, status="released")
    values = {
        name: None if minutes is None else tube.collected_at + timedelta(minutes=minutes)
        for name, minutes in changes.items()
    }

    with pytest.raises(IntegrityError) as fault, transaction.atomic():
        Specimen.objects.filter(pk=tube.pk).update(**values)

    assert any(name in str(fault.value) for name in (constraint, "specimen_five_times", "specimen_handed_time"))
    assert message_of(Specimen, constraint) == words


@pytest.mark.parametrize(
    ("changes", "constraint", "words"),
    [
        ({"sealed_at": -120}, "box_sealed_after_opened", "封箱不能早于开箱。"),
        ({"handed_at": -30}, "box_handed_after_sealed", "交出不能早于封箱。"),
        ({"received_at": -30}, "box_received_after_handed", "接收不能早于交出。"),
    ],
)
def test_a_box_that_runs_backwards_is_refused_by_name(session, changes, constraint, words):
    clerk, now = make_staff(session.point), park_now()
    box = make_box(
        session, status="received", seal="FQ1", handed_at=now, handed_by=clerk, received_at=now, received_by=clerk
    )

    with pytest.raises(IntegrityError) as fault, transaction.atomic():
        Box.objects.filter(pk=box.pk).update(**{n: now + timedelta(minutes=m) for n, m in changes.items()})

    assert constraint in str(fault.value)
    assert message_of(Box, constraint) == words


def test_a_warm_box_without_a_word_is_refused_by_the_database(session):
    box = make_box(session, seal="FQ1")

    with pytest.raises(IntegrityError) as fault, transaction.atomic():
        Box.objects.filter(pk=box.pk).update(temperature_tenths=81)

    assert "box_temperature_noted" in str(fault.value)
