"""A 四上 kind that staff add to the dictionary is counted and shown like the six of a fresh park."""

from datetime import date, time

import pytest

from enterprises.models import Enterprise, SishangListing
from enterprises.tests import factories
from parkportal.clock import at
from parkportal.dashboard import boards
from parkportal.dashboard.weekly import tables
from parkportal.records import figures, terms
from parkportal.records.models import FigureSnapshot, Term

pytestmark = pytest.mark.django_db
DAY = date(2020, 2, 18)


@pytest.fixture
def added(park_time):
    terms.plant()
    Term.objects.create(kind="sishang", code="NEW", label="规上文化业", report_label="规模以上文化业", position=90)
    unit = factories.make_enterprise(sishang_kind="NEW", status="resumed", resumed_on=date(2020, 2, 17))
    SishangListing.objects.get_or_create(enterprise=unit, kind="NEW", defaults={"valid_from": date(2020, 1, 1)})
    return unit


def test_it_has_its_row_in_the_weekly_book(added):
    rows = tables.by_kind(at(date(2020, 2, 19)), at(date(2020, 2, 10))).rows
    assert [row[:3] for row in rows if row[1]] == [["规模以上文化业", 1, 1]]


def test_it_has_figures_of_its_own_that_open_its_rows_and_agree_with_the_book(added, make_user, sign_in):
    factories.make_report(added, on_duty=30)
    Enterprise.objects.filter(pk=added.pk).update(headcount=40)
    factories.make_enterprise(sishang_kind="IND", status="resumed", resumed_on=date(2020, 2, 17))
    now = at(date(2020, 2, 18), time(17, 40))
    resumed, on_duty = (figures.get(code).value(now) for code in ("sishang_resumed_NEW", "staff_on_duty_NEW"))
    assert (resumed.label, resumed.numerator, resumed.denominator) == ("规模以上文化业已复工", 1, 1)
    assert (on_duty.label, on_duty.numerator, on_duty.denominator) == ("规模以上文化业到岗人数", 30, 40)
    # the rows behind them are the unit's
    for value in (resumed, on_duty):
        page = sign_in(make_user("leader")).get(value.href)
        assert [unit.pk for unit in page.context["page_obj"]] == [added.pk]
    # the weekly book says the same of it, among all figures and in the table of kinds
    values = figures.of_day(DAY)
    assert values["staff_on_duty_NEW"].numerator == 30
    (row,) = (row for row in tables.by_kind(now, at(date(2020, 2, 10))).rows if row[0] == "规模以上文化业")
    assert row[5:8] == [40, 30, "75.0%"]
    # and the day is frozen with it
    figures.freeze(DAY)
    assert FigureSnapshot.objects.get(code="staff_on_duty_NEW", is_frozen=True).numerator == 30


@pytest.mark.parametrize("kind", ["IND", "CON", "WRT", "HCT", "RE", "SVC"])
def test_the_six_kinds_have_their_staff_on_duty_as_a_figure(park_time, kind):
    unit = factories.make_enterprise(sishang_kind=kind, status="resumed", resumed_on=date(2020, 2, 17), headcount=50)
    factories.make_report(unit, on_duty=20)
    value = figures.get(f"staff_on_duty_{kind}").value(at(DAY, time(17, 40)))
    assert (value.numerator, value.denominator, value.rate_text) == (20, 50, "40.0%")


def test_it_is_among_the_other_kinds_of_the_dashboard(added):
    figures.refresh()
    others = boards.kind_rates(boards.values_of(DAY), {})[-1]
    assert (others.label, others.part, others.whole) == ("其他类别", 1, 1)
