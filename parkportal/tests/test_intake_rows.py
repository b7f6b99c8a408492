"""Which rows are data, and what becomes of them (intake README §2, §3 and the rules of §4 across cells)."""

import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from enterprises.intake import REGISTER, ROSTER, register_key, roster_key
from parkportal.identifiers import id_check_character
from parkportal.workbooks import messages
from parkportal.workbooks.intake import judge_workbook
from parkportal.workbooks.sheets import workbook_from_json
from supplies.intake import RECEIPTS
from testing.intake import RESULTS

AS_OF = date(2020, 2, 18)
EXPECTED = Path(__file__).resolve().parents[2] / "tests" / "intake" / "expected.json"
CODE, OTHER_CODE = "91439900MA4E457C5F", "91439900MA4KB5MB64"
ID, OTHER_ID = "439900198001010010", "439900199202290033"
TUBE, OTHER_TUBE = "YL200218000012", "YL200218008635"
FIRM = {"单位名称": "甲有限公司", "统一社会信用代码": CODE}
PERSON = {"姓名": "张三", "证件号码": ID, "手机": "19900000001"}
LOT = {"物资名称": "口罩", "单位": "只", "数量": 5}


class Held(dict):
    def present(self, keys):
        return {key: self[key] for key in keys if key in self}


def judged(kind, *rows, header=None, held=None, merges=(), hidden=()):
    """The judgement of rows given as dicts by column, or as lists of cells."""
    header = header or list(dict.fromkeys(name for row in rows if isinstance(row, dict) for name in row))
    lines = [header] + [[row.get(name) for name in header] if isinstance(row, dict) else row for row in rows]
    sheet = {
        "name": "表",
        "hidden": False,
        "rows": [[n, n in hidden, line] for n, line in enumerate(lines, 1) if any(line)],
        "merges": [list(merge) for merge in merges],
    }
    workbook = workbook_from_json({"kind": "xlsx", "date1904": False, "sheets": [sheet]})
    return judge_workbook(kind, workbook, as_of=AS_OF, holdings=Held(held or {}))


def results(kind, *rows, **options):
    return [line.as_json() for line in judged(kind, *rows, **options).rows]


def brief(kind, *rows, **options):
    """For each row its outcome and why."""
    out = []
    for line in judged(kind, *rows, **options).rows:
        why = {(fault.column, fault.code) for fault in line.errors} or line.reason or line.action
        out.append((line.outcome, why))
    return out


def warned(kind, *rows, **options):
    return [{(fault.column, fault.code) for fault in line.warnings} for line in judged(kind, *rows, **options).rows]


ROSTER_HEADER = ["序号", "姓名", "证件号码", "手机", "备考"]


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ([], "blank"), ([55], "blank"), ([None, None, None, None, "x"], "blank"), ([" ", "\u3000"], "blank"),
        (["例", "李示例", ID, "19900009999"], "example"), (["例:", "a"], "example"), ([None, "示例（请删除）"], "example"),
        (["样例"], "example"), (["填写示例：张三"], "example"), (["例子"], "blank"),
        (["小计", 5], "subtotal"), (["合 计", None, "5人"], "subtotal"), (["一车间小计：3"], "subtotal"), (["总计(人)"], "subtotal"),
        ([None, "共计12人"], "subtotal"), (["总\u3000计"], "subtotal"), (["合计21家"], "subtotal"), (["一二三四五六七八九十合计"], "subtotal"),
        (["一二三四五六七八九十甲合计"], "blank"), ([None, "合计人数"], None), ([None, "合计", "12345678"], None), ([None, "合计", "1234567"], "subtotal"),
        (["单位负责人：", None, "审核人："], "footer"), ([None, "填 报 人 : 张三"], "footer"), (["注：本表每日12时前报送"], "footer"),
        (["第1页 共2页"], "footer"), (["备注：x"], "footer"), (["说明: y"], "footer"), ([None, "负责人"], None), (["注意"], "blank"),
        (["检验者："], "footer"), (["复核人:"], "footer"), (["报告单位："], "footer"), (["批准人:"], "footer"),
        (ROSTER_HEADER, "repeated_header"), ([None, "姓 名", None, "手机*"], "repeated_header"), ([None, "姓名", ID], None),
        ([1, "张三", ID, "19900000001"], None), ([None, "/", None], None),
    ],
)  # fmt: skip
def test_rows_that_are_not_data(cells, reason):
    judgement = judged(ROSTER, cells, [9, "李四", OTHER_ID, "19900000002"], header=ROSTER_HEADER)
    assert judgement.rows[0].reason == reason
    assert len(judgement.rows) == 2


def test_a_section_is_one_cell_merged_across_three_columns():
    header, person = ROSTER_HEADER, [1, "张三", ID, "19900000001"]
    assert brief(ROSTER, ["外籍人员"], person, header=header, merges=[(2, 0, 2, 4)])[0] == ("skipped", "section")
    assert brief(ROSTER, [None, "外籍人员"], person, header=header, merges=[(2, 1, 2, 3)])[0] == ("skipped", "section")
    assert brief(ROSTER, [None, "外籍人员"], person, header=header, merges=[(2, 1, 2, 2)])[0][0] == "refused"
    assert brief(ROSTER, ["外籍人员"], person, header=header)[0] == ("skipped", "blank")


def test_a_firm_may_be_named_like_a_subtotal():
    firm = {"单位名称": "湖南合计(长沙)岚砚咨询有限公司", "统一社会信用代码": CODE}
    assert brief(REGISTER, firm, header=["单位名称", "统一社会信用代码", "行业"]) == [("accepted", "create")]
    item = {"物资名称": "合计", "单位": "只", "数量": 5}
    assert brief(RECEIPTS, item) == [("skipped", "subtotal")]


def test_all_faulty_cells_are_named_once_each():
    faulty = {"姓名": "?", "证件号码": "1", "手机": "1", "体温": "热", "返长日期": "明天", "接触史": "不详"}
    assert brief(ROSTER, faulty) == [
        (
            "refused",
            {("姓名", "bad_name"), ("证件号码", "id_format"), ("手机", "bad_phone"), ("体温", "not_a_number"),
             ("返长日期", "bad_date"), ("接触史", "bad_choice")},
        )
    ]  # fmt: skip


# --- register --------------------------------------------------------------------------------------------------------


def test_a_code_is_needed_unless_it_is_a_site():
    site = {"单位名称": "甲工地", "统一社会信用代码": None, "类型": "项目"}
    firm = site | {"单位名称": "乙厂", "类型": None}
    odd = site | {"单位名称": "丙", "类型": "个体户"}
    assert brief(REGISTER, site, firm, odd) == [
        ("accepted", "create"),
        ("refused", {("统一社会信用代码", "required")}),
        ("refused", {("类型", "bad_choice")}),
    ]


def test_a_day_of_resumption_may_lie_ahead_only_while_it_is_planned():
    ahead = FIRM | {"复工状态": "已复工", "复工日期": "2020-02-19"}
    assert brief(REGISTER, ahead) == [("refused", {("复工日期", "future_date")})]
    assert brief(REGISTER, ahead | {"复工状态": "拟复工"}) == [("accepted", "create")]
    assert brief(REGISTER, ahead | {"复工日期": "2020-02-18"}) == [("accepted", "create")]
    assert brief(REGISTER, ahead | {"复工状态": "开了"}) == [("refused", {("复工状态", "bad_choice")})]


def test_resumed_without_a_day_is_warned_of():
    assert warned(REGISTER, FIRM | {"复工状态": "已复工", "复工日期": "/"}) == [{("复工日期", "date_missing")}]
    assert warned(REGISTER, FIRM | {"复工状态": "是"}) == [{("复工日期", "date_missing")}]
    assert warned(REGISTER, FIRM | {"复工状态": "未复工", "复工日期": None}) == [set()]


def test_values_are_there_for_every_recognised_column_and_the_type():
    [line] = results(REGISTER, FIRM | {"标签": None, "职工总数": None})
    assert line["values"] == {
        "单位名称": "甲有限公司", "统一社会信用代码": CODE, "标签": [], "职工总数": None, "类型": "企业",
    }  # fmt: skip


def test_the_same_key_twice_in_a_file():
    bad = FIRM | {"行业": "#N/A"}
    first, same, other = FIRM | {"行业": "制造"}, FIRM | {"行业": "制 造".replace(" ", "")}, FIRM | {"行业": "服务"}
    assert brief(REGISTER, bad, first, same, other, same) == [
        ("refused", {("行业", "cell_error")}),
        ("accepted", "create"),
        ("unchanged", None),
        ("refused", {("统一社会信用代码", "duplicate_in_file")}),
        ("unchanged", None),
    ]
    site = {"单位名称": "甲工地", "统一社会信用代码": None, "类型": "工地", "行业": "建筑"}
    assert brief(REGISTER, site, site | {"行业": "装修"}) == [
        ("accepted", "create"),
        ("refused", {("单位名称", "duplicate_in_file")}),
    ]


def test_what_the_portal_holds_is_updated_or_left():
    held = {
        register_key(FIRM): FIRM | {"类型": "企业", "职工总数": 50, "标签": ["重点", "规上"], "复工日期": "2020-02-10"}
    }
    same = FIRM | {"职工总数": "50人", "标签": "规上、重点", "复工日期": "2020.2.10"}
    empty = FIRM | {"职工总数": "/", "标签": None, "复工日期": ""}
    more = FIRM | {"职工总数": 60, "标签": None, "复工日期": "2020-02-11"}
    assert brief(REGISTER, same, held=held) == [("unchanged", None)]
    assert brief(REGISTER, empty, held=held) == [("unchanged", None)]
    [line] = results(REGISTER, more, held=held)
    assert (line["outcome"], line["action"]) == ("accepted", "update")
    assert line["changes"] == {"职工总数": [50, 60], "复工日期": ["2020-02-10", "2020-02-11"]}
    assert line["values"]["标签"] == []


def test_a_default_does_not_change_what_is_held():
    site = FIRM | {"类型": "工地"}
    assert brief(REGISTER, FIRM, held={register_key(site): site}, header=[*FIRM, "行业"]) == [("unchanged", None)]


def test_a_later_row_is_compared_with_the_file_before_the_portal():
    held = {register_key(FIRM): FIRM | {"行业": "服务"}}
    rows = [FIRM | {"行业": "制造"}, FIRM | {"行业": "服务"}]
    assert brief(REGISTER, *rows, held=held) == [
        ("accepted", "update"),
        ("refused", {("统一社会信用代码", "duplicate_in_file")}),
    ]


# --- roster ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (439900198001010010.0, "id_precision_lost"), ("4.399E+17", "id_precision_lost"), ("439900197705234000", "id_precision_lost"),
        ("439900200001000000", "id_precision_lost"), ("439900900101001", "id_15_digits"), (439900900101001.0, "id_15_digits"),
        ("43990019801026532", "id_format"), ("4399001972012226Y1", "id_format"), ("439900199002300217", "id_birthdate"),
        ("439900189902290033", "id_birthdate"), ("439900203501010109", "id_birthdate"), ("439900198001010011", "id_checksum"),
        ("", "required"), ("无", "required"), ("#N/A", "cell_error"),
    ],
)  # fmt: skip
def test_faults_of_id_numbers(number, code):
    assert brief(ROSTER, PERSON | {"证件号码": number}) == [("refused", {("证件号码", code)})]


def test_a_number_ending_in_000_may_be_right():
    bodies = (f"439900{date(1980, 1, 1) + timedelta(days=n):%Y%m%d}000"[:17] for n in range(100))
    right = next(body + "0" for body in bodies if id_check_character(body) == "0")
    wrong = next(body + "0" for body in ("43990019800101000", "43990019800102000") if id_check_character(body) != "0")
    assert brief(ROSTER, PERSON | {"证件号码": right}) == [("accepted", "create")]
    assert brief(ROSTER, PERSON | {"证件号码": wrong}) == [("refused", {("证件号码", "id_precision_lost")})]


def test_other_documents_have_their_own_form_and_unknown_types_none():
    header = [*PERSON, "证件类型"]
    for kind, number, expected in (
        ("护照", "e12345679", "accepted"),
        ("港澳通行证", "H04399001", "accepted"),
        ("回乡证", "H1234567", {("证件号码", "document_format")}),
        ("台胞证", "12345678", "accepted"),
        ("港澳台居民居住证", "810000198703040015", "accepted"),
        ("港澳台居民居住证", 810000198703040015.0, {("证件号码", "document_format")}),
        ("永居证", "932682198501010017", "accepted"),
        ("军官证", "字第1号", {("证件类型", "bad_choice")}),
        ("军官证", None, {("证件类型", "bad_choice"), ("证件号码", "required")}),
    ):
        [(outcome, why)] = brief(ROSTER, PERSON | {"证件类型": kind, "证件号码": number}, header=header)
        assert expected in (outcome, why)


def test_the_sex_comes_from_the_number():
    [line] = results(ROSTER, PERSON)
    assert (line["values"]["性别"], line["values"]["证件类型"]) == ("男", "身份证")
    assert warned(ROSTER, PERSON | {"性别": "女"}) == [{("性别", "sex_mismatch")}]
    assert results(ROSTER, PERSON | {"性别": "女"})[0]["values"]["性别"] == "男"
    assert warned(ROSTER, PERSON | {"性别": "男"}) == [set()]
    [passport] = results(ROSTER, PERSON | {"证件类型": "护照", "证件号码": "E12345678"})
    assert passport["values"]["性别"] is None


def test_a_phone_shared_with_an_earlier_person_is_warned_of():
    other = PERSON | {"姓名": "李四", "证件号码": OTHER_ID}
    bad = other | {"姓名": "?"}
    assert warned(ROSTER, PERSON, other) == [set(), {("手机", "phone_shared")}]
    assert warned(ROSTER, bad, PERSON, PERSON) == [set(), set(), set()]


def test_a_person_is_one_by_type_and_number():
    passport = PERSON | {"证件类型": "护照", "证件号码": "E12345678"}
    held = {roster_key({"证件类型": "护照", "证件号码": "E12345678"}): passport | {"部门": "一车间"}}
    assert brief(ROSTER, passport | {"部门": "二车间"}, held=held) == [("accepted", "update")]
    assert brief(ROSTER, PERSON | {"证件类型": None}, passport, passport | {"手机": "19900000009"}) == [
        ("accepted", "create"),
        ("accepted", "create"),
        ("refused", {("证件号码", "duplicate_in_file")}),
    ]


# --- results ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tube", "result", "expected"),
    [
        ({"status": "已接收"}, "阴性", ("accepted", "create")), ({"status": "检测中"}, "阳性", ("accepted", "create")),
        ({"status": "待审核", "result": "阴性"}, "ND", ("unchanged", None)),
        ({"status": "待审核", "result": "阴性"}, "可疑", ("refused", {("条码号", "result_conflict")})),
        ({"status": "已发布", "result": "阳性"}, "检出", ("unchanged", None)),
        ({"status": "已发布", "result": "阳性"}, "阴性", ("refused", {("条码号", "result_conflict")})),
        ({"status": "作废"}, "阴性", ("refused", {("条码号", "tube_void")})), ({"status": "已采样"}, "阴性", ("refused", {("条码号", "tube_not_received")})),
        ({"status": "需重采"}, "阴性", ("refused", {("条码号", "tube_not_received")})), (None, "阴性", ("refused", {("条码号", "unknown_barcode")})),
    ],
)  # fmt: skip
def test_a_result_is_taken_as_the_state_of_its_tube_allows(tube, result, expected):
    held = {(TUBE,): tube} if tube else {}
    rows = [{"条码号": TUBE, "结果": result, "检验时间": "2020-02-18 15:00"}]
    assert brief(RESULTS, *rows, held=held) == [expected]


def test_the_same_barcode_twice():
    held = {(TUBE,): {"status": "已接收"}, (OTHER_TUBE,): {"status": "已接收"}}
    negative, positive = ({"条码号": TUBE, "结果": word, "检验者": "甲"} for word in ("阴性", "阳性"))
    other = {"条码号": OTHER_TUBE, "结果": "阴性", "检验者": "甲"}
    again = negative | {"结果": "未检出", "检验者": "乙"}
    faulty = positive | {"检验者": "?"}
    conflict = ("refused", {("条码号", "result_conflict")})
    assert brief(RESULTS, negative, other, again, held=held) == [
        ("accepted", "create"),
        ("accepted", "create"),
        ("unchanged", None),
    ]
    assert brief(RESULTS, negative, other, positive, again, held=held) == [
        conflict,
        ("accepted", "create"),
        conflict,
        conflict,
    ]
    assert brief(RESULTS, negative, faulty, held=held)[0] == ("accepted", "create")


def test_a_test_may_not_lie_ahead_and_a_low_ct_contradicts_a_negative():
    held = {(TUBE,): {"status": "已接收"}}
    row = {"条码号": TUBE, "结果": "阴性", "检验时间": "2020-02-19 00:01", "CT值N": 31.5}
    assert brief(RESULTS, row, held=held) == [("refused", {("检验时间", "future_date")})]
    later_today = row | {"检验时间": "2020-02-18 23:59"}
    assert warned(RESULTS, later_today, held=held) == [{("CT值N", "ct_contradicts")}]
    assert warned(RESULTS, later_today | {"CT值N": 37}, held=held) == [{("CT值N", "ct_contradicts")}]
    assert warned(RESULTS, later_today | {"CT值N": 37.01}, held=held) == [set()]
    assert warned(RESULTS, later_today | {"结果": "阳性"}, held=held) == [set()]


# --- receipts --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("quantity", "unit", "expected"),
    [
        (5, "只", "accepted"), ("5只", "只", "accepted"), ("5付", "剂", "accepted"), (2.5, "公斤", "accepted"), ("2.5kg", "千克", "accepted"), (2.5, "升", "accepted"),
        ("2箱", "支", {("数量", "unit_mismatch")}), ("2.5箱", "支", {("数量", "unit_mismatch")}), (2.5, "台", {("数量", "not_an_integer")}),
        (2.5, "斤", {("单位", "bad_unit")}), ("2箱", "斤", {("单位", "bad_unit")}), (5, None, {("单位", "required")}), ("5箱", None, "accepted"),
        ("约5箱", "箱", {("数量", "not_exact")}), ("5斤", "公斤", {("数量", "bad_unit")}), ("2.5箱", "/", {("数量", "not_an_integer")}),
        (None, "只", {("数量", "required")}), ("5只", "#N/A", {("单位", "cell_error")}), ("1.2345", "台", {("数量", "too_precise")}),
    ],
)  # fmt: skip
def test_quantity_and_unit_are_judged_together(quantity, unit, expected):
    [(outcome, why)] = brief(RECEIPTS, LOT | {"数量": quantity, "单位": unit}, header=list(LOT))
    assert expected in (outcome, why)


def test_a_unit_is_taken_from_the_quantity():
    row = LOT | {"数量": "200 双", "单位": None}
    assert warned(RECEIPTS, row, header=list(LOT)) == [{("单位", "unit_from_quantity")}]
    assert results(RECEIPTS, row, header=list(LOT))[0]["values"]["单位"] == "双"


def test_days_of_a_lot():
    lot = LOT | {"生产日期": "2020-02-01", "有效期至": "2020-01-31", "入库日期": "2020-02-18"}
    assert brief(RECEIPTS, lot) == [("refused", {("有效期至", "date_order")})]
    assert brief(RECEIPTS, lot | {"有效期至": "2020-02-01"}) == [("accepted", "create")]
    assert brief(RECEIPTS, lot | {"生产日期": "2020-02-19", "有效期至": "2021-01-01"}) == [
        ("refused", {("生产日期", "future_date")})
    ]
    assert brief(RECEIPTS, lot | {"生产日期": "昨天"}) == [("refused", {("生产日期", "bad_date")})]
    assert brief(RECEIPTS, lot | {"有效期至": None, "入库日期": "2020-02-19"}) == [
        ("refused", {("入库日期", "future_date")})
    ]
    assert warned(RECEIPTS, lot | {"生产日期": None}) == [{("有效期至", "expired")}]


def test_an_equal_receipt_is_taken_with_a_warning():
    bad = LOT | {"批号": "#N/A"}
    lot = LOT | {"批号": "A1"}
    rows = [bad, lot, lot | {"数量": "5 只"}, lot | {"批号": "A2"}, lot]
    assert warned(RECEIPTS, *rows) == [
        set(),
        set(),
        {(None, "possible_duplicate")},
        set(),
        {(None, "possible_duplicate")},
    ]
    assert [outcome for outcome, _ in brief(RECEIPTS, *rows)] == ["refused"] + ["accepted"] * 4


# --- words and shape -------------------------------------------------------------------------------------------------


def test_a_fault_is_said_with_row_column_value_reason_and_remedy():
    judgement = judged(ROSTER, PERSON | {"证件号码": "439900198001010011"})
    assert judgement.rows[0].sentences() == ["第 2 行 证件号码 “439900198001010011”: 校验位不对, 请核对最后一位"]
    assert messages.located(14, "证件号码", "id_checksum") == "第 14 行 证件号码: 校验位不对, 请核对最后一位"


def test_every_code_has_words():
    files = json.loads(EXPECTED.read_text(encoding="utf-8"))["files"]
    faults = [
        fault for file in files for row in file["rows"] for fault in (*row.get("errors", ()), *row.get("warnings", ()))
    ]
    for code in {fault["code"] for fault in faults} | {
        row["reason"] for file in files for row in file["rows"] if "reason" in row
    }:
        assert code in messages.ERRORS or code in messages.WARNINGS or code in messages.REASONS


def test_judging_grows_in_proportion_to_the_rows():
    """Each cell is looked at a fixed number of times: ten times the rows ask the portal still once."""

    class Counting(Held):
        calls = 0

        def present(self, keys):
            Counting.calls += 1
            return super().present(keys)

    rows = [[f"厂{n}", "", "工地"] for n in range(2000)]
    lines = [["单位名称", "统一社会信用代码", "类型"], *rows, *rows]
    sheet = {"name": "表", "hidden": False, "rows": [[n, False, line] for n, line in enumerate(lines, 1)], "merges": []}
    workbook = workbook_from_json({"kind": "xlsx", "date1904": False, "sheets": [sheet]})
    judgement = judge_workbook(REGISTER, workbook, as_of=AS_OF, holdings=Counting())
    assert judgement.totals == {"accepted": 2000, "unchanged": 2000, "refused": 0, "skipped": 0}
    assert Counting.calls == 1
