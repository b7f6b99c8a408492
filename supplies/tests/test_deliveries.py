"""Two signed legs: warehouse to liaison, liaison to enterprise; shortages, remainders, repeats."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from parkportal.clock import park_now
from parkportal.idempotency import new_token
from parkportal.messaging.models import Message
from parkportal.records.models import AuditEntry
from parkportal.records.triggers import lifted
from parkportal.records.worklist import entries_for
from parkportal.states import AlreadyMoved, Refused
from supplies import actions, invariants
from supplies.actions import Arrival
from supplies.models import Allocation, Balance, Delivery, DeliveryMove, DeliveryStatus, Movement, Place
from supplies.tests import factories as f

pytestmark = pytest.mark.django_db
D = Decimal


@pytest.fixture
def journey():
    """A delivery of 100 masks and 3.6 kg of alcohol for a firm of the first squad, with everybody who handles it."""
    squad = f.squad(1)
    firm = f.enterprise("湖南砚池泊精密机械有限公司", of=squad, liaison_phone="19900001234")
    masks, alcohol = f.stock(f.item(), 1000), f.stock(f.item("75%酒精", unit="公斤"), 500)
    made = f.delivery(firm, {masks: 100, alcohol: "3.6"})
    return {
        "delivery": made,
        "firm": firm,
        "masks": masks,
        "alcohol": alcohol,
        "liaison": f.liaison(squad),
        "keeper": f.keeper(),
    }


def held(place, lot):
    row = Balance.objects.filter(place=place, lot=lot).first()
    return row.amount if row else D(0)


def brought(journey):
    actions.issue_deliveries(deliveries=[journey["delivery"]], by=journey["keeper"])
    actions.hand_to_squad(deliveries=[journey["delivery"]], signature=f.signed("沈知遥"), by=journey["liaison"])
    return journey["delivery"]


def lines(delivery):
    return {line.lot.item.name: line for line in delivery.lines.select_related("lot__item")}


def test_every_mask_can_be_followed_to_who_signed(journey):
    brought(journey)
    actions.sign_delivery(delivery=journey["delivery"], arrivals={}, signature=f.signed("韦可"), by=journey["liaison"])
    delivery = Delivery.objects.get()
    assert delivery.status == DeliveryStatus.SIGNED
    assert delivery.receipt.signed_name == "韦可"
    assert held(f.warehouse(), journey["masks"]) == 900
    assert held(Place.objects.get(enterprise=journey["firm"]), journey["masks"]) == 100
    assert held(Place.objects.get(squad=journey["firm"].squad), journey["masks"]) == 0
    assert list(delivery.movements.order_by("id").values_list("kind", flat=True)) == ["issue", "handover", "signed"]
    assert [move.to_status for move in delivery.moves.order_by("id")] == ["pending", "issued", "with_liaison", "signed"]
    assert invariants.check() == []


def test_the_firm_is_told_once_when_the_goods_leave(journey):
    actions.issue_deliveries(deliveries=[journey["delivery"]], by=journey["keeper"])
    message = Message.objects.get(purpose="delivery_notice")
    assert "口罩100只、75%酒精3.6公斤，" in message.text
    with pytest.raises(AlreadyMoved):
        actions.issue_deliveries(deliveries=[journey["delivery"]], by=journey["keeper"])


def test_a_delivery_that_has_grown_since_the_pick_list_is_not_issued(journey):
    delivery = journey["delivery"]
    Delivery.objects.update(version=2)
    with pytest.raises(Refused, match="刚加了物资"):
        actions.issue_deliveries(deliveries=[delivery], by=journey["keeper"], versions={delivery.pk: 1})


def test_a_lot_that_was_quarantined_meanwhile_does_not_leave(journey):
    actions.quarantine(lot=journey["masks"], by=journey["keeper"], reason="抽检不合格")
    with pytest.raises(Refused, match="隔离"):
        actions.issue_deliveries(deliveries=[journey["delivery"]], by=journey["keeper"])


def test_damage_at_the_door_is_written_off_with_its_reason(journey):
    delivery = brought(journey)
    alcohol = lines(delivery)["75%酒精"]
    actions.sign_delivery(
        delivery=delivery,
        arrivals={alcohol.pk: Arrival(D("3.1"), "damaged", "1 瓶破损")},
        signature=f.signed("宁远"),
        by=journey["liaison"],
    )
    delivery.refresh_from_db()
    assert delivery.status == DeliveryStatus.PARTIAL
    assert lines(delivery)["75%酒精"].missing == D("0.5")
    loss = Movement.objects.get(kind="loss")
    assert loss.lines.get().quantity == D("0.5")
    assert "1 瓶破损" in loss.reason
    assert invariants.check() == []


def test_what_comes_later_is_a_delivery_of_its_own(journey):
    delivery = brought(journey)
    masks = lines(delivery)["一次性医用口罩"]
    actions.sign_delivery(
        delivery=delivery,
        arrivals={masks.pk: Arrival(D(60), "later")},
        signature=f.signed("宁远"),
        by=journey["liaison"],
    )
    rest = Delivery.objects.get(remainder_of=delivery)
    assert rest.status == DeliveryStatus.WITH_LIAISON
    assert [line.expected for line in rest.lines.all()] == [40]
    actions.sign_delivery(delivery=rest, arrivals={}, signature=f.signed("宁远"), by=journey["liaison"])
    assert held(Place.objects.get(enterprise=journey["firm"]), journey["masks"]) == 100
    assert invariants.check() == []


def test_a_refusal_leaves_the_goods_with_who_brought_them(journey):
    delivery = brought(journey)
    arrivals = {line.pk: Arrival(D(0), "declined") for line in delivery.lines.all()}
    actions.sign_delivery(delivery=delivery, arrivals=arrivals, signature=f.signed("宁远"), by=journey["liaison"])
    delivery.refresh_from_db()
    assert delivery.status == DeliveryStatus.DECLINED
    assert held(Place.objects.get(squad=journey["firm"].squad), journey["masks"]) == 100
    assert invariants.check() == []


@pytest.mark.parametrize(
    ("arrival", "words"),
    [
        (Arrival(D(101)), "不能多于"),
        (Arrival(D(-1), "lost"), "大于 0"),
        (Arrival(D(90)), "请选原因"),
        (Arrival(D("90.5"), "lost"), "整数"),
        (Arrival(D(90), "吃了"), "请选原因"),
    ],
)
def test_wrong_numbers_at_the_door_change_nothing(journey, arrival, words):
    delivery = brought(journey)
    masks = lines(delivery)["一次性医用口罩"]
    with pytest.raises(Refused, match=words):
        actions.sign_delivery(
            delivery=delivery, arrivals={masks.pk: arrival}, signature=f.signed("宁远"), by=journey["liaison"]
        )
    delivery.refresh_from_db()
    assert delivery.status == DeliveryStatus.WITH_LIAISON


def test_a_lot_that_is_not_on_the_delivery_is_refused_by_name(journey):
    other = f.delivery(f.enterprise(), {f.stock(f.item("75%酒精", unit="公斤"), 10, batch="JJ1"): 2})
    brought(journey)
    with pytest.raises(Refused, match="75%酒精（批号 JJ1）不在配送单 PS"):
        actions.sign_delivery(
            delivery=journey["delivery"],
            arrivals={other.lines.get().pk: Arrival(Decimal(2))},
            signature=f.signed("宁远"),
            by=journey["liaison"],
        )
    journey["delivery"].refresh_from_db()
    assert journey["delivery"].receipt is None


def test_a_closed_delivery_is_refused_by_name(journey):
    void = f.delivery(f.enterprise(of=f.squad(1)), {journey["masks"]: 5})
    actions.void_delivery(delivery=void, by=journey["keeper"], reason="重复")
    with pytest.raises(Refused, match="已经作废"):
        actions.sign_delivery(delivery=void, arrivals={}, signature=f.signed("宁远"), by=journey["keeper"])
    with pytest.raises(Refused, match="都已经出库"):
        actions.issue_deliveries(deliveries=[void], by=journey["keeper"])
    with pytest.raises(Refused, match="现在是“作废”，不能交接"):
        actions.hand_to_squad(deliveries=[void], signature=f.signed("沈知遥"), by=journey["liaison"])
    done = brought(journey)
    actions.sign_delivery(delivery=done, arrivals={}, signature=f.signed("宁远"), by=journey["liaison"])
    with pytest.raises(AlreadyMoved, match="由宁远签收，不用再签"):
        actions.sign_delivery(delivery=done, arrivals={}, signature=f.signed("别人"), by=journey["liaison"])
    with pytest.raises(Refused, match="现在是“已签收”，不能改为“作废”"):
        actions.void_delivery(delivery=done, by=journey["keeper"], reason="不对")
    with pytest.raises(Refused, match="已经是“已签收”，不用再约"):
        actions.schedule_deliveries(deliveries=[done], planned_at=park_now() + timedelta(days=1), by=journey["keeper"])


def test_a_signature_is_sent_once_however_often_it_arrives(journey):
    delivery, token = brought(journey), new_token()
    receipts = {
        actions.sign_delivery(
            delivery=delivery, arrivals={}, signature=f.signed("宁远", token=token), by=journey["liaison"]
        ).pk
        for _ in range(2)
    }
    assert len(receipts) == 1
    with pytest.raises(AlreadyMoved, match="由宁远签收"):
        actions.sign_delivery(
            delivery=delivery, arrivals={}, signature=f.signed("别人", token=new_token()), by=journey["liaison"]
        )


def test_goods_that_have_not_left_cannot_be_signed_for(journey):
    with pytest.raises(Refused, match="还没有出库"):
        actions.sign_delivery(
            delivery=journey["delivery"], arrivals={}, signature=f.signed("宁远"), by=journey["liaison"]
        )


def test_a_firm_without_squad_signs_at_the_warehouse(journey):
    firm = f.enterprise("自取的企业")
    delivery = f.delivery(firm, {journey["masks"]: 10})
    actions.issue_deliveries(deliveries=[delivery], by=journey["keeper"])
    with pytest.raises(Refused, match="一个小分队"):
        actions.hand_to_squad(deliveries=[delivery], signature=f.signed("沈知遥"), by=journey["liaison"])
    actions.sign_delivery(delivery=delivery, arrivals={}, signature=f.signed("老板"), by=f.contact(firm))
    assert held(Place.objects.get(enterprise=firm), journey["masks"]) == 10


def test_a_plan_is_done_when_its_last_delivery_is_signed():
    masks, squad = f.item(), f.squad(1)
    f.stock(masks, 100)
    for _ in range(2):
        f.enterprise(of=squad)
    plan = actions.allocate(
        plan=Allocation(item=masks, warehouse=f.warehouse(), mode="each", total=D(100)), by=f.user("committee")
    )
    actions.submit_allocation(allocation=plan, by=plan.created_by)
    deliveries = actions.approve_allocation(allocation=plan, by=f.user("committee"))
    actions.issue_deliveries(deliveries=deliveries, by=f.keeper())
    for left, delivery in zip(("approved", "done"), deliveries, strict=True):
        actions.sign_delivery(delivery=delivery, arrivals={}, signature=f.signed("甲"), by=f.liaison(squad))
        plan.refresh_from_db()
        assert plan.status == left


def test_a_voided_delivery_gives_its_stock_back(journey):
    with pytest.raises(Refused, match="写原因"):
        actions.void_delivery(delivery=journey["delivery"], by=journey["keeper"], reason="")
    actions.void_delivery(delivery=journey["delivery"], by=journey["keeper"], reason="企业停工")
    assert Delivery.objects.get().status == DeliveryStatus.VOID
    with pytest.raises(AlreadyMoved):
        actions.issue_deliveries(deliveries=[journey["delivery"]], by=journey["keeper"])


def test_what_a_firm_declined_is_taken_back_and_what_is_still_to_bring_stays(journey):
    bag = Place.objects.of_squad(journey["firm"].squad)
    other = f.delivery(f.enterprise(of=journey["firm"].squad), {journey["masks"]: 30})
    brought(journey)
    actions.issue_deliveries(deliveries=[other], by=journey["keeper"])
    actions.hand_to_squad(deliveries=[other], signature=f.signed("沈知遥"), by=journey["liaison"])
    masks = lines(journey["delivery"])["一次性医用口罩"]
    actions.sign_delivery(
        delivery=journey["delivery"],
        arrivals={masks.pk: Arrival(D(60), "declined")},
        signature=f.signed("宁远"),
        by=journey["liaison"],
    )
    entries = [entry for entry in entries_for(journey["keeper"]) if entry.kind == "收回"]
    assert ["企业没收的 40 只" in entry.detail for entry in entries] == [True]

    def take_back(quantity):
        actions.move_stock(
            kind="return",
            lot=journey["masks"],
            from_place=bag,
            to_place=f.warehouse(),
            quantity=D(quantity),
            by=journey["keeper"],
        )

    with pytest.raises(Refused, match="最多能动 40 只"):
        take_back(41)
    take_back(40)
    assert not [entry for entry in entries_for(journey["keeper"]) if entry.kind == "收回"]
    assert invariants.check() == []


def test_everybody_finds_the_own_work_on_the_list(journey):
    def kinds(person):
        return {entry.kind for entry in entries_for(person)} & {"拣货", "领料", "送达", "签收"}

    contact = f.contact(journey["firm"])
    assert kinds(journey["keeper"]) == {"拣货"}
    assert kinds(contact) == set()
    actions.issue_deliveries(deliveries=[journey["delivery"]], by=journey["keeper"])
    assert kinds(journey["liaison"]) == {"领料"}
    actions.hand_to_squad(deliveries=[journey["delivery"]], signature=f.signed("沈知遥"), by=journey["liaison"])
    assert kinds(journey["liaison"]) == {"送达"}
    assert kinds(contact) == {"签收"}


@pytest.mark.parametrize("with_liaison", [False, True])
def test_what_is_under_way_goes_back_to_the_shelf_when_its_delivery_is_given_up(journey, with_liaison, sign_in, client):
    if with_liaison:
        delivery = brought(journey)
    else:
        delivery = f.delivery(f.enterprise(of=f.squad(1)), {journey["masks"]: 5})
        actions.issue_deliveries(deliveries=[delivery], by=journey["keeper"])
    sign_in(journey["keeper"])
    page = reverse("supplies:delivery_detail", args=[delivery.pk])
    assert "退回并作废" in client.get(page).content.decode()
    answer = client.post(reverse("supplies:delivery_void", args=[delivery.pk]), {"reason": "企业搬走了"})
    assert answer.status_code == 302
    delivery.refresh_from_db()
    assert delivery.status == "void" and invariants.check() == []
    away = Balance.objects.filter(lot__in=delivery.lines.values("lot"), place__kind__in=["transit", "squad"])
    assert [row.amount for row in away if row.amount] == []
    assert "退回并作废" not in client.get(page).content.decode()


def test_a_recalled_lot_changes_hands_no_more_except_back(journey):
    issued = f.delivery(f.enterprise(of=f.squad(1)), {journey["masks"]: 5})
    actions.issue_deliveries(deliveries=[issued], by=journey["keeper"])
    taken = brought(journey)
    actions.recall(lot=journey["masks"], by=f.user("committee"), reason="厂家召回")
    with pytest.raises(Refused, match="已召回、隔离或过期"):
        actions.hand_to_squad(deliveries=[issued], signature=f.signed("沈知遥"), by=journey["liaison"])
    with pytest.raises(Refused, match="已召回、隔离或过期"):
        actions.sign_delivery(delivery=taken, arrivals={}, signature=f.signed("宁远"), by=journey["liaison"])
    declined = {line.pk: Arrival(Decimal(0), "declined") for line in taken.lines.filter(lot=journey["masks"])}
    actions.sign_delivery(delivery=taken, arrivals=declined, signature=f.signed("宁远"), by=journey["liaison"])
    assert not Balance.objects.filter(place__enterprise=taken.enterprise, lot=journey["masks"], amount__gt=0).exists()


def test_what_was_signed_before_the_recall_and_sent_after_it_stays_signed(journey):
    taken = brought(journey)
    actions.recall(lot=journey["masks"], by=f.user("committee"), reason="厂家召回")
    signed_at = park_now() - timedelta(minutes=30)
    with lifted():
        DeliveryMove.objects.filter(subject=taken).update(effective_at=signed_at - timedelta(minutes=5))
    actions.sign_delivery(delivery=taken, arrivals={}, signature=f.signed("宁远"), by=journey["liaison"], at=signed_at)
    taken.refresh_from_db()
    assert taken.status == "signed" and taken.receipt.at == signed_at


def test_what_was_signed_after_the_recall_is_refused_however_late_it_is_sent(journey):
    taken = brought(journey)
    actions.recall(lot=journey["masks"], by=f.user("committee"), reason="厂家召回")
    recalled_at = park_now() - timedelta(hours=1)
    with lifted():
        AuditEntry.objects.filter(action="supplies.lot_recalled").update(at=recalled_at)
        DeliveryMove.objects.filter(subject=taken).update(effective_at=recalled_at - timedelta(hours=1))
    late, early = recalled_at + timedelta(minutes=30), recalled_at - timedelta(minutes=1)
    signed = {"delivery": taken, "arrivals": {}, "signature": f.signed("宁远"), "by": journey["liaison"]}
    with pytest.raises(Refused, match="已召回、隔离或过期"):
        actions.sign_delivery(**signed, at=late)
    actions.sign_delivery(**signed, at=early)
    taken.refresh_from_db()
    assert taken.status == "signed"
