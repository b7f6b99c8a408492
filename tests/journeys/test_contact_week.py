"""A contact's first week: the invitation, the filing, three daily reports, a need that comes back solved, the board on the wall."""

import io
import re
from urllib.parse import urlsplit

import pytest
from PIL import Image

from enterprises.tests.factories import credit_code
from parkportal.printing.tests.reading import codes, pages
from tests.journeys.story import wait_for

pytestmark = pytest.mark.journey

FIRM, CONTACT, PHONE, PASSWORD = "长沙初见渡电子有限公司", "游之远", "19900006601", "Qingshan-2020-lu"
USERNAME, CODE = "chujiandu", credit_code(660_001)


def photo(colour: tuple[int, int, int] = (222, 232, 240)) -> dict:
    picture = io.BytesIO()
    Image.new("RGB", (900, 1200), colour).save(picture, "JPEG")
    return {"name": "wall.jpg", "mimeType": "image/jpeg", "buffer": picture.getvalue()}


def test_a_contacts_first_week(park):
    with park.person("贺立行", username="guanwei1") as staff:
        firm = enters_the_firm(staff)
        link = invites(staff, firm)
    with park.person("游之远", kind="phone") as contact:
        accepts(contact, link)
        completes_the_facts(contact, firm)
        files_with_a_paper(contact, park)
        reports_three_days(contact, firm)
        need = writes_a_need(contact, firm)
    with park.person("沈知遥", kind="phone", username="xiaodui1") as member:
        solves(member, need)
    with park.person("游之远二", kind="phone") as contact:
        contact.signs_in(USERNAME, PASSWORD)
        confirms(contact)
        hangs_the_board(contact, park, firm)
    with park.person("督导", kind="phone", username="guanwei1") as staff:
        staff.goes_to(firm).sees("责任牌已张贴", "已复工").pictures("一企一档").fits()


def enters_the_firm(staff) -> str:
    """The committee enters a firm that has been working since Saturday and has told nobody."""
    staff.goes_to("/enterprises/new/").fills(
        name=FIRM, credit_code=CODE, building="B6栋", floor="3", liaison_name=CONTACT
    )
    staff.fills(liaison_phone=PHONE, principal_name="方国庆", resumed_on="2020-02-15")
    staff.page.select_option("select[name=squad]", label="第一小分队")
    staff.page.select_option("select[name=status]", "resumed")
    staff.presses("登记", exact=True).sees(FIRM, "资料完整度").pictures("登记好的企业").fits()
    return urlsplit(staff.page.url).path


def invitations(staff) -> list[str]:
    """The links that stand in the park's mailbox, the newest first."""
    staff.goes_to("/messages/mailbox/")
    hrefs = staff.page.eval_on_selector_all("a", "all => all.map(a => a.getAttribute('href') || '')")
    return [urlsplit(href).path for href in hrefs if "/accounts/invitation/" in href]


def invites(staff, firm: str) -> str:
    known = invitations(staff)
    staff.goes_to(firm + "contacts/invite/").presses("发出邀请").sees("等着接受的邀请", CONTACT)
    return wait_for(lambda: [link for link in invitations(staff) if link not in known])[0]


def accepts(contact, link: str) -> None:
    contact.goes_to(link).sees(CONTACT, FIRM).pictures("邀请").fits()
    names = contact.page.eval_on_selector_all("form input:not([type=hidden])", "all => all.map(one => one.name)")
    for name in names:
        contact.fills(**{name: USERNAME if name == "username" else PASSWORD})
    contact.presses("开通账户并登录").sees(FIRM, "日报还没有交").pictures("联络员首页").fits()
    contact.goes_to("/accounts/login/")
    answer = contact.page.goto(contact.address + link)
    assert answer is not None and "开通账户并登录" not in contact.text(), "the link works once"


def completes_the_facts(contact, firm: str) -> None:
    contact.goes_to(firm).sees("资料完整度").pictures("自己的档案").fits()
    contact.goes_to(firm + "edit/").fills(headcount="80", industry="电子元件", address="产业园 B6栋 3 楼")
    contact.page.select_option("select[name=has_canteen]", "false")
    contact.presses("存下").sees("改好了", "80 人")


def files_with_a_paper(contact, park) -> None:
    """Four steps with autosave: the window is closed in the middle, and what was typed is there again."""
    contact.presses("填复工备案").fills(planned_on="2020-02-18", headcount="80")
    # what was saved before the last field was typed would not have it
    with contact.page.expect_response(
        lambda said: "/draft/" in said.url and '"first_batch"\r\n\r\n200' in (said.request.post_data or "")
    ):
        contact.fills(first_batch="200")
    contact.sees("已自动存下")
    contact.page.reload()
    assert contact.page.input_value("[name=first_batch]") == "200", "the autosave kept what was typed"
    contact.fills(hubei="0", out_of_province="3").presses("继续").sees("首批返岗人数不能超过职工总数")
    contact.fills(first_batch="60").pictures("备案第一步").fits().presses("继续")
    contact.fills(duty_name=CONTACT, disinfections="3", temperature_checks="2", isolation_rooms="1", meal_groups="0")
    contact.page.locator("input[name=has_canteen][value=false]").check()
    contact.page.locator("input[name=has_dormitory][value=false]").check()
    contact.fills(dormitory_people="0", emergency="当场隔离，报告园区，由专车送发热门诊。").presses("继续")
    contact.fills(masks="900", mask_days="5", thermometers="3", disinfectant="40", alcohol="20")
    contact.fills(thermometer_days="14", disinfectant_days="10", alcohol_days="8").presses("继续")
    for name in ("promise_true", "promise_duty", "promise_report"):
        contact.page.locator(f"input[name={name}]").check()
    contact.fills(signed_by="方国庆").presses("继续").sees("附件 0 个")
    contact.follows("传附件")
    contact.page.set_input_files("input[name=file]", photo())
    contact.presses("传上去").sees("wall.jpg").pictures("备案附件").fits().follows("传完了，去核对")
    contact.presses("核对无误，提交备案").sees("备案好了").pictures("备案交了").fits()
    href = contact.page.get_by_role("link", name="打印全套表格").get_attribute("href")
    assert contact.context.request.get(park.address + href).body().startswith(b"%PDF")


def stands_on_one_screen(contact) -> None:
    """From the first count to the button nothing has to be scrolled on a phone."""
    foot = contact.page.locator(".footmenu").bounding_box()
    button = contact.page.get_by_role("button", name="交日报").bounding_box()
    assert contact.page.evaluate("scrollY") == 0 and button["y"] + button["height"] <= foot["y"]


def reports_three_days(contact, firm: str) -> None:
    """Today's first, then the two days that were missed; an empty count is no zero, a slip is corrected with its reason."""
    contact.goes_to("/").sees("日报还没有交").goes_to(firm + "report/").sees("最近八天", "没有交")
    stands_on_one_screen(contact)
    contact.fills(on_duty="52", hubei="", fever="0", quarantined="0", masks_left="800").presses("交日报")
    contact.sees("没有也要填 0").fills(hubei="0").presses("交日报").sees("2月18日的日报交好了").pictures(
        "日报交了"
    ).fits()
    for day, on_duty in (("2020-02-17", "48"), ("2020-02-16", "44")):
        contact.goes_to(f"{firm}report/?date={day}").fills(
            on_duty=on_duty, hubei="0", fever="0", quarantined="0", masks_left="850"
        )
        contact.presses("交日报").sees("的日报交好了")
    contact.goes_to(firm + "report/?date=2020-02-17").sees("已经交过", "迟交").pictures("八天").fits()
    assert contact.page.locator("aside .lines li", has_text="没有交").count() == 1, "Saturday alone is still missing"
    contact.fills(on_duty="49").goes_by(contact.page.get_by_role("button", name="更正日报"))
    contact.sees("请写明为什么更正")
    contact.fills(correction_reason="少数了门卫").presses("更正日报").sees("的日报交好了")
    contact.page.get_by_text("近 3 次日报").click()
    contact.sees("更正：少数了门卫").pictures("档案里的日报").fits()


def writes_a_need(contact, firm: str) -> str:
    contact.goes_to(firm + "needs/new/")
    contact.page.locator("input[name=kind][value=logistics]").check()
    contact.fills(description="原料车进不了高速口，要通行证").pictures("登记诉求").fits().presses("登记诉求")
    contact.page.wait_for_url(re.compile(r"/enterprises/needs/\d+/"))
    contact.sees("登记了", "已登记", "还没有转办")
    return urlsplit(contact.page.url).path


def solves(member, need: str) -> None:
    """The squad passes it on and closes it with what came of it."""
    member.goes_to(need).sees("原料车进不了高速口").pictures("诉求").fits()
    member.page.select_option("select[name=department]", "traffic")
    member.presses("转办", exact=True).sees("转过去了", "交通")
    member.page.locator("details.step", has_text="办结").last.evaluate("fold => { fold.open = true }")
    close = member.page.locator("form[action$='/close/']")
    close.evaluate("form => { form.closest('details').open = true }")
    close.locator("[name=outcome]").fill("通行证办好了，从含浦口进出")
    member.goes_by(close.get_by_role("button", name="办结"))
    member.sees("办结了，企业会收到短信").pictures("办结").fits()


def confirms(contact) -> None:
    contact.goes_to("/").sees("通行证办好了").pictures("等着确认").fits()
    contact.goes_by(contact.page.get_by_role("link", name=re.compile(FIRM)).first)
    if "/needs/" not in contact.page.url:
        contact.goes_to("/enterprises/needs/?show=done").follows(FIRM)
    contact.sees("通行证办好了，从含浦口进出").presses("确认解决").sees("这件诉求解决了", "已回访").pictures(
        "回访"
    ).fits()


def hangs_the_board(contact, park, firm: str) -> None:
    """Whom the register knows stands on the form already; printed, posted with a photo."""
    contact.goes_to(firm + "board/")
    assert contact.page.input_value("[name=name_leader]") == "方国庆"
    assert contact.page.input_value("[name=name_daily]") == CONTACT
    assert contact.page.input_value("[name=name_officer]") == "沈知遥"
    contact.pictures("责任牌").fits().fills(name_leader="").presses("生成责任牌").sees("这个岗位必须有人")
    contact.fills(name_leader="方国庆").presses("生成责任牌").sees("第 1 版生成了").pictures("责任牌第一版").fits()
    href = contact.page.locator("a[href$='/print/A3/']").first.get_attribute("href")
    poster = contact.context.request.get(park.address + href).body()
    (page,) = pages(poster)
    (code,) = codes(page)
    contact.follows("贴好了，传照片")
    contact.page.set_input_files("input[name=photo]", photo((200, 210, 220)))
    contact.presses("登记张贴").sees("登记了张贴").pictures("张贴").fits()
    with park.person("路人", kind="phone") as passer_by:
        passer_by.goes_to(urlsplit(code).path).sees(FIRM).pictures("扫责任牌").fits()
        assert CONTACT not in passer_by.text() and "方国庆" not in passer_by.text()
