"""A supervisor's round: one inspection in three taps, one with findings, the order, evidence, twice re-inspected, the sheet to sign."""

import io
import re
from urllib.parse import urlsplit

import pytest
from PIL import Image

from parkportal.printing.tests.reading import pages
from tests.journeys.own_sitting import ask

pytestmark = pytest.mark.journey

MODELS = "from enterprises.models import *"
OWN = "EnterpriseContact.objects.filter(user__username='lianluo1')[0].enterprise_id"


def photo(name: str, shade: int) -> dict:
    picture = io.BytesIO()
    Image.new("RGB", (800, 600), (shade, 225, 235)).save(picture, "JPEG")
    return {"name": name, "mimeType": "image/jpeg", "buffer": picture.getvalue()}


def test_an_inspection_round(park):
    firm = f"/enterprises/{ask(park, OWN, imports=MODELS)}/"
    with park.person("莫清和", kind="phone", username="dudao") as supervisor:
        sees_what_is_open(supervisor)
        finds_all_in_order(supervisor)
        order = finds_something(supervisor, firm)
    with park.person("苗可心", kind="phone", username="lianluo1") as contact:
        shows_what_was_put_right(contact, order, "改成三批，隔位就餐", 205)
    with park.person("莫清和复查", kind="phone", username="dudao") as supervisor:
        is_not_content(supervisor, order)
    with park.person("苗可心再交", kind="phone", username="lianluo1") as contact:
        shows_what_was_put_right(contact, order, "地上贴了间隔线", 180)
    with park.person("莫清和结案", kind="phone", username="dudao") as supervisor:
        closes(supervisor, order)
        verifies_a_board(supervisor)
    with park.person("贺立行", username="guanwei1") as staff:
        reads_and_prints(park, staff, order, firm)


def sees_what_is_open(supervisor) -> None:
    """An order whose term is over stands first on the list and on the worklist."""
    supervisor.goes_to("/").sees("期限过了，没有交整改材料").pictures("首页").fits()
    supervisor.goes_to("/enterprises/inspections/?tab=overdue").sees("逾期").pictures("逾期").fits()


def finds_all_in_order(supervisor) -> None:
    """Three taps: it is all right, a picture, saved; a picture too many is taken away again."""
    supervisor.goes_to("/enterprises/inspections/").page.get_by_text("现在去检查哪一家").click()
    supervisor.goes_by(supervisor.page.locator("ul.pressable a").last)
    supervisor.page.set_input_files("#id_photos", photo("模糊.jpg", 120))
    supervisor.page.set_input_files("#id_photos", photo("门口.jpg", 215))
    supervisor.pictures("照片条").fits().page.get_by_label("去掉第 1 张").click()
    supervisor.presses("存下检查").page.wait_for_url(re.compile(r"/enterprises/inspections/\d+/$"))  # sent by the queue
    supervisor.sees("没有问题", "符合").pictures("都落实了").fits()
    assert supervisor.page.locator(".photos img").count() == 1


def finds_something(supervisor, firm: str) -> str:
    """The page is thrown out half way, the network goes: what was typed is there, and it arrives once."""
    page = supervisor.goes_to(firm + "inspect/").page
    page.locator("details", has_text="分时").first.locator("summary").click()
    page.locator("[name=problem_canteen], details[open] input").first.fill("两批人挤在一起")
    page.locator("details[open] select").first.select_option(label="严重")
    page.reload()
    supervisor.sees("刚才填的还在")
    page.set_input_files("#id_photos", photo("食堂.jpg", 160))
    supervisor.context.set_offline(True)
    supervisor.presses("存下检查").sees("待发 1 条").pictures("没有网络").fits()
    supervisor.context.set_offline(False)
    page.wait_for_url(re.compile(r"/enterprises/inspections/\d+/$"))
    supervisor.sees("问题 1 项", "两批人挤在一起", "严重", "前改好").pictures("限期整改").fits()
    return urlsplit(page.url).path


def shows_what_was_put_right(contact, order: str, words: str, shade: int) -> None:
    contact.goes_to("/").page.get_by_text("明天和以后").click()
    contact.sees("检查发现的问题").pictures("首页").fits()
    contact.goes_to(order).follows("交整改材料").presses("交给督导复查").sees("请至少拍一张照片")
    contact.fills(words=words).page.set_input_files("input[name=photos]", photo("改好.jpg", shade))
    contact.presses("交给督导复查").sees("督导会来复查", "待复查").pictures("交了整改").fits()


def is_not_content(supervisor, order: str) -> None:
    supervisor.goes_to("/").page.get_by_text("明天和以后").click()
    supervisor.page.locator("details[open] li", has_text="整改材料交了，等复查").first.wait_for()
    supervisor.goes_to(order).follows("登记复查")
    supervisor.page.get_by_label("继续整改").check()
    supervisor.presses("存下复查结论").sees("要写明新的期限").fills(due_on="2020-02-22", words="间隔还不够")
    supervisor.presses("存下复查结论").sees("继续整改", "2020-02-22 前改好").pictures("继续整改").fits()


def closes(supervisor, order: str) -> None:
    supervisor.goes_to(order).follows("登记复查").page.get_by_label("合格", exact=True).check()
    supervisor.fills(words="到场看过，间隔够了").presses("存下复查结论").sees("复查结论记下了", "到场看过").pictures(
        "合格"
    ).fits()
    assert supervisor.page.get_by_role("link", name="登记复查").count() == 0


def verifies_a_board(supervisor) -> None:
    """Every tenth board of the park hangs without anybody having looked at it."""
    supervisor.goes_to("/").page.get_by_role("link", name=re.compile("公司")).first.wait_for()
    board = (
        supervisor.page.locator("li", has_text="贴好了，到场核对姓名").first.locator("a").first.get_attribute("href")
    )
    supervisor.goes_to(str(board)).presses("到场看过，与人相符").sees("核验好了").pictures("核验责任牌").fits()


def reads_and_prints(park, staff, order: str, firm: str) -> None:
    """The sheet has its place for signatures; the weekly book counts the round."""
    staff.goes_to(order).sees("到场看过，间隔够了").pictures("检查").fits()
    href = staff.page.get_by_role("link", name="打印签字").get_attribute("href")
    sheet = staff.context.request.get(park.address + str(href)).body()
    assert sheet.startswith(b"%PDF") and pages(sheet)
    staff.goes_to(firm).sees("检查整改").pictures("一企一档").fits()
