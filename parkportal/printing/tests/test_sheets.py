"""Sheets that go along with tubes, goods and people: their codes read and no line is lost between pages."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from parkportal.printing.sheets import (
    AppointmentSlip,
    DeliveryLine,
    DeliveryNote,
    HandoverSheet,
    HandoverTube,
    IssueRegister,
    IssueRegisterLine,
    PickLine,
    PickList,
    ResultReport,
    TableSheet,
    appointment_slip_pdf,
    delivery_note_pdf,
    handover_sheet_pdf,
    issue_register_pdf,
    pick_list_pdf,
    result_report_pdf,
    table_sheet_pdf,
)
from parkportal.printing.tables import Column
from parkportal.printing.tests.reading import HOSTILE, codes, ink_edges, own_code, pages, text

SAMPLED = datetime(2020, 2, 18, 1, 2, tzinfo=UTC)  # 09:02 in the park
BOX = own_code("YX", 17)
DELIVERY = own_code("PS", 1)
PERSON = own_code("RY", 457)
TUBE = own_code("YL", 863)


def handover(count, **changes):
    tubes = tuple(HandoverTube(place, own_code("YL", place)) for place in range(1, count + 1))
    sheet = HandoverSheet(
        park="岳麓高新区",
        point="A1栋 采样点",
        box_code=BOX,
        seal="F0031827",
        expected=count,
        tubes=tubes,
        lab="青梧医学检验实验室",
        temperature=Decimal("4.2"),
        first_sampled_at=SAMPLED,
        due_at=SAMPLED + timedelta(days=1),
        handed_over_by="易安",
    )
    return replace(sheet, **changes)


LINES = tuple(
    DeliveryLine(f"物资{number}号", "50只/盒", "只", f"{number},000", f"LOT{number:03d}", date(2022, 1, 31))
    for number in range(1, 61)
)
NOTE = DeliveryNote(
    "岳麓高新区管理委员会", DELIVERY, "中心仓库", "湖南砚池泊精密机械有限公司", LINES[:4], liaison="沈知遥"
)
REPORT = ResultReport(
    lab="青梧医学检验实验室",
    number="QW-2020-008635",
    specimen_code=TUBE,
    name="陆青禾",
    sex="女",
    age="27 岁",
    id_masked="439***********0033",
    unit="湖南砚池泊精密机械有限公司",
    result="阴性",
    sampled_at=SAMPLED,
    received_at=SAMPLED + timedelta(hours=3),
    reported_at=SAMPLED + timedelta(days=1),
    tester="卜元",
    verifier="司徒静",
)
SLIP = AppointmentSlip(
    park="岳麓高新区疫情防控",
    title="我的采样码",
    day="2月18日 周二",
    hours="10:20–10:30",
    place="产业园 A1栋 采样点",
    person="陆**",
    code=PERSON,
    qr_text=PERSON,
    fever_phone="0731-5550 0120",
)


@pytest.mark.parametrize("dpi", [203, 300])
@pytest.mark.parametrize(
    ("pdf", "expected"),
    [
        (handover_sheet_pdf(handover(50)), [BOX]),
        (delivery_note_pdf(NOTE), [DELIVERY]),
        (
            pick_list_pdf(PickList("园区", DELIVERY, "中心仓库", (PickLine("A-01", "口罩", "盒", "只", "5", "L1"),))),
            [DELIVERY],
        ),
        (result_report_pdf(REPORT), [TUBE]),
        (appointment_slip_pdf(SLIP), [PERSON, PERSON]),
    ],
    ids=["handover", "delivery", "pick", "report", "slip"],
)
def test_every_code_on_paper_reads(pdf, expected, dpi):
    assert codes(pages(pdf, dpi)[0]) == expected


@pytest.mark.parametrize(("count", "sheets"), [(0, 1), (1, 1), (48, 1), (50, 1), (96, 1), (97, 2), (300, 3)])
def test_a_box_lists_each_tube_once_at_its_position(count, sheets):
    pdf = handover_sheet_pdf(handover(count))
    shown = text(pdf)

    assert len(pages(pdf, 40)) == sheets
    assert f"第 {sheets} 页，共 {sheets} 页" in shown
    for place in range(1, count + 1):
        assert shown.count(own_code("YL", place)) == 1
    assert shown.count("签字") == 3


def test_a_box_says_what_a_driver_and_a_laboratory_check():
    shown = text(handover_sheet_pdf(handover(50)))

    for words in ("标本交接单", "封条 F0031827", "4.2 ℃（要求 2–8 ℃）", "2020-02-18 09:02", "2020-02-19 09:02", "青梧"):
        assert words in shown
    for words in ("应装", "实装", "交出人", "易安", "运送人", "车牌", "接收人", "不符情况"):
        assert words in shown


def test_a_short_box_names_the_tube_that_is_missing():
    tubes = (HandoverTube(29, own_code("YL", 77), "缺"),)
    shown = text(handover_sheet_pdf(handover(48, tubes=tubes, discrepancies=("第 29 位缺，采样点没有放进箱",))))

    assert "缺" in shown
    assert "第 29 位缺，采样点没有放进箱" in shown


def test_what_is_not_known_is_left_to_be_written():
    shown = text(handover_sheet_pdf(handover(1, seal="", temperature=None, first_sampled_at=None, due_at=None)))

    assert "封条 ____" in shown
    assert "______ ℃" in shown
    assert "None" not in shown


def test_a_delivery_of_many_lines_repeats_its_header_and_loses_none():
    pdf = delivery_note_pdf(replace(NOTE, lines=LINES))
    shown = text(pdf)
    count = len(pages(pdf, 40))

    assert count > 1
    assert shown.count("批号") == count
    assert [shown.count(line.lot) for line in LINES] == [1] * len(LINES)
    for signer in ("发放人", "联络员", "领用人"):
        assert signer in shown


def test_a_pick_list_has_a_box_for_each_line():
    lines = tuple(PickLine(f"A-{n:02d}", "口罩", "50只/盒", "只", "500", f"L{n:03d}") for n in range(40))
    shown = text(pick_list_pdf(PickList("园区", DELIVERY, "中心仓库", lines)))

    assert shown.count("□") == 40


def test_the_issue_register_has_the_columns_of_the_handbook():
    line = IssueRegisterLine("砚池泊", "口罩", "盒", "只", "500", "L1", None, "池晚", "沈知遥")
    pdf = issue_register_pdf(IssueRegister("长沙岳麓高新区", (line,) * 45))
    shown = text(pdf)

    count = len(pages(pdf, 40))
    assert shown.count("领用人签字") == count > 1
    for words in (
        "序号",
        "领用单位",
        "物资",
        "规格",
        "单位",
        "数量",
        "批号",
        "有效期",
        "发放人",
        "联络员",
        "手机",
        "日期",
        "备注",
    ):
        assert words in shown
    for words in ("制表：", "审核：", "签字："):
        assert shown.count(words) == 1


def test_a_report_says_both_names_method_and_what_it_answers_for():
    shown = text(result_report_pdf(REPORT))

    for words in (
        "检验者",
        "卜元",
        "审核者",
        "司徒静",
        "荧光 PCR",
        "ORF1ab",
        "N 基因",
        "阴性",
        "仅对本标本负责",
        "咽拭子",
    ):
        assert words in shown
    for words in (
        "QW-2020-008635",
        "439***********0033",
        "2020-02-18 09:02",
        "2020-02-18 12:02",
        "2020-02-19 09:02",
        "盖章",
    ):
        assert words in shown


def test_a_corrected_report_names_its_version_and_reason():
    shown = text(result_report_pdf(replace(REPORT, version=2, correction_reason="姓名录入错误")))

    assert "第 2 版，以前各版作废" in shown
    assert "姓名录入错误" in shown


def test_a_slip_says_time_first():
    shown = text(appointment_slip_pdf(SLIP))

    assert shown.index("10:20–10:30") < shown.index("陆**") < shown.index("戴口罩")
    assert "发热请先打 0731-5550 0120" in shown


def test_no_name_stands_in_the_properties_of_a_file():
    for pdf in (result_report_pdf(REPORT), appointment_slip_pdf(SLIP)):
        assert "陆".encode("utf-16-be") not in pdf


def test_a_table_counts_its_cells():
    columns = (Column("甲", 1), Column("乙", 1))
    with pytest.raises(ValueError, match="表有 2 列，这一行有 1 格"):
        table_sheet_pdf(TableSheet("表", columns, (("一",),)))


def test_an_empty_table_says_so():
    assert "无" in text(table_sheet_pdf(TableSheet("表", (Column("甲", 1),), ())))


def test_hostile_text_is_printed_as_text_within_the_margins():
    line = DeliveryLine(HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE, None, HOSTILE)
    note = DeliveryNote(HOSTILE, DELIVERY, HOSTILE, HOSTILE, (line, line), HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE)
    sheets = [
        delivery_note_pdf(note),
        handover_sheet_pdf(handover(5, point=HOSTILE, seal=HOSTILE, lab=HOSTILE, carrier=HOSTILE, plate=HOSTILE)),
        result_report_pdf(replace(REPORT, name=HOSTILE, unit=HOSTILE, tester=HOSTILE, number=HOSTILE)),
        appointment_slip_pdf(replace(SLIP, person=HOSTILE, place=HOSTILE, enterprise=HOSTILE, day=HOSTILE)),
        table_sheet_pdf(
            TableSheet(HOSTILE, (Column(HOSTILE, 1),), ((HOSTILE,),) * 3, left=HOSTILE, signers=(HOSTILE,) * 3)
        ),
    ]
    for pdf in sheets:
        for page in pages(pdf, 100):
            assert min(ink_edges(page)) > 20
