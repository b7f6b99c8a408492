"""Days of cover: what a firm said it has, what came since, heads on duty; the plan by days takes off the same."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.conf import settings
from django.urls import reverse

from enterprises.models import DailyReport, Enterprise
from parkportal.clock import SHANGHAI, park_now, park_today
from parkportal.idempotency import new_token
from parkportal.records.models import Term
from parkportal.states import Refused
from supplies import actions
from supplies.actions import Wish
from supplies.cover import Known, Said, cover, firm_covers, kept_covers, refresh_covers
from supplies.models import Allocation, Cover, Item, SupplyRequest
from supplies.plans import Claim, Terms, share_out
from supplies.tasks import refresh_all_covers
from supplies.tests import factories as f

D = Decimal
TODAY = date(2020, 2, 18)
MASKS = Item(name="一次性医用口罩", unit="只", daily_use=D(2))


def listed(item):
    refresh_covers(item)
    return list(kept_covers(item, f.user("leader")))


def days_ago(days, hour=9):
    return datetime(2020, 2, 18, hour, tzinfo=SHANGHAI) - timedelta(days=days)


def said(days, stock, enough_for=None, hour=9):
    return Said(None if stock is None else D(stock), enough_for, days_ago(days, hour))


def came(*pairs):
    return [(days_ago(days, 10), D(quantity)) for days, quantity in pairs]


# heads, what came (days ago, how much), what was said → received, left, days; two masks a head and day
VECTORS = {
    "nothing known": (50, came(), None, 0, 0, "0.0"),
    "only given": (50, came((2, 500)), None, 500, 300, "3.0"),
    "only own, said today": (50, came(), said(0, 240), 0, 240, "2.4"),
    "only own, said three days ago": (50, came(), said(3, 1000), 0, 700, "7.0"),
    "own ran out": (50, came(), said(3, 240), 0, 0, "0.0"),
    "own, then given": (50, came((1, 300)), said(3, 1000), 300, 1000, "10.0"),
    "own ran out before it was given": (50, came((1, 300)), said(9, 240), 300, 200, "2.0"),
    "given, then counted: the count holds both": (50, came((3, 1000)), said(1, 900), 1000, 800, "8.0"),
    "counted and given on one day": (50, came((0, 100)), said(0, 40), 100, 140, "1.4"),
    "counted after it was given on one day": (50, came((0, 100)), said(0, 140, hour=11), 100, 140, "1.4"),
    "a count of nothing": (50, came((1, 100)), said(0, 0, 0, hour=11), 100, 0, "0.0"),
    "only the days are known": (50, came(), said(2, None, 5), 0, 300, "3.0"),
    "the pieces count before the days": (50, came(), said(2, 240, 9), 0, 40, "0.4"),
    "given back": (50, came((2, 600), (1, -150)), None, 450, 250, "2.5"),
    "nobody on duty": (0, came((2, 500)), said(3, 100), 500, 600, None),
    "twice the heads, half the days": (100, came((1, 300)), said(3, 1000), 300, 700, "3.5"),
}


@pytest.mark.parametrize("name", VECTORS)
def test_cover_starts_from_what_was_said_and_runs_down(name):
    heads, lots, words, received, left, days = VECTORS[name]
    row = cover(MASKS, 1, heads, Known(lots, words), TODAY)
    assert (row.received, row.left, row.days) == (received, left, None if days is None else D(days))


@pytest.mark.django_db
def test_a_firm_that_has_its_own_is_not_called_empty(park_time, sign_in, client):
    masks, other, own = f.item(), f.enterprise("什么都没有", heads=10), f.enterprise("自己买了", heads=10)
    wish = Wish(masks, D(100), own_stock=D(80), days_left=4)
    row = actions.ask_for_supplies(enterprise=own, wishes=[wish], by=f.contact(own))
    park_time.shift(timedelta(days=1))
    found = {str(row.enterprise): (row.left, row.days) for row in listed(masks)}
    assert found == {"什么都没有": (0, 0), "自己买了": (60, 3)}
    sign_in(f.user("leader"))
    shown = client.get(reverse("supplies:cover_list"), {"item": masks.pk}).content.decode()
    assert "有 80，够 4 天" in shown and f"{row.created_at:%Y-%m-%d}" in shown
    assert other.headcount == 10


@pytest.mark.django_db
def test_what_the_form_filled_in_and_nobody_changed_keeps_its_day(park_time, sign_in, client):
    masks, firm = f.item(), f.enterprise(heads=10)
    person, first = f.contact(firm), park_today()
    wish = Wish(masks, D(100), own_stock=D(80), days_left=4)
    row = actions.ask_for_supplies(enterprise=firm, wishes=[wish], by=person)
    actions.withdraw_request(request=row, by=person, reason="写错了")
    park_time.shift(timedelta(days=3))
    sign_in(person)
    where = reverse("supplies:request_create")
    assert f"{first:%Y-%m-%d} 说的：自己还有 80 只" in client.get(where).content.decode()

    def asks(own):
        form = {
            "token": str(new_token()),
            f"quantity_{masks.pk}": "10",
            f"own_{masks.pk}": own,
            f"days_{masks.pk}": "4",
        }
        assert client.post(where, form).status_code == 302
        actions.withdraw_request(request=SupplyRequest.objects.latest("id"), by=person, reason="再写")
        [now] = firm_covers(masks)
        return now.said.on, now.left

    assert asks("80") == (first, 20)
    assert asks("70") == (park_today(), 70)


@pytest.mark.django_db
def test_own_stock_without_a_wish_is_not_lost_in_silence(sign_in, client):
    masks, firm = f.item(), f.enterprise(heads=10)
    spirit = f.item("75%酒精", unit="公斤")
    sign_in(f.contact(firm))
    form = {"token": str(new_token()), f"quantity_{spirit.pk}": "10", f"own_{masks.pk}": "80"}
    answer = client.post(reverse("supplies:request_create"), form)
    assert answer.status_code == 422 and "也要写要多少" in answer.content.decode()
    assert not SupplyRequest.objects.exists()


@pytest.mark.django_db
def test_the_masks_of_the_daily_report_are_not_asked_for_again(sign_in, client):
    masks, firm = f.item(), f.enterprise(heads=10)
    person = f.contact(firm)
    assert masks.kind == "masks"
    DailyReport.objects.create(
        enterprise=firm, day=park_today(), on_duty=8, masks_left=360, reported_at=park_now(), reported_by=person
    )
    sign_in(person)
    form = client.get(reverse("supplies:request_create")).context["form"]
    assert form[f"own_{masks.pk}"].value() == "360"
    [row] = firm_covers(masks)
    assert (row.left, row.days) == (360, D("22.5"))
    f.item("KN95 口罩")
    form = client.get(reverse("supplies:request_create")).context["form"]
    assert form[f"own_{masks.pk}"].value() == "", "two kinds of masks: the report may mean either"
    assert firm_covers(masks)[0].left == 0


@pytest.mark.django_db
def test_masks_that_are_reported_unchanged_day_after_day_are_as_old_as_the_first(park_time):
    masks, firm = f.item(), f.enterprise(heads=10)
    person = f.contact(firm)
    for days, left in ((4, 0), (3, 500), (2, 500), (1, 500)):
        DailyReport.objects.create(
            enterprise=firm, day=park_today() - timedelta(days=days), on_duty=10, masks_left=left,
            reported_at=park_now() - timedelta(days=days), reported_by=person,
        )  # fmt: skip
    [row] = firm_covers(masks)
    assert (row.said.on, row.left) == (park_today() - timedelta(days=3), 440)
    actions.ask_for_supplies(enterprise=firm, wishes=[Wish(masks, D(10), own_stock=D(300))], by=person)
    [row] = firm_covers(masks)
    assert (row.said.stock, row.left) == (300, 300)


@pytest.mark.both
@pytest.mark.django_db
def test_the_list_is_computed_each_minute_and_only_what_changed_is_written(park_time, sign_in, client):
    assert "supplies.tasks.refresh_all_covers" in {one["task"] for one in settings.CELERY_BEAT_SCHEDULE.values()}
    masks = f.item()
    firms = [f.enterprise(f"企业{n}", heads=10 * (n + 1)) for n in range(3)]
    assert refresh_covers(masks) == 3 and refresh_covers(masks) == 0
    wish = Wish(masks, D(100), own_stock=D(80))
    actions.ask_for_supplies(enterprise=firms[1], wishes=[wish], by=f.contact(firms[1]))
    Enterprise.objects.filter(pk=firms[2].pk).update(status="not_resumed")
    refresh_all_covers()
    assert [(str(row.enterprise), row.days) for row in listed(masks)] == [("企业0", 0), ("企业1", 2)]
    Enterprise.objects.filter(pk=firms[0].pk).update(status="not_resumed")
    sign_in(f.user("leader"))
    where = reverse("supplies:cover_list")
    assert len(client.get(where).context["page_obj"]) == 2, "as the schedule left it a moment ago"
    park_time.shift(timedelta(minutes=10))
    assert len(client.get(where).context["page_obj"]) == 1, "nobody computed it for ten minutes"
    assert Cover.objects.count() == 1


def by_days(*wants, total=1000, **terms):
    claims = [
        Claim(n, heads, D(weight), need=D(need), have=D(have)) for n, (heads, weight, need, have) in enumerate(wants)
    ]
    return share_out(claims, Terms(D(total), "只", daily="每天 2 只 × 5 天", **terms))


def test_who_has_enough_gets_nothing_and_the_others_what_they_lack():
    plan = by_days((10, 1, 100, 0), (20, 1, 140, 60), (30, 1, 0, 400), (0, 1, 0, 0))
    assert [(share.quantity, share.why) for share in plan.shares] == [
        (100, "10 人 × 每天 2 只 × 5 天，已够"),
        (140, "20 人 × 每天 2 只 × 5 天 − 还有 60 只，已够"),
        (0, "30 人 × 每天 2 只 × 5 天 − 还有 400 只，够用，不分"),
        (0, "没有人数，不分"),
    ]
    assert plan.left == 760


def test_too_little_is_shared_by_what_each_lacks_and_its_weight():
    plan = by_days((10, 1, 100, 0), (30, "1.5", 200, 100), total=100)
    assert [share.quantity for share in plan.shares] == [25, 75]
    assert plan.shares[1].why == "30 人 × 每天 2 只 × 5 天 − 还有 100 只 = 缺 200 × 1.5 × 0.2500，正好"


def test_floor_and_ceiling_hold_for_days_too():
    plan = by_days((10, 1, 100, 0), (30, 1, 300, 0), (30, 1, 0, 900), minimum=D(20), maximum=D(150))
    assert [(share.quantity, share.why) for share in plan.shares] == [
        (100, "10 人 × 每天 2 只 × 5 天，已够"),
        (150, "按人数超过 150 只，到封顶数"),
        (20, "按人数不足 20 只，补到保底数"),
    ]


def test_when_everybody_has_enough_it_is_said():
    with pytest.raises(Refused, match="都够用这么多天") as refused:
        by_days((10, 1, 0, 900))
    assert refused.value.error_list[0].code == "enough"


@pytest.mark.both
@pytest.mark.django_db
def test_the_plan_by_days_takes_off_what_is_there_and_what_is_on_its_way(park_time):
    masks, keeper = f.item(), f.keeper()
    lot = f.stock(masks, 5000)
    bare, own, given, waits = (
        f.enterprise(name, heads=heads) for name, heads in zip("甲乙丙丁", (40, 30, 20, 10), strict=True)
    )
    wish = Wish(masks, D(500), own_stock=D(120))
    actions.ask_for_supplies(enterprise=own, wishes=[wish], by=f.contact(own))
    delivery = f.delivery(given, {lot: 100})
    actions.issue_deliveries(deliveries=[delivery], by=keeper)
    actions.sign_delivery(delivery=delivery, arrivals={}, signature=f.signed("宁远"), by=keeper)
    f.delivery(waits, {lot: 60})
    park_time.shift(timedelta(days=1))
    plan = Allocation(item=masks, warehouse=f.warehouse(), mode="days", days=5, total=D(1000))
    actions.allocate(plan=plan, by=f.user("committee"))
    assert {str(line.enterprise): line.quantity for line in plan.lines.all()} == {
        "甲": 400, "乙": 300 - (120 - 60), "丙": 200 - (100 - 40), "丁": 100 - 60,
    }  # fmt: skip
    assert bare.headcount == 40


@pytest.mark.django_db
def test_sites_are_in_a_plan_only_when_they_are_asked_for(sign_in, client):
    masks = f.item()
    f.stock(masks, 300)
    f.enterprise("企业", heads=10), f.enterprise("工地", heads=0, kind="site", workers=20)
    sign_in(f.user("committee"))
    form = {
        "item": masks.pk, "warehouse": f.warehouse().pk, "mode": "headcount", "total": "300",
        **{f"weight_{tier}": "1" for tier in ("must", "guide", "support", "other")},
    }  # fmt: skip

    def planned(**more):
        answer = client.post(reverse("supplies:allocation_create"), {**form, "token": str(new_token()), **more})
        plan = Allocation.objects.latest("id")
        return {str(line.enterprise): line.quantity for line in plan.lines.all()}, client.get(
            answer.url
        ).content.decode()

    assert planned()[0] == {"企业": 300}
    shares, page = planned(sites="on")
    assert shares == {"企业": 100, "工地": 200} and "工地也在内" in page
    edit = client.get(reverse("supplies:allocation_edit", args=[Allocation.objects.latest("id").pk]))
    assert edit.context["form"]["sites"].value() is True


@pytest.mark.django_db
def test_a_tier_that_staff_added_has_its_own_weight(sign_in, client):
    masks = f.item()
    f.stock(masks, 300)
    Term.objects.create(kind="tier", code="first", label="最先开", position=0)
    (
        f.enterprise("新档", heads=10, tier="first"),
        f.enterprise("老档", heads=10, tier="must"),
        f.enterprise("没有档", heads=10, tier=""),
    )
    sign_in(f.user("committee"))
    page = client.get(reverse("supplies:allocation_create"))
    assert "最先开的权重" in page.content.decode()
    weights = {"first": "3", "must": "2", "guide": "1", "support": "1", "other": "1"}
    form = {
        "item": masks.pk, "warehouse": f.warehouse().pk, "mode": "headcount", "total": "300", "token": str(new_token()),
        **{f"weight_{tier}": weight for tier, weight in weights.items()},
    }  # fmt: skip
    shown = client.get(client.post(reverse("supplies:allocation_create"), form).url).content.decode()
    plan = Allocation.objects.get()
    assert {str(line.enterprise): line.quantity for line in plan.lines.all()} == {
        "新档": 150,
        "老档": 100,
        "没有档": 50,
    }
    assert "<dt>最先开</dt><dd>× 3</dd>" in shown
    each = Allocation(item=masks, warehouse=f.warehouse(), mode="each", total=D(2))
    actions.allocate(plan=each, by=f.user("committee"))
    assert [str(line.enterprise) for line in each.lines.all() if line.quantity] == ["新档", "老档"]


@pytest.mark.django_db
def test_ways_of_sharing_without_weights_say_so(sign_in, client):
    masks = f.item()
    f.stock(masks, 300)
    f.enterprise(heads=10, tier="must"), f.enterprise(heads=10)
    sign_in(f.user("committee"))
    assert "按家平分和手工填写不用权重" in client.get(reverse("supplies:allocation_create")).content.decode()
    for mode in ("each", "manual"):
        plan = Allocation(item=masks, warehouse=f.warehouse(), mode=mode, total=D(300), weights={"must": "9"})
        actions.allocate(plan=plan, by=f.user("committee"))
        assert {line.weight for line in plan.lines.all()} == {1}
        assert (
            "<dt>权重</dt><dd>这种分法不用</dd>"
            in client.get(reverse("supplies:allocation_detail", args=[plan.pk])).content.decode()
        )
