"""Before the team leaves: arrived = bound = packed, each gap with a word, the kits out of the stock."""

from decimal import Decimal
from uuid import uuid4

import pytest
from django.urls import reverse

from parkportal.clock import park_now, park_today
from parkportal.messaging.models import Message
from parkportal.states import Refused
from supplies.actions import kit_stocks, recall, supply_point
from supplies.models import Balance, Movement, Place, WarehouseStaff
from supplies.tests import factories as supplies
from testing import actions
from testing.actions.reconcile import balance, reconcile
from testing.models import PoolMember, Reconciliation, Session, SignUp, Specimen
from testing.tests.factories import make_point, make_pool, make_session, make_signup, make_specimen, make_staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def session():
    return make_session(day=park_today(), places=99)


@pytest.fixture
def clerk(session):
    return make_staff(session.point)


def came(session, status="collected"):
    return make_signup(session.slots.first(), status=status, attended_session=session, attended_at=park_now())


def packed(session, clerk, count=2):
    for _ in range(count):
        tube = make_specimen(came(session), session=session)
        actions.pack_tube(box=actions.open_box(session=session, by=clerk), text=tube.barcode, by=clerk, token=uuid4())
    box = session.boxes.get()
    actions.seal_box(box=box, seal="FQ1", by=clerk)
    actions.hand_over(box=box, courier="游之", plate="", temperature_tenths=50, by=clerk)


def test_a_session_that_closes(session, clerk):
    packed(session, clerk)
    absent = make_signup(session.slots.first())

    row = reconcile(session=session, gaps={}, by=clerk)

    assert (row.arrived, row.bound, row.packed, row.kits_used) == (2, 2, 2, 2)
    session.refresh_from_db()
    absent.refresh_from_db()
    assert (session.status, absent.status) == ("closed", "missed")


def test_gaps_by_person_have_to_be_explained(session, clerk):
    packed(session, clerk)
    left, loose = came(session, "measured"), make_specimen(came(session), session=session)

    counted = balance(session)
    assert (counted.without_tube, counted.loose, counted.closes) == ([left], [loose], False)
    with pytest.raises(Refused) as refused:
        reconcile(session=session, gaps={left.code: "先走了"}, by=clerk)
    assert refused.value.code == "gaps" and loose.barcode in refused.value.text

    row = reconcile(session=session, gaps={left.code: "先走了", loose.barcode: "漏液，已作废"}, by=clerk)
    assert row.gaps[left.code] == "先走了"


def test_a_box_that_has_not_left_keeps_the_session_open(session, clerk):
    tube = make_specimen(came(session), session=session)
    actions.pack_tube(box=actions.open_box(session=session, by=clerk), text=tube.barcode, by=clerk, token=uuid4())

    with pytest.raises(Refused) as refused:
        reconcile(session=session, gaps={}, by=clerk)

    assert refused.value.code == "boxes_open"


def test_a_stock_that_holds_too_few_kits_does_not_keep_the_team(session, clerk):
    packed(session, clerk)

    row = reconcile(session=session, gaps={}, by=clerk)

    assert row.movement_id is None and "只剩" in row.gaps["kit"]
    assert not Movement.objects.exists()


@pytest.fixture
def kits(session):
    """Twenty kits and six tubes lie at the point."""
    place = Place.objects.point(session.point.code, session.point.name)
    for name, unit, count in (("一次性咽拭子采样套装", "套", 20), ("病毒采样管", "支", 6)):
        item = supplies.item(name, unit=unit)
        supplies.stock(item, count)
        supply_point(
            point=place, item=item, quantity=Decimal(count), warehouse=supplies.warehouse(), by=supplies.keeper()
        )
    return place


def test_a_recall_of_kits_tells_who_works_at_the_point_and_who_supplied_it(session, kits):
    at_point, elsewhere = make_staff(session.point), make_staff(make_point())
    lot = Balance.objects.filter(place=kits).first().lot
    recall(lot=lot, by=supplies.user("committee"), reason="厂家召回")
    told = Message.objects.filter(purpose="lot_recall_held", label__startswith=str(kits))
    people = {message.recipient for message in told}
    assert at_point in people and elsewhere not in people
    assert WarehouseStaff.objects.filter(user__in=people).exists()


def left_at(place):
    return {kind: int(stock.book) for kind, stock in kit_stocks(place).items()}


def test_kits_and_tubes_leave_the_stock_in_one_movement_and_differences_are_explained(session, clerk, kits):
    packed(session, clerk)
    with pytest.raises(Refused) as refused:
        reconcile(session=session, gaps={}, kits={"kit": (15, ""), "tube": (4, "")}, by=clerk)
    assert refused.value.code == "reason_missing" and "采样包应剩 18 套，实有 15 套" in refused.value.text
    session.refresh_from_db()
    assert session.status == "open" and left_at(kits) == {"kit": 20, "tube": 6}

    row = reconcile(session=session, gaps={}, kits={"kit": (15, "掉地上 3 套"), "tube": (4, "")}, by=clerk)

    assert left_at(kits) == {"kit": 15, "tube": 4}
    movement = Movement.objects.get(occasion=f"session:{session.pk}")
    assert row.movement_id == movement.pk and row.gaps == {"kit": "账上 20 套，用去 2，实有 15：掉地上 3 套"}
    assert sorted((line.to_place.kind, int(line.quantity)) for line in movement.lines.all()) == [
        ("consumption", 2), ("consumption", 2), ("loss", 3),
    ]  # fmt: skip


def test_a_sitting_to_which_nobody_came_uses_nothing(session, clerk, kits):
    row = reconcile(session=session, gaps={}, kits={"kit": (20, ""), "tube": (6, "")}, by=clerk)
    assert row.movement_id is None and left_at(kits) == {"kit": 20, "tube": 6}


def test_reconcile_page_asks_how_many_kits_are_left(client, sign_in, session, clerk, kits):
    packed(session, clerk)
    sign_in(clerk)
    url = reverse("testing:reconcile", args=[session.pk])
    page = client.get(url).content.decode()
    assert "采样包（套）" in page and 'name="left-kit"' in page and 'value="18"' in page

    form = {"token": str(uuid4()), "left-kit": "17", "left-tube": "4"}
    refused = client.post(url, form).content.decode()
    assert "请写差在哪里" in refused and 'value="17"' in refused and not Reconciliation.objects.exists()
    client.post(url, {**form, "why-kit": "一套没有拭子"})
    assert left_at(kits) == {"kit": 17, "tube": 4}
    assert "实有 17：一套没有拭子" in client.get(url).content.decode()


def test_reconciling_twice_is_once(session, clerk):
    packed(session, clerk)
    token = uuid4()

    first = reconcile(session=session, gaps={}, by=clerk, token=token)
    second = reconcile(session=session, gaps={}, by=clerk, token=token)

    assert first.pk == second.pk


def test_reconcile_page(client, sign_in, session, clerk):
    packed(session, clerk)
    left = came(session, "measured")
    sign_in(clerk)
    url = reverse("testing:reconcile", args=[session.pk])

    page = client.get(url).content.decode()
    without = client.post(url, {"token": str(uuid4())}, follow=True).content.decode()
    client.post(url, {"token": str(uuid4()), f"gap-{left.code}": "明天再来"})

    assert left.name in page and "还有 1 处对不上" in page
    assert "还有 1 处没有说明" in without
    assert Reconciliation.objects.get().gaps[left.code] == "明天再来"
    assert "已收工" in client.get(url).content.decode()


def test_the_page_says_that_a_mixed_tube_is_not_closed_and_leads_to_the_boxes(client, sign_in, session, clerk):
    tube = make_pool(session, [came(session) for _ in range(2)])
    Specimen.objects.filter(pk=tube.pk).update(status="issued", collected_at=None, lane=2)
    sign_in(clerk)

    page = client.get(reverse("testing:reconcile", args=[session.pk])).content.decode()

    assert "混采管，还没有封：先到 2 号采样台按 F6 封管" in page and "领了条码没有采" not in page
    assert f'<a href="{reverse("testing:station_boxes", args=[session.pk])}">去装箱</a>' in page
    # words are not enough while swabs lie in it; an empty one is explained like any other tube
    with pytest.raises(Refused) as refused:
        reconcile(session=session, gaps={tube.barcode: "在台上"}, by=clerk)
    assert (refused.value.code, tube.barcode in refused.value.text) == ("pool_open", True)
    PoolMember.objects.update(left_at=park_now(), left_why="undone")
    gaps = {tube.barcode: "空管", **{one.code: "撤销了" for one in SignUp.objects.all()}}
    assert reconcile(session=session, gaps=gaps, by=clerk).gaps[tube.barcode] == "空管"


def test_reconcile_page_of_another_point_does_not_exist(client, sign_in, session):
    sign_in(make_staff(make_point()))

    assert client.get(reverse("testing:reconcile", args=[session.pk])).status_code == 404


def test_station_page_lists_the_own_sittings(client, sign_in, session, clerk):
    make_session(day=park_today())
    sign_in(clerk)

    page = client.get(reverse("testing:station"))

    assert [one.pk for one in page.context["today"]] == [session.pk]
    assert SignUp.objects.count() == 0 and Specimen.objects.count() == 0 and Session.objects.count() == 2
