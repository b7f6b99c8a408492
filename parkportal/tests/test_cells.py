"""The cell types of intake files, sentence by sentence (intake README §4), and that no text makes them fail."""

from datetime import date, datetime, time
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from enterprises.intake import REGISTER, ROSTER
from parkportal.workbooks import sheets
from parkportal.workbooks.cells import read_cell
from parkportal.workbooks.columns import Context
from parkportal.workbooks.judgement import plain
from parkportal.workbooks.sheets import Cell
from supplies.intake import RECEIPTS
from testing.intake import RESULTS

AS_OF = date(2020, 2, 18)
KINDS = {kind.code: kind for kind in (REGISTER, ROSTER, RESULTS, RECEIPTS)}


def cell(value):
    if isinstance(value, Cell):
        return value
    if isinstance(value, str):
        return Cell(sheets.TEXT, value) if value.strip() else sheets.NOTHING
    if isinstance(value, bool):
        return Cell(sheets.BOOLEAN, value)
    if isinstance(value, datetime):
        return Cell(sheets.DATETIME, value)
    if isinstance(value, date):
        return Cell(sheets.DATE, value)
    if isinstance(value, time):
        return Cell(sheets.TIME, value)
    return Cell(sheets.NUMBER, value)


def parse(kind, column, value, **context):
    return read_cell(kind.columns.by_name[column], cell(value), Context(AS_OF, **context))


def check(kind, column, value, expected):
    """`expected` is a value, or the code of an error in angle brackets."""
    parsed = parse(kind, column, value)
    if isinstance(expected, str) and expected.startswith("<"):
        assert parsed.error == expected[1:-1]
    else:
        assert (parsed.error, plain(parsed.value)) == (None, expected)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("产业园Ａ１栋\n３楼", "产业园A1栋 3楼"), ("a\u3000\xa0\tb", "a b"), ("\u200bx\ufeff", "x"), ("（甲）", "（甲）"), ("(甲)", "(甲)"),
        ("，；：", "，；："), ("/", None), ("-", None), ("—", None), ("－－", None), ("无", None), ("暂无", None), ("无锡路", "无锡路"),
        (3, "3"), (3.0, "3"), (1.5, "1.5"), (0.1 + 0.2, "0.3"), (True, "TRUE"), ("=1+1", "=1+1"), ("@x", "@x"), ("-5", "-5"),
        ("'x", "'x"), (AS_OF, "2020-02-18"), ("#N/A", "<cell_error>"), ("＃ＲＥＦ！", "<cell_error>"), ("#甲", "#甲"),
        (Cell(sheets.ERROR, "#N/A"), "<cell_error>"), (Cell(sheets.NO_VALUE), "<no_cached_value>"), ("x" * 501, "<too_long>"),
    ],
)  # fmt: skip
def test_text(value, expected):
    check(REGISTER, "地址/楼栋", value, expected)


def test_a_lot_number_in_a_number_cell_is_its_digits():
    check(RECEIPTS, "批号", 20200105.0, "20200105")
    check(RECEIPTS, "批号", "２００１０５Ａ１", "200105A1")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("湖南 萦榕汀\u3000有限公司", "湖南萦榕汀有限公司"), ("甲(长沙)有限公司", "甲（长沙）有限公司"), ("甲 (长沙) 有限公司", "甲（长沙）有限公司"),
        ("ABC Ltd 长沙", "ABC Ltd长沙"), ("ＡＢ厂", "AB厂"), ("  ", "<required>"), ("无", "<required>"), ("/", "<required>"),
        ("—", "<required>"), ("字" * 201, "<too_long>"),
    ],
)  # fmt: skip
def test_unit_names(value, expected):
    check(REGISTER, "单位名称", value, expected)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (19900000001.0, "19900000001"), ("19900000001.0", "19900000001"), ("'199 0000-0001", "19900000001"),
        ("+86 199-0000-0001", "19900000001"), ("008619900000001", "19900000001"), ("＋８６ 19900000001", "19900000001"),
        ("0731-88990000", "<bad_phone>"), ("19900000001 19900000002", "<bad_phone>"), ("1.99E+10", "<bad_phone>"),
        (1990000001, "<bad_phone>"), ("", None), ("无", None),
    ],
)  # fmt: skip
def test_phones(value, expected):
    check(REGISTER, "联络员手机", value, expected)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (" 91439900 ma4pe6qw7j\t", "91439900MA4PE6QW7J"), ("９１４３９９００ＭＡ４１Ｋ３Ｕ５４Ｔ", "91439900MA41K3U54T"),
        ("9.14399E+17", "<code_precision_lost>"), (914399001234567890.0, "<code_precision_lost>"),
        ("914399001234567000", "<code_precision_lost>"), ("91439900MO4L3JXX17", "<code_format>"),
        ("91439900MA4PE6QW7", "<code_format>"), ("91439900MA4PE6QW7K", "<code_checksum>"), ("", None),
    ],
)  # fmt: skip
def test_credit_codes(value, expected):
    check(REGISTER, "统一社会信用代码", value, expected)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (50, 50), ("50人", 50), ("120 名", 120), ("7位", 7), ("3个", 3), ("１，２０５", 1205), ("1,205", 1205), ("0", 0), ("+5", 5),
        ("12.0", 12), (35.5, "<not_an_integer>"), ("0.5", "<not_an_integer>"), (-12, "<out_of_range>"), ("−12", "<out_of_range>"),
        ("约50人", "<not_exact>"), ("50余人", "<not_exact>"), ("50多", "<not_exact>"), ("50左右", "<not_exact>"), ("近50", "<not_exact>"),
        ("50上下", "<not_exact>"), ("50以上", "<not_exact>"), ("50人以内", "<not_exact>"), ("20-30", "<not_exact>"),
        ("20至30人", "<not_exact>"), ("20～30", "<not_exact>"), ("20—30人", "<not_exact>"), ("20人到30人", "<not_exact>"),
        ("五十", "<not_a_number>"), ("约五十", "<not_a_number>"), ("1,05", "<not_a_number>"), ("12,34,567", "<not_a_number>"),
        ("1e3", "<not_a_number>"), ("1.2E+3", "<not_a_number>"), ("若干", "<not_a_number>"), ("1.2万", "<not_a_number>"), ("", None),
        (AS_OF, "<not_a_number>"), (True, "<not_a_number>"), ("2020-02-18", "<not_a_number>"), (1e300, "<out_of_range>"),
        (34.9999999999999, 35),
    ],
)  # fmt: skip
def test_counts(value, expected):
    check(REGISTER, "职工总数", value, expected)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (36.7, "36.7"), ("36.8℃", "36.8"), ("36.5 度", "36.5"), ("36.5°C", "36.5"), ("３６．６", "36.6"), ("36.50", "36.5"), (37, "37"),
        (36.6000000000001, "36.6"), (365, "<out_of_range>"), (33.9, "<out_of_range>"), (42, "42"), (42.1, "<out_of_range>"),
        (36.55, "<too_precise>"), ("正常", "<not_a_number>"), ("36.1-36.5", "<not_exact>"), ("", None), ("/", None),
    ],
)  # fmt: skip
def test_temperatures(value, expected):
    check(ROSTER, "体温", value, expected)


def test_fever_is_warned_of():
    assert parse(ROSTER, "体温", 37.3).warnings == ("fever",)
    assert parse(ROSTER, "体温", 37.2).warnings == ()


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("25.30", "25.3"), (27, "27"), ("２６．４", "26.4"), ("NoCt", None), ("undet", None), ("Undetermined", None), ("N/A", None), ("-", None),
        ("#N/A", "<cell_error>"), ("大于40", "<not_a_number>"), (-3, "<out_of_range>"), (0, "<out_of_range>"), (50, "50"),
        (50.01, "<out_of_range>"), (31.555, "<too_precise>"),
    ],
)  # fmt: skip
def test_ct_values(value, expected):
    check(RESULTS, "CT值N", value, expected)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("¥12.50元", "12.5"), ("￥3", "3"), ("1,200.5", "1200.5"), (0, "0"), ("12.3456", "12.3456"), ("12.34567", "<too_precise>"),
        (-1, "<out_of_range>"), ("面议", "<not_a_number>"), ("", None),
    ],
)  # fmt: skip
def test_prices(value, expected):
    check(RECEIPTS, "单价", value, expected)


@pytest.mark.parametrize(
    ("value", "expected", "unit"),
    [
        (500, "500", None), ("10万", "100000", None), ("1.2万kg", "12000", "公斤"), ("1,000剂", "1000", "剂"), ("200付", "200", "剂"),
        ("25 KG", "25", "公斤"), ("30支", "30", "支"), (" 3 箱", "3", "箱"), ("5L", "5", "升"), ("5公升", "5", "升"), ("3千克", "3", "公斤"),
        (0.1 + 0.2, "0.3", None), ("１,２５０．５", "1250.5", None), ("1.25万", "12500", None), ("10万只", "100000", "只"),
        (0, "<out_of_range>", None), (-50, "<out_of_range>", None), ("1.2345", "<too_precise>", None),
        ("200斤", "<bad_unit>", None), ("3批", "<bad_unit>", None), ("约5000", "<not_exact>", None), ("5000余只", "<not_exact>", None),
        ("20-30箱", "<not_exact>", None), ("5箱左右", "<not_exact>", None), ("十剂", "<not_a_number>", None), ("若干", "<not_a_number>", None),
        ("1万2千", "<not_a_number>", None), ("1e3", "<not_a_number>", None), ("1.5E+3", "<not_a_number>", None), ("25kg/桶", "<not_a_number>", None),
        ("", "<required>", None), ("/", "<required>", None), ("1,00箱", "<not_a_number>", None), ("箱", "<not_a_number>", None),
    ],
)  # fmt: skip
def test_quantities(value, expected, unit):
    check(RECEIPTS, "数量", value, expected)
    if not expected.startswith("<"):
        assert parse(RECEIPTS, "数量", value).unit == unit


@pytest.mark.parametrize(
    ("value", "expected"),
    [("只", "只"), ("KG", "公斤"), ("千 克", "公斤"), ("ｌ", "升"), ("付", "剂"), ("斤", "<bad_unit>"), ("一批", "<bad_unit>"), ("", None)],
)  # fmt: skip
def test_units(value, expected):
    check(RECEIPTS, "单位", value, expected)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (AS_OF, "2020-02-18"), (datetime(2020, 2, 18, 8, 30), "2020-02-18"), (43872, "2020-02-11"), (43872.6, "2020-02-11"),
        ("43872", "2020-02-11"), ("20200210", "2020-02-10"), (20200210, "2020-02-10"), ("2020-2-10", "2020-02-10"), ("2020/02/10", "2020-02-10"),
        ("2020.2.10", "2020-02-10"), ("2020年2月10日", "2020-02-10"), ("2020年2月10号", "2020-02-10"), ("2020 年 2 月 10 日", "2020-02-10"),
        ("2020 - 2 - 10", "2020-02-10"), ("２０２０．２．１０", "2020-02-10"), ("2020-2-12 0:00", "2020-02-12"), ("2020/2/1 10:30:05", "2020-02-01"),
        ("2020-02-10T08:00", "2020-02-10"), ("2月10日", "2020-02-10"), ("2 月 10 号", "2020-02-10"), ("12月28日", "2019-12-28"),
        ("8月19日", "2020-08-19"), ("8月20日", "2019-08-20"), (20000, "1954-10-03"), (80000, "2119-01-11"),
        (19999, "<bad_date>"), (80001, "<bad_date>"), (2.1, "<bad_date>"), ("2.10", "<bad_date>"), ("20.2.10", "<bad_date>"), ("2/13/2020", "<bad_date>"),
        ("明天", "<bad_date>"), ("2020-02-30", "<bad_date>"), ("20200230", "<bad_date>"), ("2020-13-01", "<bad_date>"), ("2月30日", "<bad_date>"),
        ("2020-2/10", "<bad_date>"), ("二月十四", "<bad_date>"), ("2020年2月", "<bad_date>"), ("15:30", "<bad_date>"), (time(15, 30), "<bad_date>"),
        ("2020-02-10 25:00", "<bad_date>"), ("下周一", "<bad_date>"), (True, "<bad_date>"), ("/", None), ("长期", "<bad_date>"),
    ],
)  # fmt: skip
def test_days(value, expected):
    check(ROSTER, "返长日期", value, expected)


def test_an_assumed_year_is_warned_of():
    assert parse(ROSTER, "返长日期", "2月10日").warnings == ("year_assumed",)
    assert parse(ROSTER, "返长日期", "2020年2月10日").warnings == ()


def test_serial_days_count_in_the_system_of_the_file():
    assert parse(ROSTER, "返长日期", 42410, date1904=True).value == date(2020, 2, 11)
    assert parse(ROSTER, "返长日期", "42410", date1904=True).value == date(2020, 2, 11)


@pytest.mark.parametrize(
    ("value", "expected", "warnings"),
    [
        (datetime(2020, 2, 18, 15, 5), "2020-02-18T15:05:00", ()), (AS_OF, "2020-02-18T00:00:00", ("time_missing",)),
        ("2020.2.18 15:05", "2020-02-18T15:05:00", ()), ("2020年2月18日15时06分", "2020-02-18T15:06:00", ()),
        ("2020年2月18日 15时06分30秒", "2020-02-18T15:06:30", ()), ("20200218160500", "2020-02-18T16:05:00", ()),
        (20200218160500, "2020-02-18T16:05:00", ()), (43879.625, "2020-02-18T15:00:00", ()), (43879.58819444444, "2020-02-18T14:07:00", ()),
        ("43879.625", "2020-02-18T15:00:00", ()), (43879, "2020-02-18T00:00:00", ("time_missing",)), ("2020-2-18", "2020-02-18T00:00:00", ("time_missing",)),
        ("20200218", "2020-02-18T00:00:00", ("time_missing",)), ("2020-02-18 00:00", "2020-02-18T00:00:00", ()),
        ("2020-02-18 9:05:07", "2020-02-18T09:05:07", ()), ("2月18日 9:05", "2020-02-18T09:05:00", ("year_assumed",)),
        ("15:05", "<bad_date>", ()), (time(15, 5), "<bad_date>", ()), ("下午三点", "<bad_date>", ()), ("20200230160500", "<bad_date>", ()),
        ("20200218250000", "<bad_date>", ()), (0.625, "<bad_date>", ()), ("2020-02-18 24:00", "<bad_date>", ()),
    ],
)  # fmt: skip
def test_instants(value, expected, warnings):
    check(RESULTS, "检验时间", value, expected)
    assert parse(RESULTS, "检验时间", value).warnings == warnings


@pytest.mark.parametrize(
    ("value", "expected", "warnings"),
    [
        ("2022年2月", "2022-02-28", ("month_only",)), ("2020-02", "2020-02-29", ("month_only",)), ("2022/3", "2022-03-31", ("month_only",)),
        ("2022.12", "2022-12-31", ("month_only",)), ("2020年1月", "2020-01-31", ("month_only", "expired")), ("2020-02-17", "2020-02-17", ("expired",)),
        ("2020-02-18", "2020-02-18", ()), (date(2019, 5, 1), "2019-05-01", ("expired",)), ("20221231", "2022-12-31", ()),
        (2022.2, "<bad_date>", ()), ("2022年13月", "<bad_date>", ()), ("长期", "<bad_date>", ()), ("202202", "<bad_date>", ()),
    ],
)  # fmt: skip
def test_expiries(value, expected, warnings):
    check(RECEIPTS, "有效期至", value, expected)
    assert parse(RECEIPTS, "有效期至", value).warnings == warnings


@pytest.mark.parametrize(
    ("kind", "column", "value", "expected"),
    [
        (REGISTER, "类型", "", "企业"), (REGISTER, "类型", "在建工地", "工地"), (REGISTER, "类型", "个体户", "<bad_choice>"), (REGISTER, "类型", "/", "企业"),
        (REGISTER, "四上类别", "非四上", None), (REGISTER, "四上类别", "否", None), (REGISTER, "四上类别", "无", None), (REGISTER, "四上类别", "规上批发零售业", "限上批发零售业"),
        (REGISTER, "四上类别", " 规 上工业", "规上工业"), (REGISTER, "四上类别", "五上企业", "<bad_choice>"),
        (REGISTER, "复工状态", "是", "已复工"), (REGISTER, "复工状态", "否", "未复工"), (REGISTER, "重点项目级别", "无", "无"), (REGISTER, "重点项目级别", "-", None),
        (REGISTER, "重点项目级别", "省级重点", "省重点"),
        *[(REGISTER, "所属小分队", word, "第三小分队") for word in ("第三小分队", "第3小分队", "第三分队", "三分队", "3", 3, 3.0, "３", "第 3 分队", "三")],
        (REGISTER, "所属小分队", "10", "第十小分队"), (REGISTER, "所属小分队", "第十一小分队", "<bad_choice>"), (REGISTER, "所属小分队", 11, "<bad_choice>"),
        (REGISTER, "标签", "规上企业,骨干企业，规上企业", ["规上", "骨干"]), (REGISTER, "标签", "招商引资；规上|中小+重点/骨干", ["规上", "重点", "骨干", "中小", "招商引资"]),
        (REGISTER, "标签", "规上 重点\n中小", ["规上", "重点", "中小"]), (REGISTER, "标签", "规上、龙头", "<bad_choice>"), (REGISTER, "标签", "无", []), (REGISTER, "标签", "", []),
        (ROSTER, "症状", "落枕 乏力、发热", ["发热", "无力", "落枕"]), (ROSTER, "症状", "无", []), (ROSTER, "性别", "先生", "<bad_choice>"), (ROSTER, "性别", "", None),
        (ROSTER, "证件类型", "Passport", "护照"), (ROSTER, "证件类型", "", "身份证"), (ROSTER, "证件类型", "军官证", "<bad_choice>"),
        *[(ROSTER, "接触史", word, True) for word in ("是", "有", "y", "Ｙ", "√", 1, "1")],
        *[(ROSTER, "接触史", word, False) for word in ("否", "无", "没有", "N", "×", 0, "0")],
        (ROSTER, "接触史", "不详", "<bad_choice>"), (ROSTER, "接触史", "", None), (ROSTER, "接触史", "-", None), (ROSTER, "接触史", True, "<bad_choice>"),
        (RESULTS, "条码号", "hz 00012404", "HZ00012404"), (RESULTS, "条码号", 12345678.0, "12345678"), (RESULTS, "条码号", "", "<required>"),
        *[(RESULTS, "结果", word, "阴性") for word in ("阴性", "阴 性", "阴性（－）", "阴性(—)", "未检出", "ｎｄ", "NEGATIVE")],
        *[(RESULTS, "结果", word, "阳性") for word in ("阳性", "阳性(+)", "阳性（＋）", "检出", "positive")],
        (RESULTS, "结果", "灰区", "可疑"), (RESULTS, "结果", "不合格", "无效"), (RESULTS, "结果", "弱阳性", "<bad_result>"), (RESULTS, "结果", "阴", "<bad_result>"),
        (RESULTS, "结果", "", "<required>"), (RESULTS, "结果", "-", "<required>"), (RECEIPTS, "来源", "借用", "<bad_choice>"),
    ],
)  # fmt: skip
def test_words(kind, column, value, expected):
    check(kind, column, value, expected)


def test_unknown_symptoms_are_kept_with_a_warning():
    assert parse(ROSTER, "症状", "落枕、咳嗽").warnings == ("unknown_symptom",)
    assert parse(ROSTER, "症状", "咳嗽、咳嗽").warnings == ()


anything = st.one_of(
    st.text(max_size=40),
    st.text(alphabet="0123456789.,-万公斤年月日: 约至E+%℃¥元、无#", max_size=20),
    st.floats(allow_nan=False, allow_infinity=False),
    st.booleans(),
    st.dates(),
    st.datetimes().map(lambda moment: moment.replace(microsecond=0)),  # the reader keeps seconds
    st.times(),
)
columns = st.sampled_from([(code, column.name) for code in KINDS for column in KINDS[code].columns.columns])


@settings(max_examples=600, deadline=None)
@given(columns, anything, st.booleans())
def test_no_cell_makes_a_parser_fail_and_values_read_back_as_themselves(column, value, date1904):
    code, name = column
    kind = KINDS[code]
    parsed = parse(kind, name, value, date1904=date1904)
    assert parsed.error is None or parsed.value is None
    if parsed.error or parsed.value in (None, []) or isinstance(parsed.value, bool):
        return
    text = "、".join(parsed.value) if isinstance(parsed.value, list) else str(plain(parsed.value))
    if name not in {"症状", "证件号码"} and not (isinstance(parsed.value, date) and parsed.value.year < 1000):
        assert parse(kind, name, text).value == parsed.value


@given(st.decimals(min_value=Decimal("0.001"), max_value=Decimal(999999), places=3))
def test_every_quantity_reads_back(quantity):
    assert parse(RECEIPTS, "数量", f"{quantity:,}公斤").value == quantity
