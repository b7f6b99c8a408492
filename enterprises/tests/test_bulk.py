"""What the ink bar changes is undone within a day; a change of the park officer outdates the board that names the one before."""

from datetime import timedelta

import pytest
import time_machine

from enterprises.actions import (
    add_member,
    assign_officer,
    assign_squad,
    change_officers,
    change_squads,
    change_tags,
    end_member,
    set_leader,
    set_officers,
    undo_bulk,
)
from enterprises.models import BulkChange, Enterprise, SupervisorAssignment
from enterprises.tests.factories import make_board, make_enterprise, make_squad, make_squad_member, make_term
from parkportal.accounts.models import in_force
from parkportal.clock import park_now
from parkportal.editing import mark_of
from parkportal.states import Refused
from parkportal.tests.threads import at_once

pytestmark = pytest.mark.django_db
LIST = "/enterprises/"


@pytest.fixture
def units():
    return [make_enterprise(squad=make_squad(1)), make_enterprise(squad=make_squad(2)), make_enterprise()]


def squads(units):
    return [Enterprise.objects.get(pk=unit.pk).squad for unit in units]


def officers(unit):
    return [row.user for row in SupervisorAssignment.objects.filter(in_force(), enterprise=unit)]


def test_a_hand_over_to_a_squad_is_taken_back_on_the_list(units, committee, sign_in):
    browser = sign_in(committee)
    picks = {"pick": [unit.pk for unit in units], "do": "squad", "ready": 1, "squad": make_squad(3).pk}
    browser.post(f"{LIST}bulk/", picks)
    assert squads(units) == [make_squad(3)] * 3
    change = browser.get(LIST).context["undoable"]
    assert change.words == f"3 家改到{make_squad(3)}"
    assign_squad(enterprises=units[:1], squad=make_squad(4), by=committee)  # somebody has gone on with it
    answer = browser.post(f"{LIST}bulk/{change.pk}/undo/?kind=enterprise", follow=True)
    assert "退回 2 家" in answer.content.decode() and answer.redirect_chain[0][0] == f"{LIST}?kind=enterprise"
    assert squads(units) == [make_squad(4), make_squad(2), None]
    assert browser.get(LIST).context["undoable"] is None
    with pytest.raises(Refused, match="已经撤销"):
        undo_bulk(change=change, by=committee)


@pytest.mark.parametrize("is_added", [True, False])
def test_a_tag_goes_back_only_where_it_was_changed(units, committee, is_added):
    tag = make_term("tag", "规上")
    units[0].tags.add(tag)
    change_tags(enterprises=units, tag=tag, is_added=is_added, by=committee)
    assert Enterprise.objects.filter(tags=tag).count() == (3 if is_added else 0)
    undo_bulk(change=BulkChange.objects.get(), by=committee)
    assert [unit.pk for unit in Enterprise.objects.filter(tags=tag)] == [units[0].pk]


def test_what_changed_nothing_is_not_offered(units, committee):
    change_squads(enterprises=units[:1], squad=make_squad(1), by=committee)
    assert not BulkChange.objects.exists()


def test_after_a_day_it_stands_and_another_persons_change_is_not_theirs_to_undo(units, committee, make_user, sign_in):
    change_squads(enterprises=units, squad=make_squad(3), by=committee)
    change = BulkChange.objects.get()
    assert sign_in(make_user("committee")).post(f"{LIST}bulk/{change.pk}/undo/").status_code == 404
    with time_machine.travel(park_now() + timedelta(days=1, minutes=1)):
        assert sign_in(committee).get(LIST).context["undoable"] is None
        with pytest.raises(Refused, match="超过一天"):
            undo_bulk(change=change, by=committee)


@pytest.fixture
def named(committee):
    """An enterprise of the first squad whose board names the squad's leader as the park officer."""
    squad = make_squad(1)
    leader = make_squad_member(squad, name="沈知遥")
    set_leader(squad=squad, user=leader, seen=mark_of(squad.led()), by=committee)
    unit = make_enterprise(squad=squad)
    holders = [{"code": "officer", "duty": "园区督导帮扶人员", "name": "沈知遥"}]
    return unit, make_board(unit, holders=holders), squad, leader


def is_outdated(board):
    board.refresh_from_db()
    return board.outdated_at is not None


def test_an_officer_of_its_own_replaces_the_leader_on_the_board(named, committee, make_user, sign_in):
    unit, board, _, _ = named
    officer = make_user("supervisor", name="莫清和")
    data = {"pick": [unit.pk], "do": "officer", "ready": 1, "officer": officer.pk}
    sign_in(committee).post(f"{LIST}bulk/", data)
    assert officers(unit) == [officer] and is_outdated(board)
    assert Enterprise.objects.cared_for_by(officer).get() == unit
    undo_bulk(change=BulkChange.objects.get(), by=committee)
    assert officers(unit) == []


def test_the_same_officer_again_changes_nothing_and_the_role_is_asked_for(named, committee, make_user):
    unit, board, _, leader = named
    officer = make_user("supervisor", name="沈知遥")
    assert change_officers(enterprises=[unit], officer=officer, by=committee) == 1
    assert not is_outdated(board), "the same name stands on the board"
    assert assign_officer(enterprises=[unit], user=officer, by=committee) == 0
    with pytest.raises(Refused, match="没有督导帮扶人员的角色"):
        assign_officer(enterprises=[unit], user=leader, by=committee)


def test_another_leader_or_another_squad_outdates_the_board(named, committee, make_user):
    unit, board, squad, _ = named
    other = make_user("squad", name="卫长庚")
    add_member(squad=squad, user=other, by=committee)
    squad.refresh_from_db()
    assert not is_outdated(board)
    set_leader(squad=squad, user=other, seen=mark_of(squad.led()), by=committee)
    assert is_outdated(board)
    board.outdated_at = None
    board.holders = [{"code": "officer", "duty": "园区督导帮扶人员", "name": "卫长庚"}]
    board.save()
    assign_squad(enterprises=[unit], squad=make_squad(2), by=committee)
    assert is_outdated(board)


def test_a_leader_who_leaves_outdates_it_unless_the_enterprise_has_its_own_officer(named, committee, make_user):
    unit, board, squad, leader = named
    own = make_enterprise(squad=squad)
    theirs = make_board(own, holders=board.holders)
    assign_officer(enterprises=[own], user=make_user("supervisor", name="沈知遥"), by=committee)
    end_member(member=squad.members.get(user=leader), by=committee)
    assert is_outdated(board) and not is_outdated(theirs)


def test_an_officer_from_before_who_is_none_any_more_is_passed_over(units, committee, make_user):
    left, stays, new = (make_user("supervisor") for _ in range(3))
    assign_officer(enterprises=units[:1], user=left, by=committee)
    assign_officer(enterprises=units[1:2], user=stays, by=committee)
    change_officers(enterprises=units, officer=new, by=committee)
    left.grants.all().delete()
    assert undo_bulk(change=BulkChange.objects.get(), by=committee) == 2
    assert [officers(unit) for unit in units] == [[new], [stays], []]


def test_two_officers_of_one_enterprise_come_back_as_two(units, committee, make_user):
    first, second, new = (make_user("supervisor") for _ in range(3))
    set_officers(enterprises=units[:1], users=[first, second], by=committee)
    set_officers(enterprises=units[1:2], users=[first, new], by=committee)
    assert change_officers(enterprises=units, officer=new, by=committee) == 3
    assert [officers(unit) for unit in units] == [[new]] * 3
    assert undo_bulk(change=BulkChange.objects.get(), by=committee) == 3
    assert [set(officers(unit)) for unit in units] == [{first, second}, {first, new}, set()]


def test_of_two_officers_the_one_who_is_one_still_comes_back(units, committee, make_user):
    left, stays, new = (make_user("supervisor") for _ in range(3))
    set_officers(enterprises=units[:1], users=[left, stays], by=committee)
    change_officers(enterprises=units[:1], officer=new, by=committee)
    left.grants.all().delete()
    assert undo_bulk(change=BulkChange.objects.get(), by=committee) == 1
    assert officers(units[0]) == [stays]


# --- the race -----------------------------------------------------------------------------------------------------


class Hands:
    """Six people at once hand one enterprise each to another squad, and each presses 撤销 for the own change."""

    CROWD = 6

    def __init__(self, make_user):
        self.unit = make_enterprise(squad=make_squad(10))
        self.squads = [make_squad(number) for number in range(1, self.CROWD + 1)]
        self.people = [make_user("committee") for _ in self.squads]

    def hand(self, n):
        unit = Enterprise.objects.get(pk=self.unit.pk)
        change_squads(enterprises=[unit], squad=self.squads[n], by=self.people[n])

    def befores(self):
        """From which squad each of the six took it, as their changes were written down."""
        at_once(self.CROWD, self.hand)
        return [change.before[str(self.unit.pk)] for change in BulkChange.objects.all()]


@pytest.mark.both
@pytest.mark.django_db(transaction=True)
def test_what_is_written_down_as_before_is_what_the_change_found(make_user):
    hands = Hands(make_user)
    befores = hands.befores()
    last = Enterprise.objects.get(pk=hands.unit.pk).squad_id
    assert len(befores) == hands.CROWD
    # each took it from another one: together with the last they are the first squad and the six
    assert {*befores, last} == {make_squad(10).pk, *(squad.pk for squad in hands.squads)}


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_control_without_the_lock_two_take_it_from_the_same_squad(make_user, monkeypatch):
    monkeypatch.setattr("django.db.models.query.QuerySet.select_for_update", lambda rows, **options: rows)
    doubled = 0
    for _ in range(5):
        befores = Hands(make_user).befores()
        BulkChange.objects.all().delete()
        doubled += len(set(befores)) < len(befores)
    assert doubled
