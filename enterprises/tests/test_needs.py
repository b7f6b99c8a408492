"""A need on its way: registered, passed between departments with a trail, closed, confirmed or opened again."""

from datetime import date

import pytest

from enterprises.actions import close_need, confirm_need, pass_need, register_need, reopen_need, void_need
from enterprises.actions.needs import due_day
from enterprises.models import Need
from enterprises.tests.factories import (
    make_account,
    make_contact,
    make_enterprise,
    make_squad,
    make_squad_member,
    make_supervisor,
    make_term,
)
from parkportal.idempotency import new_token
from parkportal.states import AlreadyMoved, Refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def squad():
    return make_squad(3)


@pytest.fixture
def liaison(squad):
    return make_squad_member(squad, name="沈知遥")


@pytest.fixture
def unit(squad):
    return make_enterprise(name="湖南砚池泊精密机械有限公司", squad=squad)


@pytest.fixture
def contact(unit):
    return make_contact(unit, name="韦可")


@pytest.fixture
def need(unit, contact):
    return register_need(enterprise=unit, kind="staff", description="44 名外省员工返岗包车", by=contact)


def test_the_term_is_counted_in_working_days_by_the_kinds_dictionary():
    """Tuesday 2020-02-18; 资金 has five working days, across a weekend."""
    make_term("need_kind", "money")
    assert due_day("money") == date(2020, 2, 25)
    assert due_day("logistics") == date(2020, 2, 20)
    assert due_day("unknown word") == date(2020, 2, 21)


def test_the_same_token_registers_one_need(unit, contact):
    token = new_token()
    rows = {register_need(enterprise=unit, kind="other", description="一件", by=contact, token=token) for _ in range(2)}
    assert len(rows) == Need.objects.count() == 1


def test_a_need_goes_from_department_to_department_and_leaves_a_trail(need, liaison, committee, contact):
    traffic = make_account("committee", name="交通组")

    # when it is passed to one department, and from there to another
    pass_need(need=need, by=liaison, department="labour", reason="先问人力")
    pass_need(need=need, by=committee, department="traffic", owner=traffic, due_on=date(2020, 2, 20))
    close_need(need=need, by=traffic, outcome="包车 2 辆，2月20日 8:00 发车")
    confirm_need(need=need, by=contact)

    # then each step stands with who had it, and the end is the enterprise's word
    need.refresh_from_db()
    assert (need.status, need.department, need.owner, need.due_on) == (
        "confirmed", "traffic", traffic, date(2020, 2, 20),
    )  # fmt: skip
    trail = [(m.from_status, m.to_status, m.department, m.owner, m.by) for m in need.moves.all()]
    assert trail == [
        ("", "registered", "", None, contact),
        ("registered", "passed", "labour", None, liaison),
        ("passed", "passed", "traffic", traffic, committee),
        ("passed", "done", "traffic", traffic, traffic),
        ("done", "confirmed", "traffic", traffic, contact),
    ]


def test_what_is_not_solved_is_opened_again_with_a_new_term(need, committee, contact):
    close_need(need=need, by=committee, outcome="已经回复")
    Need.objects.update(due_on=date(2020, 2, 10))
    with pytest.raises(Refused) as refusal:
        reopen_need(need=need, by=contact, reason=" ")
    assert refusal.value.code == "reason_missing"
    reopen_need(need=need, by=contact, reason="车没有来")
    need.refresh_from_db()
    assert (need.status, need.due_on, need.is_open) == ("reopened", date(2020, 2, 21), True)
    pass_need(need=need, by=committee, department="traffic")
    assert Need.objects.open().get() == need


@pytest.mark.parametrize("outcome", ["", "   "])
def test_nothing_is_closed_without_saying_what_came_of_it(need, committee, outcome):
    with pytest.raises(Refused) as refusal:
        close_need(need=need, by=committee, outcome=outcome)
    assert refusal.value.code == "no_outcome"
    need.refresh_from_db()
    assert need.status == "registered"


def test_repeats_are_harmless_and_closed_needs_are_not_closed_twice(need, committee):
    token = new_token()
    for _ in range(2):
        close_need(need=need, by=committee, outcome="送到", token=token)
    assert need.moves.filter(to_status="done").count() == 1
    with pytest.raises(AlreadyMoved):
        close_need(need=need, by=committee, outcome="送到", token=new_token())


def test_a_need_is_voided_with_a_reason_and_stays(need, committee):
    void_need(need=need, by=committee, reason="登记了两遍")
    need.refresh_from_db()
    assert (need.status, need.is_open) == ("void", False)
    with pytest.raises(Refused):
        pass_need(need=need, by=committee, department="labour")


def test_overdue_begins_the_day_after_the_last_day(need):
    for due, late in ((date(2020, 2, 18), False), (date(2020, 2, 17), True)):
        Need.objects.update(due_on=due)
        need.refresh_from_db()
        assert (need.is_overdue, Need.objects.overdue().exists()) == (late, late)


def test_who_sees_and_who_handles_a_need(unit, need, squad, liaison, contact, committee):
    owner = make_account("investment", name="承办人")
    Need.objects.update(owner=owner)
    sees = {
        contact: (True, False),
        liaison: (True, True),
        make_supervisor(unit): (True, True),
        committee: (True, True),
        make_account("leader"): (True, False),
        owner: (True, True),
        make_squad_member(make_squad(4)): (False, False),
        make_contact(make_enterprise()): (False, False),
        make_account("warehouse"): (False, False),
        make_account("admin"): (False, False),
    }
    for user, expected in sees.items():
        seen = Need.objects.visible_to(user).exists(), Need.objects.handled_by(user).exists()
        assert seen == expected, user.username
