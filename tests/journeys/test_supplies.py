"""Gloves from the purchase to the signature: two squads, three enterprises, a shortage at one door, a cut network."""

import io
import json
import re
from pathlib import Path

import pytest
from openpyxl import load_workbook

from parkportal.printing.tests.reading import codes, pages, text
from tests.journeys.own_sitting import ask
from tests.journeys.story import wait_for

pytestmark = pytest.mark.journey

MODELS = "from supplies.models import *\nfrom enterprises.models import *"
GLOVES, BATCH = "医用防护手套", "GL0218"
# who asks, for which enterprise of the demo, how many pairs
ASKED = {"lianluo1": 40, "xiaodui1": 24, "lianluo2": 36}
FIRMS = """(lambda first, second: {"lianluo1": [first.pk, first.name], "lianluo2": [second.pk, second.name],
 "xiaodui1": list(Enterprise.objects.enterprises().filter(squad=first.squad, status="resumed").exclude(pk=first.pk)
 .order_by("-pk").values_list("pk", "name")[0])})(*[EnterpriseContact.objects.get(user__username=name).enterprise
 for name in ("lianluo1", "lianluo2")])"""


def of_batch(park, expression: str):
    """The value of an expression about `rows`: the deliveries of this story's batch, by enterprise."""
    rows = f"Delivery.objects.filter(lines__lot__batch='{BATCH}').order_by('pk')"
    return ask(park, f"(lambda rows: {expression})({rows})", imports=MODELS)


def bought_and_received(park, item: int) -> None:
    with park.person("仓管", username="cangguan1") as keeper:
        keeper.goes_to("/supplies/receipts/new/")
        keeper.page.select_option("select[name=item]", str(item))
        keeper.fills(quantity="100双", batch=BATCH, supplier="湖南槐荫医疗用品有限公司", unit_price="3.5")
        # it expires before what lies there, so that it goes out first
        keeper.fills(made_on="2020-01-10", expires_on="2021-06-30", manufacturer="长沙槐荫橡胶制品厂")
        keeper.page.locator("input[name=source][value=purchase]").check()
        keeper.page.locator("main form button.btn-primary").click()
        keeper.sees("已入库", BATCH, "长沙槐荫橡胶制品厂").pictures("入库后的批次").fits()
        sheet = keeper.page.get_by_role("link", name="入库单").first.get_attribute("href")
        paper = keeper.context.request.get(f"{park.address}{sheet}").body()
        assert BATCH in text(paper) and "审批" in text(paper)
        keeper.keeps(paper, "入库单")


def enterprises_ask(park, item: int, firms: dict) -> None:
    for username, wanted in ASKED.items():
        with park.person(username, kind="phone", username=username) as who:
            who.goes_to("/supplies/deliveries/mine/")
            who.goes_to(f"/supplies/requests/new/?enterprise={firms[username][0]}").sees("申请物资")
            who.fills(**{f"quantity_{item}": str(wanted), f"own_{item}": "6", f"days_{item}": "2"}).fits()
            who.pictures("申请").presses("提交申请").sees("申请已交给管委会")
            # asked once: the next time it stands there
            who.goes_to(f"/supplies/requests/new/?enterprise={firms[username][0]}")
            assert who.page.input_value(f"[name=own_{item}]") == "6"


def planned_and_approved(park, item: int) -> str:
    with park.person("复工组", username="guanwei1") as author:
        author.goes_to(f"/supplies/allocations/new/?item={item}&mode=requested").fills(total="100")
        author.goes_by(author.page.get_by_role("button", name="算出方案"))
        author.sees("合计相符", "全部满足").pictures("方案").fits()
        plan = author.page.url
        assert author.page.locator("tbody tr").count() == len(ASKED)
        author.goes_by(author.page.get_by_role("button", name="提交审批")).sees("已提交，等另一位同事批准")
        assert not author.page.get_by_role("button", name=re.compile("^批准")).count(), "nobody approves the own plan"
    with park.person("防疫组", username="guanwei2") as second:
        second.goes_to(plan).page.get_by_role("button", name=re.compile("^批准")).click()
        second.sees("已批准并冻结，3 张配送单待拣")
    return plan


def picked_and_issued(park, plan: str) -> None:
    with park.person("仓管", username="cangguan2") as keeper:
        number = plan.rstrip("/").rpartition("/")[2]
        keeper.goes_to(f"/supplies/deliveries/?status=pending&allocation={number}").pictures("待拣")
        boxes = keeper.page.locator("input[name=pick]")
        assert boxes.count() == len(ASKED)
        for box in boxes.all():
            box.check()
        form = {"csrfmiddlewaretoken": keeper.page.locator("[name=csrfmiddlewaretoken]").first.input_value()}
        picks = [box.get_attribute("value") for box in boxes.all()]
        for what in ("pick", "notes"):
            body = "&".join([*(f"pick={pk}" for pk in picks), f"do={what}", *(f"{k}={v}" for k, v in form.items())])
            paper = keeper.context.request.post(
                f"{park.address}/supplies/deliveries/issue/",
                data=body,
                headers={"Content-Type": "application/x-www-form-urlencoded", "Referer": park.address},
            ).body()
            assert paper[:5] == b"%PDF-"
            keeper.keeps(paper, "拣货单" if what == "pick" else "配送单")
        read = {text for sheet in pages(paper) for text in codes(sheet)}
        assert read == set(of_batch(park, "list(rows.values_list('code', flat=True))")), "each note has its barcode"
        keeper.page.locator("[data-bulkbar] button[value=schedule]").click()
        keeper.sees("约时间：选了 3 张").fills(planned_at="2020-02-19T10:00", meeting_point="C1 栋东门")
        keeper.pictures("一批约时间").fits().goes_by(keeper.page.get_by_role("button", name="约好 3 张"))
        keeper.sees("3 张已约好", "撤销").pictures("约好以后").fits()
        assert of_batch(park, "list(rows.values_list('meeting_point', flat=True))") == ["C1 栋东门"] * len(ASKED)
        for box in keeper.page.locator("input[name=pick]").all():
            box.check()
        keeper.page.locator("[data-bulkbar] button[value=issue]").click()
        keeper.sees("3 张配送单已出库")


def squads_take_along(park, firms: dict) -> None:
    for username, name, count in (("xiaodui1", "沈知遥", 2), ("xiaodui3", "卫长庚", 1)):
        own = of_batch(park, f"list(rows.filter(squad__leader__username='{username}').values_list('code', flat=True))")
        assert len(own) == count
        with park.person(name, kind="phone", username=username) as liaison:
            liaison.goes_to("/supplies/deliveries/handover/")
            for code in own:
                liaison.page.fill("[data-scan]", code)
                liaison.page.press("[data-scan]", "Enter")
                liaison.sees(f"勾上了 {code}")
            liaison.draws().pictures("接走").fits().presses(f"确认接走 {count} 张").sees("在您手上")


def two_doors_without_network(park, firms: dict) -> None:
    """One phone, two doors, no network: both signatures are sent later, once, though the first answer is lost."""
    with park.person("沈知遥", kind="phone", username="xiaodui1") as liaison:
        first = liaison.page
        doors = {}
        for username, tab in (("lianluo1", first), ("xiaodui1", liaison.context.new_page())):
            tab.goto(f"{park.address}/supplies/deliveries/mine/")
            tab.get_by_role("link", name=firms[username][1]).first.click()
            tab.wait_for_url("**/sign/")
            doors[username] = tab
        liaison.context.set_offline(True)

        liaison.page = tab = doors["lianluo1"]
        tab.fill("[name=signed_name]", "苗可心")
        liaison.draws()
        tab.get_by_role("button", name="确认签收").click()
        tab.get_by_text("待发 1 条").first.wait_for()

        liaison.page = tab = doors["xiaodui1"]
        tab.bring_to_front()
        tab.locator("[data-expected]").first.fill("20")
        tab.get_by_text("少 4 双，选一个原因").wait_for()
        tab.locator("select[name^=shortage_]").first.select_option("damaged")
        tab.locator("[name^=note_]").first.fill("2 包进水")
        tab.fill("[name=signed_name]", "应收人")
        liaison.draws().pictures("断网时签收").fits()
        tab.get_by_role("button", name="确认签收").click()
        tab.get_by_text("待发 2 条").first.wait_for()
        assert of_batch(park, "rows.filter(receipt__isnull=False).count()") == 0

        lost = []

        def swallow(route):
            if lost or route.request.method != "POST":
                route.continue_()
                return
            lost.append(route.fetch().status)
            route.abort()

        liaison.context.route("**/sign/", swallow)
        liaison.context.set_offline(False)
        for tab in doors.values():
            tab.wait_for_url(re.compile(r"/deliveries/\d+/$"))
        assert lost == [200], "the server did it, and the phone never heard"
        liaison.goes_to("/supplies/deliveries/mine/").sees("今天签收 2 张").pictures("两家都签了")
        assert liaison.page.evaluate("async () => (await window.parkQueue.items()).length") == 0
    facts = of_batch(
        park,
        "[[r.receipt.signed_name, r.receipt.method, r.status, r.movements.filter(kind='signed').count(), "
        "(r.moves.last().recorded_at - r.receipt.at).total_seconds() > 1] "
        "for r in rows.filter(squad__leader__username='xiaodui1')]",
    )
    assert sorted(facts) == sorted([["苗可心", "drawn", "signed", 1, True], ["应收人", "drawn", "partial", 1, True]]), (
        "each once, at the minute it was signed"
    )


def third_door_by_code(park, firms: dict) -> None:
    with park.person("卫长庚", kind="phone", username="xiaodui3") as liaison:
        liaison.goes_to("/supplies/deliveries/mine/")
        liaison.goes_by(liaison.page.get_by_role("link", name=firms["lianluo2"][1]).first)
        here = liaison.page.url
        liaison.presses("发到联络员手机").sees("签收码已发到")
        with park.person("管委会", username="guanwei1") as staff:  # the worker sends it
            digits = wait_for(lambda: re.search(r"签收码(\d{6})", staff.goes_to("/messages/mailbox/").text()))
        liaison.goes_to(here).fills(signed_name="宁远", code=digits[1]).presses("确认签收").sees("短信验证码")
        liaison.pictures("短信码签收").fits()
    with park.person("宁远", kind="phone", username="lianluo2") as contact:
        contact.goes_to("/supplies/deliveries/mine/").follows(firms["lianluo2"][1]).follows("写一句反馈")
        contact.fills(text="手套收到了，谢谢。").page.locator("main form button.btn-primary").click()
        contact.sees("手套收到了，谢谢。")


def register_as(keeper, button: str) -> bytes:
    """领用登记表 in one of its two forms, as a job makes it while one looks on."""
    keeper.goes_to("/supplies/deliveries/").presses(button)
    done = keeper.page.get_by_role("link", name="下载")
    done.wait_for(timeout=60_000)
    with keeper.page.expect_download() as download:
        done.click()
    return Path(download.value.path()).read_bytes()


def the_sender_sees_everything(park, firms: dict) -> None:
    with park.person("仓管", username="cangguan1") as keeper:
        keeper.goes_to("/").sees("手套少 4 双，破损").pictures("仓管首页看到短少")
        keeper.goes_to("/supplies/deliveries/?short=1").follows(firms["xiaodui1"][1]).presses("知道了").sees("已知道")
        keeper.pictures("短少的配送单").fits()
        lot = ask(park, f"Lot.objects.get(batch='{BATCH}').pk", imports=MODELS)
        keeper.goes_to(f"/supplies/lots/{lot}/").sees(firms["lianluo1"][1], "损耗").pictures("批次来龙去脉").fits()
        sheet = load_workbook(io.BytesIO(register_as(keeper, "登记表 Excel"))).active
        rows = [row for row in sheet.iter_rows(min_row=4, values_only=True) if row[6] == BATCH]
        assert sorted((row[5], row[10]) for row in rows) == [(20, "应收人"), (36, "宁远"), (40, "苗可心")]
        signed = {picture.anchor._from.row + 1 for picture in sheet._images}
        drawn = {
            number
            for number, row in enumerate(sheet.iter_rows(values_only=True), 1)
            if row[10] in {"苗可心", "应收人"} and row[6] == BATCH
        }
        assert drawn <= signed, "both drawn signatures stand in their cells"
        printed = register_as(keeper, "领用登记表")
        assert printed[:5] == b"%PDF-" and "应收人" in text(printed)
        keeper.keeps(printed, "领用登记表")
        keeper.goes_to("/supplies/").sees(GLOVES).pictures("库存").fits()
    with park.person("管委会", username="guanwei1") as staff:
        staff.goes_to("/supplies/feedback/").sees("手套收到了，谢谢。")


def a_wrong_number_is_corrected_and_the_rest_refused(park, firms: dict) -> None:
    """Ten pairs still lie in the car: the signed number is put right, and the enterprise refuses the rest, without network."""
    [first] = of_batch(park, f"[r.pk for r in rows if r.enterprise_id == {firms['lianluo1'][0]}]")
    with park.person("仓管更正", username="cangguan1") as keeper:
        keeper.goes_to(f"/supplies/deliveries/{first}/").follows("签收写错了，更正")
        keeper.page.locator("[data-expected]").fill("30")
        keeper.page.locator("select[name^=shortage_]").select_option("later")
        keeper.fills(reason="十双还在车上").pictures("更正").fits().presses("更正签收")
        keeper.sees("的签收已更正", "更正签收：部分签收", "实收 40 → 30").pictures("更正以后").fits()
    [rest] = of_batch(park, f"list(rows.filter(remainder_of={first}).values_list('pk', flat=True))")
    with park.person("沈知遥拒收", kind="phone", username="xiaodui1") as liaison:
        liaison.goes_to(f"/supplies/deliveries/{rest}/sign/").fits()
        liaison.context.set_offline(True)
        liaison.fills(signed_name="沈知遥").draws()
        liaison.page.get_by_text("企业一件都不要").click()
        liaison.fills(why_refused="企业说够用了").pictures("整单拒收").page.get_by_role(
            "button", name="整单拒收"
        ).click()
        liaison.sees("待发 1 条")
        liaison.context.set_offline(False)
        liaison.page.wait_for_url(re.compile(r"/deliveries/\d+/$"))
        liaison.sees("企业不要（企业说够用了）").pictures("拒收以后").fits()


def test_from_the_purchase_to_the_signature(park):
    item = ask(park, f"Item.objects.get(name='{GLOVES}').pk", imports=MODELS)
    firms = json.loads(json.dumps(ask(park, FIRMS, imports=MODELS)))

    bought_and_received(park, item)
    enterprises_ask(park, item, firms)
    plan = planned_and_approved(park, item)
    picked_and_issued(park, plan)
    squads_take_along(park, firms)
    two_doors_without_network(park, firms)
    third_door_by_code(park, firms)
    the_sender_sees_everything(park, firms)
    a_wrong_number_is_corrected_and_the_rest_refused(park, firms)

    held = ask(
        park,
        f"{{str(b.place): float(b.amount) for b in Balance.objects.filter(lot__batch='{BATCH}', amount__gt=0)}}",
        imports=MODELS,
    )
    firms_hold = {firms["lianluo1"][1]: 30, firms["xiaodui1"][1]: 20, firms["lianluo2"][1]: 36}
    assert held == {**firms_hold, "第一小分队": 10}
    checked = park.manage("invariants", check=False)
    assert checked.returncode == 0, checked.stdout
