"""Paper forms: one frame, everything typed is there, what is long goes on to the next page."""

from parkportal.printing.paper_forms import (
    Field,
    FieldGrid,
    FormTable,
    SignatureBox,
    SignatureBoxes,
    Statement,
    form_pdf,
)
from parkportal.printing.tables import Column
from parkportal.printing.tests.reading import HOSTILE, ink_edges, pages, text

BASICS = FieldGrid(
    (
        Field("企业名称", "湖南砚池泊精密机械有限公司", span=2),
        Field("统一社会信用代码", "91430104MA4L1A2B9U"),
        Field("四上类别", "规上工业"),
        Field("联络员", "祁月"),
    ),
    title="一、基本情况",
)
STOCK = FormTable((Column("物资", 3), Column("库存", 1, align="right")), (("口罩", "1,280"),), "二、物资", blank_rows=3)
SIGN = SignatureBoxes((SignatureBox("企业承诺", "以上内容属实。", "企业负责人签字（盖章）"), SignatureBox("园区意见")))


def test_a_form_holds_what_was_typed_and_where_to_sign():
    shown = text(
        form_pdf(
            "企业复工复产备案表", [BASICS, STOCK, SIGN], left="填报单位（盖章）：", right="2020-02-09", foot="第 1 版"
        )
    )

    for words in (
        "企业复工复产备案表",
        "填报单位（盖章）：",
        "湖南砚池泊精密机械有限公司",
        "91430104MA4L1A2B9U",
        "1,280",
    ):
        assert words in shown
    for words in (
        "一、基本情况",
        "二、物资",
        "以上内容属实。",
        "企业负责人签字（盖章）",
        "园区意见",
        "第 1 版",
        "第 1 页，共 1 页",
    ):
        assert words in shown


def test_a_long_roster_repeats_its_header():
    columns = tuple(Column(name, 1) for name in ("序号", "姓名", "部门"))
    rows = tuple((str(n), f"员工{n:03d}号", "车间") for n in range(1, 121))
    pdf = form_pdf("员工信息表", [FormTable(columns, rows)], landscape=True)
    shown = text(pdf)

    assert shown.count("姓名") == len(pages(pdf, 40)) > 1
    assert all(shown.count(f"员工{n:03d}号") == 1 for n in range(1, 121))


def test_nobody_signs_on_a_page_that_says_nothing():
    for count in range(20, 34):
        pdf = form_pdf("疫情防控承诺书", [Statement(("本企业承诺落实主体责任。",) * count), SIGN])
        last = text(pdf).rstrip("\f").split("\f")[-1]
        assert last.index("本企业承诺") < last.index("企业承诺")


def test_a_promise_may_run_over_pages():
    pdf = form_pdf(
        "承诺书", [Statement(tuple(f"第{n:02d}条　" + "落实主体责任，" * 20 for n in range(1, 41)), title="承诺"), SIGN]
    )
    shown = text(pdf)

    assert len(pages(pdf, 40)) > 2
    assert all(f"第{n:02d}条" in shown for n in range(1, 41))


def test_hostile_text_stays_in_its_frame():
    grid = FieldGrid((Field(HOSTILE, HOSTILE), Field(HOSTILE, HOSTILE, lines=4), Field("", "")), HOSTILE, across=3)
    boxes = SignatureBoxes((SignatureBox(HOSTILE, HOSTILE, "签字"),) * 3)
    pdf = form_pdf(HOSTILE, [grid, Statement((HOSTILE,)), boxes], left=HOSTILE, right=HOSTILE, foot=HOSTILE)

    for page in pages(pdf, 100):
        assert min(ink_edges(page)) > 20
