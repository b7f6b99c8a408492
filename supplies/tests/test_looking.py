"""Who got how much, what it cost, what became of a gift, what a firm held at any past instant."""

import io
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from parkportal.clock import local, park_now
from parkportal.records import files, jobs
from parkportal.records.models import Job
from supplies import actions, donations, reports
from supplies.models import Line, Movement, Place
from supplies.past import held_at
from supplies.pictures import item_chart
from supplies.tests import factories as f

pytestmark = pytest.mark.django_db
D = Decimal


def url(name):
    return reverse(f"supplies:{name}")


def houses():
    return Place.objects.filter(kind="warehouse")


def at_firm(lot, firm, quantity, *, back=False, at=None, by=None):
    """So much of a lot was signed for by a firm, as the book has it; or given back."""
    delivery = f.delivery(firm, {lot: quantity})
    place = Place.objects.of_enterprises([firm])[firm.pk]
    legs = [actions.Leg(lot, f.warehouse(), place, D(quantity))]
    [made] = actions.post(
        actions.Entry(Movement.Kind.SIGNED, legs, delivery=delivery, at=at or park_now()), by=by or f.keeper()
    )
    if back:
        legs = [actions.Leg(lot, place, f.warehouse(), D(quantity))]
        actions.post(actions.Entry(Movement.Kind.RETURN, legs, "多了"), by=f.keeper())
    return made


@pytest.fixture
def given(park_time):
    masks = f.item()
    gift = f.stock(masks, 1000, batch="AI1", source="donation", supplier="湖南澍庭公司", received_on=date(2020, 2, 10))
    second = f.stock(masks, 50, batch="AI2", source="donation", supplier="湖南澍庭公司", received_on=date(2020, 2, 12))
    other = f.stock(f.item("75%酒精", unit="公斤"), 20, batch="JJ", source="donation", supplier="长沙某人")
    return {"masks": masks, "gift": gift, "second": second, "other": other}


def test_a_donor_reads_what_came_to_whom_it_went_and_what_is_left(given, sign_in, client):
    first, second = f.enterprise("湖南砚池泊有限公司"), f.enterprise("长沙梧坪有限公司")
    (
        at_firm(given["gift"], first, 300),
        at_firm(given["gift"], second, 200),
        at_firm(given["gift"], first, 40, back=True),
    )
    actions.move_stock(
        kind="loss", lot=given["gift"], from_place=f.warehouse(), to_place=Place.objects.the("loss"), quantity=D(7),
        by=f.keeper(), reason="破了",
    )  # fmt: skip
    sign_in(f.user("leader"))
    report = client.get(url("stock_report")).content.decode()
    assert report.count("supplies/donor/?donor=") == 3
    everybody = client.get(url("donor_statement"))
    assert len(everybody.context["gifts"]) == 3 and "长沙某人：75%酒精" in everybody.content.decode()
    page = client.get(url("donor_statement"), {"donor": "湖南澍庭公司"})
    gift, later = page.context["gifts"]
    assert (gift.given, gift.signed, gift.left, gift.lost) == (1000, 500, 493, 7)
    assert gift.given == gift.signed + gift.left + gift.lost + gift.used
    assert [(str(row.enterprise), row.quantity) for row in gift.handed] == [
        ("湖南砚池泊有限公司", 300), ("长沙梧坪有限公司", 200),
    ]  # fmt: skip
    assert (later.given, later.signed, later.left) == (50, 0, 50)
    shown = page.content.decode()
    assert "受赠说明：湖南澍庭公司" in shown and "data-print" in shown and "酒精" not in shown
    assert "2020-02-10 收到" in shown and "中心仓库 493 只" in shown and "还没有企业签收过这一批" in shown
    assert client.get(url("donor_statement"), {"donor": "没有这家"}).status_code == 404
    sign_in(f.keeper(f.warehouse("东仓")))
    assert client.get(url("donor_statement"), {"donor": "湖南澍庭公司"}).status_code == 404


def test_a_receipt_that_was_undone_was_not_given(given):
    receipt = Movement.objects.get(lines__lot=given["second"])
    actions.reverse_movement(movement=receipt, by=f.keeper(), reason="记错了")
    found = {gift.lot: (gift.given, gift.left) for gift in donations.statement(donations.given_lots(houses()))}
    assert found[given["second"]] == (0, 0) and found[given["gift"]] == (1000, 1000)


def test_a_gift_to_many_is_folded_and_unfolds(given, sign_in, client, monkeypatch):
    monkeypatch.setattr(donations, "SHOWN", 3)
    for number in range(6):
        at_firm(given["gift"], f.enterprise(f"企业{number}"), 10 + number)
    sign_in(f.user("committee"))
    where = {"donor": "湖南澍庭公司"}
    folded = client.get(url("donor_statement"), where)
    assert "其余 3 家" in folded.content.decode() and folded.context["gifts"][0].rest == (3, 33)
    whole = client.get(url("donor_statement"), {**where, "all": "1"})
    assert "其余" not in whole.content.decode() and len(whole.context["gifts"][0].first) == 6


def test_every_enterprise_is_in_the_cost_and_in_its_workbook(sign_in, client):
    lot = f.stock(f.item(), 10_000, unit_price=D("0.35"))
    firms = [f.enterprise(f"企业{number:02d}", of=f.squad(1)) for number in range(53)]
    for number, firm in enumerate(firms):
        at_firm(lot, firm, 100 + number)
    at_firm(lot, firms[0], 60, back=True)
    sign_in(f.user("committee"))
    report = client.get(url("stock_report"))
    assert len(report.context["firms"]) == 10 and "看全部 53 家" in report.content.decode()
    first, second = (client.get(url("cost_list"), {"page": page}) for page in (1, 2))
    rows = [*first.context["rows"], *second.context["rows"]]
    assert [row["enterprise"] for row in rows] == firms[::-1]
    assert rows[-1]["cost"] == D("35.00") and first.context["total"] == sum((row["cost"] for row in rows), D(0))
    client.post(url("cost_export"))
    job = Job.objects.latest("id")
    jobs.run(job.pk)
    job.refresh_from_db()
    sheet = load_workbook(io.BytesIO(files.content(job.result))).active
    cells = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert sum(row[1] in {firm.name for firm in firms} for row in cells) == 53
    assert [str(row[3]) for row in cells if row[1] == "企业52"] == ["53.2"] or [
        row[3] for row in cells if row[1] == "企业52"
    ] == [53.2]


@pytest.mark.both
def test_costs_and_statements_take_the_same_statements_however_many_signed(given, sign_in, client):
    sign_in(f.user("committee"))

    def statements(name, **query):
        client.get(url(name), query)
        with CaptureQueriesContext(connection) as seen:
            assert client.get(url(name), query).status_code == 200
        return len(seen)

    pages = [
        ("cost_list", {}),
        ("donor_statement", {"donor": "湖南澍庭公司"}),
        ("balance_list", {"place": "firms"}),
        ("stock_report", {}),
    ]
    priced = f.stock(given["masks"], 1000, unit_price=D(1))
    at_firm(given["gift"], f.enterprise(), 1), at_firm(priced, f.enterprise(), 1)
    few = [statements(name, **query) for name, query in pages]
    for _ in range(30):
        at_firm(given["gift"], f.enterprise(), 1), at_firm(priced, f.enterprise(), 1)
    assert [statements(name, **query) for name, query in pages] == few and max(few[:3]) <= 12


def test_what_a_firm_held_at_a_past_instant_is_found_by_its_name(given, sign_in, client):
    firm, other = (f.enterprise(name, search_text=name) for name in ("湖南砚池泊有限公司", "长沙梧坪有限公司"))
    then = park_now() - timedelta(days=2)
    at_firm(given["gift"], firm, 120, at=then), at_firm(given["gift"], other, 30, at=then)
    at_firm(given["gift"], firm, 80)
    firms = Place.objects.filter(kind="enterprise", enterprise=firm)
    assert [row.amount for row in held_at(then - timedelta(seconds=1), firms)] == []
    assert [row.amount for row in held_at(then, firms)] == [120]
    assert [row.amount for row in held_at(park_now(), firms, given["masks"])] == [200]
    sign_in(f.user("leader"))

    def held(**query):
        rows = client.get(url("balance_list"), query).context["page_obj"]
        return {str(row.place): row.amount for row in rows}

    hour_later = f"{local(then) + timedelta(hours=1):%Y-%m-%dT%H:%M}"
    assert held(at=hour_later, firm="砚池泊") == {"湖南砚池泊有限公司": 120}
    assert held(at=hour_later, place="firms") == {"湖南砚池泊有限公司": 120, "长沙梧坪有限公司": 30}
    assert held(place="firms", firm="砚池泊") == {"湖南砚池泊有限公司": 200}
    assert "中心仓库" in held() and "湖南砚池泊有限公司" not in held()
    sign_in(f.keeper())
    assert client.get(url("balance_list"), {"place": "firms"}).context["form"].errors
    assert "砚池泊" not in client.get(url("balance_list"), {"firm": "砚池泊"}).content.decode()


def test_an_item_is_drawn_day_by_day(given, sign_in, client):
    firm = f.enterprise()
    at_firm(given["gift"], firm, 300), at_firm(given["gift"], firm, 100, back=True)
    chart = item_chart(given["masks"], houses())
    assert [(lane.label, lane.end) for lane in chart.lanes] == [("在库", "750 只"), ("已签收", "300 只")]
    sign_in(f.user("leader"))
    page = client.get(reverse("supplies:item_detail", args=[given["masks"].pk])).content.decode()
    assert 'aria-label="在库和已签收的数，一天一天"' in page
    assert Line.objects.exists() and reports.costs(houses()) == []
