"""Workbooks that go out: nothing typed by people becomes a formula, and a corrected copy can be sent in again."""

import io
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from enterprises.intake import REGISTER, ROSTER
from parkportal.workbooks import writing
from parkportal.workbooks.intake import judge
from parkportal.workbooks.judgement import REFUSED
from parkportal.workbooks.writing import annotated_copy, write_table
from supplies.intake import RECEIPTS
from testing.intake import RESULTS

FOLDER = Path(__file__).resolve().parents[2] / "tests" / "intake"
AS_OF = date(2020, 2, 18)
HEADERS = ["姓名", "证件号码", "人数", "数量", "日期", "时刻", "标签", "备注"]
NASTY = ["=1+1", "+86", "-cmd|' /C calc'!A0", "@SUM(A1)", "a\x01b\x0bc", "字" * 40_000, "\ud800x", "_x000D_", "\t=2"]


@pytest.fixture(params=["fast", "plain"])
def writer(request, monkeypatch):
    if request.param == "plain":
        monkeypatch.setattr(writing, "rustpy_xlsxwriter", None)
    else:
        assert writing.rustpy_xlsxwriter
    return request.param


def table(rows, **options):
    out = io.BytesIO()
    write_table(out, HEADERS, rows, text_columns=["证件号码"], **options)
    return openpyxl.load_workbook(io.BytesIO(out.getvalue())).active, out.getvalue()


def test_values_keep_their_types(writer):
    moment = datetime(2020, 2, 18, 9, 30, tzinfo=UTC)
    row = ["张三", "439900198001010010", 3, Decimal("0.125"), AS_OF, moment, ["规上", "重点"], None]
    sheet, _ = table([row], title="=导出")
    assert sheet["A1"].value == "=导出" and sheet["A1"].data_type == "s"
    assert [cell.value for cell in sheet[2]] == HEADERS
    name, document, people, quantity, day, instant, tags, note = sheet[3]
    assert (name.value, document.value, people.value, quantity.value) == ("张三", "439900198001010010", 3, 0.125)
    assert (day.value, day.number_format) == (datetime(2020, 2, 18), "yyyy-mm-dd")
    assert (instant.value, instant.number_format) == (datetime(2020, 2, 18, 17, 30), "yyyy-mm-dd hh:mm")
    assert (tags.value, note.value, document.number_format) == ("规上、重点", None, "@")


def test_text_of_people_is_never_a_formula(writer):
    sheet, data = table([[text, text, 1, 1, None, None, None, text] for text in NASTY])
    for row in sheet.iter_rows(min_row=2):
        assert {cell.data_type for cell in row if isinstance(cell.value, str)} == {"s"}
        assert all(len(cell.value) <= 32_767 for cell in row if isinstance(cell.value, str))
    assert sheet["A2"].value == "=1+1"
    assert sheet["A7"].value.endswith("…")
    assert b"<f>" not in zipfile.ZipFile(io.BytesIO(data)).read("xl/worksheets/sheet1.xml")


def test_an_empty_table_has_its_header(writer):
    sheet, _ = table([])
    assert [cell.value for cell in sheet[1]] == HEADERS


def test_rows_may_come_from_a_generator_and_go_to_a_path(writer, tmp_path):
    path = tmp_path / "导出.xlsx"
    write_table(path, ["序号"], ([n] for n in range(1000)), title="单列", sheet_name="a/b:c")
    assert openpyxl.load_workbook(path).active.max_row >= 1001


def test_headers_must_differ():
    with pytest.raises(ValueError, match="differ"):
        write_table(io.BytesIO(), ["a", "a"], [])


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (REGISTER, "01-企业名录.xlsx"), (REGISTER, "02-企业名录-各小分队汇总.xlsx"), (REGISTER, "03-企业名录-补报.xls"),
        (REGISTER, "04-企业名录-系统导出.csv"), (ROSTER, "06-花名册-车间上报.xlsx"), (ROSTER, "08-花名册-小程序导出.csv"),
        (RESULTS, "10-检测结果-仪器导出.xlsx"), (RECEIPTS, "13-物资入库-仓库台账.xlsx"), (RECEIPTS, "14-物资入库-补登.xls"),
    ],
)  # fmt: skip
def test_the_annotated_copy_is_judged_like_the_file(kind, name, tmp_path):
    judgement = judge(kind, FOLDER / name, as_of=AS_OF)
    copy = tmp_path / "copy.xlsx"
    copy.write_bytes(annotated_copy(FOLDER / name, judgement))
    again = judge(kind, copy, as_of=AS_OF)
    assert again.sheets[0].header_rows == judgement.sheets[0].header_rows
    for before, after in zip(judgement.rows, again.rows, strict=True):
        codes = [
            [(f.column, f.code.replace("no_cached_value", "cell_error")) for f in r.errors] for r in (before, after)
        ]
        assert (after.row, after.outcome, after.reason) == (before.row, before.outcome, before.reason)
        assert codes[0] == codes[1]


def test_faults_stand_beside_their_rows(tmp_path):
    path = FOLDER / "06-花名册-车间上报.xlsx"
    judgement = judge(ROSTER, path, as_of=AS_OF)
    data = annotated_copy(path, judgement)
    sheet = openpyxl.load_workbook(io.BytesIO(data))["Sheet2"]
    assert sheet["S3"].value == "错误说明"
    assert sheet["S9"].value == "证件号码: 校验位不对, 请核对最后一位"
    assert sheet["S22"].value.startswith("提示: 体温")
    assert sheet["F9"].fill.fgColor.rgb == "FFF8D7DA" and sheet["F9"].number_format == "@"
    assert sheet.row_dimensions[31].hidden
    refused = {row.row for row in judgement.rows if row.outcome == REFUSED}
    assert all(sheet.cell(number, 19).value for number in refused)
    assert {cell.data_type for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str)} == {"s"}


def test_the_notes_of_last_time_are_replaced(tmp_path):
    path = FOLDER / "04-企业名录-系统导出.csv"
    copy = tmp_path / "copy.xlsx"
    copy.write_bytes(annotated_copy(path, judge(REGISTER, path, as_of=AS_OF)))
    again = openpyxl.load_workbook(io.BytesIO(annotated_copy(copy, judge(REGISTER, copy, as_of=AS_OF)))).active
    assert [cell.value for cell in again[1]].count("错误说明") == 1
