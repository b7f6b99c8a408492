"""At the door and afterwards: agreed times, codes from a text message, bad networks, shortages, remainders, thanks."""

import base64
import io
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from enterprises.tests.pages import drawn as hidden
from parkportal.clock import park_now
from parkportal.idempotency import new_token
from parkportal.messaging.models import Message
from parkportal.printing.tests.reading import pictures, text
from parkportal.records import files, jobs
from parkportal.records.models import AuditEntry, Job
from parkportal.states import AlreadyMoved, Refused
from supplies import actions, invariants, papers, register_book
from supplies.actions import Arrival, Signature
from supplies.models import Balance, Delivery, DeliveryLine, DeliveryMove, Receipt, SigningCode
from supplies.tests import factories as f
from supplies.tests.test_views import picture, png
from supplies.worklist import _late, _short

pytestmark = pytest.mark.django_db


def page(name, *args):
    return reverse(f"supplies:{name}", args=args)


@pytest.fixture
def story():
    lot = f.stock(f.item(), 1000, batch="A1")
    firm = f.enterprise("湖南砚池泊有限公司", of=f.squad(1), liaison_name="宁远", liaison_phone="19900000001")
    return {"lot": lot, "firm": firm, "delivery": f.delivery(firm, {lot: 100}), "keeper": f.keeper()}


@pytest.fixture
def underway(story):
    actions.issue_deliveries(deliveries=[story["delivery"]], by=story["keeper"])
    liaison = f.liaison(f.squad(1))
    actions.hand_to_squad(deliveries=[story["delivery"]], signature=f.signed("沈知遥"), by=liaison)
    story["delivery"].refresh_from_db()
    return {**story, "liaison": liaison}


def code_sent():
    return Message.objects.filter(purpose="signing_code").latest("id").text.partition("签收码")[2][:6]


def made(client, form, query=""):
    """领用登记表 as a job makes it: its bytes."""
    assert client.post(page("issue_register") + query, {"form": form}).status_code == 302
    job = Job.objects.latest("id")
    jobs.run(job.pk)
    job.refresh_from_db()
    return files.content(job.result)


def form_of(delivery, **changes):
    return {
        "token": str(new_token()), "signed_name": "宁远", "signature": png(), f"received_{delivery.lines.get().pk}": "100", **changes
    }  # fmt: skip


def test_the_notice_names_up_to_three_items_and_the_page_says_whom_nobody_wrote_to(story, sign_in, client):
    spirit, gloves, swabs = (f.stock(f.item(name), 10) for name in ("酒精", "手套", "棉签"))
    full = f.delivery(story["firm"], {story["lot"]: 1, spirit: 2, gloves: 3, swabs: 4})
    silent = f.delivery(
        f.enterprise("长沙无号有限公司", of=f.squad(1), liaison_phone="", principal_phone=""), {gloves: 1}
    )
    sign_in(story["keeper"])
    answer = client.post(page("delivery_issue"), {"do": "issue", "pick": [full.pk, silent.pk]}, follow=True)
    assert "2 张配送单已出库" in answer.content.decode()
    assert "长沙无号有限公司没有登记手机，请另外告知" in answer.content.decode()
    [notice] = Message.objects.filter(purpose="delivery_notice")
    assert "一次性医用口罩1只、酒精2只、手套3只等4项" in notice.text


def test_the_enterprise_is_told_when_where_and_how_much(story, park_time):
    when = park_now() + timedelta(days=1)
    actions.schedule_deliveries(
        deliveries=[story["delivery"]], planned_at=when, meeting_point="C1 栋东门", by=story["keeper"]
    )
    assert not Message.objects.exists()
    actions.issue_deliveries(deliveries=[story["delivery"]], by=story["keeper"])
    text = Message.objects.get(purpose="delivery_notice").text
    assert "一次性医用口罩100只" in text and "2月19日17:40送到C1 栋东门" in text and "第一小分队" in text
    actions.schedule_deliveries(
        deliveries=[story["delivery"]], planned_at=when + timedelta(hours=1), by=story["keeper"]
    )
    assert "改为2月19日18:40送到贵单位" in Message.objects.get(purpose="delivery_changed").text
    with pytest.raises(Refused, match="已经过去"):
        actions.schedule_deliveries(
            deliveries=[story["delivery"]], planned_at=park_now() - timedelta(hours=1), by=story["keeper"]
        )


def test_reading_the_notice_is_recorded_once_and_a_new_time_asks_again(underway, sign_in, client):
    delivery, contact = underway["delivery"], f.contact(underway["firm"])
    sign_in(contact)
    assert "知道了" in client.get(page("delivery_detail", delivery.pk)).content.decode()
    client.post(page("delivery_read", delivery.pk))
    delivery.refresh_from_db()
    assert delivery.notice_read_by == contact
    with pytest.raises(AlreadyMoved):
        actions.mark_notice_read(delivery=delivery, by=contact)
    sign_in(underway["keeper"])
    assert "看到了" in client.get(page("delivery_detail", delivery.pk)).content.decode()
    refused = client.post(page("delivery_schedule", delivery.pk), {"planned_at": "随便", "meeting_point": "东门"})
    assert refused.status_code == 422 and 'value="东门"' in (words := refused.content.decode())
    assert 'href="#id_schedule_planned_at"' in words and 'aria-labelledby="delivery-schedule-title" open' in words
    later = park_now() + timedelta(days=2)
    opened = hidden(client, page("delivery_detail", delivery.pk), "schedule_form")
    client.post(page("delivery_schedule", delivery.pk), {**opened, "planned_at": f"{later:%Y-%m-%dT%H:%M}"})
    delivery.refresh_from_db()
    assert delivery.planned_at is not None and delivery.notice_read_at is None


def test_who_has_not_signed_after_a_day_is_reminded_once_a_day(underway):
    now = park_now()
    assert actions.remind_unsigned(now) == 0
    Delivery.objects.update(issued_at=now - timedelta(hours=25))
    assert actions.remind_unsigned(now) == 1 and actions.remind_unsigned(now) == 1
    assert Message.objects.filter(purpose="delivery_reminder").count() == 1
    assert [entry.title for entry in _late(underway["keeper"], 5)] == ["1 张配送单超过一天没签"]
    Delivery.objects.update(planned_at=now + timedelta(hours=3))
    assert actions.remind_unsigned(now) == 0


def test_a_code_from_a_text_message_signs_once(underway, sign_in, client):
    delivery = underway["delivery"]
    sign_in(underway["liaison"])
    client.post(page("delivery_code", delivery.pk))
    digits = code_sent()
    kept = SigningCode.objects.get()
    assert kept.sent_to == "199****0001" and digits not in kept.code_hash
    wrong = f"{(int(digits) + 1) % 10**6:06d}"
    refused = client.post(page("delivery_sign", delivery.pk), form_of(delivery, code=wrong))
    assert refused.status_code == 422 and "还可以试 4 次" in refused.content.decode()
    form = form_of(delivery, code=digits, signature="")
    for _ in range(2):
        assert client.post(page("delivery_sign", delivery.pk), form).status_code == 302
    receipt = Receipt.objects.get(leg="enterprise")
    assert receipt.method == "code" and SigningCode.objects.get().used_at is not None
    assert "短信验证码" in client.get(page("delivery_detail", delivery.pk)).content.decode()


def test_a_code_that_is_guessed_old_or_missing_does_not_sign(underway):
    delivery, by = underway["delivery"], underway["liaison"]

    def sign(digits):
        actions.sign_delivery(delivery=delivery, arrivals={}, signature=Signature("宁远", code=digits), by=by)

    with pytest.raises(Refused, match="还没有发签收码"):
        sign("123456")
    actions.send_signing_code(delivery=delivery, by=by)
    digits = code_sent()
    wrong = f"{(int(digits) + 1) % 10**6:06d}"
    for _ in range(5):
        with pytest.raises(Refused):
            sign(wrong)
    with pytest.raises(Refused, match="已经作废"):
        sign(digits)
    SigningCode.objects.update(tries=0, expires_at=timezone.now() - timedelta(seconds=1))
    with pytest.raises(Refused, match="已经过期"):
        sign(digits)
    assert not Receipt.objects.filter(leg="enterprise").exists()


def test_a_signature_that_waited_for_the_network_arrives_once(underway, sign_in, client):
    delivery = underway["delivery"]
    sign_in(underway["liaison"])
    form, asks = form_of(delivery), {"HTTP_ACCEPT": "application/json"}
    first = client.post(page("delivery_sign", delivery.pk), form, **asks)
    again = client.post(page("delivery_sign", delivery.pk), form, **asks)
    assert first.status_code == again.status_code == 200
    assert first.json() == again.json() == {"text": "已送到。", "url": page("delivery_detail", delivery.pk)}
    assert Receipt.objects.filter(leg="enterprise").count() == 1
    other = client.post(page("delivery_sign", delivery.pk), form_of(delivery), **asks)
    assert other.status_code == 409 and "已经由宁远签收" in other.json()["text"]


def test_what_the_queue_sends_wrongly_is_told_in_one_sentence(underway, sign_in, client):
    delivery = underway["delivery"]
    sign_in(underway["liaison"])
    form = form_of(delivery, signed_name="")
    answer = client.post(page("delivery_sign", delivery.pk), form, HTTP_ACCEPT="application/json")
    assert answer.status_code == 422 and "请写签收人的姓名" in answer.json()["text"]


def test_a_handover_that_waited_for_the_network_arrives_once(story, sign_in, client):
    actions.issue_deliveries(deliveries=[story["delivery"]], by=story["keeper"])
    sign_in(f.liaison(f.squad(1)))
    form = {"token": str(new_token()), "signed_name": "沈知遥", "signature": png(), "pick": [story["delivery"].pk]}
    for _ in range(2):
        answer = client.post(page("handover"), form, HTTP_ACCEPT="application/json")
        assert answer.status_code == 200 and answer.json()["url"] == page("my_deliveries")
    assert Receipt.objects.filter(leg="liaison").count() == 1


def queued(client, url, form, *, minutes):
    """Sent by the browser's queue, so many minutes after it was done."""
    return client.post(url, form, HTTP_ACCEPT="application/json", HTTP_X_QUEUE_AGE=str(minutes * 60))


def test_what_was_signed_without_network_counts_from_the_minute_it_was_signed(park_time, story, sign_in, client):
    delivery = story["delivery"]
    actions.issue_deliveries(deliveries=[delivery], by=story["keeper"])
    sign_in(f.liaison(f.squad(1)))
    park_time.shift(timedelta(hours=2))
    taken = {"token": str(new_token()), "signed_name": "沈知遥", "signature": png(), "pick": [delivery.pk]}
    assert queued(client, page("handover"), taken, minutes=90).status_code == 200
    assert queued(client, page("delivery_sign", delivery.pk), form_of(delivery), minutes=60).status_code == 200
    delivery.refresh_from_db()
    now = park_now()
    ago = [round((now - at) / timedelta(minutes=1)) for at in (delivery.handover.at, delivery.receipt.at)]
    assert ago == [90, 60]
    last = delivery.moves.last()
    assert last.effective_at == delivery.receipt.at and now - last.recorded_at < timedelta(minutes=1)
    assert delivery.movements.get(kind="signed").at == delivery.receipt.at
    assert last.came_late and "连上网传到" in client.get(page("delivery_detail", delivery.pk)).content.decode()


@pytest.mark.parametrize("minutes", [60, 60 * 30, 999_999])
def test_a_phone_with_a_wrong_clock_never_signs_before_the_goods_came(minutes, park_time, underway, sign_in, client):
    delivery = underway["delivery"]
    handed = delivery.moves.last().effective_at
    park_time.shift(timedelta(minutes=10))
    sign_in(underway["liaison"])
    assert queued(client, page("delivery_sign", delivery.pk), form_of(delivery), minutes=minutes).status_code == 200
    delivery.refresh_from_db()
    assert handed <= delivery.receipt.at <= park_now()
    times = list(delivery.moves.values_list("effective_at", flat=True))
    assert times == sorted(times) and [move.to_status for move in delivery.moves.all()][-1] == "signed"


def test_the_sender_sees_a_shortage_at_once(underway, sign_in, client):
    delivery = underway["delivery"]
    line = delivery.lines.get()
    arrivals = {line.pk: Arrival(Decimal(90), "damaged", "纸箱进水")}
    actions.sign_delivery(delivery=delivery, arrivals=arrivals, signature=f.signed("宁远"), by=underway["liaison"])
    [entry] = _short(underway["keeper"], 5)
    assert entry.title == "湖南砚池泊有限公司" and "少 10 只，破损" in entry.detail
    sign_in(underway["keeper"])
    assert "有短少 1" in client.get(page("delivery_list")).content.decode()
    assert delivery.code in client.get(page("delivery_list"), {"short": "1"}).content.decode()
    client.post(page("delivery_shortage", delivery.pk))
    assert _short(underway["keeper"], 5) == []
    with pytest.raises(AlreadyMoved):
        actions.mark_shortage_seen(delivery=delivery, by=underway["keeper"])


def test_a_remainder_is_brought_or_closed_and_then_lies_on_the_shelf_again(underway):
    delivery, lot = underway["delivery"], underway["lot"]
    arrivals = {delivery.lines.get().pk: Arrival(Decimal(60), "later")}
    actions.sign_delivery(delivery=delivery, arrivals=arrivals, signature=f.signed("宁远"), by=underway["liaison"])
    rest = Delivery.objects.get(remainder_of=delivery)
    with pytest.raises(Refused, match="请写不再补送的原因"):
        actions.close_remainder(delivery=rest, by=underway["keeper"], reason=" ")
    actions.close_remainder(delivery=rest, by=underway["keeper"], reason="企业说够了")
    rest.refresh_from_db()
    assert rest.status == "void" and DeliveryMove.objects.filter(subject=rest, to_status="void").exists()
    assert Balance.objects.get(lot=lot, place=f.warehouse()).amount == 940
    assert invariants.check() == []
    with pytest.raises(Refused, match="只有还没送到的补送单"):
        actions.close_remainder(delivery=delivery, by=underway["keeper"], reason="x")


def test_thanks_are_written_once_and_read_by_the_committee(underway, sign_in, client):
    delivery, contact = underway["delivery"], f.contact(underway["firm"])
    sign_in(contact)
    form = {"token": str(new_token()), "kind": "thanks", "text": "谢谢小分队送上门"}
    early = client.post(page("feedback_create", delivery.pk), form)
    assert early.status_code == 422 and "签收以后再写" in early.content.decode()
    actions.sign_delivery(delivery=delivery, arrivals={}, signature=f.signed("宁远"), by=contact)
    assert client.post(page("feedback_create", delivery.pk), {**form, "text": ""}).status_code == 422
    assert client.post(page("feedback_create", delivery.pk), form).status_code == 302
    assert client.post(page("feedback_create", delivery.pk), {**form, "token": str(new_token())}).status_code == 422
    sign_in(f.user("committee"))
    shown = client.get(page("feedback_list")).content.decode()
    assert "谢谢小分队送上门" in shown and "复制到群里" in shown
    assert "谢谢小分队送上门" in client.get(page("delivery_detail", delivery.pk)).content.decode()


def test_the_register_workbook_has_the_columns_and_the_signature_as_a_picture(underway, sign_in, client):
    drawn = files.keep(
        base64.b64decode(png().partition(",")[2]),
        name="签名.png",
        purpose="supplies_receipt",
        owner=None,
        allow=("png",),
    )
    actions.sign_delivery(
        delivery=underway["delivery"], arrivals={}, signature=Signature("=宁远", drawn), by=underway["liaison"]
    )
    sign_in(f.user("leader"))
    sheet = load_workbook(io.BytesIO(made(client, "xlsx"))).active
    assert [cell.value for cell in sheet[3]][:6] == ["序号", "领用单位", "物资", "规格", "单位", "数量"]
    assert [cell.value for cell in sheet[4]][1:6] == ["湖南砚池泊有限公司", "一次性医用口罩", None, "只", 100]
    assert sheet["K4"].value == "=宁远" and sheet["K4"].data_type == "s" and sheet["L4"].value == "199****0001"
    [picture] = sheet._images
    assert picture.anchor._from.row == 3 and picture.anchor._from.col == 10


def test_the_register_shows_the_photo_that_was_taken_at_the_door(underway, sign_in, client):
    sign_in(underway["liaison"])
    form = form_of(underway["delivery"]) | {"photo": picture("door.jpg")}
    assert client.post(page("delivery_sign", underway["delivery"].pk), form).status_code == 302
    sign_in(f.user("leader"))
    sheet = load_workbook(io.BytesIO(made(client, "xlsx"))).active
    assert sheet["O3"].value == "照片" and {image.anchor._from.col for image in sheet._images} == {10, 14}
    printed = made(client, "pdf")
    assert sheet["N4"].value == "有照片" and "有照片" in text(printed)
    assert pictures(printed) == 2, "signature and photo"


def test_the_printed_register_has_each_drawn_signature_once_beside_its_first_line(underway, sign_in, client):
    lots = {underway["lot"]: 10, f.stock(f.item("75%酒精", unit="公斤"), 10): Decimal("2.5")}
    delivery = f.delivery(f.enterprise(of=f.squad(1)), lots)
    actions.issue_deliveries(deliveries=[delivery], by=underway["keeper"])
    sign_in(underway["liaison"])
    form = {"token": str(new_token()), "signed_name": "宁远", "signature": png()}
    form |= {f"received_{line.pk}": str(line.expected) for line in delivery.lines.all()}
    assert client.post(page("delivery_sign", delivery.pk), form).status_code == 302
    sign_in(f.user("leader"))
    pdf = made(client, "pdf")
    shown = text(pdf)
    assert underway["keeper"].name in shown, "发放人 is who issued it"
    assert shown.count("宁远") == 2 and "75%酒精" in shown and "2.5" in shown
    assert pictures(pdf) == 1


def test_the_register_lists_what_the_list_shows_and_says_when_it_is_cut(underway, sign_in, client, monkeypatch):
    for number in (1, 2, 3):
        delivery = f.delivery(f.enterprise(of=f.squad(number)), {underway["lot"]: number})
        actions.issue_deliveries(deliveries=[delivery], by=underway["keeper"])
        actions.sign_delivery(delivery=delivery, arrivals={}, signature=f.signed("甲"), by=f.liaison(f.squad(number)))
    sign_in(f.user("committee"))

    def shown(query=""):
        sheet = load_workbook(io.BytesIO(made(client, "xlsx", query))).active
        return sheet["A2"].value, [row[5] for row in sheet.iter_rows(min_row=4, values_only=True) if row[1]]

    whole, quantities = shown()
    assert quantities == [1, 2, 3] and "只列最近" not in whole
    assert shown("?squad=2")[1] == [2]
    assert AuditEntry.objects.filter(action="supplies.register_exported").count() == 2
    monkeypatch.setattr(register_book, "LIMIT", 2)
    cut, quantities = shown()
    assert quantities == [2, 3] and "只列最近 2 张配送单" in cut


def test_papers_for_none_or_too_many_deliveries_are_refused_by_a_sentence(underway, sign_in, client, monkeypatch):
    sign_in(underway["keeper"])
    answer = client.post(page("delivery_issue"), {"do": "notes"}, follow=True).content.decode()
    assert "没有选配送单" in answer
    monkeypatch.setattr(papers, "NOTE_LIMIT", 0)
    answer = client.post(page("delivery_issue"), {"do": "pick", "pick": underway["delivery"].pk}, follow=True)
    assert "一次最多打印 0 张配送单" in answer.content.decode()


def test_the_workbook_and_the_feedback_take_few_statements(sign_in, client):
    sign_in(f.user("committee"))
    squad, liaison, keeper = f.squad(1), f.liaison(f.squad(1)), f.keeper()
    lot = f.stock(f.item(), 1000)

    def grow(number):
        for _ in range(number):
            firm = f.enterprise(of=squad)
            delivery = f.delivery(firm, {lot: 1})
            actions.issue_deliveries(deliveries=[delivery], by=keeper)
            actions.sign_delivery(delivery=delivery, arrivals={}, signature=f.signed("甲"), by=liaison)
            delivery.refresh_from_db()
            actions.say_thanks(delivery=delivery, kind="thanks", text="好", by=keeper)

    def read():
        assert client.get(page("feedback_list")).status_code == 200

    def count(ask):
        with CaptureQueriesContext(connection) as seen:
            ask()
        return len(seen)

    asked = (read, lambda: made(client, "xlsx"))
    grow(1)
    [count(ask) for ask in asked]
    few = [count(ask) for ask in asked]
    grow(5)
    assert [count(ask) for ask in asked] == few and few[0] <= 12


def test_a_typed_name_alone_signs_nothing(underway, sign_in, client):
    delivery = underway["delivery"]
    sign_in(underway["liaison"])
    answer = client.post(page("delivery_sign", delivery.pk), form_of(delivery, signature=""))
    assert answer.status_code == 422 and "只写姓名不算" in answer.content.decode()
    with pytest.raises(Refused, match="只写姓名不算签字"):
        actions.sign_delivery(delivery=delivery, arrivals={}, signature=Signature("宁远"), by=underway["liaison"])
    second = f.delivery(underway["firm"], {underway["lot"]: 5})
    actions.issue_deliveries(deliveries=[second], by=underway["keeper"])
    taken = {"token": str(new_token()), "signed_name": "沈知遥", "pick": [second.pk]}
    assert "只写姓名不算" in client.post(page("handover"), taken).content.decode()
    assert Receipt.objects.count() == 1


@pytest.mark.both
def test_the_database_takes_no_typed_name_for_a_signature(underway):
    with pytest.raises(DatabaseError, match="a typed name signs nothing"), transaction.atomic():
        Receipt.objects.create(leg="enterprise", method="typed", signed_name="宁远", by=underway["keeper"])


def test_several_reasons_for_one_line(underway, sign_in, client):
    delivery = underway["delivery"]
    line = delivery.lines.get()
    sign_in(underway["liaison"])
    url = page("delivery_sign", delivery.pk)
    parts = {f"received_{line.pk}": "95", f"lost_{line.pk}": "3", f"damaged_{line.pk}": "1"}
    wrong = client.post(url, form_of(delivery, **parts))
    words = wrong.content.decode()
    assert wrong.status_code == 422 and "少收 5 只，各原因合计 4，要正好相等" in words
    assert f'name="lost_{line.pk}" inputmode="decimal" autocomplete="off" maxlength="30" value="3"' in words
    assert (
        client.post(
            url, form_of(delivery, **parts, **{f"later_{line.pk}": "1", f"note_{line.pk}": "箱角压坏"})
        ).status_code
        == 302
    )
    line.refresh_from_db()
    assert (line.received, line.damaged, line.lost, line.later, line.declined) == (95, 1, 3, 1, 0)
    assert line.shortage_words == "破损 1、路上少了 3、下次补送 1（箱角压坏）"
    assert delivery.movements.get(kind="loss").lines.get().quantity == 4
    assert Delivery.objects.get(remainder_of=delivery).lines.get().expected == 1
    [entry] = _short(underway["keeper"], 5)
    assert "少 5 只，破损 1、路上少了 3、下次补送 1" in entry.detail
    assert invariants.check() == []


@pytest.mark.both
def test_the_database_adds_up_what_arrived_and_what_did_not(underway):
    line = underway["delivery"].lines.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        DeliveryLine.objects.filter(pk=line.pk).update(received=95, damaged=4)
    DeliveryLine.objects.filter(pk=line.pk).update(received=95, damaged=4, lost=1)


def test_a_whole_delivery_is_refused_by_one_button_also_without_network(park_time, underway, sign_in, client):
    delivery, line = underway["delivery"], underway["delivery"].lines.get()
    park_time.shift(timedelta(hours=1))
    sign_in(underway["liaison"])
    url = page("delivery_sign", delivery.pk)
    assert "整单拒收" in client.get(url).content.decode()
    form = form_of(delivery, refuse="1", **{f"received_{line.pk}": "乱写的"})
    assert "整单拒收要写原因" in client.post(url, form).content.decode()
    form["why_refused"] = "企业放假，没有人收"
    for _ in range(2):
        assert queued(client, url, form, minutes=30).status_code == 200
    delivery.refresh_from_db()
    line.refresh_from_db()
    assert delivery.status == "declined" and round((park_now() - delivery.receipt.at) / timedelta(minutes=1)) == 30
    assert (line.received, line.declined, line.shortage_note) == (0, 100, "企业放假，没有人收")
    assert Balance.objects.get(lot=underway["lot"], place__kind="squad").amount == 100
    [entry] = _short(underway["keeper"], 5)
    assert "少 100 只，企业不要（企业放假，没有人收）" in entry.detail
    assert Receipt.objects.filter(leg="enterprise").count() == 1 and invariants.check() == []
