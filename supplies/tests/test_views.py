"""Each page: the happy path, who may not, the foreign object, wrong input, the repeated submit."""

import base64
import io

import pytest
from django.urls import reverse
from PIL import Image

from enterprises.tests.pages import drawn
from parkportal.accounts.models import User
from parkportal.idempotency import new_token
from parkportal.records.models import Term
from supplies import actions
from supplies.models import (
    Allocation,
    Delivery,
    DeliveryStatus,
    Item,
    Lot,
    Movement,
    Place,
    Receipt,
    WarehouseStaff,
)
from supplies.tests import factories as f

pytestmark = pytest.mark.django_db


@pytest.fixture
def lot():
    return f.stock(f.item(packs={"箱": 2000}), 1000, batch="A1")


@pytest.fixture
def delivery(lot):
    return f.delivery(f.enterprise("湖南砚池泊有限公司", of=f.squad(1)), {lot: 100})


@pytest.fixture
def carried(delivery):
    actions.issue_deliveries(deliveries=[delivery], by=f.keeper())
    actions.hand_to_squad(deliveries=[delivery], signature=f.signed("沈知遥"), by=f.liaison(f.squad(1)))
    return delivery


def png():
    out = io.BytesIO()
    Image.new("RGB", (64, 32), "white").save(out, "PNG")
    return "data:image/png;base64," + base64.b64encode(out.getvalue()).decode()


def url(name, *args):
    return reverse(f"supplies:{name}", args=args)


READING = ["index", "ledger", "item_list", "allocation_list", "delivery_list", "enterprise_list"]


@pytest.mark.parametrize("name", READING)
@pytest.mark.parametrize("role", ["committee", "leader", "warehouse"])
def test_staff_read_every_list(name, role, lot, make_user, sign_in):
    assert sign_in(make_user(role)).get(url(name)).status_code == 200


@pytest.mark.parametrize("name", [name for name in READING if name != "index"])
@pytest.mark.parametrize("role", ["squad", "contact", "station", "lab_tester", "investment"])
def test_others_do_not_find_the_lists(name, role, make_user, sign_in):
    assert sign_in(make_user(role)).get(url(name)).status_code == 404


@pytest.mark.parametrize("name", ["receipt_create", "movement_create", "item_create", "allocation_create"])
def test_leaders_write_nothing(name, make_user, sign_in):
    assert sign_in(make_user("leader")).get(url(name)).status_code == 404


def test_index_sends_carriers_and_contacts_to_their_own(make_user, sign_in):
    assert sign_in(make_user("squad")).get(url("index")).url == url("my_deliveries")


def test_index_shows_exactly_the_lots_of_a_figure(lot, make_user, sign_in, client):
    f.stock(f.item("75%酒精", unit="公斤"), 500)
    sign_in(make_user("committee"))
    page = client.get(url("index"))
    masks = next(figure for figure in page.context["stock_figures"] if figure.code == "stock_masks")
    assert masks.numerator == 1000
    rows = client.get(masks.href)
    assert [row.pk for row in rows.context["lots"]] == [lot.pk]
    assert client.get(url("index") + "?figure=nothing&as_of=2020-02-18T00:00:00+08:00").status_code == 404


def receipt(item, place, **changes):
    return {
        "token": str(new_token()), "warehouse": place.pk, "item": item.pk, "quantity": "2箱", "batch": "KZ200131",
        "source": "purchase", "received_on": "2020-02-10", "expires_on": "2022-01-30", **changes,
    }  # fmt: skip


def test_receipt_create_reads_the_pack_and_a_repeat_books_once(lot, sign_in, client):
    sign_in(f.keeper())
    data = receipt(lot.item, f.warehouse())
    for _ in range(2):
        answer = client.post(url("receipt_create"), data)
    made = Lot.objects.get(batch="KZ200131")
    assert answer.url == url("lot_detail", made.pk)
    assert made.balances.get().amount == 4000
    assert Movement.objects.count() == 2


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"quantity": "2罐"}, "quantity", "不是一次性医用口罩的单位"),
        ({"quantity": "-5"}, "quantity", "大于 0"),
        ({"quantity": "1.5"}, "quantity", "整数"),
        ({"received_on": "2999-01-01"}, "received_on", "晚于今天"),
        ({"made_on": "2020-01-02", "expires_on": "2020-01-01"}, "expires_on", "不能早于生产日期"),
        ({"source": "拾到"}, "source", "选"),
        ({"unit_price": "-1"}, "unit_price", "0"),
    ],
)
def test_receipt_create_says_what_is_wrong_and_writes_nothing(changes, field, words, lot, sign_in, client):
    sign_in(f.keeper())
    answer = client.post(url("receipt_create"), receipt(lot.item, f.warehouse(), **changes))
    assert answer.status_code == 422
    assert words in "".join(answer.context["form"].errors[field])
    assert Movement.objects.count() == 1


def test_a_keeper_receives_only_into_the_own_warehouse(lot, sign_in, client):
    other = f.warehouse("别的仓库")
    sign_in(f.keeper())
    answer = client.post(url("receipt_create"), receipt(lot.item, other))
    assert "warehouse" in answer.context["form"].errors


def test_a_lot_of_another_warehouse_is_not_found(sign_in, client):
    foreign = f.stock(f.item(), 5, place=f.warehouse("别的仓库"))
    sign_in(f.keeper())
    assert client.get(url("lot_detail", foreign.pk)).status_code == 404
    assert client.get(url("lot_detail", 999999)).status_code == 404


def test_lot_detail_tells_the_story_and_takes_the_lot_out(lot, sign_in, client):
    sign_in(f.keeper())
    assert "入库" in client.get(url("lot_detail", lot.pk)).content.decode()
    client.post(url("lot_status", lot.pk), {"do": "quarantine", "reason": ""})
    assert Lot.objects.get().status == "ok"
    client.post(url("lot_status", lot.pk), {"do": "quarantine", "reason": "抽检不合格"})
    assert Lot.objects.get().status == "quarantined"
    client.post(url("lot_status", lot.pk), {"do": "release", "reason": "复检合格"})
    assert Lot.objects.get().status == "ok"
    assert client.get(url("lot_status", lot.pk)).status_code == 405


def test_movement_create_writes_off_with_a_reason(lot, sign_in, client):
    sign_in(f.keeper())
    data = {"token": str(new_token()), "kind": "loss", "balance": lot.balances.get().pk, "quantity": "40", "reason": ""}
    answer = client.post(url("movement_create"), data)
    assert answer.status_code == 422
    assert "报损要写原因" in answer.content.decode()
    for _ in range(2):
        client.post(url("movement_create"), {**data, "reason": "受潮"})
    assert lot.balances.get().amount == 960
    answer = client.post(
        url("movement_create"), {**data, "token": str(new_token()), "quantity": "961", "reason": "受潮"}
    )
    assert "只剩 960 只" in answer.content.decode()


def test_a_keeper_moves_a_lot_to_another_warehouse_of_the_own(lot, sign_in, client):
    keeper, east = f.keeper(), f.warehouse("东仓")
    WarehouseStaff.objects.create(place=east, user=keeper, starts_on=f.LONG_AGO)
    sign_in(keeper)
    balance = lot.balances.get()
    form = {
        "token": str(new_token()), "balance": balance.pk, "kind": "transfer", "quantity": "400只", "to_place": east.pk,
        "reason": "东片用",
    }  # fmt: skip
    for _ in range(2):
        assert client.post(url("movement_create"), form).url == url("lot_detail", lot.pk)
    assert {str(row.place): row.amount for row in lot.balances.all()} == {"中心仓库": 600, "东仓": 400}
    more = client.post(url("movement_create"), {**form, "token": str(new_token()), "quantity": "601"})
    assert more.status_code == 422 and "600" in more.content.decode()
    assert Movement.objects.get(kind="transfer").reason == "东片用"


def test_a_kind_that_staff_added_is_offered_for_an_item(sign_in, client):
    Term.objects.create(kind="item_kind", code="shield", label="防护面屏", position=90)
    sign_in(f.keeper())
    assert "防护面屏" in client.get(url("item_create")).content.decode()
    form = {"token": str(new_token()), "name": "面屏", "spec": "", "unit": "个", "kind": "shield", "is_integer": "on"}
    client.post(url("item_create"), {**form, "step": "1", "minimum_stock": "0"})
    assert Item.objects.get(name="面屏").kind == "shield"
    assert "防护面屏" in client.get(url("item_list")).content.decode()


def test_movement_reverse_asks_why_and_says_when_it_was_done(lot, sign_in, client):
    sign_in(f.keeper())
    movement = Movement.objects.get()
    where = url("movement_reverse", movement.pk)
    assert client.post(where, {"token": str(new_token()), "reason": ""}).status_code == 422
    assert client.post(where, {"token": str(new_token()), "reason": "数错了"}).status_code == 302
    again = client.post(where, {"token": str(new_token()), "reason": "再来"})
    assert "冲正" in again.content.decode()
    assert Movement.objects.count() == 2


def test_item_form_keeps_packs_and_refuses_a_twin(sign_in, client):
    sign_in(f.keeper())
    f.item("别的")
    data = {"name": "防护面罩", "spec": "通用", "unit": "个", "kind": "other", "packs": "箱 200、包=10", "is_integer": "on",
            "step": "1", "minimum_stock": "0", "is_active": "on"}  # fmt: skip
    assert client.post(url("item_create"), {**data, "token": new_token()}).status_code == 302
    made = Item.objects.get(name="防护面罩")
    assert made.units_line == "个、包（10 个）、箱（200 个）"
    twin = client.post(url("item_create"), {**data, "name": " 防护面罩 ", "token": new_token()})
    assert "都相同" in twin.content.decode()
    bad = client.post(url("item_edit", made.pk), {**data, "packs": "三箱"})
    assert "看不懂" in bad.content.decode()
    assert client.get(url("item_detail", made.pk)).status_code == 200


def terms(item, **changes):
    weights = {f"weight_{tier}": "1" for tier in ("must", "guide", "support", "other")}
    return {
        "token": str(new_token()),
        "item": item.pk,
        "warehouse": f.warehouse().pk,
        "mode": "headcount",
        "total": "",
        **weights,
        **changes,
    }


def test_allocation_from_terms_to_deliveries(lot, sign_in, client, make_user):
    f.enterprise("甲", heads=30, of=f.squad(1))
    f.enterprise("乙", heads=70, of=f.squad(1))
    author, second = make_user("committee"), make_user("committee")
    sign_in(author)
    assert client.get(url("allocation_create")).status_code == 200
    data = terms(lot.item)
    for _ in range(2):
        answer = client.post(url("allocation_create"), data)
    plan = Allocation.objects.get()
    assert answer.url == url("allocation_detail", plan.pk)
    page = client.get(answer.url).content.decode()
    assert "30 人 × 1 × 10.0000，正好" in page
    client.post(url("allocation_submit", plan.pk))
    client.post(url("allocation_approve", plan.pk))
    assert not Delivery.objects.exists()
    sign_in(second)
    client.post(url("allocation_approve", plan.pk))
    assert sorted(line.expected for one in Delivery.objects.all() for line in one.lines.all()) == [300, 700]
    assert client.get(url("allocation_detail", plan.pk)).status_code == 200


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"total": "2000"}, None),
        ({"total": "abc"}, "total"),
        ({"minimum": "10", "maximum": "5"}, "maximum"),
        ({"mode": "days"}, "days"),
        ({"weight_must": "-1"}, "weight_must"),
        ({"mode": "by magic"}, "mode"),
    ],
)
def test_allocation_create_refuses_wrong_terms(changes, field, lot, sign_in, client, make_user):
    f.enterprise()
    sign_in(make_user("committee"))
    answer = client.post(url("allocation_create"), terms(lot.item, **changes))
    assert answer.status_code == 422
    assert (field or "__all__") in answer.context["form"].errors
    assert not Allocation.objects.exists()


def test_allocation_adjust_wants_a_reason(lot, sign_in, client, make_user):
    firm, _ = f.enterprise("甲", heads=50), f.enterprise("乙", heads=50)
    sign_in(make_user("committee"))
    client.post(url("allocation_create"), terms(lot.item))
    plan = Allocation.objects.get()
    where = url("allocation_adjust", plan.pk)
    data = {**drawn(client, where), f"quantity_{firm.pk}": "700"}
    assert client.post(where, data).status_code == 422
    assert client.post(where, {**data, "reason": "集中供餐点"}).status_code == 302
    assert sorted(plan.lines.values_list("quantity", flat=True)) == [300, 700]


def test_allocation_can_be_sent_back_and_given_up(lot, sign_in, client, make_user):
    f.enterprise()
    author = make_user("committee")
    sign_in(author)
    client.post(url("allocation_create"), terms(lot.item))
    plan = Allocation.objects.get()
    client.post(url("allocation_submit", plan.pk))
    sign_in(make_user("committee"))
    client.post(url("allocation_return", plan.pk), {"reason": "保底太低"})
    plan.refresh_from_db()
    assert plan.status == "draft"
    again = terms(lot.item, minimum="5") | drawn(client, url("allocation_edit", plan.pk))
    assert client.post(url("allocation_edit", plan.pk), again).status_code == 302
    client.post(url("allocation_void", plan.pk), {"reason": "改期"})
    plan.refresh_from_db()
    assert plan.status == "void"


def test_a_keeper_cannot_approve(lot, sign_in, client):
    f.enterprise()
    sign_in(f.keeper())
    client.post(url("allocation_create"), terms(lot.item))
    plan = Allocation.objects.get()
    client.post(url("allocation_submit", plan.pk))
    assert client.post(url("allocation_approve", plan.pk)).status_code == 404


def test_delivery_list_issues_what_is_ticked_and_prints_its_papers(delivery, sign_in, client):
    sign_in(f.keeper())
    for paper in ("pick", "notes"):
        answer = client.post(url("delivery_issue"), {"pick": [delivery.pk], "do": paper})
        assert answer["Content-Type"] == "application/pdf"
        assert answer.content.startswith(b"%PDF")
    client.post(
        url("delivery_issue"), {"pick": [delivery.pk], "do": "issue", f"version_{delivery.pk}": delivery.version}
    )
    delivery.refresh_from_db()
    assert delivery.status == DeliveryStatus.ISSUED
    again = client.post(url("delivery_issue"), {"pick": [delivery.pk], "do": "issue"}, follow=True)
    assert "都已经出库" in again.content.decode()


def test_all_issues_the_filtered_list_and_nothing_else(delivery, lot, sign_in, client):
    other = f.delivery(f.enterprise(of=f.squad(2)), {lot: 10})
    sign_in(f.keeper())
    client.post(url("delivery_issue"), {"all": "1", "status": "pending", "squad": "2", "do": "issue"})
    assert Delivery.objects.get(pk=other.pk).status == "issued"
    assert Delivery.objects.get(pk=delivery.pk).status == "pending"


def test_delivery_detail_is_for_those_who_handle_it(carried, sign_in, client, make_user):
    where = url("delivery_detail", carried.pk)
    for person in (f.keeper(), f.liaison(f.squad(1)), f.contact(carried.enterprise), make_user("leader")):
        assert sign_in(person).get(where).status_code == 200
        assert client.get(url("delivery_note", carried.pk)).content.startswith(b"%PDF")
    for person in (
        f.liaison(f.squad(2)),
        f.contact(f.enterprise("别家")),
        make_user("station"),
        make_user("warehouse"),
    ):
        assert sign_in(person).get(where).status_code == 404
        assert client.get(url("delivery_note", carried.pk)).status_code == 404
        assert client.get(url("delivery_sign", carried.pk)).status_code == 404


def test_a_firm_does_not_see_what_has_not_left(delivery, sign_in):
    assert sign_in(f.contact(delivery.enterprise)).get(url("delivery_detail", delivery.pk)).status_code == 404


def test_delivery_void_gives_up_what_has_not_left(delivery, sign_in, client):
    sign_in(f.keeper())
    client.post(url("delivery_void", delivery.pk), {"reason": "企业停工"})
    delivery.refresh_from_db()
    assert delivery.status == "void"


def test_handover_ticks_many_and_signs_once(delivery, lot, sign_in, client):
    second = f.delivery(f.enterprise(of=f.squad(1)), {lot: 10})
    foreign = f.delivery(f.enterprise(of=f.squad(2)), {lot: 10})
    actions.issue_deliveries(deliveries=[delivery, second, foreign], by=f.keeper())
    sign_in(f.liaison(f.squad(1)))
    page = client.get(url("handover"))
    assert {row.pk for row in page.context["deliveries"]} == {delivery.pk, second.pk}
    data = {"token": str(new_token()), "signed_name": "沈知遥", "signature": png()}
    assert "请先勾选" in client.post(url("handover"), data).content.decode()
    assert client.post(url("handover"), {**data, "pick": [foreign.pk]}).status_code == 422
    for _ in range(2):
        client.post(url("handover"), {**data, "pick": [delivery.pk, second.pk]})
    assert Receipt.objects.get().handed_over.count() == 2
    assert client.get(url("handover_signature", delivery.pk))["Content-Type"] == "image/png"
    assert len(client.get(url("my_deliveries")).context["carrying"]) == 2


def arrival(delivery, received, **more):
    line = delivery.lines.get()
    return {
        "token": str(new_token()),
        "signed_name": "韦可",
        "signature": png(),
        f"received_{line.pk}": received,
        **{f"{k}_{line.pk}": v for k, v in more.items()},
    }


def test_delivery_sign_by_the_contact_on_the_own_phone(carried, sign_in, client):
    sign_in(f.contact(carried.enterprise))
    assert client.get(url("delivery_sign", carried.pk)).status_code == 200
    data = arrival(carried, "100")
    for _ in range(2):
        assert client.post(url("delivery_sign", carried.pk), data).url == url("delivery_detail", carried.pk)
    carried.refresh_from_db()
    assert carried.status == DeliveryStatus.SIGNED
    assert carried.receipt.method == "drawn"
    assert client.get(url("signature", carried.pk))["Content-Type"] == "image/png"
    assert client.get(url("photo", carried.pk)).status_code == 404


def test_delivery_sign_at_the_door_records_the_shortage(carried, sign_in, client):
    sign_in(f.liaison(f.squad(1)))
    client.post(url("delivery_sign", carried.pk), arrival(carried, "90", shortage="damaged", note="1 盒压坏"))
    carried.refresh_from_db()
    assert carried.status == DeliveryStatus.PARTIAL
    assert "少 10 只，破损（1 盒压坏）" in client.get(url("delivery_detail", carried.pk)).content.decode()


@pytest.mark.parametrize(
    ("received", "more", "words"),
    [
        ("90", {}, "请选原因"),
        ("101", {}, "不能多于"),
        ("", {}, "必填"),
        ("很多", {}, "看不懂"),
        ("100", {"signed_name": ""}, "请写签收人的姓名"),
        ("100", {"signature": ""}, "只写姓名不算"),
        ("100", {"signature": "data:image/png;base64,AAAA"}, "认不出"),
        ("100", {"signature": "javascript:alert(1)"}, "请重签"),
    ],
)
def test_delivery_sign_says_what_is_wrong_and_keeps_what_was_typed(received, more, words, carried, sign_in, client):
    sign_in(f.liaison(f.squad(1)))
    answer = client.post(url("delivery_sign", carried.pk), arrival(carried, received) | more)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert words in page
    assert "错误：" in page
    carried.refresh_from_db()
    assert carried.status == DeliveryStatus.WITH_LIAISON


def picture(name):
    out = io.BytesIO()
    Image.new("RGB", (640, 480), (200, 190, 170)).save(out, "JPEG")
    out.seek(0)
    out.name = name
    return out


def test_a_photo_at_the_door_and_one_of_an_item_are_kept_and_shown(carried, sign_in, client):
    sign_in(f.liaison(f.squad(1)))
    client.post(url("delivery_sign", carried.pk), arrival(carried, "100") | {"photo": picture("door.jpg")})
    assert client.get(url("photo", carried.pk))["Content-Type"] == "image/jpeg"
    assert url("photo", carried.pk) in client.get(url("delivery_detail", carried.pk)).content.decode()
    sign_in(f.user("warehouse"))
    form = {"name": "防护面罩", "spec": "大", "unit": "个", "kind": "other", "is_integer": "on", "step": "1"}
    made = client.post(
        url("item_create"), {**form, "minimum_stock": "0", "picture": picture("face.jpg"), "token": new_token()}
    )
    assert made.status_code == 302
    item = Item.objects.get(name="防护面罩")
    assert client.get(url("item_photo", item.pk))["Content-Type"] == "image/jpeg"
    assert url("item_photo", item.pk) in client.get(url("item_detail", item.pk)).content.decode()


def test_a_photo_that_is_none_is_refused(carried, sign_in, client):
    sign_in(f.liaison(f.squad(1)))
    fake = io.BytesIO(b"MZ not a photo")
    fake.name = "photo.jpg"
    answer = client.post(url("delivery_sign", carried.pk), arrival(carried, "100") | {"photo": fake})
    assert answer.status_code == 422


def test_enterprise_list_shows_who_received_what_and_who_nothing(carried, sign_in, client, make_user):
    herbs = f.stock(f.item("1号方饮片", unit="剂", kind="herbs"), 50)
    empty = f.enterprise("没领到的")
    sign_in(make_user("committee"))
    before = client.get(url("enterprise_list") + "?received=none").context["rows"]
    assert len(before) == 2 and [row.last_at for row in before] == [None, None]
    actions.void_delivery(delivery=carried, by=f.keeper(), reason="重装")
    [masks] = Lot.objects.filter(batch="A1")
    whole = f.delivery(carried.enterprise, {masks: 100, herbs: 30})
    actions.issue_deliveries(deliveries=[whole], by=f.keeper())
    actions.sign_delivery(delivery=whole, arrivals={}, signature=f.signed("韦可"), by=f.keeper())
    page = client.get(url("enterprise_list"))
    [row] = [row for row in page.context["rows"] if row.enterprise == carried.enterprise]
    assert row.by_kind == {"masks": 100} and row.others == [("1号方饮片", 30, "剂")]
    assert "1号方饮片 30 剂" in page.content.decode()

    def without(**query):
        rows = client.get(url("enterprise_list"), {"received": "none", **query}).context["rows"]
        return {row.enterprise for row in rows}

    assert without() == without(kind="masks") == {empty}
    assert without(kind="alcohol") == {empty, carried.enterprise}
    assert without(kind="by magic") == {empty}


def test_names_are_text_and_never_markup(sign_in, client, make_user):
    hostile = f.item("<script>alert(1)</script>")
    f.stock(hostile, 5, batch="<b>x</b>", supplier="=1+1<img src=x>")
    sign_in(make_user("committee"))
    for name in ("index", "ledger", "item_list"):
        assert "<script>alert(1)" not in client.get(url(name)).content.decode()


def test_the_committee_opens_a_warehouse_and_names_its_keeper(make_user, sign_in, client):
    keeper, nobody = make_user("warehouse"), make_user("squad")
    sign_in(make_user("committee"))
    assert (
        client.post(url("place_create"), {"name": "东区仓库", "address": "东区 1 栋", "token": new_token()}).status_code
        == 302
    )
    assert "已经有同名" in client.post(url("place_create"), {"name": "东区仓库", "token": new_token()}).content.decode()
    place = Place.objects.get(name="东区仓库")
    for user in (nobody, keeper, keeper):
        client.post(url("keeper_add", place.pk), {"user": user.pk})
    staff = WarehouseStaff.objects.get()
    assert staff.user == keeper
    assert "东区仓库" in client.get(url("place_list")).content.decode()
    sign_in(keeper)
    assert "东区仓库" in client.get(url("place_list")).content.decode()
    assert client.post(url("keeper_end", staff.pk)).status_code == 404
    assert client.get(url("place_create")).status_code == 404
    sign_in(make_user("committee"))
    assert "不再管东区仓库" in client.post(url("keeper_end", staff.pk), follow=True).content.decode()
    sign_in(User.objects.get(pk=keeper.pk))
    assert "东区仓库" not in client.get(url("place_list")).content.decode()


def test_a_choice_that_is_none_is_told_beside_its_list(lot, make_user, sign_in, client):
    clerk = make_user("committee")
    place = lot.lines.get().to_place
    take = actions.open_stock_take(place=place, by=clerk)
    sign_in(clerk)
    for name, pk, field, words in (
        ("keeper_add", place.pk, "user", "请选一位仓管。"),
        ("stock_take_lot", take.pk, "lot", "请选一批。"),
    ):
        answer = client.post(url(name, pk), {field: "999999"})
        assert answer.status_code == 422 and f'<p class="field-error">{words}</p>' in answer.content.decode(), name
    assert not WarehouseStaff.objects.exists() and take.lines.count() == 1
