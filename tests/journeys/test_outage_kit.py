"""The network goes for good: the desk lives on from the encrypted kit, through a reload, and everything arrives once."""

import json
import time

import pytest

from tests.journeys.own_sitting import ask, own_sitting, settled
from tests.journeys.story import wait_for

pytestmark = pytest.mark.journey
PIN = "482915"


def scan(page, text):
    page.locator("#scan").focus()
    page.keyboard.type(text)
    page.keyboard.press("Enter")


def makes_kit(clerk, page, pin=PIN):
    page.keyboard.press("F8")
    page.locator("#kit-pin").fill(pin)
    page.get_by_role("button", name="存今天的名单").click()
    clerk.sees("离线包已解锁")
    page.locator("#kit").wait_for(state="hidden")


def unlocks(page, pin):
    page.keyboard.press("F8")
    page.locator("#kit-pin").fill(pin)
    page.locator("#kit-unlock").click()


def becomes_one_for_the_door(park, code):
    """As the portal does it: the place at the point is given back."""
    free = "Slot.objects.filter(signups__code={0!r}).update(taken=F('taken') - 1)"
    door = "SignUp.objects.filter(code={0!r}).update(mode='door', group='A1', slot=None)"
    both = f"[{free}, {door}]".format(code)
    assert ask(park, both, imports="from django.db.models import F\nfrom testing.models import *") == [1, 1]


def swabbed(park, sitting):
    expression = f"list(Specimen.objects.filter(session={sitting.session}).order_by('barcode').values_list('barcode', 'signup__code', 'status'))"
    return ask(park, expression)


def test_the_desk_goes_on_through_an_outage_and_a_reload_and_everything_arrives_once(park):
    sitting = own_sitting(park, point="断网采样点", prefix="WK", people=6)
    becomes_one_for_the_door(park, sitting.codes[5])
    with park.person("易安", username="caiyang1") as clerk:
        page = clerk.goes_to(sitting.desk).sees("请扫人员码").page
        makes_kit(clerk, page)

        # given no network, and a browser that was started again
        clerk.context.set_offline(True)
        page.reload()
        clerk.sees("请扫人员码", "离线包，未解锁")
        scan(page, sitting.codes[0])
        clerk.sees("离线包没有解锁")
        unlocks(page, "000000")
        clerk.sees("PIN 不对，打不开离线包")
        page.locator("#kit-pin").fill(PIN)
        page.locator("#kit-unlock").click()
        clerk.sees("离线包已解锁 5 人")
        page.locator("#kit").wait_for(state="hidden")
        clerk.pictures("断网解锁")

        # when people come: names are shown, what is not registered or used or not on the list is refused
        scan(page, sitting.codes[0])
        clerk.sees(sitting.names[0], "录体温", "没有网")
        scan(page, "36.5")
        scan(page, "ZZ9999999")
        clerk.sees("这支管不能用", "没有登记过")
        scan(page, sitting.tube(1))
        clerk.sees("已记下，等网络").pictures("断网采样")
        scan(page, sitting.codes[0])
        clerk.sees("已经采过")
        scan(page, sitting.codes[1])
        scan(page, "36.6")
        scan(page, sitting.tube(1))
        clerk.sees("刚刚用过")
        scan(page, sitting.tube(2))
        clerk.sees("已记下，等网络")
        scan(page, sitting.codes[5])
        clerk.sees("不在今天的名单里")
        scan(page, "RY200218999990")
        clerk.sees("不在今天的名单里")

        # and after one more reload the kit still knows who was done with which tube
        page.reload()
        unlocks(page, PIN)
        clerk.sees("离线包已解锁 5 人")
        page.locator("#kit").wait_for(state="hidden")
        scan(page, sitting.codes[1])
        clerk.sees("已经采过")
        scan(page, sitting.codes[2])
        scan(page, "36.4")
        scan(page, sitting.tube(3))
        clerk.sees("已记下，等网络", "待发 9 条")

        # then the network is back and the queue is sent, once
        clerk.context.set_offline(False)
        settled(page)
        page.locator("[data-queue-strip]").wait_for(state="hidden")
        assert swabbed(park, sitting) == [[sitting.tube(n), sitting.codes[n - 1], "collected"] for n in (1, 2, 3)]
        moves = f"SignUpMove.objects.filter(session={sitting.session}).count()"
        assert ask(park, moves) == 6

        # and a row of the printed sheet is entered later
        clerk.goes_to(f"{sitting.desk}sheet/enter/")
        clerk.fills(code=sitting.codes[3], temperature="36.7", tube=sitting.tube(4), at="00:20")
        clerk.presses("录这一行").sees("补录好了")
        assert len(swabbed(park, sitting)) == 4


def test_without_network_the_kit_finds_who_shows_the_document(park):
    sitting = own_sitting(park, point="断网看证件点", prefix="WX", people=3)
    numbers = ask(park, f"[SignUp.objects.get(code=code).number for code in {sitting.codes!r}]")
    stranger = f"{numbers[0][:6]}19501231{numbers[0][14:]}"
    with park.person("易安", username="caiyang1") as clerk:
        page = clerk.goes_to(sitting.desk).sees("请扫人员码").page
        makes_kit(clerk, page)
        clerk.context.set_offline(True)
        scan(page, numbers[1])
        clerk.sees(sitting.names[1], "录体温", "没有网").pictures("断网看证件")
        scan(page, "36.5")
        scan(page, sitting.tube(1))
        clerk.sees("已记下，等网络")
        scan(page, sitting.codes[1])
        clerk.sees("已经采过")
        scan(page, stranger)
        clerk.sees("不在今天的名单里")
        clerk.context.set_offline(False)
        settled(page)
        page.locator("[data-queue-strip]").wait_for(state="hidden")
    assert swabbed(park, sitting) == [[sitting.tube(1), sitting.codes[1], "collected"]]


def test_a_browser_that_may_not_encrypt_says_how_to_open_the_desk(park):
    """As a browser does at http://park.example: it is no secure context, and nothing encrypts."""
    sitting = own_sitting(park, point="没有加密点", prefix="WZ", people=1)
    with park.person("易安", username="caiyang1") as clerk:
        clerk.page.add_init_script("Object.defineProperty(window, 'isSecureContext', { value: false })")
        page = clerk.goes_to(sitting.desk).sees("请扫人员码").page
        page.keyboard.press("F8")
        clerk.sees("HTTPS", "localhost", "先打印断网备用表").pictures("不能加密")
        assert page.locator("#kit-make").is_disabled() and page.locator("#kit-pin").is_disabled()


def test_one_lost_answer_is_no_outage(park):
    sitting = own_sitting(park, point="一次没连上采样点", prefix="WQ", people=1)
    with park.person("时雨", username="caiyang2") as clerk:
        page = clerk.goes_to(sitting.desk).sees("请扫人员码").page
        lost = []

        def lose_the_first(route):
            if lost or route.request.method != "POST":
                route.continue_()
                return
            lost.append(route.request.url)
            route.abort()

        page.route(f"**{sitting.desk}", lose_the_first)
        scan(page, sitting.codes[0])
        wait_for(lambda: page.evaluate("window.parkQueue.misses") == 1, every=0.05)
        scan(page, "36.5")
        scan(page, sitting.tube(1))
        settled(page)
        assert lost and swabbed(park, sitting) == [[sitting.tube(1), sitting.codes[0], "collected"]]


def test_without_a_kit_the_desk_stops_and_a_kit_ends_with_the_day(park):
    sitting = own_sitting(park, point="没有包采样点", prefix="WL", people=2)
    with park.person("时雨", username="caiyang2") as clerk:
        page = clerk.goes_to(sitting.desk).sees("请扫人员码").page
        clerk.context.set_offline(True)
        scan(page, sitting.codes[0])
        clerk.sees("没有网，也没有离线包", "断网备用表")
        clerk.context.set_offline(False)
        assert page.evaluate("async () => (await window.parkQueue.items()).length") == 0

        makes_kit(clerk, page)
        page.clock.install(time=time.time() + 25 * 3600)
        page.reload()
        clerk.sees("请扫人员码")
        kept = """() => new Promise((done) => { const asked = indexedDB.open("park-kit", 1);
          asked.onsuccess = () => { const all = asked.result.transaction("kits").objectStore("kits").getAll(); all.onsuccess = () => done(all.result.length); }; })"""
        wait_for(lambda: page.evaluate(kept) == 0, every=0.1)
        wait_for(lambda: not page.evaluate("async () => (await caches.keys()).includes('park-desk')"), every=0.1)
        assert page.inner_text("#kit-said") == "离线包"


def test_a_mixed_tube_fills_without_network_and_refuses_the_sixth_and_who_must_be_alone(park):
    sitting = own_sitting(park, point="断网混采点", prefix="WM", people=8, pool_size=5)
    ask(park, f"SignUp.objects.filter(code='{sitting.codes[6]}').update(group='B2')")
    with park.person("易安", username="caiyang1") as clerk:
        page = clerk.goes_to(sitting.desk).sees("请扫人员码").page
        makes_kit(clerk, page)
        clerk.context.set_offline(True)

        def swab(number, tube, word):
            scan(page, sitting.codes[number])
            scan(page, "36.5")
            scan(page, sitting.tube(tube))
            clerk.sees(word)

        for number in range(4):
            swab(number, 1, "已记下，等网络")
        swab(6, 1, "不能进混采管")
        scan(page, sitting.tube(9))
        clerk.sees("已记下，等网络")
        swab(4, 1, "已记下，等网络")
        swab(5, 1, "刚刚用过")
        scan(page, sitting.tube(2))
        clerk.sees("已记下，等网络")
        clerk.context.set_offline(False)
        settled(page)
        page.locator("[data-queue-strip]").wait_for(state="hidden")

    expression = f"sorted([p.specimen.barcode, p.members.live().count(), p.is_open] for p in Pool.objects.filter(session={sitting.session}))"
    assert ask(park, expression) == [[sitting.tube(1), 5, False], [sitting.tube(2), 1, True]]
    alone = f"Specimen.objects.get(barcode='{sitting.tube(9)}').signup.code"
    assert ask(park, alone) == sitting.codes[6]


ROUND = """
import json
from datetime import time
from parkportal.accounts.models import User
from parkportal.clock import park_today
from testing import actions
from testing.actions.rounds import RoundPlan
from testing.models import *
from testing.tests.factories import make_signup
session = Session.objects.get(pk={session})
walker = User.objects.get(username="caiyang1")
homes = [make_signup(campaign=session.campaign, mode="door", group="A3", address=f"麓谷公寓 3 栋 {{n}}01") for n in (1, 2)]
plan = RoundPlan(point=session.point, day=park_today(), start=time(0, 5), end=time(23, 55), team=[walker], signups=homes)
made = actions.plan_round(campaign=session.campaign, plan=plan, by=User.objects.get(username="guanwei2"))
print(json.dumps([made.pk, made.session_id]))
"""


def test_two_doors_are_done_on_a_phone_without_network(park):
    sitting = own_sitting(park, point="上门出发点", prefix="WN", people=1)
    said = park.manage("shell", "-v", "0", "-c", ROUND.format(session=sitting.session)).stdout
    made, session = json.loads(said.strip().splitlines()[-1])
    with park.person("易安手机", kind="phone", username="caiyang1") as walker:
        page = walker.goes_to(f"/testing/door/{made}/").sees("还有 2 家").fits().pictures("上门名单").page
        walker.context.set_offline(True)
        for number in (1, 2):
            stop = page.locator("details.door-stop").nth(number - 1)
            if number == 2:
                stop.locator("summary").click()
            stop.locator("[name=temperature]").fill("36.5")
            stop.locator("[name=tube]").fill(sitting.tube(number))
            stop.get_by_role("button", name="采到了").click()
        walker.sees("待发 2 条").fits().pictures("没有网")
        walker.context.set_offline(False)
        walker.sees("都走过了")
        settled(page)
    tubes = f"list(Specimen.objects.filter(session={session}).order_by('barcode').values_list('barcode', 'status'))"
    assert ask(park, tubes) == [[sitting.tube(1), "collected"], [sitting.tube(2), "collected"]]


def test_a_door_round_outlives_a_browser_that_starts_again_without_network(park):
    sitting = own_sitting(park, point="上门断网点", prefix="WV", people=1)
    said = park.manage("shell", "-v", "0", "-c", ROUND.format(session=sitting.session)).stdout
    made, session = json.loads(said.strip().splitlines()[-1])
    with park.person("易安手机", kind="phone", username="caiyang1") as walker:
        page = walker.goes_to(f"/testing/door/{made}/").sees("还有 2 家").page
        names = page.locator(".door-stop h2").all_inner_texts()
        page.get_by_role("button", name="存离线名单").click()
        page.locator("#kit-pin").fill(PIN)
        walker.pictures("存离线名单")
        page.get_by_role("button", name="存名单", exact=True).click()
        walker.sees("名单已存在这台手机上")

        # given no network, one door written down, and a browser that was started again
        walker.context.set_offline(True)
        stop = page.locator("details.door-stop").nth(0)
        stop.locator("[name=temperature]").fill("36.5")
        stop.locator("[name=tube]").fill(sitting.tube(1))
        stop.get_by_role("button", name="采到了").click()
        walker.sees("待发 1 条")
        page.reload()
        walker.sees("没有网", "输 PIN 打开").fits().pictures("没有网")
        assert not any(name.split("：")[1] in walker.text() for name in names), "nobody is shown before the PIN"
        page.locator("#kit-pin").fill("000000")
        page.get_by_role("button", name="打开名单", exact=True).click()
        walker.sees("PIN 不对，打不开名单")
        page.locator("#kit-pin").fill(PIN)
        page.get_by_role("button", name="打开名单", exact=True).click()

        # then the list is there, the door that waits is shut, and the other can be written down
        walker.sees("还有 2 家", "待发 1 条").fits().pictures("打开了名单")
        assert page.locator(".door-stop h2").all_inner_texts() == names
        assert page.locator("details.door-stop").nth(0).locator("form").first.evaluate("form => form.inert")
        second = page.locator("details.door-stop").nth(1)
        second.locator("summary").click()
        second.locator("[name=temperature]").fill("36.6")
        second.locator("[name=tube]").fill(sitting.tube(2))
        second.get_by_role("button", name="采到了").click()
        walker.sees("待发 2 条")

        # with network both arrive once, and the page is the portal's again
        walker.context.set_offline(False)
        walker.sees("都走过了")
    tubes = f"list(Specimen.objects.filter(session={session}).order_by('barcode').values_list('barcode', 'status'))"
    assert ask(park, tubes) == [[sitting.tube(1), "collected"], [sitting.tube(2), "collected"]]
