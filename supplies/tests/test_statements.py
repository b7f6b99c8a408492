"""Lists take the same few SQL statements whatever the number of rows."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from supplies import actions
from supplies.actions import Signature
from supplies.models import Allocation
from supplies.tests import factories as f

pytestmark = pytest.mark.django_db
LISTS = [
    "index",
    "ledger",
    "item_list",
    "allocation_list",
    "delivery_list",
    "enterprise_list",
    "my_deliveries",
    "handover",
]


def grow(number):
    masks = f.item()
    for n in range(number):
        lot = f.stock(masks, 1000, batch=f"B{n}")
        firm = f.enterprise(of=f.squad(1))
        delivery = f.delivery(firm, {lot: 10})
        actions.issue_deliveries(deliveries=[delivery], by=f.keeper())
        if n % 2:
            actions.hand_to_squad(deliveries=[delivery], signature=Signature("甲"), by=f.liaison(f.squad(1)))
            actions.sign_delivery(delivery=delivery, arrivals={}, signature=Signature("乙"), by=f.liaison(f.squad(1)))
        actions.allocate(
            plan=Allocation(item=masks, warehouse=f.warehouse(), mode="each", total=Decimal(1)), by=f.user("committee")
        )


def statements(client, name):
    with CaptureQueriesContext(
        connection,
    ) as seen:
        answer = client.get(reverse(f"supplies:{name}"))
    assert answer.status_code == 200
    return len(seen)


@pytest.mark.both
@pytest.mark.parametrize("name", LISTS)
def test_a_list_takes_at_most_twelve_statements(name, sign_in, client):
    person = f.liaison(f.squad(1)) if name in {"my_deliveries", "handover"} else f.keeper()
    sign_in(person)
    grow(2)
    statements(client, name)
    few = statements(client, name)
    grow(10)
    many = statements(client, name)
    assert many == few
    # the first page also reads six figures, which are one statement each only until the first refresh
    assert many <= (18 if name == "index" else 12)
