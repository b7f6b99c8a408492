"""A 四上 kind that staff add to the dictionary is counted and shown like the six of a fresh park."""

from datetime import date

import pytest

from enterprises.models import SishangListing
from enterprises.tests import factories
from parkportal.clock import at
from parkportal.dashboard import boards
from parkportal.dashboard.weekly import tables
from parkportal.records import figures, terms
from parkportal.records.models import Term

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


def test_it_is_among_the_other_kinds_of_the_dashboard(added):
    figures.refresh()
    others = boards.kind_rates(boards.values_of(DAY), {})[-1]
    assert (others.label, others.part, others.whole) == ("其他类别", 1, 1)
