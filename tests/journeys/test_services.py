"""What the park does for a firm: a notice with its receipt, a permit on the green channel, a meal plan, a letter."""

import re
import time
from urllib.parse import urlsplit

import pytest

from parkportal.printing.tests.reading import text
from tests.journeys.own_sitting import ask

pytestmark = pytest.mark.journey

MODELS = "from enterprises.models import *"
OWN = "EnterpriseContact.objects.filter(user__username='lianluo1')[0].enterprise_id"
NOTICE, LETTER = "明天起进门测温登记", "致坚守岗位的您"
SAVED = "绿色通道"


def test_the_parks_services(park):
    firm = ask(park, OWN, imports=MODELS)
    with park.person("贺立行", username="guanwei1") as staff:
        notice = writes_a_notice(staff, firm)
    with park.person("苗可心", kind="phone", username="lianluo1") as contact:
        reads_it(contact, notice)
    with park.person("贺立行看回执", username="guanwei1") as staff:
        sees_the_receipt(staff, notice)
        before = average(staff)
        leads_a_permit_through(staff, firm)
        writes_a_letter(park, staff, firm)
    with park.person("厉长风", username="lingdao") as leader:
        sees_more_days_saved(park, leader, before)
    with park.person("苗可心排饭", kind="phone", username="lianluo1") as contact:
        plans_meals(park, contact, firm)
        finds_all_of_it_in_the_file(contact, firm)


def writes_a_notice(staff, firm: int) -> str:
    """To the ticked firm, whose number stands beside the text before it goes; then the words for the group."""
    staff.goes_to(f"/enterprises/notices/new/?unit={firm}").sees("有联络账号，发短信并留回执")
    staff.fills(title=NOTICE, body="请备好额温枪，进门的人都登记。").pictures("写通知").fits()
    staff.goes_by(staff.page.get_by_role("button", name="发给 1 家"))
    staff.sees(NOTICE, "发到企业群").pictures("通知").fits()
    address = urlsplit(staff.page.url).path
    waits_for(staff, address, "0 / 1")
    first, second, link = staff.page.inner_text("#group-text").split("\n")
    assert (first, second) == (f"【通知】{NOTICE}", "各企业联络员：请登录查看，看完点“看过了”。")
    assert link.endswith(address)
    return address


def waits_for(who, path: str, words: str) -> None:
    """The worker writes the receipts; the page is opened again until they are there."""
    until = time.monotonic() + 30
    while words.replace(" ", "") not in who.goes_to(path).text().replace(" ", "").replace("\n", ""):
        assert time.monotonic() < until, f"{words} never came: {who.text()[:600]}"
        time.sleep(0.5)


def reads_it(contact, notice: str) -> None:
    """On the phone: the worklist leads to it, one press makes the receipt."""
    contact.goes_to("/").sees(NOTICE).pictures("首页").fits()
    contact.goes_to(notice).sees("请备好额温枪").pictures("通知").fits()
    contact.goes_by(contact.page.get_by_role("button", name="看过了")).sees("记下了，您看过了")
    assert contact.page.get_by_role("button", name="看过了").count() == 0


def sees_the_receipt(staff, notice: str) -> None:
    waits_for(staff, notice, "1 / 1")
    staff.goes_to(notice + "?tab=read").sees("苗可心").pictures("回执").fits()


def average(person) -> float:
    """The average shown above the list of permits."""
    person.goes_to("/enterprises/permits/").sees("已办结的平均少用")
    return float(person.page.locator("header .figure b").first.inner_text())


def leads_a_permit_through(staff, firm: int) -> None:
    """A device permit of thirty days that took four: stage by stage, with the days counted by the park's calendar."""
    staff.goes_to(f"/enterprises/{firm}/permits/new/").page.select_option(
        "[name=kind]", label="第二类医疗器械生产许可证"
    )
    staff.fills(accepted_on="2020-02-12").presses("登记").sees("承诺").pictures("受理").fits()
    staff.page.get_by_label("审查", exact=True).check()
    staff.fills(on="2020-02-14").presses("记下这一步").sees("审查")
    staff.page.get_by_label("准予许可", exact=True).check()
    staff.fills(on="2020-02-18").presses("记下这一步").sees("准予许可", "少用").pictures("准予许可").fits()
    days = [one.inner_text().split()[0] for one in staff.page.locator("dl.figures dd").all()]
    assert days == ["30", "7", "4", "26"], days


def sees_more_days_saved(park, leader, before: float) -> None:
    """The same figure above the list, on the dashboard once its minute is over, and behind it the permit."""
    now = average(leader)
    assert now > before, (before, now)
    leader.pictures("平均少用").fits()
    ask(park, "figures.refresh()", imports="from parkportal.records import figures")  # as each minute does
    leader.goes_to("/dashboard/")
    figure = leader.page.locator("section", has_text=SAVED).locator(".figure b").first.inner_text()
    assert float(figure) == now, (figure, now)
    leader.pictures("看板").fits()
    leader.goes_by(leader.page.locator("section", has_text=SAVED).locator("a.figure, .figure a").first)
    leader.sees("第二类医疗器械生产许可证").pictures("少用的许可").fits()


def writes_a_letter(park, staff, firm: int) -> None:
    """Looked at as the firm will see it, sent, and printed for the post."""
    staff.goes_to(f"/enterprises/letters/new/letter/?unit={firm}").fills(
        title=LETTER, body="感谢您和同事们。\n有难处就说。"
    )
    staff.presses("先看一遍").sees("看到的", "有难处就说").pictures("先看一遍").fits()
    staff.goes_by(staff.page.get_by_role("button", name="发给 1 家"))
    staff.sees(LETTER).pictures("慰问信").fits()
    address = urlsplit(staff.page.url).path
    waits_for(staff, address, "1 / 1")
    staff.presses("打印 1 封")
    link = staff.page.get_by_role("link", name=re.compile("下载|打开|PDF"))
    link.first.wait_for()
    printed = staff.context.request.get(park.address + str(link.first.get_attribute("href"))).body()
    assert printed.startswith(b"%PDF") and LETTER in text(printed) and "有难处就说" in text(printed)


def plans_meals(park, contact, firm: int) -> None:
    """A line that clashes is refused by what is in the way, what was typed stays, and the poster has what stands."""
    contact.goes_to(f"/enterprises/{firm}/meals/new/")
    contact.fills(name="青禾二食堂", place="A1栋 2 层", seats="40")
    contact.goes_by(contact.page.locator("main form button.btn-primary"))
    contact.fills(starts="11:30", ends="12:00", group="装配一班", cap="30").presses("排进去").sees("11:30–12:00")
    contact.fills(starts="11:45", ends="12:15", group="装配二班", cap="20")
    contact.goes_by(contact.page.get_by_role("button", name="排进去"))
    contact.sees("坐不下", "装配一班").pictures("排不下").fits()
    assert contact.page.input_value("[name=group]") == "装配二班"
    contact.fills(starts="12:00", ends="12:30").presses("排进去").sees("12:00–12:30").pictures("时段").fits()
    href = contact.page.get_by_role("link", name="门口时段表 A4").get_attribute("href")
    poster = text(contact.context.request.get(park.address + str(href)).body())
    for words in ("青禾二食堂", "11:30–12:00", "装配一班", "12:00–12:30", "装配二班"):
        assert words in poster, words
    assert "11:45" not in poster


def finds_all_of_it_in_the_file(contact, firm: int) -> None:
    contact.goes_to(f"/enterprises/{firm}/").sees("通知和服务")
    services = contact.page.locator("section", has_text="通知和服务").last.inner_text()
    for words in (NOTICE, "看过了", LETTER, "第二类医疗器械生产许可证", "准予许可"):
        assert words in services, words
    contact.pictures("一企一档").fits()
    contact.page.locator("section", has_text="通知和服务").last.get_by_role("link", name=LETTER).click()
    contact.sees("有难处就说").pictures("读信").fits()
