"""What the enterprise file shows of notices, permits, letters and canteens."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from enterprises.actions.notices import read_notice
from enterprises.serving import section_of
from enterprises.tests.factories import make_contact, make_enterprise, make_notice, make_permit
from parkportal.clock import park_now

pytestmark = [pytest.mark.django_db, pytest.mark.both]


@pytest.fixture
def unit():
    return make_enterprise()


def test_notices_and_permits_stand_together_the_latest_first(unit, committee, sign_in):
    contact = make_contact(unit)
    old = make_notice(unit, by=committee, sent_at=park_now() - timedelta(days=3), title="旧的")
    make_notice(unit, by=committee, title="新的")
    make_notice(make_enterprise(), by=committee, title="别家的")
    make_permit(unit, owner=committee, due_on=date(2020, 2, 17), created_at=park_now() - timedelta(days=1))
    read_notice(notice=old, by=contact)
    shown = [(one.word, one.title, one.state) for one in section_of(unit, committee)["services"]]
    assert shown == [("通知", "新的", "没有看"), ("绿色通道", "食品经营许可证", "超过承诺"), ("通知", "旧的", "看过了")]
    page = sign_in(contact).get(reverse("dashboard:enterprise_file", args=[unit.pk])).content.decode()
    assert "新的" in page and "别家的" not in page and "登记许可" not in page


def test_the_section_takes_one_statement(unit, committee, statements):
    for _ in range(20):
        make_notice(unit, by=committee)
    committee.has_role("committee")
    assert statements(lambda: section_of(unit, committee)) == 1
    assert len(section_of(unit, committee)["services"]) == 12
