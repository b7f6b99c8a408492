"""`manage.py invariants` is quiet in the demo park, and names whatever does not hold."""

import pytest
from django.core.management import call_command

from parkportal.records.models import FigureSnapshot
from parkportal.records.triggers import lifted
from supplies.models import Balance
from testing.models import SignUp, Slot


def test_all_is_well_in_the_demo_park(printed):
    assert printed("invariants") == "账、名额、编码、交接、快照都对得上。\n"


def shelf_and_book_differ():
    row = Balance.objects.filter(amount__gt=0, place__kind="warehouse").first()
    Balance.objects.filter(pk=row.pk).update(amount=row.amount + 1)
    return f"库位 {row.place_id} 批次 {row.lot_id}：台账合计"


def a_place_is_counted_that_nobody_holds():
    slot = Slot.objects.filter(taken__gt=0).first()
    Slot.objects.filter(pk=slot.pk).update(taken=slot.taken - 1)
    return f"时段 {slot.pk} 记 {slot.taken - 1} 人，实有 {slot.taken} 人"


def somebody_was_sampled_without_a_tube():
    signup = SignUp.objects.filter(status="registered").first()
    SignUp.objects.filter(pk=signup.pk).update(status="collected")
    return f"登记 {signup.code} 已采样却没有管"


def a_frozen_part_is_above_its_whole():
    row = FigureSnapshot.objects.filter(is_frozen=True, denominator__isnull=False).first()
    with lifted():
        FigureSnapshot.objects.filter(pk=row.pk).update(numerator=row.denominator + 1)
    return f"指标 {row.code} {row.day} 分子大于分母"


@pytest.mark.parametrize(
    "break_it",
    [
        shelf_and_book_differ,
        a_place_is_counted_that_nobody_holds,
        somebody_was_sampled_without_a_tube,
        a_frozen_part_is_above_its_whole,
    ],
)
def test_what_is_broken_is_named_and_the_command_fails(clock, capsys, break_it):
    words = break_it()
    with pytest.raises(SystemExit) as stopped:
        call_command("invariants")
    assert stopped.value.code == 1
    assert words in capsys.readouterr().out
