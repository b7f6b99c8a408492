"""The demo park's warehouse: the stock of the printed page, and an earlier donation delivered in full as history."""

import io
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

from django.conf import settings
from PIL import Image, ImageDraw

from parkportal.clock import at
from parkportal.demo import Stage
from parkportal.given import given
from parkportal.records import files
from parkportal.records.models import StoredFile
from parkportal.workbooks.intake import judge
from parkportal.workbooks.judgement import ACCEPTED
from supplies.actions import (
    Count,
    Received,
    Signature,
    Wish,
    allocate,
    approve_allocation,
    approve_stock_take,
    ask_for_supplies,
    correct_delivery,
    hand_to_squad,
    issue_deliveries,
    item_for,
    open_stock_take,
    put_on_shelf,
    receive_stock,
    say_thanks,
    sign_delivery,
    submit_allocation,
    submit_counts,
    supply_point,
    withdraw_request,
)
from supplies.doors import received_of
from supplies.intake import RECEIPTS
from supplies.models import Allocation, Delivery, Item, PackUnit, Place, PlaceKind, WarehouseStaff

RECEIPTS_FILE = "12-物资入库.xlsx"
STAFF_FROM = date(2020, 1, 24)
# squad number → masks of the donation for its firms; the users who carried them
EARLIER = ((1, Decimal(12000), "xiaodui1"), (3, Decimal(8000), "xiaodui3"))
SHELVES = {
    "masks": "A-01", "alcohol": "B-01", "disinfectant": "B-02", "thermometers": "C-01", "herbs": "C-02", "kit": "C-03",
}  # fmt: skip
MINIMUMS = {"masks": 20000, "alcohol": 100, "disinfectant": 100, "thermometers": 10}
PACKS = {"一次性医用口罩": (("盒", 50), ("箱", 2000)), "75%酒精": (("桶", 25),)}


def plant(stage: Stage) -> None:
    """One central warehouse with two keepers; a donation of January handed out in full; then the printed stock."""
    warehouse = Place.objects.create(kind=PlaceKind.WAREHOUSE, name="中心仓库", address="产业园 C1 栋 1 楼")
    WarehouseStaff.objects.bulk_create(
        WarehouseStaff(place=warehouse, user=stage.users[name], starts_on=STAFF_FROM)
        for name in ("cangguan1", "cangguan2")
    )
    stage.notes["warehouse"] = warehouse
    _earlier_donation(stage, warehouse)
    _printed_stock(stage, warehouse)
    stage.notes["kit_item"] = _kits(stage, warehouse)
    _thermometers_wait_for_approval(stage, warehouse)
    _counted(stage, warehouse)
    _asked(stage)
    _thanked(stage)
    _signer_put_right(stage)


def bring_kits(stage: Stage, *, code: str, name: str, quantity: int) -> None:
    """Called by the app above for its sampling point: so many kits lie there from the morning of 2020-02-17."""
    supply_point(
        point=Place.objects.point(code, name),
        item=stage.notes["kit_item"],
        quantity=Decimal(quantity),
        warehouse=stage.notes["warehouse"],
        by=stage.users["cangguan1"],
        at=at(date(2020, 2, 10), time(8)),
    )


def _earlier_donation(stage: Stage, warehouse: Place) -> None:
    item, _ = item_for(name="一次性医用口罩", spec="平面耳挂式", unit="只")
    row = Received(
        item=item,
        quantity=sum((total for _, total, _ in EARLIER), Decimal(0)),
        batch="191115B2",
        made_on=date(2019, 11, 15),
        expires_on=date(2021, 11, 4),
        source="donation",
        supplier="湖南澍庭医疗用品有限公司",
        unit_price=Decimal("1.20"),  # what the donor put it at
        received_on=date(2020, 2, 10),
    )
    moment = at(date(2020, 2, 10), time(9, 20))
    keeper = stage.users["cangguan1"]
    receive_stock(warehouse=warehouse, rows=[row], by=keeper, reason="爱心捐赠", at=moment)
    for number, total, carrier in EARLIER:
        deliveries = _shared(stage, item, warehouse, number, total)
        _delivered(stage, deliveries, carrier)


def _shared(stage: Stage, item: Item, warehouse: Place, squad: int, total: Decimal) -> list[Delivery]:
    first, second = stage.users["guanwei1"], stage.users["guanwei2"]
    squad_id = next(firm.squad_id for firm in stage.notes["resumed"] if firm.squad and firm.squad.number == squad)
    terms = {"mode": "headcount", "minimum": Decimal(100), "scope": {"squad": squad_id}, "note": "首批爱心捐赠口罩"}
    plan = Allocation(item=item, warehouse=warehouse, total=total, **terms)
    day = date(2020, 2, 10)
    allocate(plan=plan, by=first, at=at(day, time(14, 5)))
    submit_allocation(allocation=plan, by=first, at=at(day, time(14, 12)))
    return approve_allocation(allocation=plan, by=second, at=at(day, time(15, 30)))


def _delivered(stage: Stage, deliveries: list[Delivery], carrier: str) -> None:
    keeper, liaison = stage.users["cangguan2"], stage.users[carrier]
    issue_deliveries(deliveries=deliveries, by=keeper, at=at(date(2020, 2, 11), time(8, 40)))
    signature = Signature(liaison.name, _drawn(stage, liaison.name))
    hand_to_squad(deliveries=deliveries, signature=signature, by=liaison, at=at(date(2020, 2, 11), time(9, 15)))
    for number, delivery in enumerate(deliveries):
        day, minute = date(2020, 2, 11 + number // 8), number % 8 * 30
        moment = at(day, time(10 + minute // 60, minute % 60))
        name = delivery.enterprise.liaison_name or "企业联络员"
        sign_delivery(
            delivery=delivery, arrivals={}, signature=Signature(name, _drawn(stage, name)), by=liaison, at=moment
        )


def _printed_stock(stage: Stage, warehouse: Place) -> None:
    path = Path(settings.BASE_DIR) / "tests" / "intake" / RECEIPTS_FILE
    judgement = judge(RECEIPTS, path, as_of=stage.now.date())
    rows = [received_of(row.values) for row in judgement.rows if row.outcome == ACCEPTED]
    moment = datetime(2020, 2, 17, 9, 30, tzinfo=stage.now.tzinfo)
    receive_stock(warehouse=warehouse, rows=rows, by=stage.users["cangguan1"], reason="按入库单导入", at=moment)
    for item in Item.objects.all():
        item.minimum_stock = Decimal(MINIMUMS.get(item.kind, 0))
        if item.kind == "herbs":
            item.safety_note = "孕妇、慢病和儿童遵医嘱。"
            item.dosage, item.daily_use, item.course_days = "一日一剂，分两次饭后温服", Decimal(1), 3
        item.save()
        put_on_shelf(place=warehouse, item=item, label=SHELVES.get(item.kind, "D-01"), by=stage.users["cangguan1"])
        PackUnit.objects.bulk_create(PackUnit(item=item, name=name, factor=n) for name, n in PACKS.get(item.name, ()))


def _kits(stage: Stage, warehouse: Place) -> Item:
    item, _ = item_for(name="一次性咽拭子采样套装", spec="拭子加 3 ml 保存液", unit="套")
    row = Received(
        item=item,
        quantity=Decimal(3000),
        batch="CY200108",
        made_on=date(2020, 1, 8),
        expires_on=date(2021, 1, 7),
        source="purchase",
        supplier="湖南芷岚生物技术有限公司",
        manufacturer="湖南芷岚生物技术有限公司",
        received_on=date(2020, 2, 8),
    )
    moment = at(date(2020, 2, 8), time(16))
    receive_stock(warehouse=warehouse, rows=[row], by=stage.users["cangguan2"], reason="采样点用", at=moment)
    put_on_shelf(place=warehouse, item=item, label=SHELVES["kit"], by=stage.users["cangguan2"])
    return item


def _thermometers_wait_for_approval(stage: Stage, warehouse: Place) -> None:
    """Seventy for a hundred and thirty-nine: one each is impossible, so a plan by order waits for the second person."""
    item = Item.objects.get(kind="thermometers")
    author, moment = stage.users["guanwei1"], stage.now.replace(hour=10, minute=5)
    plan = Allocation(
        item=item, warehouse=warehouse, total=Decimal(70), mode="each", note="不够每家一支，按档位和人数排"
    )
    allocate(plan=plan, by=author, at=moment)
    submit_allocation(allocation=plan, by=author, at=moment.replace(minute=12))


def _counted(stage: Stage, warehouse: Place) -> None:
    """A count that found two pairs of gloves missing, approved; and a blind sheet that waits to be filled in."""
    first, second = stage.users["cangguan1"], stage.users["cangguan2"]
    take = open_stock_take(place=warehouse, by=first, is_blind=False, note="到货后复核")
    counts = {line.pk: Count(line.book) for line in take.lines.all()}
    gloves = take.lines.get(lot__item__name="医用防护手套")
    counts[gloves.pk] = Count(gloves.book - 2, "开箱破损")
    submit_counts(take=take, counts=counts, by=first)
    approve_stock_take(take=take, by=second)
    open_stock_take(place=warehouse, by=second, note="周三例行盘点")


def _asked(stage: Stage) -> None:
    """Three requests that wait for a plan: two by contacts, one of which the squad heard; another was withdrawn."""
    masks, alcohol = Item.objects.get(kind="masks"), Item.objects.get(kind="alcohol")
    herbs = Item.objects.get(kind="herbs")
    first, second = stage.notes["contact_enterprises"]
    wanted = [Wish(masks, Decimal(600), Decimal(240), 2), Wish(alcohol, Decimal("12.5"), Decimal(3), 3)]
    ask_for_supplies(enterprise=first, wishes=wanted, by=stage.users["lianluo1"], note="本周内要，车间在用")
    wanted = [Wish(herbs, Decimal(180), Decimal(0), 0)]
    ask_for_supplies(enterprise=second, wishes=wanted, by=stage.users["lianluo2"], note="60 人，一个疗程")
    squad = stage.users["xiaodui1"]
    of_squad = [firm for firm in stage.notes["resumed"] if firm.squad_id == first.squad_id and firm != first]
    ask_for_supplies(
        enterprise=of_squad[0], wishes=[Wish(masks, Decimal(400), Decimal(100), 1)], by=squad, note="走访时说起"
    )
    row = ask_for_supplies(enterprise=of_squad[1], wishes=[Wish(masks, Decimal(200))], by=squad)
    withdraw_request(request=row, by=squad, reason="企业自己买到了")


def _thanked(stage: Stage) -> None:
    """What the two enterprises with an account said about the donation."""
    words = (
        ("lianluo1", "thanks", "口罩收到了，正好接上，谢谢园区。"),
        ("lianluo2", "advice", "希望提前一天通知，好安排人在。"),
    )
    for firm, (username, kind, text) in zip(stage.notes["contact_enterprises"], words, strict=True):
        delivery = Delivery.objects.received().select_related("receipt").get(enterprise=firm)
        moment = given(delivery.receipt).at + timedelta(hours=2)
        say_thanks(delivery=delivery, kind=kind, text=text, by=stage.users[username], at=moment)


def _signer_put_right(stage: Stage) -> None:
    """One receipt of the donation was signed by the principal, and the liaison's name had been written."""
    deliveries = Delivery.objects.received().exclude(enterprise__in=stage.notes["contact_enterprises"])
    delivery = deliveries.exclude(enterprise__principal_name="").select_related("enterprise").order_by("pk")[0]
    name, reason = delivery.enterprise.principal_name, "签字的是负责人，名字写成了联络员"
    correct_delivery(delivery=delivery, arrivals={}, signed_name=name, by=stage.users["cangguan2"], reason=reason)


def _drawn(stage: Stage, name: str) -> StoredFile:
    """A stroke for each character: something drawn, not a font's idea of a name."""
    picture = Image.new("RGB", (640, 264), "white")
    pen, rng = ImageDraw.Draw(picture), stage.rng
    for place in range(len(name)):
        x, y = 120 + place * 130, 130
        points = [(x + rng.randint(-50, 50), y + rng.randint(-70, 70)) for _ in range(6)]
        pen.line(points, fill="#1a1f24", width=5, joint="curve")
    out = io.BytesIO()
    picture.save(out, "PNG")
    return files.keep(out.getvalue(), name="签名.png", purpose="supplies_receipt", owner=None, allow=("png",))
