"""No page takes more SQL statements because there are more rows: lists at most 12, pages that span apps at most 30.

Every page of the scope table is counted, so a new list is held to it without a row of its own.
"""

import pytest

from tests.statements.conftest import PAGES

pytestmark = [pytest.mark.django_db, pytest.mark.both]
LIST, PAGE = 12, 30
# Lists that show all their rows at once, without pages.
WHOLE_LISTS = {
    "enterprises:contact_list",
    "investment:index",
    "investment:unit_list",
    "records:intake_list",
    "records:term_list",
    "records:calendar",
    "supplies:index",
    "supplies:item_list",
    "supplies:place_list",
    "supplies:handover",
    "supplies:my_deliveries",
    "testing:roster_done",
    "testing:station",
    "testing:station_boxes",
    "testing:tubes",
}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_takes_the_same_few_statements(counted, name):
    few, many, is_list = counted[name]
    limit = LIST if is_list or name.split()[0] in WHOLE_LISTS else PAGE
    assert many <= few, f"{few} with few rows, {many} with many"
    assert many <= limit
