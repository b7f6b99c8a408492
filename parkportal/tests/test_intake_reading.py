"""Reading a file as the intake contract says (README §1): kinds, encodings, sheets, headers, merges, formulas."""

import io
from datetime import date

import openpyxl
import pytest

from enterprises.intake import REGISTER, ROSTER
from parkportal.tests.handmade import number, row, sheet, text, workbook
from parkportal.workbooks.intake import judge
from supplies.intake import RECEIPTS
from testing.intake import RESULTS

AS_OF = date(2020, 2, 18)
HEADER = ["姓名", "证件号码", "手机"]
PEOPLE = [["张三", "439900198001010010", "19900000001"], ["李四", "439900199202290033", "19900000002"]]


@pytest.fixture
def judged(tmp_path):
    def judged(content, kind=ROSTER, **options):
        path = tmp_path / "来件.dat"
        if isinstance(content, openpyxl.Workbook):
            out = io.BytesIO()
            content.save(out)
            content = out.getvalue()
        path.write_bytes(content)
        return judge(kind, path, as_of=AS_OF, **options)

    return judged


def book(*sheets_of_rows, merges=()):
    out = openpyxl.Workbook()
    out.remove(out.active)
    for place, rows in enumerate(sheets_of_rows, 1):
        page = out.create_sheet(f"表{place}")
        for line in rows:
            page.append(line)
    for merge in merges:
        out.worksheets[0].merge_cells(merge)
    return out


def csv(rows, delimiter=","):
    return "\r\n".join(delimiter.join(line) for line in rows) + "\r\n"


def outcomes(judgement):
    return [(line.row, line.outcome, line.reason or line.action) for line in judgement.rows]


GOOD = [(2, "accepted", "create"), (3, "accepted", "create")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030", "gbk"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_text_of_every_encoding_and_delimiter(judged, encoding, delimiter):
    judgement = judged(csv([HEADER, *PEOPLE], delimiter).encode(encoding))
    assert outcomes(judgement) == GOOD
    assert judgement.as_json()["data_sheets"] == [None]


def test_rare_characters_survive_gb18030(judged):
    rows = [HEADER, ["𠮷永康", "439900198001010010", "19900000001"]]
    assert judged(csv(rows).encode("gb18030")).rows[0].values["姓名"] == "𠮷永康"


def test_the_delimiter_splits_the_header_row_into_most_cells(judged):
    header = "姓名;证件号码;手机;症状;现住址"
    line = "张三;439900198001010010;19900000001;发热,咳嗽,无力,干咳,咽痛,头痛,腹泻;a"
    judgement = judged(f"{header}\n{line}\n".encode())
    assert judgement.rows[0].values["症状"] == ["发热", "咳嗽", "无力", "干咳", "咽痛", "头痛", "腹泻"]


def test_a_quoted_line_break_is_one_record_and_blank_records_count(judged):
    content = '姓名,证件号码,手机,现住址\n张三,439900198001010010,19900000001,"甲路\r\n1号"\n\n,,,\n李四,439900199202290033,19900000002,"5"" 管"\n'
    judgement = judged(content.encode())
    assert outcomes(judgement) == [
        (2, "accepted", "create"),
        (3, "skipped", "blank"),
        (4, "skipped", "blank"),
        (5, "accepted", "create"),
    ]
    assert judgement.rows[0].values["现住址"] == "甲路 1号"
    assert judgement.rows[3].values["现住址"] == '5" 管'


def test_old_line_ends(judged):
    assert outcomes(judged(csv([HEADER, *PEOPLE]).replace("\r\n", "\r").encode())) == GOOD


def test_the_wrapper_of_excel_is_taken_off_and_other_text_is_no_formula(judged):
    content = '姓名,证件号码,手机,现住址\n"=""张三""","=""439900198001010010""",="19900000001",=1+1\n'
    values = judged(content.encode()).rows[0].values
    assert (values["姓名"], values["手机"], values["现住址"]) == ("张三", "19900000001", "=1+1")


def test_the_kind_is_told_by_content_not_by_name(judged):
    assert outcomes(judged(book([HEADER, *PEOPLE]))) == GOOD


def test_hidden_sheets_and_sheets_without_a_header_are_ignored_the_others_are_one_file(judged):
    out = book(
        [["说明"]],
        [HEADER, *PEOPLE],
        [HEADER, PEOPLE[0]],
        [["手机", "证件号码", "姓名"], ["x"], PEOPLE[1][::-1]],
        [HEADER],
    )
    out.worksheets[2].sheet_state = "hidden"
    out.worksheets[4].sheet_state = "veryHidden"
    judgement = judged(out)
    shown = judgement.as_json()
    assert (shown["data_sheets"], shown["ignored_sheets"]) == (["表2", "表4"], ["表1", "表3", "表5"])
    assert [(line.sheet, line.row, line.outcome) for line in judgement.rows] == [
        ("表2", 2, "accepted"),
        ("表2", 3, "accepted"),
        ("表4", 2, "refused"),
        ("表4", 3, "unchanged"),
    ]


def test_a_header_is_looked_for_in_the_top_twenty_rows(judged):
    assert judged(book([["x"]] * 19 + [HEADER, *PEOPLE])).as_json()["header_rows"] == [20]
    assert judged(book([["x"]] * 20 + [HEADER, *PEOPLE])).is_refused


@pytest.mark.parametrize(
    "header",
    [
        ["姓 名", "证件\n号码", "*手机"], ["姓名*", "身份证号码（必填）", "手机号[11位]"], ["　姓　名　", "ＩＤ", "手机"], ["员工姓名", "身份证", "本人电话 (必填)*"],
        ["\ufeff姓名", "证件号码\u200b", "联系方式【必填】"],
    ],
)  # fmt: skip
def test_header_texts_are_compared_generously(judged, header):
    rows = [
        [*header, "证件号码" if "ＩＤ" in header else "备注", "性别"],
        ["张三", "439900198001010010", "19900000001", "439900198001010010"],
    ]
    assert judged(book(rows)).rows[0].outcome == "accepted"


def test_latin_headers_ignore_case_and_width(judged):
    rows = [["条码号", "结果", "ｏｒｆ1ab-ct", "n", "ct值(n)"], ["HZ00012301", "阴性", "", "", ""]]
    columns = judged(book(rows), RESULTS).as_json()["columns"]
    assert [column["field"] for column in columns] == ["条码号", "结果", "CT值ORF1ab", "CT值N", None]


def test_the_whole_header_is_tried_before_its_bracket_is_taken_off(judged):
    rows = [["企业(项目)名称", "税号", "复工(开工)日期(月日)", "CT(N)"], ["甲厂", "91439900MA4E457C5F", "", ""]]
    fields = [column["field"] for column in judged(book(rows), REGISTER).as_json()["columns"]]
    assert fields == ["单位名称", "统一社会信用代码", "复工日期", None]


def test_if_two_headers_claim_a_column_the_canonical_name_wins_else_the_leftmost(judged):
    rows = [
        ["名字", "员工姓名", "手机号", "手机", "证件号", "身份证"],
        ["张三", "错", "1", "19900000001", "439900198001010010", "1"],
    ]
    judgement = judged(book(rows))
    fields = [column["field"] for column in judgement.as_json()["columns"]]
    assert fields == ["姓名", None, None, "手机", "证件号码", None]
    assert judgement.rows[0].outcome == "accepted"


def test_a_missing_required_column_refuses_the_file(judged):
    judgement = judged(book([["姓名", "手机", "性别"], ["张三", "19900000001", "男"]]))
    shown = judgement.as_json()
    assert shown["errors"] == [{"column": "证件号码", "code": "missing_column"}]
    assert shown["rows"] == [] and sum(shown["totals"].values()) == 0
    assert judgement.file_sentences()[0].startswith("证件号码: 文件缺少")


def test_a_file_without_a_header_is_refused(judged):
    judgement = judged(book([["甲", "乙"], ["丙", "丁"]]))
    assert {fault.code for fault in judgement.errors} == {"missing_column"}
    assert "没有找到表头" in judgement.file_sentences()[0]


def test_a_mapping_by_hand_wins(judged):
    rows = [["姓名", "大名", "号码", "证件号码", "手机"], ["小张", "张三", "439900198001010010", "无", "19900000001"]]
    judgement = judged(book(rows), mapping={"大名": "姓名", "号码": "证件号码", "备考": None})
    assert judgement.rows[0].values["姓名"] == "张三"
    assert judgement.rows[0].values["证件号码"] == "439900198001010010"
    assert [one.header for one in judgement.sheets[0].columns if one.field is None] == ["姓名", "证件号码"]


def two_rows(upper, lower, *, merges, data, top=()):
    return book([*top, upper, lower, data], merges=merges)


DATA = ["甲厂", "91439900MA4E457C5F", "方国庆", "19900000001", "金小满", "19900000002"]
UPPER = ["单位名称", "税号", "主要负责人", None, "联络员", None]
LOWER = [None, None, "姓名", "手机", "姓名", "手机"]


def test_a_header_two_rows_high(judged):
    merges = ["A2:A3", "B2:B3", "C2:D2", "E2:F2", "A1:F1"]
    judgement = judged(two_rows(UPPER, LOWER, merges=merges, data=DATA, top=[["企业名录"]]), REGISTER)
    shown = judgement.as_json()
    assert shown["header_rows"] == [2, 3]
    assert [column["header"] for column in shown["columns"]][2:4] == ["主要负责人/姓名", "主要负责人/手机"]
    assert [column["field"] for column in shown["columns"]] == [
        "单位名称", "统一社会信用代码", "主要负责人", "负责人手机", "联络员", "联络员手机",
    ]  # fmt: skip
    assert outcomes(judgement) == [(4, "accepted", "create")]


def test_a_header_two_rows_high_without_cells_merged_over_both(judged):
    judgement = judged(two_rows(UPPER, LOWER, merges=["C1:D1", "E1:F1"], data=DATA), REGISTER)
    assert judgement.as_json()["header_rows"] == [1, 2]
    assert judgement.rows[0].values["负责人手机"] == "19900000001"


def test_group_labels_above_the_header_belong_to_it(judged):
    upper = ["基本情况", None, None, "健康情况", None]
    lower = ["姓名", "证件号码", "手机", "体温", "症状"]
    data = [*PEOPLE[0], 36.5, "无"]
    top = [["花名册"], ["填报单位（盖章）：甲厂", None, None, "2020年2月"]]
    merges = ["A1:E1", "A2:C2", "D2:E2", "A3:C3", "D3:E3"]
    judgement = judged(two_rows(upper, lower, merges=merges, data=data, top=top))
    assert judgement.as_json()["header_rows"] == [3, 4]
    assert judgement.as_json()["columns"][3] == {"col": "D", "header": "健康情况/体温", "field": "体温"}
    assert outcomes(judgement) == [(5, "accepted", "create")]


def test_a_title_above_the_header_does_not_belong_to_it(judged):
    for top, merges in (
        ([["花名册"]], ["A1:C1"]),
        ([["填报单位：甲厂", None, "单位：人"]], ["A1:B1"]),
        ([["花名册"]], []),
        ([["花名册"]], ["A1:B1"]),
    ):
        judgement = judged(book([*top, HEADER, *PEOPLE], merges=merges))
        assert judgement.as_json()["header_rows"] == [2]


def test_a_sloppy_merge_in_a_header_does_not_swallow_the_first_row(judged):
    rows = [[*HEADER, "备注", None], [*PEOPLE[0], "a", "b"], PEOPLE[1]]
    assert outcomes(judged(book(rows, merges=["D1:E1"]))) == GOOD


def test_the_upper_label_alone_is_tried_last(judged):
    upper = ["条码号", "结果", "检验时间", "备注"]
    lower = [None, None, None, "(可不填)"]
    merges = ["A1:A2", "B1:B2", "C1:C2"]
    judgement = judged(two_rows(upper, lower, merges=merges, data=["HZ00012301", "阴性", AS_OF, "x"]), RESULTS)
    assert judgement.as_json()["columns"][3]["field"] == "备注"


def test_a_repeated_header_of_two_rows_is_skipped_row_by_row(judged):
    out = book([UPPER, LOWER, DATA, UPPER, LOWER], merges=["A1:A2", "B1:B2", "C1:D1", "E1:F1"])
    assert outcomes(judged(out, REGISTER))[1:] == [(4, "skipped", "repeated_header"), (5, "skipped", "repeated_header")]


def test_a_value_merged_downwards_belongs_to_every_row_and_empty_cells_are_not_filled(judged):
    rows = [[*HEADER, "部门", "岗位"], [*PEOPLE[0], "一车间", "焊工"], [*PEOPLE[1], None, None]]
    judgement = judged(book(rows, merges=["D2:D3"]))
    assert [line.values["部门"] for line in judgement.rows] == ["一车间", "一车间"]
    assert [line.values["岗位"] for line in judgement.rows] == ["焊工", None]


def test_a_subtotal_inside_a_merge_is_one(judged):
    rows = [["部门", *HEADER], ["一车间", *PEOPLE[0]], [None, "小计", "1人"], [None, *PEOPLE[1]]]
    judgement = judged(book(rows, merges=["A2:A4"]))
    assert outcomes(judgement)[1] == (3, "skipped", "subtotal")


def test_hidden_rows_are_read_with_a_warning_and_hidden_columns_without(judged):
    out = book([HEADER, *PEOPLE])
    out.active.row_dimensions[2].hidden = True
    out.active.column_dimensions["A"].hidden = True
    judgement = judged(out)
    assert [fault.as_json() for fault in judgement.rows[0].warnings] == [{"column": None, "code": "hidden_row"}]
    assert judgement.rows[1].warnings == []


def test_formulas_count_with_their_stored_value(judged):
    header = row(
        1, *(text(f"{letter}1", name) for letter, name in zip("ABCDEF", [*HEADER, "部门", "体温", "金额"], strict=True))
    )
    person = row(
        2,
        '<c r="A2" t="str"><f>"张"&amp;"三"</f><v>张三</v></c>',
        text("B2", PEOPLE[0][1]),
        number("C2", 19900000001),
        '<c r="D2" t="str"><f>""</f><v></v></c>',
        '<c r="E2"><f>36+0.6</f><v>36.6</v></c>',
        '<c r="F2"><f>1/0</f></c>',
    )
    faulty = row(
        3,
        text("A3", "=李四"),
        text("B3", PEOPLE[1][1]),
        text("C3", "19900000002"),
        '<c r="D3" t="e"><v>#REF!</v></c>',
        '<c r="E3"><f>A1</f><v></v></c>',
        '<c r="F3" t="e"><f>A1</f><v>#N/A</v></c>',
    )
    judgement = judged(workbook(sheet(header, person, faulty)))
    values = judgement.rows[0].values
    assert (values["姓名"], values["手机"], values["部门"], str(values["体温"])) == (
        "张三",
        "19900000001",
        None,
        "36.6",
    )
    assert {(fault.column, fault.code) for fault in judgement.rows[1].errors} == {
        ("姓名", "bad_name"), ("部门", "cell_error"), ("体温", "no_cached_value"),
    }  # fmt: skip


def test_days_count_in_the_system_of_the_file(judged):
    header = row(
        1, *(text(f"{letter}1", name) for letter, name in zip("ABCDE", [*HEADER, "返长日期", "返岗日期"], strict=True))
    )
    person = row(
        2,
        *(text(f"{letter}2", v) for letter, v in zip("ABC", PEOPLE[0], strict=True)),
        number("D2", 42410, 1),
        number("E2", 42411),
    )
    for date1904, expected in (
        (True, (date(2020, 2, 11), date(2020, 2, 12))),
        (False, (date(2016, 2, 10), date(2016, 2, 11))),
    ):
        values = judged(workbook(sheet(header, person), date1904=date1904)).rows[0].values
        assert (values["返长日期"], values["返岗日期"]) == expected


def test_date_cells_are_days_however_they_are_shown(judged):
    header = row(
        1, *(text(f"{letter}1", name) for letter, name in zip("ABC", ["条码号", "结果", "检验时间"], strict=True))
    )
    rows = [row(n, text(f"A{n}", f"HZ0001230{n}"), text(f"B{n}", "阴性"), number(f"C{n}", value, style)) for n, value, style in
            [(2, 43879.58819444444, 2), (3, 43879, 4), (4, 43879.58819444444, 0), (5, 0.5, 3), (6, 43879.9999999, 2)]]  # fmt: skip

    class Tubes:
        def present(self, keys):
            return {key: {"status": "已接收"} for key in keys}

    judgement = judged(workbook(sheet(header, *rows)), RESULTS, holdings=Tubes())
    shown = [
        line["values"]["检验时间"] if "values" in line else line["errors"][0]["code"]
        for line in judgement.as_json()["rows"]
    ]
    assert shown == ["2020-02-18T14:07:00", "2020-02-18T00:00:00", "2020-02-18T14:07:00", "bad_date", "future_date"]


def test_cells_without_references_stand_where_they_stand(judged):
    line = "".join(f'<c t="inlineStr"><is><t>{value}</t></is></c>' for value in HEADER)
    person = "".join(f'<c t="inlineStr"><is><t>{value}</t></is></c>' for value in PEOPLE[0])
    assert judged(workbook(sheet(f"<row>{line}</row><row>{person}</row>"))).rows[0].outcome == "accepted"


def test_prefixed_parts_are_read(judged):
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    cells = [HEADER, PEOPLE[0]]
    rows = "".join(
        f'<x:row r="{n}"{" hidden=" + chr(34) + "1" + chr(34) if n == 2 else ""}>'
        + "".join(
            f'<x:c r="{chr(65 + i)}{n}" t="inlineStr"><x:is><x:t>{value}</x:t></x:is></x:c>'
            for i, value in enumerate(line)
        )
        + "</x:row>"
        for n, line in enumerate(cells, 1)
    )
    judgement = judged(workbook(f'<x:worksheet xmlns:x="{main}"><x:sheetData>{rows}</x:sheetData></x:worksheet>'))
    assert judgement.rows[0].warnings[0].code == "hidden_row"


def test_rows_below_the_last_filled_one_are_not_listed(judged):
    out = book([["物资名称", "单位", "数量"], ["口罩", "只", 5], [None], [" ", "\u3000"], ["\u200b"]])
    assert outcomes(judged(out, RECEIPTS)) == [(2, "accepted", "create")]
