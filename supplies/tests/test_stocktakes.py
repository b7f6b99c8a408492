"""盘点: the sheet, the count, the variance that needs a reason and a second person."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from parkportal.idempotency import new_token
from parkportal.printing.tests.reading import text
from parkportal.states import AlreadyMoved, Refused
from supplies import actions, invariants, papers
from supplies.actions import Count
from supplies.models import Balance, Movement, Place, Shelf, StockTake
from supplies.tests import factories as f

pytestmark = pytest.mark.django_db


@pytest.fixture
def masks():
    return f.stock(f.item(), 1000, batch="A1")


@pytest.fixture
def take(masks):
    f.stock(f.item("75%酒精", unit="公斤"), "12.5", batch="C1")
    return actions.open_stock_take(place=f.warehouse(), by=f.keeper())


def counts(take, **by_batch):
    found = {line.lot.batch: line for line in take.lines.select_related("lot")}
    return {line.pk: by_batch.get(batch, Count(line.book)) for batch, line in found.items()}


def amount(lot, place=None):
    return Balance.objects.get(lot=lot, place=place or f.warehouse()).amount


def test_the_sheet_lists_every_lot_and_one_place_has_one_open_sheet(take):
    assert [line.book for line in take.lines.order_by("book")] == [Decimal("12.5"), 1000]
    with pytest.raises(Refused, match="没有办完"):
        actions.open_stock_take(place=f.warehouse(), by=f.keeper())
    token = new_token()
    other = f.warehouse("东仓")
    f.stock(f.item(), 5, place=other)
    first = actions.open_stock_take(place=other, by=f.keeper(), token=token)
    assert actions.open_stock_take(place=other, by=f.keeper(), token=token) == first


def test_a_shortage_is_booked_after_a_second_person_agreed(take, masks):
    counter, second = f.keeper(), f.keeper()
    actions.submit_counts(take=take, counts=counts(take, A1=Count(Decimal(990), "拆箱时数错")), by=counter)
    assert amount(masks) == 1000
    with pytest.raises(Refused, match="另一位同事"):
        actions.approve_stock_take(take=take, by=counter)
    actions.approve_stock_take(take=take, by=second)
    assert amount(masks) == 990
    line = Movement.objects.get(kind="stocktake").lines.get()
    assert (line.from_place, line.to_place, line.quantity) == (f.warehouse(), Place.objects.the("loss"), 10)
    with pytest.raises(AlreadyMoved):
        actions.approve_stock_take(take=take, by=second)
    assert invariants.check() == []


def test_a_surplus_comes_back_and_what_was_booked_meanwhile_stays(take, masks):
    actions.submit_counts(take=take, counts=counts(take, A1=Count(Decimal(1003), "上次漏记")), by=f.keeper())
    actions.move_stock(
        kind="loss", lot=masks, from_place=f.warehouse(), to_place=Place.objects.the("loss"),
        quantity=Decimal(100), by=f.keeper(), reason="受潮",
    )  # fmt: skip
    actions.approve_stock_take(take=take, by=f.keeper())
    assert amount(masks) == 903


def test_no_difference_books_nothing(take):
    actions.submit_counts(take=take, counts=counts(take), by=f.keeper())
    held = actions.approve_stock_take(take=take, by=f.keeper())
    assert held.movement is None and not Movement.objects.filter(kind="stocktake").exists()


def test_what_was_moved_during_the_count_is_counted_again(take, masks):
    actions.move_stock(
        kind="loss", lot=masks, from_place=f.warehouse(), to_place=Place.objects.the("loss"),
        quantity=Decimal(1), by=f.keeper(), reason="破损",
    )  # fmt: skip
    moved = actions.submit_counts(take=take, counts=counts(take), by=f.keeper())
    assert [line.lot for line in moved] == [masks]
    take.refresh_from_db()
    assert take.status == "counting"
    assert actions.submit_counts(take=take, counts=counts(take), by=f.keeper()) == []


@pytest.mark.parametrize("number", [990, 1000, 1010])
def test_whoever_counts_blind_learns_nothing_of_the_book_and_the_reason_comes_with_the_approval(
    take, number, sign_in, client
):
    line, there = take.lines.get(lot__batch="A1"), page("stock_take_detail", take.pk)
    counter = f.keeper()
    sign_in(counter)
    typed = {f"counted_{row.pk}": str(row.book) for row in take.lines.all()} | {f"counted_{line.pk}": str(number)}
    assert client.post(there, typed).status_code == 302
    approve = page("stock_take_approve", take.pk)
    sign_in(f.keeper())
    assert client.post(approve, {"reason": "拆箱时数错"}).status_code == 404, "whoever approves has a second factor"
    sign_in(f.user("committee"))
    if number != 1000:
        assert "问清楚再批准" in client.get(there).content.decode()
        assert client.post(approve, {"reason": " "}).status_code == 422
        with pytest.raises(Refused, match="还没有写原因"):
            actions.approve_stock_take(take=take, by=f.keeper())
    assert client.post(approve, {"reason": "拆箱时数错"}).status_code == 302
    take.refresh_from_db()
    line.refresh_from_db()
    assert take.status == "approved" and line.reason == ("" if number == 1000 else "拆箱时数错")
    assert amount(line.lot) == number and invariants.check() == []


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (Count(Decimal(990)), "比账面少 10 只，请写原因"),
        (Count(Decimal("0.5"), "x"), "要写整数"),
        (None, "还没有填实盘数"),
    ],
)
def test_a_count_that_is_not_whole_or_explained_is_refused(take, count, words):
    StockTake.objects.update(is_blind=False)
    given = counts(take)
    line = take.lines.get(lot__batch="A1")
    given.pop(line.pk)
    if count:
        given[line.pk] = count
    with pytest.raises(Refused, match=words):
        actions.submit_counts(take=take, counts=given, by=f.keeper())
    take.refresh_from_db()
    assert take.status == "counting" and take.counted_by is None


def test_the_database_wants_a_second_person(take):
    someone = f.keeper()
    actions.submit_counts(take=take, counts=counts(take), by=someone)
    with pytest.raises(IntegrityError), transaction.atomic():
        StockTake.objects.filter(pk=take.pk).update(approved_by=someone, approved_at="2020-02-18T00:00:00Z")


def test_kits_at_a_point_are_counted_too():
    kits = f.item("一次性咽拭子采样套装", unit="套")
    lot = f.stock(kits, 500)
    point = Place.objects.point("A1", "A1栋采样点")
    actions.supply_point(point=point, item=kits, quantity=Decimal(100), warehouse=f.warehouse(), by=f.keeper())
    take = actions.open_stock_take(place=point, by=f.keeper())
    actions.submit_counts(take=take, counts={take.lines.get().pk: Count(Decimal(97), "掉在地上 3 套")}, by=f.keeper())
    actions.approve_stock_take(take=take, by=f.user("committee"))
    assert amount(lot, point) == 97


@pytest.mark.parametrize(("blind", "shown"), [(True, False), (False, True)])
def test_a_blind_sheet_does_not_print_the_book(masks, blind, shown):
    Shelf.objects.create(place=f.warehouse(), item=masks.item, label="A-07")
    take = actions.open_stock_take(place=f.warehouse(), by=f.keeper(), is_blind=blind)
    words = text(papers.count_sheet(take).content)
    assert "A-07" in words and "实盘" in words and "A1" in words
    assert ("1,000" in words) is shown and ("账面" in words) is shown


def page(name, *args):
    return reverse(f"supplies:{name}", args=args)


def test_stock_take_from_sheet_to_book(masks, sign_in, client):
    keeper = f.keeper()
    sign_in(keeper)
    form = {"token": str(new_token()), "place": f.warehouse().pk, "is_blind": "on"}
    there = client.post(page("stock_take_create"), form).url
    assert client.post(page("stock_take_create"), form).url == there
    take = StockTake.objects.get()
    shown = client.get(there).content.decode()
    assert "1,000" not in shown and "盲盘" in shown
    line = take.lines.get()
    StockTake.objects.update(is_blind=False)
    refused = client.post(there, {f"counted_{line.pk}": "980"})
    assert refused.status_code == 422 and "比账面少 20 只，请写原因" in refused.content.decode()
    StockTake.objects.update(is_blind=True)
    assert client.post(there, {f"counted_{line.pk}": ""}).status_code == 422
    assert client.post(there, {f"counted_{line.pk}": "很多"}).status_code == 422
    assert client.post(there, {f"counted_{line.pk}": "980", f"reason_{line.pk}": "破了"}).status_code == 302
    client.post(page("stock_take_approve", take.pk))
    take.refresh_from_db()
    assert take.status == "submitted"
    sign_in(f.keeper())
    assert "差异入账" not in client.get(there).content.decode()
    sign_in(f.user("committee"))
    assert "批准，1 处差异入账" in client.get(there).content.decode()
    client.post(page("stock_take_return", take.pk), {"reason": "再数一遍"})
    sign_in(keeper)
    client.post(there, {f"counted_{line.pk}": "990", f"reason_{line.pk}": "破了"})
    sign_in(f.user("committee"))
    client.post(page("stock_take_approve", take.pk))
    take.refresh_from_db()
    assert take.status == "approved" and amount(masks) == 990
    assert client.get(page("stock_take_list")).status_code == 200
    assert client.get(page("stock_take_sheet", take.pk))["Content-Type"] == "application/pdf"


def test_stock_take_of_another_warehouse_is_not_found(take, sign_in, client):
    sign_in(f.keeper(f.warehouse("东仓")))
    assert client.get(page("stock_take_detail", take.pk)).status_code == 404
    sign_in(f.user("squad"))
    assert client.get(page("stock_take_list")).status_code == 404
    sign_in(f.user("leader"))
    assert client.get(page("stock_take_detail", take.pk)).status_code == 200
    assert client.post(page("stock_take_void", take.pk), {"reason": "不"}).status_code == 404
