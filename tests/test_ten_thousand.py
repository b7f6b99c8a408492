"""The enterprises' lists, and how long their supplies last, at 1, 100 and 10,000 rows: the same few statements, and no page that grows with the park."""

from typing import Any

import pytest
import time_machine
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from enterprises.tests import factories as e
from parkportal.clock import park_now
from parkportal.records import terms
from supplies.models import Cover, Item
from supplies.tests import factories as s
from tests.scope.conftest import NOON, signed_in
from tests.statements.growing import copies

pytestmark = [pytest.mark.django_db]
SIZES = (1, 100, 10_000)
MOST_STATEMENTS, MOST_BYTES = 12, 200_000
LISTS = {
    "register": "enterprise_list",
    "register, searched": "enterprise_list?q=hn",
    "needs": "need_list?show=all",
    "reports missing": "report_list",
    "reports done": "report_list?show=done",
    "boards": "board_list",
    "inspections": "inspection_list?tab=all",
    "permits": "permit_list?tab=all",
    "guidance": "guidance_list?tab=all",
    "doubles": "duplicate_list",
    "notices": "notice_list",
    "letters": "greeting_list",
    "meals": "meal_list",
    "outlets": "outlet_list",
    "planned": "planned_calendar",
    "map": "park_map",
    "squads": "squad_list",
    "units of a squad": "squad_detail/",
    "visits of one": "visit_list/",
    "people of one": "people_list/",
    "receipts of one notice": "notice_detail/",
    "addressees of one letter": "greeting_detail/",
    "cover": "supplies:cover_list",
}


class Lists:
    """One of everything, which grows; `clerk` looks at it."""

    def __init__(self) -> None:
        terms.plant()
        self.clerk = e.make_account("committee", name="经手人")
        squad = e.make_squad(1)
        firm = e.make_enterprise(squad=squad, status="planned", headcount=10, building="A1栋", floor=1)
        self.firm, self.size = firm, 1
        self.rows: dict[str, Any] = {
            "visit": e.make_visit(firm, by=self.clerk),
            "need": e.make_need(firm),
            "filing": e.make_filing(firm),
            "report": e.make_report(firm),
            "board": e.make_board(firm),
            "inspection": e.make_inspection(firm, by=self.clerk),
            "permit": e.make_permit(firm, owner=self.clerk),
            "guidance": e.make_guidance(firm),
            "outlet": e.make_outlet(by=self.clerk),
            "point": e.make_meal_point(firm),
            "job": e.make_employment(e.make_person(), firm),
            "notice": e.make_notice(firm, by=self.clerk),
            "letter": e.make_greeting(firm, by=self.clerk),
        }
        masks = s.item()
        Item.objects.filter(pk=masks.pk).update(covered_at=park_now())
        self.rows["cover"] = Cover.objects.create(item=masks, enterprise=firm, heads=10, days=3)
        self.rows["receipt"] = self.rows["notice"].receipts.get()
        self.rows["addressee"] = self.rows["letter"].contacts.get()

    def grow(self, size: int) -> None:
        more, start = size - self.size, self.size
        firms = copies(
            self.firm,
            more,
            name=lambda n: f"湖南生长{start + n}号有限公司",
            credit_code=lambda n: f"TENK{start + n:014d}",
            building=lambda n: f"K{n % 200}栋",
            floor=lambda n: n % 20,
        )
        people = copies(self.rows["job"].person, more, number_hash=lambda n: f"grown{start + n}")
        copies(self.rows["job"], more, person=lambda n: people[n])
        copies(self.rows["visit"], more)
        for name in (
            "need",
            "filing",
            "report",
            "board",
            "inspection",
            "permit",
            "guidance",
            "receipt",
            "addressee",
            "cover",
        ):
            copies(self.rows[name], more, enterprise=lambda n: firms[n])
        copies(self.rows["point"], more, name=lambda n: f"生长食堂{start + n}", enterprise=lambda n: firms[n])
        copies(self.rows["outlet"], more, name=lambda n: f"生长外卖店{start + n}")
        for name in ("notice", "letter"):
            copies(self.rows[name], more)
        self.size = size

    def address(self, words: str) -> str:
        name, _, query = words.partition("?")
        known = {"notice_detail/": self.rows["notice"], "greeting_detail/": self.rows["letter"]}
        of = {**known, "squad_detail/": self.firm.squad}.get(name, self.firm)
        args = [of.pk] if name.endswith("/") else []
        name = name.strip("/")
        return reverse(name if ":" in name else f"enterprises:{name}", args=args) + (f"?{query}" if query else "")


@pytest.fixture(scope="module")
def measured(django_db_setup, django_db_blocker) -> Any:
    """Statements and bytes of each list at each size."""
    at_noon = time_machine.travel(NOON, tick=False)
    with django_db_blocker.unblock(), at_noon, transaction.atomic():
        lists = Lists()
        browser = signed_in(lists.clerk)
        found: dict[str, list[tuple[int, int]]] = {name: [] for name in LISTS}
        for size in SIZES:
            if size > lists.size:
                lists.grow(size)
            for name, words in LISTS.items():
                address = lists.address(words)
                browser.get(address)
                with CaptureQueriesContext(connection) as seen:
                    answer = browser.get(address)
                assert answer.status_code == 200, address
                found[name].append((len(seen), len(answer.content)))
        yield found
        transaction.set_rollback(True)


@pytest.mark.parametrize("name", LISTS)
def test_a_list_takes_the_same_statements_at_1_100_and_10000_rows(measured, name):
    one, hundred, all_of_them = (statements for statements, _ in measured[name])
    assert one == hundred == all_of_them, f"{one} at 1, {hundred} at 100, {all_of_them} at 10,000"
    assert all_of_them <= MOST_STATEMENTS


@pytest.mark.parametrize("name", LISTS)
def test_a_list_of_10000_rows_is_no_longer_than_its_page(measured, name):
    size = measured[name][-1][1]
    assert size <= MOST_BYTES, f"{size} bytes"
