"""The audit page finds moves and acts as one trail, the latest first."""

from datetime import timedelta

import pytest
from django.db import connection

from enterprises.tests.factories import make_enterprise
from parkportal.clock import park_now
from parkportal.origin import current_address
from parkportal.records.audit import record
from parkportal.records.audit_trail import NOTHING_WANTED, Trail, act_choices, move_tables
from parkportal.records.models import AuditEntry

pytestmark = [pytest.mark.django_db, pytest.mark.both]


@pytest.fixture
def clerk(make_user, sign_in):
    user = make_user("committee", name="乔知远")
    sign_in(user)
    return user


def found(user, **wanted):
    return Trail(user, NOTHING_WANTED | wanted)[0:50]


def test_a_move_stands_between_the_acts_with_its_person_states_reason_and_address(clerk, client):
    enterprise = make_enterprise(name="湖南甲字有限公司")
    record("password.reset", by=clerk, subject=clerk)
    mark = current_address.set("10.1.2.3")
    enterprise.move_to("resumed", by=clerk, reason="电话确认", at=park_now() - timedelta(days=2))
    current_address.reset(mark)
    record("password.changed", by=clerk, subject=clerk)
    rows = found(clerk)
    assert [row.words for row in rows[:3]] == ["改密码", "复工状态变动", "给临时密码"]
    move = rows[1]
    assert (move.by_name, move.label, move.reason, move.address) == ("乔知远", enterprise.name, "电话确认", "10.1.2.3")
    assert move.facts == [("状态", "未复工", "已复工")]
    assert park_now() - move.effective_at > timedelta(days=1)
    page = client.get("/records/audit/", {"what": "甲字"}).content.decode()
    assert "电话确认" in page and "10.1.2.3" in page and page.count('data-label="时间"') == 1


def test_each_filter_finds_moves_and_acts(clerk, make_user):
    other = make_user("squad", name="沈知遥")
    enterprise = make_enterprise(name="湖南乙字有限公司")
    before = len(found(clerk))
    enterprise.move_to("resumed", by=other, reason="走访所见")
    record("password.reset", by=other, subject=other, reason="走访所见")
    assert len(found(clerk)) == before + 2
    assert len(found(clerk, who="沈")) == 2 and len(found(clerk, what="走访")) == 2
    today = park_now().date()
    assert len(found(clerk, who="沈", since=today, until=today)) == 2
    assert found(clerk, since=today + timedelta(days=1)) == [] and found(clerk, until=today - timedelta(days=1)) == []
    assert [row.words for row in found(clerk, action="password.reset")] == ["给临时密码"]
    assert {row.words for row in found(clerk, action="enterprises.resumptionmove")} == {"复工状态变动"}


def test_a_correction_says_so(clerk):
    enterprise = make_enterprise(status="resumed")
    enterprise.move_to("not_resumed", by=clerk, reason="看错了", correction=True)
    assert found(clerk, what="看错")[0].words == "复工状态变动（更正）"


def test_moves_of_a_persons_health_are_not_for_an_administrator_alone(make_user):
    admin, clerk = make_user("admin"), make_user("committee")
    assert move_tables(clerk).keys() - move_tables(admin).keys() == {"testing.signupmove", "testing.specimenmove"}


def test_what_nobody_with_an_account_does_keeps_no_address(clerk):
    enterprise = make_enterprise()
    mark = current_address.set("10.1.2.3")
    assert enterprise.move_to("resumed").address is None
    assert enterprise.move_to("stopped", by=clerk).address == "10.1.2.3"
    current_address.reset(mark)


def test_every_table_of_moves_is_named_and_its_look_up_holds(clerk):
    for model in move_tables(clerk).values():
        list(model.objects.values(model.LABEL)[:1])
        assert model._meta.verbose_name.isascii() is False


def test_pages_go_through_all_rows_once_in_two_statements(clerk, django_assert_num_queries):
    enterprise = make_enterprise()
    for _ in range(30):
        record("password.reset", by=clerk, subject=clerk)
        enterprise.move_to("stopped" if enterprise.status == "resumed" else "resumed", by=clerk)
    trail = Trail(clerk, NOTHING_WANTED)
    whole = trail[0 : trail.count()]
    with django_assert_num_queries(2):
        first = trail[0:20]
    parts = [*first, *trail[20:40], *trail[40 : trail.count()]]
    assert parts == whole and len(whole) == trail.count() >= 60
    assert [row.at for row in whole] == sorted((row.at for row in whole), reverse=True)


def test_a_search_ends_at_its_most(clerk, monkeypatch, client):
    for _ in range(7):
        record("password.reset", by=clerk, subject=clerk)
    monkeypatch.setattr("parkportal.records.audit_trail.MOST", 5)
    monkeypatch.setattr("parkportal.records.views.audit.MOST", 5)
    assert "更早的按日期查" in client.get("/records/audit/").content.decode()


def test_the_acts_to_choose_from_are_those_that_have_words_and_cost_no_look_into_the_trail(
    clerk, django_assert_num_queries
):
    assert clerk.has_role("committee")  # its roles are read once
    with django_assert_num_queries(0):
        choices = dict(act_choices(clerk))
    assert choices["password.reset"] == "给临时密码" and choices["enterprises.resumptionmove"] == "复工状态变动"
    assert choices["notice.sent"] != "notice.sent"  # the words of an app


def test_the_last_act_of_a_kind_is_found_by_an_index():
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, AuditEntry._meta.db_table)
    assert ["action", "id"] in [one["columns"] for one in found.values() if one["index"]]
