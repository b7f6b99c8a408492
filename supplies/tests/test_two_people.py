"""Two people who edit one thing of the supplies: the second sees both values, and writes only what was chosen."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from enterprises.tests.pages import chosen, drawn, page_of, shown
from parkportal.clock import local, park_now
from supplies import actions
from supplies.actions import Count
from supplies.models import Allocation, Item, Shelf
from supplies.tests import factories as f

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("park_time")]
D = Decimal


@pytest.fixture
def first(make_user):
    return make_user("committee", name="祁月")


@pytest.fixture
def second(make_user, sign_in):
    """The browser of the one who comes second."""
    return sign_in(make_user("committee", name="沈知遥"))


@pytest.fixture
def others(first, sign_in, client):
    """The browser of the one who is first."""
    return sign_in(first, type(client)())


def item_said(**fields):
    said = {"name": "一次性医用口罩", "spec": "", "unit": "只", "kind": "masks", "packs": "盒 50", "is_integer": "on"}
    return {**said, "step": "1", "minimum_stock": "0", "daily_use": "1", "is_active": "on", **fields}


def test_an_item_of_the_catalogue(others, second):
    masks = f.item("一次性医用口罩", kind="masks")
    path = reverse("supplies:item_edit", args=[masks.pk])
    opened = drawn(second, path)
    theirs = {**item_said(packs="盒 50、箱 2000", minimum_stock="500"), **drawn(others, path)}
    assert others.post(path, theirs).status_code == 302

    answer = second.post(path, {**item_said(packs="盒 100", minimum_stock="800", spec="平面"), **opened})

    assert "祁月" in page_of(answer)
    assert shown(answer) == {
        "packs": ("盒 50、箱 2000", "盒 100"), "minimum_stock": ("500", "800"), "spec": ("", "平面"),
    }  # fmt: skip
    assert second.post(path, chosen(answer, spec="mine", minimum_stock="theirs")).status_code == 302
    item = Item.objects.get()
    assert (item.spec, item.minimum_stock, item.units_line) == ("平面", 500, "只、盒（50 只）、箱（2,000 只）")
    assert item.key == "一次性医用口罩|平面|只"


def test_halves_of_an_item_that_do_not_fit_are_refused(others, second):
    alcohol = f.item("75%酒精", unit="公斤", is_integer=False, step=D("0.5"))
    path = reverse("supplies:item_edit", args=[alcohol.pk])
    said = item_said(name="75%酒精", unit="公斤", kind="alcohol", packs="", is_integer="", step="0.5")
    opened = drawn(second, path)
    others.post(path, {**said, "step": "0.25", **drawn(others, path)})
    answer = second.post(path, {**said, "is_integer": "on", "step": "1", **opened})
    again = second.post(path, chosen(answer, is_integer="mine", step="theirs"))
    assert "最小发放量也要是整数" in again.content.decode()
    assert Item.objects.values_list("is_integer", "step").get() == (False, D("0.25"))


def test_the_shelf_of_an_item(first, second):
    masks, house = f.item(), f.warehouse()
    actions.put_on_shelf(place=house, item=masks, label="A-01", by=first)
    page = second.get(reverse("supplies:item_detail", args=[masks.pk]))
    [seen] = [form["seen"].value() for place, form in page.context["houses"] if place == house]
    actions.put_on_shelf(place=house, item=masks, label="B-02", by=first)
    path = reverse("supplies:item_shelf", args=[masks.pk, house.pk])

    answer = second.post(path, {"label": "C-03", "seen": seen})

    assert "祁月" in page_of(answer) and shown(answer) == {"label": ("B-02", "C-03")}
    second.post(path, chosen(answer, label="theirs"))
    assert Shelf.objects.get().label == "B-02"
    second.post(path, chosen(answer, label="mine"))
    assert Shelf.objects.get().label == "C-03"


def plan_terms(item, **fields):
    said = {"item": item.pk, "warehouse": f.warehouse().pk, "mode": "headcount", "total": "1000", "minimum": "10"}
    weights = {f"weight_{tier}": "1" for tier in ("must", "guide", "support", "other")}
    return {**said, **weights, "everybody": "on", **fields}


def test_the_terms_of_a_plan(others, second, first):
    masks = f.item()
    f.stock(masks, 1000)
    near, _ = f.enterprise("近处有限公司", heads=50), f.enterprise("远处有限公司", heads=50)
    plan = Allocation(item=masks, warehouse=f.warehouse(), mode="headcount", total=D(1000))
    actions.allocate(plan=plan, by=first)
    path = reverse("supplies:allocation_edit", args=[plan.pk])
    opened = drawn(second, path)
    theirs = plan_terms(masks, **{**drawn(others, path), "total": "800", "weight_must": "1.5"})
    assert others.post(path, theirs).status_code == 302

    answer = second.post(path, plan_terms(masks, **{**opened, "total": "600", "mode": "each"}))

    assert "祁月" in page_of(answer)
    both = shown(answer)
    assert both["total"] == ("800", "600") and both["mode"] == ("按职工总数", "按家平分")
    assert both["weight_must"] == ("1.5", "1")
    plan.refresh_from_db()
    assert (plan.total, plan.mode) == (800, "headcount")

    answer = second.post(path, chosen(answer, mode="mine", total="theirs"))
    assert answer.url == reverse("supplies:allocation_detail", args=[plan.pk])
    plan.refresh_from_db()
    assert (plan.total, plan.mode, plan.weights["must"]) == (800, "each", "1.5")
    assert plan.lines.get(enterprise=near).quantity == 400


def test_halves_of_a_plan_that_do_not_fit_are_refused(others, second, first):
    masks = f.item()
    f.stock(masks, 1000)
    f.enterprise(heads=50)
    plan = Allocation(item=masks, warehouse=f.warehouse(), mode="headcount", total=D(1000), maximum=D(900))
    actions.allocate(plan=plan, by=first)
    path = reverse("supplies:allocation_edit", args=[plan.pk])
    opened = drawn(second, path)
    others.post(path, plan_terms(masks, **{**drawn(others, path), "maximum": "50"}))
    answer = second.post(path, plan_terms(masks, **{**opened, "maximum": "900", "minimum": "100"}))
    again = second.post(path, chosen(answer, minimum="mine"))
    assert "封顶不能小于保底" in again.content.decode()


def test_numbers_by_hand(others, second, first):
    masks = f.item()
    f.stock(masks, 1000)
    firms = [f.enterprise(f"第{n}家", heads=50) for n in range(3)]
    plan = Allocation(item=masks, warehouse=f.warehouse(), mode="headcount", total=D(900))
    actions.allocate(plan=plan, by=first)
    path = reverse("supplies:allocation_adjust", args=[plan.pk])
    opened = drawn(second, path)
    names = [f"quantity_{firm.pk}" for firm in firms]
    others.post(path, {**drawn(others, path), names[0]: "500", names[1]: "100", "reason": "食堂"})

    answer = second.post(path, {**opened, names[0]: "400", names[2]: "200", "reason": "门岗"})

    # only the rows in which the two differ
    assert "祁月" in page_of(answer)
    assert shown(answer) == {names[0]: ("500", "400"), names[1]: ("100", ""), names[2]: ("", "200")}
    assert second.post(path, chosen(answer, **{names[2]: "mine"})).status_code == 302
    lines = dict(plan.lines.values_list("enterprise", "quantity"))
    assert [lines[firm.pk] for firm in firms] == [500, 100, 200]
    reasons = dict(plan.lines.values_list("enterprise", "override_reason"))
    assert [reasons[firm.pk] for firm in firms] == ["食堂", "食堂", "门岗"]


def test_a_number_for_a_firm_that_the_plan_has_lost_is_named(second, first):
    masks = f.item()
    f.stock(masks, 1000)
    near, far = f.enterprise("近处有限公司", heads=50, tier="must"), f.enterprise("远处有限公司", heads=50)
    plan = Allocation(item=masks, warehouse=f.warehouse(), mode="headcount", total=D(900))
    actions.allocate(plan=plan, by=first)
    path = reverse("supplies:allocation_adjust", args=[plan.pk])
    opened = drawn(second, path)
    f.compute_again(plan, tier="must")
    answer = second.post(path, {**opened, f"quantity_{far.pk}": "300", "reason": "门岗"})
    assert answer.status_code == 422 and "远处有限公司不在里面了" in answer.content.decode()
    assert plan.lines.get().enterprise == near


def test_time_and_place_of_a_delivery(first, second):
    masks = f.stock(f.item(), 100)
    delivery = f.delivery(f.enterprise(of=f.squad()), {masks: 10})
    page = reverse("supplies:delivery_detail", args=[delivery.pk])
    opened = drawn(second, page, "schedule_form")
    when = (park_now() + timedelta(days=1)).replace(second=0, microsecond=0)
    actions.schedule_deliveries(deliveries=[delivery], planned_at=when, meeting_point="西门", by=first)
    path = reverse("supplies:delivery_schedule", args=[delivery.pk])

    later = when + timedelta(hours=2)
    answer = second.post(path, {**opened, "planned_at": f"{local(later):%Y-%m-%dT%H:%M}", "meeting_point": "东门"})

    assert "祁月" in page_of(answer)
    said = f"{local(when):%Y-%m-%d %H:%M}", f"{local(later):%Y-%m-%d %H:%M}"
    assert shown(answer) == {"planned_at": said, "meeting_point": ("西门", "东门")}
    delivery.refresh_from_db()
    assert (delivery.planned_at, delivery.meeting_point) == (when, "西门")
    second.post(path, chosen(answer, planned_at="mine", meeting_point="theirs"))
    delivery.refresh_from_db()
    assert (delivery.planned_at, delivery.meeting_point) == (later, "西门")


def test_the_numbers_of_a_count_sheet(first, second):
    masks = f.stock(f.item(), 1000, batch="A1")
    f.stock(f.item("75%酒精", unit="公斤"), 12, batch="C1")
    take = actions.open_stock_take(place=f.warehouse(), by=f.keeper())
    by_lot = {line.lot: line for line in take.lines.select_related("lot")}
    counts = {line.pk: Count(D(990) if lot == masks else line.book) for lot, line in by_lot.items()}
    actions.submit_counts(take=take, counts=counts, by=first)
    path = reverse("supplies:stock_take_detail", args=[take.pk])
    typed = {f"counted_{line.pk}": "985" if lot == masks else "12" for lot, line in by_lot.items()}

    answer = second.post(path, {**typed, f"reason_{by_lot[masks].pk}": "受潮"})

    words = answer.content.decode()
    assert answer.status_code == 422 and 'class="error-summary"' in words
    assert "一次性医用口罩（批号 A1）：单上现在是 990 只，您填的是 985 只（受潮）" in words
    assert "祁月先交了，盘点单已经是“待批准”" in words and "您填的是 12 公斤" not in words
    assert by_lot[masks].take.lines.get(lot=masks).counted == 990
    # who counted the same has nothing to choose
    typed[f"counted_{by_lot[masks].pk}"] = "990"
    assert second.post(path, typed).status_code == 200
