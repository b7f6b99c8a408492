"""`manage.py invariants` is quiet in the demo park, and names whatever does not hold."""

import logging

import pytest
from django.core.management import call_command

from parkportal.dashboard import tasks
from parkportal.records import jobs
from parkportal.records.models import CodeCounter, FigureSnapshot, Job
from parkportal.records.triggers import lifted
from supplies.models import Balance, Delivery
from testing.models import Result, SignUp, Slot, Specimen


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


def a_counter_lags_behind_the_codes_that_are_out():
    signup = SignUp.objects.order_by("code").last()
    CodeCounter.objects.filter(prefix="RY").update(last=0)
    return f"编码 RY 20{signup.code[2:4]}-{signup.code[4:6]}-{signup.code[6:8]} 已经发到"


def a_code_has_the_wrong_check_digit():
    signup = SignUp.objects.first()
    wrong = f"{signup.code[:-1]}{(int(signup.code[-1]) + 1) % 10}"
    SignUp.objects.filter(pk=signup.pk).update(code=wrong)
    return f"编码 {wrong}："


def a_result_is_out_that_nobody_can_show():
    tube = Specimen.objects.filter(status="released").first()
    with lifted():
        Result.objects.filter(specimen=tube).delete()
    return f"标本 {tube.barcode} 已发布却没有结果"


def a_tube_comes_from_nowhere():
    tube = Specimen.objects.first()
    Specimen.objects.filter(pk=tube.pk).update(barcode="ZZ990000001")
    return "标本 ZZ990000001 不在登记过的号段里"


def goods_on_the_way_are_in_nobodys_hands():
    delivery = Delivery.objects.filter(status="signed").first()
    with lifted():
        Delivery.objects.filter(pk=delivery.pk).update(status="issued")
    line = delivery.lines.first()
    return f"批次 {line.lot_id}：已出库未交接"


def a_squad_carries_less_than_it_has_to_bring():
    delivery = Delivery.objects.filter(status="signed").first()
    with lifted():
        Delivery.objects.filter(pk=delivery.pk).update(status="with_liaison")
    return f"小分队 {delivery.squad_id} 批次 {delivery.lines.first().lot_id}：要送"


BREAKS = [
    a_tube_comes_from_nowhere,
    goods_on_the_way_are_in_nobodys_hands,
    a_squad_carries_less_than_it_has_to_bring,
    shelf_and_book_differ,
    a_place_is_counted_that_nobody_holds,
    a_counter_lags_behind_the_codes_that_are_out,
    a_code_has_the_wrong_check_digit,
    somebody_was_sampled_without_a_tube,
    a_result_is_out_that_nobody_can_show,
    a_frozen_part_is_above_its_whole,
]


@pytest.mark.parametrize("break_it", BREAKS)
def test_what_is_broken_is_named_and_the_command_fails(clock, capsys, break_it):
    words = break_it()
    with pytest.raises(SystemExit) as stopped:
        call_command("invariants")
    assert stopped.value.code == 1
    assert words in capsys.readouterr().out


@pytest.mark.parametrize("username", ["admin", "guanwei1"])
def test_the_scheduled_look_shouts_until_it_is_mended(enter, caplog, username):
    browser = enter(username)
    slot = Slot.objects.filter(taken__gt=0).first()
    Slot.objects.filter(pk=slot.pk).update(taken=slot.taken - 1)
    with caplog.at_level(logging.ERROR):
        tasks.check_invariants()
    named = f"时段 {slot.pk} 记 {slot.taken - 1} 人，实有 {slot.taken} 人"
    assert named in caplog.text
    assert "对账自检有 1 处对不上" in browser.get("/").content.decode()
    page = browser.get("/invariants/").content.decode()
    assert named in page and "1 处对不上" in page and "系统定时" in page
    Slot.objects.filter(pk=slot.pk).update(taken=slot.taken)
    tasks.check_invariants()
    assert "对账自检有" not in browser.get("/").content.decode()
    assert "都对得上" in browser.get("/invariants/").content.decode()


def test_somebody_looks_now_by_a_job_and_a_second_press_is_the_same_job(enter):
    browser = enter("admin")
    assert "还没有查过" in browser.get("/invariants/").content.decode()
    addresses = {browser.post("/invariants/run/")["Location"] for _ in range(2)}
    assert len(addresses) == 1
    job = Job.objects.get(kind="invariants")
    jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.status, job.message) == ("done", "都对得上。")
    assert "乔知远" in browser.get("/invariants/").content.decode()
