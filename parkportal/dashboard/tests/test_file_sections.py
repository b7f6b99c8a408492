"""一企一档: each section of the enterprise file shows what is known, and what is missing leads to where it is mended."""

import re
from datetime import date
from html import unescape

import pytest
from django.urls import reverse

from enterprises.actions import set_resumption_status
from enterprises.actions.chasing import due_at, remind
from enterprises.models import EnterpriseDocument
from enterprises.tests import factories as e
from parkportal.clock import park_today
from parkportal.records import terms
from supplies import actions as supplying
from supplies.tests import factories as s
from testing.tests import factories as t

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("park_time")]
TODAY = date(2020, 2, 18)


@pytest.fixture
def committee(make_user):
    terms.plant()
    return make_user("committee", name="祁月")


def sections(answer):
    """The words of each section of the page under its heading; headings that count are known by their first word."""
    page = answer.content.decode()
    found = {}
    for part in page.split('<section class="section"')[1:]:
        heading = re.search(r"<h2>(.*?)</h2>", part, re.S)
        words = re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", part.partition("</section>")[0])))
        if heading:
            found[re.split(r"[\s　<]", heading[1].strip())[0]] = words
    return found


@pytest.fixture
def firm(committee):
    """An enterprise of which everything is known."""
    squad = e.make_squad(3)
    firm = e.make_enterprise(
        name="湖南青禾检测有限公司", squad=squad, status="not_resumed", headcount=200, sishang_kind="SVC", building="A1栋", floor=3,
        legal_name="米南宫", industry="检验检测", principal=("栾松年", "19900000021"), liaison=("苗可心", "19900000022"),
        has_canteen=True, has_dormitory=False, address="产业园A1栋3楼",
    )  # fmt: skip
    set_resumption_status(enterprise=firm, to="planned", on=TODAY, by=committee)
    set_resumption_status(enterprise=firm, to="resumed", on=TODAY, by=committee)
    contact = e.make_contact(firm, name="宁远")
    contact.set_phone("19900000031")
    contact.save()
    member = e.make_squad_member(squad, name="沈知遥")
    e.make_care(firm, member)
    person = e.make_person(name="米禾")
    e.make_employment(person, firm, returned_on=date(2020, 2, 13))
    e.make_flag(person, "observation", starts_on=date(2020, 2, 10), ends_on=date(2020, 2, 24))
    e.make_filing(firm, status="filed", filed_at=e.at(date(2020, 2, 12)), filed_by=committee)
    e.make_report(firm, TODAY, on_duty=187, fever=1, quarantined=2)
    e.make_visit(firm, by=member, observations="口罩只够三天")
    e.make_need(firm, description="缺额温枪两把", department="supplies")
    e.make_board(
        firm, status="posted", number=4, holders=[{"code": "leader", "duty": "领导小组组长", "name": "栾松年"}]
    )
    e.make_inspection(firm, by=committee)
    e.make_permit(firm, owner=committee)
    e.make_notice(firm, by=committee)
    e.make_greeting(firm, by=committee)
    EnterpriseDocument.objects.create(enterprise=firm, kind="system", number=2, text="制度", made_by=contact)
    session = t.make_session(day=TODAY)
    signup = t.make_signup(session.slots.first(), enterprise=firm, status="collected")
    t.make_specimen(signup, session=session)
    masks = s.item("医用口罩")
    lot = s.stock(masks, 1000)
    delivery, keeper = s.delivery(firm, {lot: 720}), s.keeper()
    supplying.issue_deliveries(deliveries=[delivery], by=keeper)
    supplying.sign_delivery(delivery=delivery, arrivals={}, signature=s.signed("苗可心"), by=keeper)
    remind(firm, contact, day=park_today(), due=due_at(park_today()), by=None)
    return firm


SECTIONS = {
    "到岗与健康": ("187", "93.5%", "2020-02-18"),
    "核酸检测": ("已登记 1 人", "已采样 1 人", "待出 1 人次"),
    "责任牌": ("领导小组组长", "栾松年", "已张贴"),
    "检查整改": ("2020-02-1",),
    "人员": ("医学观察期间", "1 人"),
    "防疫制度和预案": ("第 2 版", "应急预案", "没有交"),
    "诉求": ("缺额温枪两把",),
    "走访": ("沈知遥", "口罩只够三天"),
    "通知和服务": ("明天起进门测温", "食品经营许可证", "问候"),
    "防疫物资": ("医用口罩", "720"),
    "联系人": ("栾松年", "199****0021", "苗可心", "199****0022", "宁远"),
    "基本资料": ("米南宫", "检验检测", "规上服务业", "产业园A1栋3楼", "200 人"),
    "复工变动": ("拟复工", "已复工", "祁月"),
    "发过的消息": ("宁远", "199****0031"),
}


@pytest.mark.parametrize("title", SECTIONS)
def test_the_section_shows_what_is_known(firm, committee, sign_in, title):
    answer = sign_in(committee).get(f"/enterprises/{firm.pk}/")
    found = sections(answer)
    assert title in found, sorted(found)
    for words in SECTIONS[title]:
        assert words in found[title], found[title]


def test_the_head_of_the_file_says_squad_filing_and_place(firm, committee, sign_in):
    page = sign_in(committee).get(f"/enterprises/{firm.pk}/").content.decode()
    for words in ("第三小分队 沈知遥", "A1栋 3 楼", "规上服务业", "已备案", "2020-02-12 祁月", "2020-02-18"):
        assert words in page, words


# what a unit of which nothing is known lacks, and the page where it is mended
LACKS = {
    "楼栋没有填": "enterprise_edit", "法定代表人没有填": "enterprise_edit", "行业没有填": "enterprise_edit",
    "联络员手机没有填": "enterprise_edit", "负责人手机没有填": "enterprise_edit", "职工总数没有填": "enterprise_edit",
    "有没有食堂没有填": "enterprise_edit", "花名册没有导入": "people_list", "没有联络账号": "contact_list",
    "防疫管理制度没有交": "document_create", "应急预案没有交": "document_create", "还没有复工备案": "",
    "责任牌没有生成": "board_create",
}  # fmt: skip


def bare(**fields):
    return e.make_enterprise(**{"building": "", "liaison": ("", ""), "headcount": None, "has_canteen": None, **fields})


def test_a_bare_file_lists_all_that_is_missing_with_the_way_to_mend_it(committee, sign_in):
    firm = bare(name="湖南空白有限公司")
    browser = sign_in(committee)
    answer = browser.get(f"/enterprises/{firm.pk}/")
    assert {words for words, _, _ in answer.context["missing"]} == set(LACKS)
    assert (answer.context["there"], answer.context["asked"]) == (0, len(LACKS))
    page = answer.content.decode()
    assert page.index("资料完整度") < page.index("到岗与健康"), "it stands on top"
    for words, verb, href in answer.context["missing"]:
        assert words in page
        if name := LACKS[words]:
            assert f'<a href="{href}">{verb}</a>' in page
            kind = {"防疫管理制度没有交": ["system"], "应急预案没有交": ["emergency"]}.get(words, [])
            assert href == reverse(f"enterprises:{name}", args=[firm.pk, *kind])
            assert browser.get(href).status_code == 200


def test_what_is_mended_is_not_listed_any_more(firm, committee, sign_in):
    missing = sign_in(committee).get(f"/enterprises/{firm.pk}/").context["missing"]
    assert [words for words, _, _ in missing] == ["应急预案没有交"]


def test_a_site_lacks_what_a_site_is_asked(committee, sign_in):
    site = e.make_site(headcount=None)
    missing = {words for words, _, _ in sign_in(committee).get(f"/enterprises/{site.pk}/").context["missing"]}
    assert {"建设单位没有填", "施工单位没有填", "工地负责人手机没有填"} <= missing
    assert not {"法定代表人没有填", "行业没有填", "楼栋没有填"} & missing


def test_the_own_contact_gets_the_links_and_a_squad_only_the_list(committee, sign_in):
    firm = bare(squad=e.make_squad(3))
    own = sign_in(e.make_contact(firm))
    answer = own.get(f"/enterprises/{firm.pk}/")
    for _, _, href in answer.context["missing"]:
        assert not href or own.get(href).status_code == 200
    watching = sign_in(e.make_squad_member(firm.squad)).get(f"/enterprises/{firm.pk}/").content.decode()
    listed = watching.partition("资料完整度")[2].partition("</section>")[0]
    assert "楼栋没有填" in listed and "<a " not in listed
