"""Fill once, print many: the five paper forms of a filing, read from the PDF as the counter reads them (handbook §4)."""

from datetime import date

import pytest
from django.urls import reverse

from enterprises.actions import file_resumption
from enterprises.filing_pack import STEPS
from enterprises.models import Filing
from enterprises.tests.factories import (
    make_contact,
    make_employment,
    make_enterprise,
    make_filing,
    make_flag,
    make_person,
    make_site,
    make_squad,
    make_squad_member,
)
from parkportal.printing.tests.reading import pages, text
from parkportal.records import terms

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("park_time")]
PACK = {
    "planned_on": "2020-02-20", "exemption": "epidemic", "headcount": 121, "first_batch": 62, "hubei": 3,
    "out_of_province": 4, "duty_name": "陆青禾", "disinfections": 5, "temperature_checks": 6, "isolation_rooms": 7,
    "has_canteen": True, "meal_groups": 8, "has_dormitory": False, "dormitory_people": 0,
    "emergency": "当场隔离，由陆青禾报告园区", "masks": 9001, "mask_days": 11, "thermometers": 12, "thermometer_days": 15,
    "disinfectant": 13, "disinfectant_days": 16, "alcohol": 14, "alcohol_days": 17, "promise_true": True, "promise_duty": True, "promise_report": True, "signed_by": "栾松年",
}  # fmt: skip
FORMS = ["复工复产备案表", "疫情防控承诺书", "员工信息表", "涉疫地人员健康监测表", "疫情防控物资统计表"]


@pytest.fixture
def firm():
    terms.plant()
    return make_enterprise(
        name="湖南青禾检测有限公司", squad=make_squad(3), sishang_kind="SVC", industry="检验检测", building="A1栋", floor=3,
        legal_name="米南宫", principal=("栾松年", "19900000021"), liaison=("苗可心", "19900000022"), headcount=121,
    )  # fmt: skip


@pytest.fixture
def filing(firm):
    made = make_filing(firm)
    pack = {**PACK, "steps": [step.code for step in STEPS]}
    Filing.objects.filter(pk=made.pk).update(pack=pack, planned_on=date(2020, 2, 20))
    made.refresh_from_db()
    return made


@pytest.fixture
def printed(firm, filing, sign_in):
    """The pages of the pack as the firm's contact prints them, by their form."""

    def read(by=None, of=filing):
        browser = sign_in(by or make_contact(firm))
        answer = browser.get(reverse("enterprises:filing_print", args=[of.pk]))
        assert answer["Content-Type"] == "application/pdf"
        sheets = [page for page in text(answer.content).split("\f") if page]
        found = {name: "".join(page for page in sheets if page.startswith(name)) for name in FORMS}
        assert all(found.values()), "each of the five forms begins a page of its own"
        return found

    return read


def test_the_form_has_everything_that_the_handbook_asks(printed, filing):
    page = printed()["复工复产备案表"]
    of_the_register = (
        "湖南青禾检测有限公司", filing.enterprise.credit_code, "规上服务业", "检验检测", "A1栋3楼", "法定代表人米南宫",
        "主要负责人栾松年19900000021", "联络员苗可心19900000022", "第三小分队",
    )  # fmt: skip
    for words in of_the_register:
        assert words in page, words
    # every answer of the pack beside its question, the promise apart
    for step in STEPS[:-1]:
        for question in step.questions:
            assert question.label.replace(" ", "")[:5] in page, question.label  # a long label takes two lines
    for words in ("2020-02-20", "疫情防控必需", "121人", "62人", "3人", "4人", "陆青禾", "5次", "6次", "7间", "8批", "没有",
                  "当场隔离，由陆青禾报告园区", "9001只", "11天", "12把", "15天", "13公斤", "16天", "14公斤", "17天"):  # fmt: skip
        assert words in page, words
    assert "园区管委会意见" in page and "填报单位" in page and "第1页，共1页" in page


def test_all_forms_are_filled_from_the_one_record(printed, firm):
    # given two people of the firm, one of whom is under observation
    make_employment(make_person(name="米禾"), firm, department="质检部", post="检测员", returned_on=date(2020, 2, 13))
    watched = make_person(name="欧阳若水")
    make_employment(watched, firm, journey={"出发地": "湖北省黄冈市", "返长日期": "2020-02-10"})
    make_flag(watched, "observation", starts_on=date(2020, 2, 10), ends_on=date(2020, 2, 24))

    forms = printed()

    # the promise names the firm, its code and who signs
    promise = forms["疫情防控承诺书"]
    assert firm.name in promise and firm.credit_code in promise and "主要负责人：栾松年" in promise
    # the staff are listed, their numbers masked
    staff = forms["员工信息表"]
    assert (
        "返岗员工2人" in staff and "米禾" in staff and "质检部" in staff and "检测员" in staff and "2020-02-13" in staff
    )
    assert watched.number not in staff and watched.masked_number in staff
    # only who has to be watched stands on the health sheet, until when
    health = forms["涉疫地人员健康监测表"]
    assert "监测对象1人" in health and "欧阳若水" in health and "湖北省黄冈市，医学观察期间" in health
    assert "2020-02-10" in health and "2020-02-24" in health and "米禾" not in health
    # the stock is the filing's own
    stock = forms["疫情防控物资统计表"]
    for words in ("一次性医用口罩只900111", "测温设备把1215", "消毒液公斤1316", "酒精公斤1417", "临时隔离间间7"):
        assert words in stock, words


JOURNEY = {
    "出发地": "湖北省黄冈市黄州区", "返长日期": "2020-02-10", "交通方式": "G1234次03车12F", "14日内湖北旅居史": True,
    "接触史": False, "症状": ["咳嗽", "无力"], "体温": "36.8",
}  # fmt: skip


@pytest.fixture
def traveller(firm):
    """Somebody of whom the roster said all of its sixteen columns."""
    person = make_person(name="欧阳若水", sex="F", address="岳麓区麓谷街道青禾小区7栋2单元1503")
    make_employment(person, firm, department="质检部", post="检测员", journey=JOURNEY, returned_on=date(2020, 2, 13))
    make_flag(person, "observation", starts_on=date(2020, 2, 11), ends_on=date(2020, 2, 24))
    return person


def test_the_staff_sheet_has_every_column_of_the_roster(printed, traveller):
    staff = printed()["员工信息表"]
    for title in ("序号", "姓名", "性别", "证件类型、号码", "手机", "部门、岗位", "现住址", "出发地", "返长日期", "交通方式", "车次座位",
                  "湖北旅居", "接触史", "症状", "体温", "隔离起止", "返岗日期"):  # fmt: skip
        assert title in staff, title
    for words in ("欧阳若水", "女", "身份证", traveller.masked_number, traveller.masked_phone, "质检部", "1503", "黄州区",
                  "2020-02-10", "G1234", "有", "无", "咳嗽", "36.8", "2020-02-11", "2020-02-24", "2020-02-13"):  # fmt: skip
        assert words in staff, words
    assert traveller.number not in staff and traveller.phone not in staff


def test_who_may_not_correct_the_firm_prints_neither_homes_nor_health(printed, firm, traveller):
    staff = printed(by=make_squad_member(firm.squad))["员工信息表"]
    assert "欧阳若水" in staff and "住址和健康情况按规定遮盖" in staff
    for words in ("青禾小区", "咳嗽", "36.8"):
        assert words not in staff, words


def test_the_staff_sheet_lies_across(printed, traveller, firm, filing, sign_in):
    raw = sign_in(make_contact(firm)).get(reverse("enterprises:filing_print", args=[filing.pk])).content
    shapes = [page.width > page.height for page in pages(raw, dpi=40)]
    assert shapes == [False, False, True, False, False]


def test_a_changed_record_changes_every_form(printed, filing):
    Filing.objects.filter(pk=filing.pk).update(pack={**filing.pack, "masks": 77, "signed_by": "闻人朗"})
    forms = printed()
    assert "77只" in forms["复工复产备案表"] and "口罩只77" in forms["疫情防控物资统计表"]
    assert "主要负责人：闻人朗" in forms["疫情防控承诺书"]


def test_who_may_not_correct_the_firm_prints_its_phones_masked(printed, firm):
    page = printed(by=make_squad_member(firm.squad))["复工复产备案表"]
    assert "19900000021" not in page and "199****0021" in page and "199****0022" in page


def test_a_filed_pack_says_when_and_carries_the_committees_word(printed, filing):
    filed = file_resumption(filing=filing, by=make_contact(filing.enterprise))
    page = printed(of=filed)["复工复产备案表"]
    assert "备案时间：2020-02-1817:40" in page and "已备案" in page and f"备案编号{filed.pk:06d}" in page


def test_a_site_is_asked_other_things(printed, sign_in):
    site = make_site(
        name="青禾大道工地", builder="湖南青禾建设有限公司", developer="岳麓城投", manager_name="钟山",
        manager_phone="19900000023", key_level="province",
    )  # fmt: skip
    page = printed(by=make_contact(site), of=make_filing(site))["复工复产备案表"]
    for words in (
        "建设单位岳麓城投",
        "施工单位湖南青禾建设有限公司",
        "工地负责人钟山19900000023",
        "省重点",
        "第1页，共1页",
    ):
        assert words in page, words
    assert "法定代表人" not in page and "四上类别" not in page


def test_long_words_stay_inside_their_frames(printed, filing, sign_in):
    long = {"emergency": "先隔离再报告，" * 60, "duty_name": "欧阳若水"}
    Filing.objects.filter(pk=filing.pk).update(pack={**filing.pack, **long})
    browser = sign_in(make_contact(filing.enterprise))
    raw = browser.get(reverse("enterprises:filing_print", args=[filing.pk])).content
    for page in pages(raw, dpi=72):
        left = page.crop((0, 0, 20, page.height)).getextrema()
        right = page.crop((page.width - 20, 0, page.width, page.height)).getextrema()
        assert left == right == (255, 255), "nothing is printed into the margins"
