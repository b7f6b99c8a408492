"""What came under a merged name counts with the living one on every page; the book stays as it was written."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from enterprises.actions.merging import merge_enterprises
from enterprises.models import Enterprise
from parkportal.clock import park_now
from parkportal.messaging.models import Message
from supplies import actions, donations, invariants
from supplies.cover import coming, covers_of
from supplies.figures import FIGURES
from supplies.models import Line, Place
from supplies.overview import receivers
from supplies.reports import costs
from supplies.tests import factories as f

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("park_time")]
D = Decimal


@pytest.fixture
def family():
    """A firm that signed for 100 masks and waits for 20 more, merged into another, which is merged into a third."""
    masks = f.item(daily_use=D(1), kind="masks")
    lot = f.stock(masks, 1000, batch="A1", source="donation", unit_price=D(2))
    old, middle, living = (f.enterprise(name, of=f.squad(), heads=10) for name in ("老厂", "中间", "新厂"))
    liaison, by = f.liaison(f.squad()), f.user("committee")
    signed, waiting = f.delivery(old, {lot: 100}), f.delivery(old, {lot: 20})
    actions.issue_deliveries(deliveries=[signed, waiting], by=f.keeper())
    actions.hand_to_squad(deliveries=[signed, waiting], signature=f.signed("沈知遥"), by=liaison)
    actions.sign_delivery(delivery=signed, arrivals={}, signature=f.signed("宁远"), by=liaison)
    contact = f.contact(old)
    merge_enterprises(kept=middle, gone=old, by=by)
    merge_enterprises(kept=living, gone=middle, by=by)
    return {"masks": masks, "lot": lot, "old": old, "living": living, "waiting": waiting, "by": by, "contact": contact}


def test_who_received_what_and_who_nothing(family, sign_in, client):
    sign_in(family["by"])
    [row] = client.get(reverse("supplies:enterprise_list")).context["rows"]
    assert (row.enterprise, row.by_kind) == (family["living"], {"masks": 100})
    assert client.get(reverse("supplies:enterprise_list"), {"received": "none"}).context["rows"] == []
    nothing = client.get(reverse("supplies:enterprise_list"), {"received": "none", "kind": "masks"})
    assert nothing.context["rows"] == [] and "已复工的企业都领到过口罩" in nothing.content.decode()
    [without] = client.get(reverse("supplies:enterprise_list"), {"received": "none", "kind": "herbs"}).context["rows"]
    assert without.enterprise == family["living"]
    supplied = next(figure for figure in FIGURES if figure.code == "enterprises_supplied")
    assert list(supplied.rows(park_now())) == [family["living"]]


def test_cover_cost_and_the_donors_statement(family):
    living, masks = family["living"], family["masks"]
    [cover] = covers_of(masks, {living.pk: 10})
    assert (cover.received, cover.left, cover.days) == (100, 100, 10)
    assert coming(masks) == {living.pk: 20}
    assert costs(Place.objects.warehouses()) == [(living.pk, D("200.00"))]
    [gift] = donations.statement(donations.given_lots(Place.objects.warehouses()))
    assert [(row.enterprise, row.quantity) for row in gift.handed] == [(living, 100)]


def test_the_contact_still_signs_what_is_on_its_way(family, sign_in, client):
    sign_in(family["contact"])
    door = reverse("supplies:delivery_sign", args=[family["waiting"].pk])
    assert door in client.get(reverse("supplies:my_deliveries")).content.decode()
    assert client.get(door).status_code == 200
    actions.sign_delivery(delivery=family["waiting"], arrivals={}, signature=f.signed("宁远"), by=family["contact"])
    [row] = receivers([family["living"]], {("masks", "只")})
    assert row.by_kind == {"masks": 120}
    # the book is as it was written
    places = Line.objects.filter(movement__kind="signed").values_list("to_place__enterprise", flat=True)
    assert set(places) == {family["old"].pk} and invariants.check() == []
    assert Enterprise.objects.get(pk=family["old"].pk).merged_into == family["living"]


def test_the_living_firm_is_told_about_what_is_on_its_way(family):
    Enterprise.objects.filter(pk=family["old"].pk).update(liaison_phone="19900000001")
    Enterprise.objects.filter(pk=family["living"].pk).update(liaison_phone="19900000009")
    actions.remind_unsigned(park_now() + timedelta(days=2))
    assert Message.objects.get(purpose="delivery_reminder").address == "19900000009"
