"""A squad member's day on the phone: calls, a visit that is typed while the network is gone, a need, promises, a hand-over."""

import io
import re

import pytest
from PIL import Image

from tests.journeys.own_sitting import ask, settled

pytestmark = pytest.mark.journey

MODELS = "from enterprises.models import *"
SAID = "隔离间收拾好了，周四六人返岗"
PROMISE = "周四带两把额温枪来"


def photo(name: str, shade: int) -> dict:
    picture = io.BytesIO()
    Image.new("RGB", (800, 600), (shade, 230, 240)).save(picture, "JPEG")
    return {"name": name, "mimeType": "image/jpeg", "buffer": picture.getvalue()}


def visits(park, words: str = SAID) -> list[list]:
    """What the park has of the visits with these words: key, photos, promises."""
    rows = f"[[v.pk, v.photos.count(), v.promises.count()] for v in Visit.objects.filter(observations='{words}')]"
    return ask(park, rows, imports=MODELS)


def test_a_squad_members_day(park):
    with park.person("沈知遥", kind="phone", username="xiaodui1") as member:
        address = looks_at_the_day(member)
        calls_somebody(member)
        types_a_visit_without_network(park, member, address)
        looks_after_a_need(member)
        keeps_a_promise(member)
        plans_ahead(member, address)
        sees_the_calendar_and_the_map(member)
    hands_over(park)


def looks_at_the_day(member) -> str:
    """The day in the order in which one walks; the first visit's page."""
    member.goes_to("/").sees("今天还有").pictures("首页").fits()
    member.goes_to("/enterprises/day/").sees("今天的电话", "今天上门，按楼栋走", "答应过的").pictures("今日走访").fits()
    doors = member.page.locator("section, header", has_text="今天上门").last.locator(
        "xpath=following-sibling::ul[1]//b/a"
    )
    places = member.page.locator("header", has_text="今天上门").locator(
        "xpath=following-sibling::ul[1]//span[@class='note']"
    )
    order = [re.split("[；栋]", words)[0] for words in places.all_inner_texts()]
    assert order == sorted(order) and len(order) >= 2, order
    return str(doors.first.get_attribute("href"))


def calls_somebody(member) -> None:
    """The whole number against the reason that it is dialled; the call is noted in three taps."""
    member.presses("打电话").sees("看了完整号码，已记下").pictures("打电话").fits()
    numbers = [one.get_attribute("href") for one in member.page.locator("a[href^='tel:']").all()]
    assert numbers and all(re.fullmatch(r"tel:1\d{10}", number or "") for number in numbers)
    member.follows("登记这次通话")
    assert member.page.locator("input[name=channel][value=phone]").is_checked()
    member.presses("存下通话").sees("电话联访记下了", "都落实了").pictures("通话记下了").fits()


def types_a_visit_without_network(park, member, address: str) -> None:
    """Typed, the page thrown out and loaded anew; then the network goes, and the visit is saved without it."""
    page = member.goes_to(address).page
    member.sees("都落实了").pictures("登记走访").fits()
    page.locator("details", has_text="隔离").first.locator("summary").click()
    page.locator("[data-problem]:visible").first.fill("隔离间没有门牌")
    member.fills(observations=SAID)
    page.reload()
    member.sees("刚才填的还在")
    assert page.input_value("[name=observations]") == SAID
    assert page.locator("input[name=all][value=problem]").is_checked(), "what is typed as a problem speaks for itself"
    page.set_input_files("#id_photos", photo("门口.jpg", 210))
    page.set_input_files("#id_photos", photo("隔离间.jpg", 180))
    page.locator("summary", has_text="答应的事").click()
    member.fills(promise=PROMISE, promise_on="2020-02-20")

    # the network goes; three taps later everything is on this device, and says so
    member.context.set_offline(True)
    member.presses("存下走访和 2 张照片").sees("没有连上。已存在这台设备上", "待发 1 条").pictures("没有网络").fits()
    assert visits(park) == []
    member.context.set_offline(False)

    # it comes back: sent by itself, once, with its photos, and the page goes on to the record
    page.wait_for_url(re.compile(r"/enterprises/visits/\d+/"))
    settled(page)
    member.sees(SAID, "隔离间没有门牌", "照片 2 张", PROMISE).pictures("走访记下了").fits()
    ((_, photos, promises),) = visits(park)
    assert (photos, promises) == (2, 1)
    member.goes_to(address)
    assert page.input_value("[name=observations]") == "", "what was handed over is not offered again"


def looks_after_a_need(member) -> None:
    """A difficulty that was heard becomes a need in the squad's hands."""
    member.goes_to("/enterprises/day/")
    address = member.page.locator(
        "ul.lines a[href*='/visits/new/'], .worklist a[href*='/visits/new/']"
    ).last.get_attribute("href")
    member.goes_to(str(address)).page.locator("summary", has_text="摸底").click()
    member.page.get_by_label("资金").check()
    member.fills(observations="想问贷款能不能展期", headcount="63").presses("存下").sees("已登记成诉求").pictures(
        "困难"
    ).fits()
    member.goes_to("/enterprises/needs/?show=open").sees("想问贷款能不能展期").pictures("诉求").fits()


def keeps_a_promise(member) -> None:
    member.goes_to("/enterprises/day/").sees(PROMISE)
    row = member.page.locator("li", has_text=PROMISE)
    member.goes_by(row.get_by_role("button", name="兑现了"))
    member.sees(f"兑现了：{PROMISE}")


def plans_ahead(member, address: str) -> None:
    firm = address.partition("visits/new/")[0]
    member.goes_to(firm + "plans/new/").fills(due_on="2020-02-17", purpose="看错峰用餐").presses("排上")
    member.sees("这一天已经过去").fills(due_on="2020-02-20").presses("排上").sees("排上了", "看错峰用餐").pictures(
        "排着的"
    ).fits()


def sees_the_calendar_and_the_map(member) -> None:
    member.goes_to("/enterprises/planned/").sees("拟复工").pictures("日历").fits()
    member.goes_to("/enterprises/map/").sees("园区图", "已复工").pictures("园区图").fits()


def hands_over(park) -> None:
    """The committee takes a second member in, and the whole list changes hands; its new owner's day is not empty."""
    with park.person("贺立行", username="guanwei1") as staff:
        staff.goes_to("/enterprises/squads/").sees("第一小分队").pictures("小分队").fits().follows("第三小分队")
        squad = staff.page.url
        joins = staff.page.locator("form[action$='/member/']")
        joins.locator("select").select_option(label="沈知遥")
        staff.goes_by(joins.get_by_role("button"))
        staff.sees("沈知遥加入了第三小分队")
        over = staff.page.locator("form[action$='/handover/']")
        over.locator("select").first.select_option(label="卫长庚")
        over.locator("select").last.select_option(label="沈知遥")
        staff.goes_by(over.get_by_role("button", name="全部交接"))
        staff.sees("家都交给了沈知遥").pictures("交接").fits()
        assert staff.page.locator("tbody td.phone-line", has_text="卫长庚").count() == 0
        staff.goes_to(squad).sees("交接记录")
    with park.person("卫长庚", kind="phone", username="xiaodui3") as former:
        former.goes_to("/enterprises/day/").sees("负责 0 家企业").pictures("交出以后").fits()
