"""A lot from the supplier to whoever holds it: called back, its papers, its shelf; the book at a past instant."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from parkportal.clock import SHANGHAI, park_now
from parkportal.editing import mark_of
from parkportal.idempotency import new_token
from parkportal.messaging.models import Message
from parkportal.printing.tests.reading import text
from parkportal.records.models import AuditEntry
from parkportal.states import Refused
from supplies import actions, papers
from supplies.actions import Received
from supplies.holders import holders_of
from supplies.models import Balance, Item, Lot, Movement, Place, Shelf
from supplies.past import held_at
from supplies.tests import factories as f

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


def page(name, *args):
    return reverse(f"supplies:{name}", args=args)


@pytest.fixture
def given():
    """A lot of 1,000 of which one enterprise signed for 100 and the squad still carries 50."""
    lot = f.stock(f.item(), 1000, batch="BAD1")
    squad = f.squad(1)
    firm = f.enterprise("湖南砚池泊有限公司", of=squad, liaison_name="宁远", liaison_phone="19900000001")
    other = f.enterprise("长沙橙岸村有限公司", of=squad, liaison_phone="19900000002")
    both = [f.delivery(firm, {lot: 100}), f.delivery(other, {lot: 50})]
    actions.issue_deliveries(deliveries=both, by=f.keeper())
    actions.hand_to_squad(deliveries=both, signature=f.signed("沈知遥"), by=f.liaison(squad))
    actions.sign_delivery(delivery=both[0], arrivals={}, signature=f.signed("宁远"), by=f.liaison(squad))
    return lot


def test_a_recall_names_everybody_who_holds_the_lot_and_tells_the_enterprises(given):
    holders = holders_of(given)
    assert [(str(h.place), h.amount) for h in holders] == [
        ("中心仓库", 850), ("第一小分队", 50), ("湖南砚池泊有限公司", 100),
    ]  # fmt: skip
    assert holders[-1].contact == "宁远" and holders[-1].phone == "199****0001" and len(holders[-1].deliveries) == 1
    told = actions.recall(lot=given, by=f.user("committee"), reason="厂家通知过滤效率不合格")
    assert told.firms == 1 and not told.lot.is_usable
    message = Message.objects.get(purpose="lot_recall")
    assert "BAD1" in message.text and "100只" in message.text and message.context_id == given.pk
    assert AuditEntry.objects.filter(action="supplies.lot_recalled").exists()
    with pytest.raises(Refused, match="已经是“召回”"):
        actions.recall(lot=given, by=f.user("committee"), reason="再说一次")
    assert Message.objects.filter(purpose="lot_recall").count() == 1


def test_a_recall_tells_the_squads_and_the_keepers_who_still_have_some(given):
    on_the_way = f.delivery(f.enterprise(of=f.squad(2)), {given: 20})
    actions.issue_deliveries(deliveries=[on_the_way], by=f.user("warehouse"))
    f.liaison(f.squad(3)), f.keeper(f.warehouse("西仓"))
    told = actions.recall(lot=given, by=f.user("committee"), reason="厂家通知过滤效率不合格")
    sent = Message.objects.filter(purpose="lot_recall_held").select_related("recipient")
    said = {(message.recipient.name, message.text.partition("提醒：")[2].partition("已召回")[0]) for message in sent}
    assert said == {
        ("联络员", "第一小分队现有的一次性医用口罩（批号BAD1，50只）"),
        ("仓管", "中心仓库现有的一次性医用口罩（批号BAD1，830只）"),
        ("仓管", "在途现有的一次性医用口罩（批号BAD1，20只）"),
    }
    assert told.staff == len(sent)


def test_what_an_enterprise_gives_back_returns_to_the_shelf(given, sign_in, client):
    sign_in(f.keeper())
    actions.recall(lot=given, by=f.user("committee"), reason="不合格")
    held = Balance.objects.get(lot=given, place__kind="enterprise")
    shown = client.get(page("lot_detail", given.pk)).content.decode()
    assert "199****0001" in shown and f"balance={held.pk}&amp;kind=return" in shown
    form = {"token": str(new_token()), "balance": held.pk, "kind": "return", "quantity": "100", "reason": "召回"}
    wrong = client.post(page("movement_create"), {**form, "kind": "transfer", "to_place": f.warehouse().pk})
    assert wrong.status_code == 422 and "请选“退回”" in wrong.content.decode()
    assert client.post(page("movement_create"), {**form, "to_place": f.warehouse().pk}).status_code == 302
    assert Balance.objects.get(lot=given, place=f.warehouse()).amount == 950
    assert Balance.objects.get(pk=held.pk).amount == 0


def test_a_recalled_lot_is_not_brought_to_a_testing_point(given, sign_in, client):
    sign_in(f.keeper())
    actions.recall(lot=given, by=f.user("committee"), reason="不合格")
    held, point = Balance.objects.get(lot=given, place=f.warehouse()), Place.objects.point("A1", "A1 栋")
    form = {"token": str(new_token()), "balance": held.pk, "kind": "transfer", "quantity": "1", "to_place": point.pk}
    answer = client.post(page("movement_create"), form)
    assert answer.status_code == 422 and "不能送到采样点" in answer.content.decode()


def test_a_keeper_neither_writes_off_what_an_enterprise_holds_nor_takes_it_elsewhere(given, sign_in, client):
    held = Balance.objects.get(lot=given, place__kind="enterprise")
    east = f.warehouse("东仓")
    form = {"token": str(new_token()), "balance": held.pk, "quantity": "100", "reason": "x"}
    sign_in(f.keeper())
    lost = client.post(page("movement_create"), {**form, "kind": "loss"})
    assert lost.status_code == 422 and "请选“退回”" in lost.content.decode()
    away = client.post(page("movement_create"), {**form, "kind": "return", "to_place": east.pk})
    assert away.status_code == 422 and "请收到自己的仓库" in away.content.decode()
    sign_in(f.keeper(east))
    other = client.post(page("movement_create"), {**form, "kind": "return", "to_place": east.pk})
    assert other.status_code == 422
    assert Balance.objects.get(pk=held.pk).amount == 100


def test_lot_status_recalls_on_the_page_and_says_how_many_were_told(given, sign_in, client):
    sign_in(f.keeper())
    answer = client.post(page("lot_status", given.pk), {"do": "recall", "reason": "不合格"}, follow=True)
    assert "已通知 1 家企业" in answer.content.decode()
    answer = client.post(page("lot_status", given.pk), {"do": "release", "reason": "复检合格"}, follow=True)
    assert "现在是“可用”" in answer.content.decode()
    sign_in(f.user("leader"))
    assert client.post(page("lot_status", given.pk), {"do": "recall", "reason": "x"}).status_code == 404


def test_a_paper_is_kept_with_the_lot_and_served_through_its_scope(sign_in, client):
    lot = f.stock(f.item(), 10)
    sign_in(f.keeper())
    token = str(new_token())
    for _ in range(2):
        upload = SimpleUploadedFile("报告.pdf", PDF, "application/pdf")
        form = {"token": token, "title": "出厂检验报告", "file": upload}
        assert client.post(page("lot_paper_create", lot.pk), form).status_code == 302
    paper = lot.papers.get()
    assert "出厂检验报告" in client.get(page("lot_detail", lot.pk)).content.decode()
    assert client.get(page("lot_paper", paper.pk)).content == PDF
    fake = SimpleUploadedFile("报告.pdf", b"MZ not a pdf", "application/pdf")
    form = {"token": str(new_token()), "title": "假", "file": fake}
    assert client.post(page("lot_paper_create", lot.pk), form).status_code == 422
    sign_in(f.keeper(f.warehouse("东仓")))
    assert client.get(page("lot_paper", paper.pk)).status_code == 404


def test_the_pick_list_is_walked_by_shelf(sign_in, client):
    masks, spirit = f.stock(f.item(), 1000, batch="K1"), f.stock(f.item("75%酒精", unit="公斤"), 100, batch="J1")
    sign_in(f.keeper())

    def put(item, place, label):
        seen = mark_of({"label": actions.shelf_of(place, item)})
        return client.post(page("item_shelf", item.pk, place.pk), {"label": label, "seen": seen})

    for item, label in ((masks.item, "b-02"), (spirit.item, "A-01")):
        put(item, f.warehouse(), label)
    assert list(Shelf.objects.values_list("label", flat=True)) == ["A-01", "B-02"]
    firm = f.enterprise(of=f.squad(2))
    words = text(papers.pick_list([f.delivery(firm, {masks: 20, spirit: 3})]))
    assert 0 < words.index("A-01") < words.index("B-02")
    put(masks.item, f.warehouse(), "")
    assert Shelf.objects.count() == 1
    answer = put(masks.item, f.warehouse("东仓"), "Z")
    assert answer.status_code == 404


def test_herbs_carry_their_dose_and_want_a_safety_note(sign_in, client):
    f.item()
    sign_in(f.keeper())
    form = {
        "name": "1号方饮片", "spec": "7 味", "unit": "剂", "kind": "herbs", "is_integer": "on", "step": "1",
        "minimum_stock": "0", "daily_use": "1", "course_days": "3", "dosage": "一日一剂，分两次饭后温服", "is_active": "on",
    }  # fmt: skip
    refused = client.post(page("item_create"), form)
    assert refused.status_code == 422 and "中药饮片要写安全说明" in refused.content.decode()
    assert (
        client.post(page("item_create"), {**form, "safety_note": "孕妇遵医嘱", "token": new_token()}).status_code == 302
    )
    item = Item.objects.get(name="1号方饮片")
    assert item.dose_line == "每人每天 1 剂，一个疗程 3 天；一日一剂，分两次饭后温服"
    note = text(papers.delivery_notes([f.delivery(f.enterprise(), {f.stock(item, 10): 3})]))
    assert "一日一剂，分两次饭后温服" in note and "孕妇遵医嘱" in note
    assert client.get(page("item_detail", item.pk)).status_code == 200
    assert client.get(page("item_photo", item.pk)).status_code == 404


def test_the_book_of_a_past_instant_is_computed_from_the_lines(given, sign_in, client):
    then = datetime(2019, 12, 31, 9, tzinfo=SHANGHAI)
    row = Received(item=given.item, quantity=Decimal(700), batch="OLD", expires_on=date(2030, 1, 1))
    actions.receive_stock(warehouse=f.warehouse(), rows=[row], by=f.keeper(), at=then)
    old, house = Lot.objects.get(batch="OLD"), Place.objects.filter(kind="warehouse")
    [at_noon] = held_at(then + timedelta(hours=3), house)
    assert (at_noon.lot, at_noon.amount) == (old, 700)
    assert held_at(then - timedelta(seconds=1), house) == []
    now = {row.lot.batch: row.amount for row in held_at(park_now(), house)}
    assert now == {"OLD": 700, "BAD1": 850}
    today = {row.lot.batch: row.amount for row in Balance.objects.filter(place=f.warehouse()).select_related("lot")}
    assert now == today
    sign_in(f.keeper())
    shown = client.get(page("balance_list"), {"at": "2019-12-31T10:00"}).content.decode()
    assert "OLD" in shown and "BAD1" not in shown
    assert "看不懂这个时间" in client.get(page("balance_list"), {"at": "昨天"}).content.decode()
    assert "还没有到" in client.get(page("balance_list"), {"at": "2099-01-01T00:00"}).content.decode()


def test_the_timeline_of_a_lot_reads_from_supplier_to_signature(given, sign_in, client):
    sign_in(f.user("leader"))
    shown = client.get(page("lot_detail", given.pk)).content.decode()
    for words in ("入库", "出库", "交联络员", "企业签收"):
        assert words in shown
    assert Movement.objects.filter(lines__lot=given).distinct().count() == 6
