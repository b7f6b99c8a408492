"""A wrong entry is put right by a reversal and a new movement; what hangs on it follows, and the book balances."""

from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from enterprises.tests import factories as e
from enterprises.tests.pages import chosen, drawn, page_of, shown
from parkportal.idempotency import new_token
from parkportal.messaging.models import Message
from parkportal.printing.tests.reading import text
from parkportal.records.models import AuditEntry
from parkportal.records.triggers import lifted
from parkportal.states import AlreadyMoved, Refused
from supplies import actions, donations, invariants, papers
from supplies.actions import Arrival, Use, Wish
from supplies.figures import FIGURES
from supplies.holders import holders_of
from supplies.models import Allocation, Balance, Delivery, Line, Movement, Place
from supplies.overview import receivers
from supplies.pictures import lot_courses
from supplies.reports import cost_by_enterprise
from supplies.tests import factories as f
from supplies.tests.test_last_carton import race

pytestmark = pytest.mark.django_db
D = Decimal


def page(name, *args):
    return reverse(f"supplies:{name}", args=args)


def opened(client, here):
    """The form as it was drawn: its hidden fields and who signed."""
    return {**drawn(client, here), "signed_name": client.get(here).context["form"]["signed_name"].value()}


def held(place, lot):
    row = Balance.objects.filter(place=place, lot=lot).first()
    return row.amount if row else D(0)


@pytest.fixture
def door():
    """A hundred masks of a plan by request, signed for by the firm; everybody who had a hand in it."""
    masks, squad = f.item(), f.squad(1)
    lot = f.stock(masks, 1000, batch="A1", source="donation", unit_price=D("2.5"))
    firm = f.enterprise("湖南砚池泊有限公司", of=squad, liaison_phone="19900000001")
    clerk, keeper, liaison = f.user("committee"), f.keeper(), f.liaison(squad)
    need = e.make_need(firm, by=clerk)
    request = actions.ask_for_supplies(enterprise=firm, wishes=[Wish(masks, D(100))], need=need, by=clerk)
    plan = actions.allocate(
        plan=Allocation(item=masks, warehouse=f.warehouse(), mode="requested", total=D(100)), by=clerk
    )
    actions.submit_allocation(allocation=plan, by=clerk)
    [delivery] = actions.approve_allocation(allocation=plan, by=f.user("committee"))
    actions.issue_deliveries(deliveries=[delivery], by=keeper)
    actions.hand_to_squad(deliveries=[delivery], signature=f.signed("沈知遥"), by=liaison)
    return {
        "delivery": delivery, "lot": lot, "firm": firm, "keeper": keeper, "liaison": liaison, "plan": plan,
        "request": request, "need": need, "bag": Place.objects.of_squad(squad), "line": delivery.lines.get(),
    }  # fmt: skip


def sign(door, *arrival):
    arrivals = {door["line"].pk: Arrival(*arrival)} if arrival else {}
    actions.sign_delivery(delivery=door["delivery"], arrivals=arrivals, signature=f.signed("宁远"), by=door["liaison"])
    door["delivery"].refresh_from_db()


def correct(door, *arrival, delivery=None, **more):
    delivery = delivery or door["delivery"]
    wanted = {"reason": "点错了数", "by": door["keeper"], **more}
    return actions.correct_delivery(delivery=delivery, arrivals={delivery.lines.get().pk: Arrival(*arrival)}, **wanted)


def states(door):
    for name in ("delivery", "plan", "request", "need"):
        door[name].refresh_from_db()
    return [door[name].status for name in ("delivery", "plan", "request", "need")]


def firm_of(door):
    return Place.objects.get(enterprise=door["firm"])


def test_a_wrong_number_at_the_door_is_reversed_and_booked_anew(door):
    sign(door)
    correct(door, D(97), {"damaged": D(2), "lost": D(1)}, "箱角压坏")
    assert held(firm_of(door), door["lot"]) == 97 and held(door["bag"], door["lot"]) == 0
    signed, undone, anew, loss = door["delivery"].movements.order_by("id")[2:]
    assert [one.kind for one in (signed, undone, anew, loss)] == ["signed", "reversal", "signed", "loss"]
    assert undone.reverses == signed and anew.replaces == signed
    assert anew.lines.get().quantity == 97 and loss.lines.get().quantity == 3
    assert invariants.check() == []
    door["line"].refresh_from_db()
    assert (door["line"].received, door["line"].shortage_words) == (97, "破损 2、路上少了 1（箱角压坏）")
    assert states(door)[0] == "partial" and door["delivery"] in Delivery.objects.short()


def test_the_page_shows_old_and_new_and_the_register_says_so(door, sign_in, client):
    sign(door)
    sign_in(door["keeper"])
    here, line = page("delivery_correct", door["delivery"].pk), door["line"].pk
    assert (
        f'name="received_{line}" inputmode="decimal" autocomplete="off" value="100"'
        in client.get(here).content.decode()
    )
    form = {**opened(client, here), f"received_{line}": "97", f"shortage_{line}": "damaged", "reason": ""}
    refused = client.post(here, form)
    assert refused.status_code == 422 and "更正要写原因" in refused.content.decode()
    for _ in range(2):
        assert client.post(here, {**form, "reason": "纸箱没有拆开数"}).status_code == 302
    shown = client.get(page("delivery_detail", door["delivery"].pk)).content.decode()
    assert '<del class="pale">100</del> 97' in shown
    assert (
        "更正签收：部分签收" in shown
        and "一次性医用口罩：实收 100 → 97，破损 0 → 3" in shown
        and "纸箱没有拆开数" in shown
    )
    sign_in(f.user("committee"))
    assert "已更正" in client.get(page("ledger")).content.decode()
    [row] = papers.register_lines(papers.whole(Delivery.objects.all()).get())
    assert row.quantity == "97" and row.remark == "少 3，破损；更正：100 → 97"
    assert door["delivery"].moves.filter(is_correction=True).count() == 1


def test_the_enterprise_is_told_and_the_sender_sees_the_shortage_anew(door):
    sign(door, D(90), "lost")
    actions.mark_shortage_seen(delivery=door["delivery"], by=door["keeper"])
    correct(door, D(97), "lost")
    text = Message.objects.get(purpose="delivery_corrected").text
    assert "一次性医用口罩由90改为97只" in text and door["delivery"].code in text
    assert list(Delivery.objects.short()) == [door["delivery"]]
    correct(door, D(97), "damaged")
    assert Message.objects.filter(purpose="delivery_corrected").count() == 1, "its own number is the same"


def test_what_was_not_written_down_is_brought_later_and_everything_waits_for_it(door):
    sign(door)
    assert states(door) == ["signed", "done", "done", "done"]
    correct(door, D(60), "later")
    rest = Delivery.objects.get(remainder_of=door["delivery"])
    assert (rest.status, rest.lines.get().expected) == ("with_liaison", 40)
    assert states(door) == ["partial", "approved", "allotted", "reopened"]
    assert held(door["bag"], door["lot"]) == 40 and invariants.check() == []
    correct(door, D(90), "later")
    rest.refresh_from_db()
    [anew] = Delivery.objects.filter(remainder_of=door["delivery"]).exclude(pk=rest.pk)
    assert (rest.status, anew.lines.get().expected, held(door["bag"], door["lot"])) == ("void", 10, 10)
    correct(door, D(100))
    assert states(door) == ["signed", "done", "done", "done"]
    assert held(firm_of(door), door["lot"]) == 100 and held(door["bag"], door["lot"]) == 0
    assert invariants.check() == []


def test_the_remainder_of_a_signed_one_stays_and_is_corrected_itself(door):
    sign(door, D(60), "later")
    rest = Delivery.objects.get(remainder_of=door["delivery"])
    actions.sign_delivery(delivery=rest, arrivals={}, signature=f.signed("宁远"), by=door["liaison"])
    with pytest.raises(Refused, match=f"补送单 {rest} 已经是“已签收”"):
        correct(door, D(100))
    assert correct(door, D(58), {"later": D(40), "damaged": D(2)})
    assert correct(door, D(39), "lost", delivery=rest)
    assert held(firm_of(door), door["lot"]) == 97 and invariants.check() == []


def test_only_what_was_signed_is_corrected(door):
    for act in (lambda: correct(door, D(97), "lost"), lambda: correct(door, D(97), "lost", reason=" ")):
        with pytest.raises(Refused, match="还没有签收，不用更正|更正要写原因"):
            act()
    void = f.delivery(f.enterprise(of=f.squad(1)), {door["lot"]: 5})
    with pytest.raises(Refused, match=f"配送单 {void} 现在是“待拣”"):
        correct(door, D(4), "lost", delivery=void)
    actions.void_delivery(delivery=void, by=door["keeper"], reason="重复")
    with pytest.raises(Refused, match=f"配送单 {void} 已经作废"):
        correct(door, D(4), "lost", delivery=void)
    sign(door)
    with pytest.raises(Refused, match="和签收时写的一样"):
        correct(door, D(100))
    with pytest.raises(Refused, match="中心仓库的一次性医用口罩（批号 A1）只剩 900 只，不够 901 只"):
        correct(door, D(1001))
    with pytest.raises(Refused, match="不在配送单"):
        actions.correct_delivery(
            delivery=door["delivery"], arrivals={void.lines.get().pk: Arrival(D(1))}, by=door["keeper"], reason="错"
        )
    assert door["delivery"].movements.filter(kind="reversal").count() == 0


def test_a_correction_takes_nothing_that_another_delivery_needs(door):
    sign(door, D(60), "declined")
    way = {"lot": door["lot"], "from_place": door["bag"], "to_place": f.warehouse(), "quantity": D(40)}
    actions.move_stock(kind="return", by=door["keeper"], **way)
    other = f.delivery(f.enterprise(of=f.squad(1)), {door["lot"]: 50})
    actions.issue_deliveries(deliveries=[other], by=door["keeper"])
    actions.hand_to_squad(deliveries=[other], signature=f.signed("沈知遥"), by=door["liaison"])
    with pytest.raises(Refused, match="更正后只有 10 只，配送单还要 50 只；收回过的请先调回来"):
        correct(door, D(100))
    assert invariants.check() == [] and held(door["bag"], door["lot"]) == 50


def test_what_is_declined_at_the_warehouse_goes_back_by_the_difference():
    lot, keeper = f.stock(f.item(), 100), f.keeper()
    delivery = f.delivery(f.enterprise(), {lot: 50})
    actions.issue_deliveries(deliveries=[delivery], by=keeper)
    line = delivery.lines.get()
    wanted = {"delivery": delivery, "by": keeper}
    actions.sign_delivery(**wanted, arrivals={line.pk: Arrival(D(30), "declined")}, signature=f.signed("老板"))
    assert held(f.warehouse(), lot) == 70
    actions.correct_delivery(**wanted, arrivals={line.pk: Arrival(D(45), "declined")}, reason="少数了一箱")
    assert held(f.warehouse(), lot) == 55 and invariants.check() == []
    back = delivery.movements.standing().get(kind="return")
    assert back.lines.get().quantity == 5 and back.replaces.lines.get().quantity == 20


def test_what_comes_later_from_the_warehouse_waits_on_its_way():
    lot, keeper = f.stock(f.item(), 100), f.keeper()
    delivery = f.delivery(f.enterprise(), {lot: 50})
    actions.issue_deliveries(deliveries=[delivery], by=keeper)
    actions.sign_delivery(delivery=delivery, arrivals={}, signature=f.signed("老板"), by=keeper)
    wanted = {"delivery": delivery, "by": keeper, "reason": "还差二十只"}
    line = delivery.lines.get().pk
    actions.correct_delivery(arrivals={line: Arrival(D(30), "later")}, **wanted)
    rest = Delivery.objects.get(remainder_of=delivery)
    assert (rest.status, held(Place.objects.the("transit"), lot)) == ("issued", 20) and invariants.check() == []
    actions.close_remainder(delivery=rest, by=keeper, reason="不要了")
    with pytest.raises(Refused, match=f"补送单 {rest} 已经是“作废”"):
        actions.correct_delivery(arrivals={line: Arrival(D(50))}, **wanted)


def test_who_corrects_from_an_old_page_sees_both(door, sign_in, client):
    sign(door)
    sign_in(f.user("committee", name="沈知遥"))
    here, line = page("delivery_correct", door["delivery"].pk), door["line"].pk
    typed = {**opened(client, here), f"received_{line}": "97", f"shortage_{line}": "lost", "reason": "错"}
    typed |= {f"note_{line}": "路上", "signed_name": "宁远山"}
    correct(door, D(98), "lost")

    answer = client.post(here, typed)

    assert "仓管" in page_of(answer)
    mine = "批号 A1，应收 100，实收 97，路上少了 3，说明 路上"
    assert shown(answer) == {
        f"received_{line}": ("批号 A1，应收 100，实收 98，路上少了 2", mine), "signed_name": ("宁远", "宁远山"),
    }  # fmt: skip
    # who takes all of the other's writes nothing
    assert client.post(here, chosen(answer)).status_code == 302
    assert door["delivery"].moves.filter(is_correction=True).count() == 1
    assert client.post(here, chosen(answer, signed_name="mine")).status_code == 302
    door["line"].refresh_from_db()
    door["delivery"].receipt.refresh_from_db()
    assert (door["line"].received, door["delivery"].receipt.signed_name) == (98, "宁远山")


def test_more_than_the_note_said_comes_out_of_the_warehouse(door, sign_in, client):
    sign(door)
    sign_in(door["keeper"])
    here, line = page("delivery_correct", door["delivery"].pk), door["line"].pk
    said = {f"received_{line}": "120", "reason": "多搬了一盒"}
    assert client.post(here, {**opened(client, here), **said}).status_code == 302
    assert held(firm_of(door), door["lot"]) == 120 and held(f.warehouse(), door["lot"]) == 880
    assert held(door["bag"], door["lot"]) == 0 and invariants.check() == []
    door["line"].refresh_from_db()
    assert (door["line"].expected, door["line"].received) == (120, 120) and states(door)[0] == "signed"
    shown = client.get(page("delivery_detail", door["delivery"].pk)).content.decode()
    assert "应收 100 → 120，实收 100 → 120" in shown and "多搬了一盒" in shown
    # the form asks again by what the note said at first; the second look was the right one
    form = client.get(here).context["form"]
    assert 'data-expected="100"' in client.get(here).content.decode() and form[f"received_{line}"].value() == "120"
    said = {f"received_{line}": "97", f"shortage_{line}": "damaged", "reason": "又点了一遍"}
    assert client.post(here, {**opened(client, here), **said}).status_code == 302
    door["line"].refresh_from_db()
    assert (door["line"].expected, door["line"].damaged) == (100, 3)
    assert (held(firm_of(door), door["lot"]), held(f.warehouse(), door["lot"])) == (97, 900)
    assert invariants.check() == []


def test_what_others_need_is_not_given_as_more(door):
    sign(door)
    f.delivery(f.enterprise(of=f.squad(1)), {door["lot"]: 890})
    with pytest.raises(Refused, match="更正后只有 880 只，配送单还要 890 只"):
        correct(door, D(120))
    assert held(f.warehouse(), door["lot"]) == 900 and held(firm_of(door), door["lot"]) == 100


def test_another_lot_was_handed_over(door, sign_in, client):
    other = f.stock(door["lot"].item, 500, batch="B2")
    f.stock(f.item("75%酒精", unit="公斤"), 50, batch="J1")
    sign(door, D(60), "later")
    rest = Delivery.objects.get(remainder_of=door["delivery"])
    sign_in(door["keeper"])
    here, line = page("delivery_correct", door["delivery"].pk), door["line"].pk
    assert "批号 B2" in client.get(here).content.decode() and "J1" not in client.get(here).content.decode()
    said = {f"received_{line}": "60", f"shortage_{line}": "later", f"lot_{line}": other.pk, "reason": "拿错了箱"}
    assert client.post(here, {**opened(client, here), **said}).status_code == 302

    # the shelf has the first lot again, the firm and the bag have the second one
    assert [held(place, door["lot"]) for place in (f.warehouse(), door["bag"], firm_of(door))] == [1000, 0, 0]
    assert [held(place, other) for place in (f.warehouse(), door["bag"], firm_of(door))] == [400, 40, 60]
    rest.refresh_from_db()
    anew = Delivery.objects.filter(remainder_of=door["delivery"]).exclude(pk=rest.pk).get()
    assert (rest.status, anew.lines.get().lot, anew.lines.get().expected) == ("void", other, 40)
    assert [holder.place for holder in holders_of(other)] and invariants.check() == []
    assert "批号 A1 → B2" in client.get(page("delivery_detail", door["delivery"].pk)).content.decode()
    [row] = papers.register_lines(papers.whole(Delivery.objects.filter(pk=door["delivery"].pk)).get())
    assert row.lot == "B2"
    # and what was handed over may be corrected again
    correct(door, D(50), {"later": D(40), "damaged": D(10)})
    assert held(firm_of(door), other) == 50 and invariants.check() == []


def test_a_lot_of_another_item_or_out_of_use_was_not_handed_over(door):
    recalled, later = (f.stock(door["lot"].item, 500, batch=batch) for batch in ("C3", "D4"))
    actions.recall(lot=recalled, by=door["keeper"], reason="抽检不合格")
    sign(door)
    actions.recall(lot=later, by=door["keeper"], reason="抽检不合格")
    spirit = f.stock(f.item("75%酒精", unit="公斤"), 50, batch="J1")
    with pytest.raises(Refused, match="批号 J1 是75%酒精，不是一次性医用口罩"):
        correct(door, D(50), "lost", "", spirit)
    with pytest.raises(Refused, match="批号 C3 已召回"):
        correct(door, D(100), "", "", recalled)
    assert held(firm_of(door), door["lot"]) == 100
    # what was called back after the signature may well be what they hold
    correct(door, D(100), "", "", later)
    assert held(firm_of(door), later) == 100


def test_the_wrong_signer_is_named_rightly(door, sign_in, client):
    sign(door)
    sign_in(door["keeper"])
    here, line = page("delivery_correct", door["delivery"].pk), door["line"].pk
    told = Message.objects.count()
    said = {f"received_{line}": "100", "reason": "签的是门卫"}
    who = client.post(here, {**opened(client, here), **said, "reason": "打 13800138000 问过"})
    assert who.status_code == 422 and "不能写姓名、手机" in who.content.decode()
    empty = client.post(here, {**opened(client, here), **said, "signed_name": " "})
    assert empty.status_code == 422 and "请写签收人的姓名" in empty.content.decode()
    assert client.post(here, {**opened(client, here), **said, "signed_name": "宁远山"}).status_code == 302
    [row] = papers.register_lines(papers.whole(Delivery.objects.all()).get())
    assert row.signed_by == "宁远山"
    assert "签收人 宁远 → 宁远山" in client.get(page("delivery_detail", door["delivery"].pk)).content.decode()
    # nothing was booked, nobody is written to
    assert not door["delivery"].movements.filter(kind="reversal").exists() and Message.objects.count() == told


def test_what_was_undone_counts_nowhere(door):
    sign(door)
    correct(door, D(60), "lost")
    [firm] = receivers([door["firm"]], {("masks", "只")})
    assert firm.by_kind == {"masks": 60}
    [cost] = cost_by_enterprise(Place.objects.warehouses())
    assert cost["cost"] == 150
    [gift] = donations.statement(donations.given_lots(Place.objects.warehouses()))
    assert (gift.given, gift.signed, gift.left) == (1000, 60, 900)
    supplied = next(figure for figure in FIGURES if figure.code == "enterprises_supplied")
    assert supplied.rows(door["delivery"].receipt.at).count() == 1
    correct(door, D(0), "lost")
    now = Movement.objects.latest("id").at
    assert supplied.rows(now).count() == 0 and supplied.rows(door["delivery"].receipt.at).count() == 1


def test_who_may_correct(door, sign_in, client):
    sign(door)
    for user in (door["liaison"], f.contact(door["firm"]), f.user("leader"), f.keeper(f.warehouse("别的仓库"))):
        sign_in(user)
        assert client.get(page("delivery_correct", door["delivery"].pk)).status_code == 404
        assert "更正" not in client.get(page("delivery_detail", door["delivery"].pk)).content.decode()


@pytest.fixture
def receipt():
    lot = f.stock(f.item(packs={"箱": 50}), 1000, batch="B7")
    return {"lot": lot, "movement": lot.lines.get().movement, "keeper": f.keeper()}


def test_a_wrong_receipt_is_corrected_though_most_of_it_has_left(receipt, sign_in, client):
    lot, movement = receipt["lot"], receipt["movement"]
    loss = {"from_place": f.warehouse(), "to_place": Place.objects.the("loss"), "quantity": D(880), "reason": "受潮"}
    actions.move_stock(kind="loss", lot=lot, by=receipt["keeper"], **loss)
    sign_in(receipt["keeper"])
    with pytest.raises(Refused, match="只剩 120 只"):
        actions.reverse_movement(movement=movement, by=receipt["keeper"], reason="记错了")
    here, line = page("movement_correct", movement.pk), movement.lines.get().pk
    form = {"token": str(new_token()), f"quantity_{line}": "18箱", "reason": "数了两遍"}
    assert "看不懂" in client.post(here, {**form, f"quantity_{line}": "许多"}).content.decode()
    assert "只剩 120 只，不够 150 只" in client.post(here, {**form, f"quantity_{line}": "850"}).content.decode()
    assert "请用“冲正”" in client.post(here, {**form, f"quantity_{line}": "0"}).content.decode()
    assert "没有要更正的" in client.post(here, {**form, f"quantity_{line}": "1000"}).content.decode()
    for _ in range(2):
        assert client.post(here, form).url == page("ledger")
    anew = Movement.objects.get(replaces=movement)
    assert (anew.kind, anew.lines.get().quantity, held(f.warehouse(), lot)) == ("receipt", 900, 20)
    assert AuditEntry.objects.get(action="supplies.movement_corrected").after == {"B7 → 中心仓库": "900"}
    assert invariants.check() == []
    with pytest.raises(AlreadyMoved, match="更正成台账第"):
        actions.correct_movement(movement=movement, quantities={line: D(1)}, by=receipt["keeper"], reason="又来")


def test_the_receipt_has_its_paper_with_maker_and_two_signatures(sign_in, client):
    keeper = f.keeper()
    row = {"batch": "C9", "manufacturer": "湖南芷岚口罩厂", "supplier": "长沙药房", "source": "purchase"}
    movement = f.stock(f.item(), 500, by=keeper, **row).lines.get().movement
    sign_in(keeper)
    paper = text(client.get(page("receipt_sheet", movement.pk)).content)
    for words in (
        "物资入库单",
        "湖南芷岚口罩厂",
        "长沙药房",
        "采购",
        "500",
        "C9",
        "仓管（经办仓管）",
        "审批",
        "中心仓库",
    ):
        assert words in paper
    assert "作废" not in paper
    anew = actions.correct_movement(
        movement=movement, quantities={movement.lines.get().pk: D(400)}, by=keeper, reason="数错"
    )
    assert f"已更正，以第 {anew.pk} 笔为准" in text(client.get(page("receipt_sheet", movement.pk)).content)
    assert "400" in text(client.get(page("receipt_sheet", anew.pk)).content)
    assert client.get(page("receipt_sheet", Movement.objects.get(kind="reversal").pk)).status_code == 404


def test_the_form_of_a_receipt_asks_for_the_maker_and_the_lot_says_it(sign_in, client):
    sign_in(f.keeper())
    form = {"token": str(new_token()), "warehouse": f.warehouse().pk, "item": f.item().pk, "quantity": "50"}
    form |= {"batch": "D1", "source": "purchase", "received_on": "2020-02-18", "manufacturer": "湖南芷岚口罩厂"}
    lot_page = client.post(page("receipt_create"), form).url
    assert "湖南芷岚口罩厂" in client.get(lot_page).content.decode()


def test_the_picture_of_a_corrected_lot_does_not_dip(receipt):
    lot, movement = receipt["lot"], receipt["movement"]
    way = {"from_place": f.warehouse(), "to_place": Place.objects.the("loss"), "quantity": D(880), "reason": "受潮"}
    actions.move_stock(kind="loss", lot=lot, by=receipt["keeper"], **way)
    line = movement.lines.get().pk
    actions.correct_movement(movement=movement, quantities={line: D(900)}, by=receipt["keeper"], reason="数错")
    assert list(lot_courses(lot)["warehouse"].values()) == [1000, 120, 20]


def test_a_correction_of_a_receipt_leaves_what_deliveries_need(receipt):
    f.delivery(f.enterprise(), {receipt["lot"]: 600})
    wanted = {"movement": receipt["movement"], "by": receipt["keeper"], "reason": "多记了"}
    line = receipt["movement"].lines.get().pk
    with pytest.raises(Refused, match="更正后只有 500 只，配送单还要 600 只"):
        actions.correct_movement(quantities={line: D(500)}, **wanted)
    assert actions.correct_movement(quantities={line: D(600)}, **wanted)


def test_a_delivery_and_a_count_are_not_corrected_in_the_book(door):
    sign(door)
    for movement in door["delivery"].movements.all():
        with pytest.raises(Refused, match="请在配送单上办"):
            actions.correct_movement(movement=movement, quantities={}, by=door["keeper"], reason="错")
    take = actions.open_stock_take(place=f.warehouse(), by=door["keeper"])
    counts = {line.pk: actions.Count(line.book - 1, "少一只") for line in take.lines.all()}
    actions.submit_counts(take=take, counts=counts, by=door["keeper"])
    actions.approve_stock_take(take=take, by=f.user("committee"))
    with pytest.raises(Refused, match="“盘点”不能这样更正"):
        actions.correct_movement(
            movement=Movement.objects.get(kind="stocktake"), quantities={}, by=door["keeper"], reason="错"
        )


@pytest.fixture
def point():
    kit = f.item("一次性咽拭子采样套装", unit="套")
    f.stock(kit, 200)
    place = Place.objects.point("A1", "产业园 A1 栋")
    actions.supply_point(point=place, item=kit, quantity=D(150), warehouse=f.warehouse(), by=f.keeper())
    return place


def consume(point, used, by=None):
    return actions.consume_kits(point=point, occasion="session:1", uses=[Use("kit", used)], by=by or f.user("station"))


def test_what_a_session_used_is_corrected_or_reversed_and_booked_again(point):
    first = consume(point, 100)
    right = actions.correct_movement(
        movement=first, quantities={first.lines.get().pk: D(90)}, by=f.keeper(), reason="多点了一盒"
    )
    assert right.occasion == "session:1" and actions.kits_at(point) == 60
    with pytest.raises(AlreadyMoved):
        consume(point, 90)
    with pytest.raises(AlreadyMoved, match=f"更正成台账第 {right.pk} 笔"):
        actions.correct_movement(movement=first, quantities={first.lines.get().pk: D(1)}, by=f.keeper(), reason="又来")
    actions.reverse_movement(movement=right, by=f.keeper(), reason="不是这一场")
    again = consume(point, 80)
    assert again.replaces == right and actions.kits_at(point) == 70
    with pytest.raises(AlreadyMoved):
        consume(point, 80)
    assert invariants.check() == []


def test_what_was_reversed_is_booked_again_from_the_ledger(point, sign_in, client):
    first = consume(point, 100)
    actions.reverse_movement(movement=first, by=f.keeper(), reason="不是这一场")
    sign_in(f.user("committee"))
    here, line = page("movement_correct", first.pk), first.lines.get().pk
    assert f'<a href="{here}">重新记</a>' in client.get(page("ledger")).content.decode()
    assert "重新记账" in client.get(here).content.decode()
    form = {"token": str(new_token()), f"quantity_{line}": "100", "reason": "就是这一场"}
    assert client.post(here, form).url == page("ledger")
    again = Movement.objects.standing().get(occasion="session:1")
    assert (again.replaces, actions.kits_at(point)) == (first, 50) and invariants.check() == []
    assert "重新记</a>" not in client.get(page("ledger")).content.decode()
    answer = client.post(here, {**form, "token": str(new_token())})
    assert f"更正成台账第 {again.pk} 笔" in answer.content.decode()


@pytest.mark.both
def test_the_database_keeps_one_standing_movement_for_an_occasion(point):
    first, by = consume(point, 100), f.user("station")
    anew = {"kind": "consumption", "occasion": "session:1", "by": by}
    for values in (anew, {**anew, "replaces": first}):
        with pytest.raises(DatabaseError, match="this occasion is booked"), transaction.atomic():
            Movement.objects.create(**values)
    actions.reverse_movement(movement=first, by=by, reason="不是这一场")
    with pytest.raises(DatabaseError), transaction.atomic():
        Movement.objects.create(**anew)  # not in anybody's place
    Movement.objects.create(**anew, replaces=first)
    with pytest.raises(DatabaseError, match="this occasion is booked"), transaction.atomic():
        Movement.objects.create(**anew)


@pytest.mark.both
@pytest.mark.django_db(transaction=True)
def test_of_many_who_book_a_session_again_at_once_one_does():
    kit = f.item("一次性咽拭子采样套装", unit="套")
    f.stock(kit, 200)
    point, by = Place.objects.point("A1", "产业园 A1 栋"), f.user("station")
    actions.supply_point(point=point, item=kit, quantity=D(150), warehouse=f.warehouse(), by=by)
    Place.objects.the("consumption")
    Place.objects.the("loss")
    actions.reverse_movement(movement=consume(point, 100, by), by=by, reason="不是这一场")

    def book(number):
        try:
            consume(point, 10 + number, by)
        except AlreadyMoved as already:
            return already.text
        return "booked"

    outcomes = race(book)
    assert outcomes.count("booked") == 1
    assert all("结过账" in words for words in outcomes if words != "booked")
    assert Movement.objects.filter(occasion="session:1").standing().count() == 1
    assert invariants.check() == []


@pytest.mark.parametrize(
    "change", [{"quantity": 99}, {"to_place": "loss"}, {"lot": "other"}], ids=["quantity", "place", "lot"]
)
def test_a_wrong_mirror_is_found(change, receipt):
    other = f.stock(f.item(), 5, batch="B8")
    undone = actions.reverse_movement(movement=receipt["movement"], by=receipt["keeper"], reason="记错了")
    values = {"loss": Place.objects.the("loss"), "other": other}
    with lifted("supplies_line"):
        Line.objects.filter(movement=undone).update(
            **{name: values.get(value, value) for name, value in change.items()}
        )
    assert f"冲正 {undone.pk} 与原笔 {receipt['movement'].pk} 不对应。" in invariants.check()


@pytest.mark.both
def test_the_database_lets_nobody_touch_the_lines_of_an_approved_plan(door):
    line = door["plan"].lines.get()
    draft = actions.allocate(
        plan=Allocation(item=line.allocation.item, warehouse=f.warehouse(), mode="each", total=D(10)),
        by=f.user("committee"),
    )
    free = draft.lines.first()
    assert line.is_frozen and not free.is_frozen
    into = {"enterprise": f.enterprise(), "quantity": D(1), "why": "后加的"}
    changes = [
        lambda: type(line).objects.filter(pk=line.pk).update(quantity=D(1)),
        lambda: type(line).objects.filter(pk=line.pk).update(is_frozen=False),
        lambda: type(line).objects.filter(pk=free.pk).update(allocation=door["plan"]),
        lambda: type(line).objects.filter(pk=line.pk)._raw_delete("default"),
        lambda: door["plan"].lines.create(**into),
    ]
    for change in changes:
        with pytest.raises(DatabaseError, match="the lines of an approved plan are frozen"), transaction.atomic():
            change()
    type(line).objects.filter(pk=free.pk).update(quantity=D(1))
    draft.lines.create(**into)
    assert draft.lines.filter(pk=free.pk).delete()[0] == 1
