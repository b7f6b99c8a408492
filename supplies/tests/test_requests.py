"""From asking to signing: requests feed a plan, goods end them, and the need behind them is closed."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from enterprises.actions import register_need
from enterprises.models import Enterprise
from parkportal.idempotency import new_token
from parkportal.messaging.models import Message
from parkportal.records.models import Term
from parkportal.states import Refused
from supplies import actions
from supplies.actions import Arrival, Wish
from supplies.models import Allocation, Delivery, SupplyRequest
from supplies.tests import factories as f

pytestmark = pytest.mark.django_db


def page(name, *args):
    return reverse(f"supplies:{name}", args=args)


def ask(firm, item, quantity, *, by=None, **more):
    wishes = [Wish(item, Decimal(quantity), Decimal(20), 2)]
    return actions.ask_for_supplies(enterprise=firm, wishes=wishes, by=by or f.contact(firm), **more)


def plan_by_request(item, total, **terms):
    author = f.user("committee")
    plan = Allocation(item=item, warehouse=f.warehouse(), mode="requested", total=Decimal(total), **terms)
    actions.allocate(plan=plan, by=author)
    actions.submit_allocation(allocation=plan, by=author)
    return plan, actions.approve_allocation(allocation=plan, by=f.user("committee"))


def signed(delivery, arrivals=None):
    keeper = f.keeper()
    actions.issue_deliveries(deliveries=[delivery], by=keeper)
    actions.sign_delivery(delivery=delivery, arrivals=arrivals or {}, signature=f.signed("甲"), by=keeper)


def test_a_need_is_closed_by_the_signature_under_its_goods():
    firm, masks = f.enterprise(), f.item()
    f.stock(masks, 1000)
    need = register_need(enterprise=firm, kind="supplies", description="缺口罩", by=f.user("committee"))
    request = ask(firm, masks, 300, need=need)
    with pytest.raises(Refused, match="已经转成"):
        actions.ask_for_supplies(enterprise=firm, wishes=[Wish(f.item("手套"), Decimal(1))], by=f.user(), need=need)
    plan, [delivery] = plan_by_request(masks, 1000)
    request.refresh_from_db()
    assert request.status == "allotted" and request.lines.get().granted == 300
    assert plan.lines.get().why == "申请 300 只，全部满足" and plan.lines.get().quantity == 300
    signed(delivery)
    request.refresh_from_db()
    need.refresh_from_db()
    assert request.status == "done"
    assert need.status == "done" and need.outcome == "园区已送达：一次性医用口罩 300 只"


def test_a_remainder_keeps_the_request_open_until_it_arrives():
    firm, masks = f.enterprise(), f.item()
    f.stock(masks, 1000)
    request = ask(firm, masks, 300)
    _, [delivery] = plan_by_request(masks, 300)
    line = delivery.lines.get()
    signed(delivery, {line.pk: Arrival(Decimal(250), "later")})
    request.refresh_from_db()
    assert request.status == "allotted"
    [rest] = Delivery.objects.filter(remainder_of=delivery)
    actions.sign_delivery(delivery=rest, arrivals={}, signature=f.signed("乙"), by=f.keeper())
    request.refresh_from_db()
    assert request.status == "done"


def test_what_was_asked_for_is_open_again_when_its_delivery_is_given_up():
    firm, masks = f.enterprise(), f.item()
    f.stock(masks, 1000)
    need = register_need(enterprise=firm, kind="supplies", description="缺口罩", by=f.user("committee"))
    request = ask(firm, masks, 300, need=need)
    plan, [delivery] = plan_by_request(masks, 300)
    actions.void_delivery(delivery=delivery, by=f.keeper(), reason="装错车")
    for row in (request, plan):
        row.refresh_from_db()
    assert request.status == "open" and request.lines.get().granted is None and plan.status != "approved"
    _, [again] = plan_by_request(masks, 300)
    signed(again)
    request.refresh_from_db()
    assert request.status == "done"


def test_whoever_is_given_nothing_goes_on_waiting():
    near, far, masks = f.enterprise("近处有限公司"), f.enterprise("远处有限公司"), f.item()
    f.stock(masks, 1000)
    served, waiting = ask(near, masks, 300), ask(far, masks, 300)
    author = f.user("committee")
    plan = Allocation(item=masks, warehouse=f.warehouse(), mode="requested", total=Decimal(300))
    actions.allocate(plan=plan, by=author)
    f.set_by_hand(plan, {near: Decimal(300), far: Decimal(0)}, "先给近处，远处下一批再给")
    actions.submit_allocation(allocation=plan, by=author)
    actions.approve_allocation(allocation=plan, by=f.user("committee"))
    for row in (served, waiting):
        row.refresh_from_db()
    assert (served.status, waiting.status) == ("allotted", "open")
    assert waiting.lines.get().granted is None


def test_too_little_is_shared_by_what_was_asked_for_and_the_tier():
    masks = f.item()
    f.stock(masks, 300)
    must, other = f.enterprise(tier="must"), f.enterprise(tier="other")
    silent = f.enterprise()
    stopped = f.enterprise(status="not_resumed")
    for firm in (must, other, stopped):
        ask(firm, masks, 200)
    plan, made = plan_by_request(masks, 300)
    got = {line.enterprise_id: (line.quantity, line.why) for line in plan.lines.all()}
    assert got[must.pk][0] == 112 and got[other.pk][0] == 94 and got[stopped.pk][0] == 94
    assert got[must.pk][1].startswith("申请 200 × 1.2 × 0.4688")
    assert silent.pk not in got and len(made) == 3


def test_tag_weights_multiply_the_tier_and_the_largest_counts():
    key = Term.objects.get_or_create(kind="tag", code="key", defaults={"label": "重点"})[0]
    small = Term.objects.get_or_create(kind="tag", code="small", defaults={"label": "中小"})[0]
    masks = f.item()
    f.stock(masks, 1000)
    both, plain_one = f.enterprise(heads=100, tier="guide"), f.enterprise(heads=100, tier="guide")
    both.tags.add(key, small)
    weights = {"guide": "1.1"}
    plan = Allocation(
        item=masks, warehouse=f.warehouse(), mode="headcount", total=Decimal(1000), weights=weights,
        tag_weights={"key": "1.5", "small": "1.2"},
    )  # fmt: skip
    actions.allocate(plan=plan, by=f.user("committee"))
    got = {line.enterprise_id: line for line in plan.lines.all()}
    assert got[both.pk].weight == Decimal("1.65") and got[plain_one.pk].weight == Decimal("1.1")
    assert got[both.pk].quantity == 600 and got[plain_one.pk].quantity == 400


def test_only_firms_with_a_tag_are_in_its_scope():
    key = Term.objects.get_or_create(kind="tag", code="key", defaults={"label": "重点"})[0]
    f.stock(f.item(), 1000)
    tagged, _ = f.enterprise(), f.enterprise()
    tagged.tags.add(key)
    plan = Allocation(item=f.item(), warehouse=f.warehouse(), mode="each", total=Decimal(10), scope={"tag": "key"})
    actions.allocate(plan=plan, by=f.user("committee"))
    assert [line.enterprise for line in plan.lines.all()] == [tagged]


def test_herbs_are_shared_by_persons_and_days():
    herbs = f.item("1号方饮片", unit="剂", daily_use=Decimal(1), course_days=3)
    f.stock(herbs, 1000)
    f.enterprise(heads=40)
    f.enterprise(heads=10)
    plan = Allocation(item=herbs, warehouse=f.warehouse(), mode="days", days=3, total=Decimal(1000))
    actions.allocate(plan=plan, by=f.user("committee"))
    assert [(line.heads, line.quantity) for line in plan.lines.all()] == [(40, 120), (10, 30)]


def test_the_same_item_is_asked_for_once_while_it_waits():
    firm, masks = f.enterprise(), f.item()
    ask(firm, masks, 10)
    with pytest.raises(Refused, match="已经申请过一次性医用口罩 10 只"):
        ask(firm, masks, 20)
    with pytest.raises(Refused, match="写了两次"):
        gloves = f.item("手套", unit="双")
        twice = [Wish(gloves, Decimal(1)), Wish(gloves, Decimal(2))]
        actions.ask_for_supplies(enterprise=firm, wishes=twice, by=f.user())


def test_nobody_asked_is_said_when_planning():
    f.stock(f.item(), 10)
    f.enterprise()
    plan = Allocation(item=f.item(), warehouse=f.warehouse(), mode="requested", total=Decimal(10))
    with pytest.raises(Refused, match="没有等安排的"):
        actions.allocate(plan=plan, by=f.user("committee"))


def test_request_create_is_filled_in_from_the_last_time(sign_in, client):
    firm, masks = f.enterprise("湖南砚池泊有限公司"), f.item()
    person = f.contact(firm)
    sign_in(person)
    assert client.get(page("request_create")).status_code == 200
    form = {
        "token": str(new_token()),
        f"quantity_{masks.pk}": "500只",
        f"own_{masks.pk}": "30",
        f"days_{masks.pk}": "2",
    }
    there = client.post(page("request_create"), form).url
    assert client.post(page("request_create"), form).url == there
    row = SupplyRequest.objects.get()
    line = row.lines.get()
    assert (line.quantity, line.own_stock, line.days_left) == (500, 30, 2)
    again = client.get(page("request_create")).context["form"]
    assert again[f"own_{masks.pk}"].value() == "30" and again[f"days_{masks.pk}"].value() == 2
    for wrong, words in (
        ({f"quantity_{masks.pk}": "3桶"}, "不是一次性医用口罩的单位"),
        ({f"quantity_{masks.pk}": "-3"}, "数量要大于 0"),
        ({}, "请至少写一种物资要多少"),
        ({f"quantity_{masks.pk}": "5"}, "已经申请过"),
    ):
        answer = client.post(page("request_create"), {"token": str(new_token()), **wrong})
        assert answer.status_code == 422 and words in answer.content.decode()
    assert SupplyRequest.objects.count() == 1
    assert "500" in client.get(there).content.decode()
    client.post(page("request_withdraw", row.pk), {"reason": "自己买到了"})
    row.refresh_from_db()
    assert row.status == "withdrawn"


def test_a_request_stays_within_reach(sign_in, client):
    masks, firm, other = f.item(), f.enterprise(of=f.squad(1)), f.enterprise(of=f.squad(2))
    row = ask(firm, masks, 10)
    for person, status in (
        (f.contact(firm), 200), (f.liaison(f.squad(1)), 200), (f.user("committee"), 200), (f.keeper(), 200),
        (f.contact(other), 404), (f.liaison(f.squad(2)), 404), (f.user("station"), 404),
    ):  # fmt: skip
        sign_in(person)
        assert client.get(page("request_detail", row.pk)).status_code == status
    sign_in(f.liaison(f.squad(2)))
    assert client.get(page("request_create"), {"enterprise": firm.pk}).status_code == 404
    need = register_need(enterprise=firm, kind="supplies", description="缺口罩", by=f.user("committee"))
    assert client.get(page("request_create"), {"need": need.pk}).status_code == 404
    sign_in(f.liaison(f.squad(1)))
    shown = client.get(page("request_create"), {"need": need.pk})
    assert "由诉求转来" in shown.content.decode()
    assert client.post(page("request_decline", row.pk), {"reason": "没有货"}).status_code == 404
    sign_in(f.user("committee"))
    client.post(page("request_decline", row.pk), {"reason": ""})
    row.refresh_from_db()
    assert row.status == "open"
    client.post(page("request_decline", row.pk), {"reason": "没有货"})
    row.refresh_from_db()
    assert row.status == "declined"


def test_the_enterprise_is_told_once_that_a_request_was_declined():
    firm = f.enterprise(liaison_phone="19900000001")
    row = ask(firm, f.item(), 10)
    actions.decline_request(request=row, by=f.user("committee"), reason="库存不够")
    message = Message.objects.get(purpose="request_declined")
    assert "贵单位申请的一次性医用口罩这次没有安排" in message.text and message.context_id == row.pk
    with pytest.raises(Refused):
        actions.decline_request(request=row, by=f.user("committee"), reason="再说一次")
    assert Message.objects.count() == 1


@pytest.mark.both
def test_the_list_of_requests_takes_few_statements(sign_in, client):
    sign_in(f.user("committee"))
    masks = f.item()

    def count():
        with CaptureQueriesContext(connection) as seen:
            assert client.get(page("request_list")).status_code == 200
        return len(seen)

    ask(f.enterprise(of=f.squad(1)), masks, 1)
    count()
    few = count()
    for _ in range(10):
        ask(f.enterprise(of=f.squad(1)), masks, 1)
    assert count() == few <= 12


def test_every_page_of_the_enterprise_leads_to_a_request_that_is_filled_in(sign_in, client):
    firm = f.enterprise(of=f.squad(1))
    need = register_need(enterprise=firm, kind="supplies", description="口罩只够两天", by=f.user("committee"))
    own = f.contact(firm)
    for person in (own, f.liaison(f.squad(1)), f.user("committee")):
        sign_in(person)
        asked = f"{page('request_create')}?need={need.pk}"
        assert asked in client.get(reverse("enterprises:need_detail", args=[need.pk])).content.decode()
        form = client.get(asked).context["form"]
        assert form.initial["note"] == "口罩只够两天"
        filed = f"{page('request_create')}?enterprise={firm.pk}"
        assert filed in client.get(reverse("dashboard:enterprise_file", args=[firm.pk])).content.decode()
        assert client.get(filed).context["enterprise"] == firm
    sign_in(f.user("leader"))
    assert page("request_create") not in client.get(f"/enterprises/{firm.pk}/").content.decode()
    sign_in(own)
    assert page("request_create") in client.get(page("my_deliveries")).content.decode()
    assert f'href="{page("index")}"' in client.get("/").content.decode()


def test_request_create_for_a_merged_firm_is_for_the_one_that_lives(sign_in, client):
    kept, gone = f.enterprise(), f.enterprise()
    Enterprise.objects.filter(pk=gone.pk).update(merged_into=kept)
    sign_in(f.user("committee"))
    assert client.get(page("request_create"), {"enterprise": gone.pk}).context["enterprise"] == kept
