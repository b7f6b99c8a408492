"""Squads: members, leader, the hand-over of enterprises and of a whole list, and who is chased for a missing report."""

from datetime import date, datetime, time, timedelta

import pytest

from enterprises.actions import (
    add_member,
    assign_squad,
    end_member,
    escalate_overdue_needs,
    give_enterprises,
    hand_over_list,
    pass_need,
    remind_missing_reports,
    set_leader,
    submit_daily_report,
)
from enterprises.models import Enterprise, EnterpriseCare, Need
from enterprises.tests.factories import (
    make_care,
    make_contact,
    make_enterprise,
    make_need,
    make_squad,
    make_squad_member,
)
from parkportal.accounts.models import in_force
from parkportal.clock import at
from parkportal.editing import mark_of
from parkportal.messaging.models import Message
from parkportal.states import Refused

pytestmark = pytest.mark.django_db
TODAY = date(2020, 2, 18)
COUNTS = {"on_duty": 6, "hubei": 0, "fever": 0, "quarantined": 0, "masks_left": 20}


@pytest.fixture
def squad():
    return make_squad(3)


@pytest.fixture
def people(squad):
    """A member with two enterprises, and another with none."""
    one, other = make_squad_member(squad, name="沈知遥"), make_squad_member(squad, name="卫长庚")
    for _ in range(2):
        make_care(make_enterprise(squad=squad, status="resumed"), one)
    return one, other


def held_by(user):
    return EnterpriseCare.objects.filter(in_force(), user=user).count()


def test_a_whole_list_changes_hands_and_the_past_stays(squad, people, committee, sign_in):
    one, other = people
    before = EnterpriseCare.objects.count()
    browser = sign_in(committee)
    answer = browser.post(f"/enterprises/squads/{squad.pk}/handover/", {"giver": one.pk, "to": other.pk}, follow=True)
    assert "2 家都交给了卫长庚" in answer.content.decode()
    assert (held_by(one), held_by(other), EnterpriseCare.objects.count()) == (0, 2, before + 2)
    assert {care.handed_by for care in EnterpriseCare.objects.filter(in_force())} == {committee}
    assert [care.user for care in answer.context["past"]] == [one, one]


def test_ticked_enterprises_change_hands_and_repeating_changes_nothing(squad, people, committee):
    one, other = people
    units = list(Enterprise.objects.filter(squad=squad))
    assert give_enterprises(enterprises=units[:1], to=other, squad=squad, by=committee) == 1
    assert give_enterprises(enterprises=units[:1], to=other, squad=squad, by=committee) == 0
    foreign = make_enterprise(squad=make_squad(4))
    assert give_enterprises(enterprises=[foreign], to=other, squad=squad, by=committee) == 0
    assert (held_by(one), held_by(other)) == (1, 1)


def test_nobody_outside_the_squad_takes_over_and_nobody_hands_to_oneself(squad, people, committee):
    one, _ = people
    stranger = make_squad_member(make_squad(4), name="时雨")
    with pytest.raises(Refused, match="不在"):
        hand_over_list(squad=squad, giver=one, to=stranger, by=committee)
    with pytest.raises(Refused, match="同一个人"):
        hand_over_list(squad=squad, giver=one, to=one, by=committee)
    with pytest.raises(Refused, match="不在"):
        set_leader(squad=squad, user=stranger, seen=mark_of(squad.led()), by=committee)
    assert held_by(one) == 2


def test_who_leaves_hands_the_list_over_first_and_leads_no_longer(squad, people, committee):
    one, other = people
    set_leader(squad=squad, user=one, seen=mark_of(squad.led()), by=committee)
    member = squad.members.get(user=one)
    with pytest.raises(Refused, match="名下还有 2 家"):
        end_member(member=member, by=committee)
    hand_over_list(squad=squad, giver=one, to=other, by=committee)
    end_member(member=member, by=committee)
    squad.refresh_from_db()
    assert squad.leader is None and not Enterprise.objects.cared_for_by(one).exists()
    add_member(squad=squad, user=one, by=committee)
    with pytest.raises(Refused, match="已经在"):
        add_member(squad=squad, user=one, by=committee)


def test_an_enterprise_that_goes_to_another_squad_leaves_its_members_list(squad, people, committee):
    one, _ = people
    unit = Enterprise.objects.filter(squad=squad).first()
    assert assign_squad(enterprises=[unit], squad=make_squad(5), by=committee) == 1
    assert held_by(one) == 1 and unit not in Enterprise.objects.cared_for_by(one)


def test_the_leader_leads_the_own_squad_and_no_member_does(squad, people, sign_in):
    one, other = people
    data = {"giver": one.pk, "to": other.pk}
    assert sign_in(one).post(f"/enterprises/squads/{squad.pk}/handover/", data).status_code == 404
    squad.leader = one
    squad.save()
    assert sign_in(one).post(f"/enterprises/squads/{squad.pk}/handover/", data).status_code == 302
    assert sign_in(one).post(f"/enterprises/squads/{make_squad(4).pk}/handover/", data).status_code == 404
    assert sign_in(one).post(f"/enterprises/squads/{squad.pk}/nothing/", data).status_code == 404


# --- the chase --------------------------------------------------------------------------------------------------------


def told():
    """Who was told what, by now: purpose → names."""
    found = {}
    for message in Message.objects.exclude(status="withdrawn").select_related("recipient"):
        found.setdefault(message.purpose, set()).add(message.recipient.name)
    return found


@pytest.fixture
def chased(squad, people, committee):
    """Three enterprises without today's report: two in a member's care, one in nobody's; the leader is a third person."""
    one, other = people
    leader = make_squad_member(squad, name="邬小满")
    set_leader(squad=squad, user=leader, seen=mark_of(squad.led()), by=committee)
    make_enterprise(squad=squad, status="resumed")
    unit = Enterprise.objects.filter(cares__user=one).first()
    contact = make_contact(unit, name="苗可心")
    for user in (one, other, leader, contact):
        user.set_phone(f"1990000{user.pk:04d}")
        user.save()
    return unit, contact


def moment(hour, minute=0):
    return at(TODAY, time(hour, minute))


def test_the_chase_goes_from_the_contact_to_the_liaison_to_the_leader(chased):
    assert remind_missing_reports(moment(9, 59)) == 0 and told() == {}
    remind_missing_reports(moment(10))
    assert told() == {"report_missing": {"苗可心"}}
    remind_missing_reports(moment(12))
    assert told() == {"report_missing": {"苗可心"}, "report_overdue": {"苗可心"}}
    remind_missing_reports(moment(13))
    assert told()["report_chase"] == {"沈知遥", "卫长庚", "邬小满"}, "what nobody has is everybody's"
    assert "report_chase_leader" not in told()
    remind_missing_reports(moment(15))
    assert told()["report_chase_leader"] == {"邬小满"}
    count = Message.objects.count()
    remind_missing_reports(moment(15, 5))
    assert Message.objects.count() == count, "each is told once a step and day"


def test_the_last_report_of_a_squad_takes_the_chase_back(chased, squad):
    remind_missing_reports(moment(15))
    for unit in Enterprise.objects.filter(squad=squad):
        assert "report_chase" in told()
        submit_daily_report(enterprise=unit, day=TODAY, counts=COUNTS, by=chased[1])
    assert told() == {}


def test_an_overdue_need_is_told_once_to_owner_and_leader_and_again_after_a_new_term(chased, committee):
    unit, _ = chased
    owner = unit.squad.members.get(user__name="卫长庚").user
    need = make_need(unit, by=committee, owner=owner, due_on=TODAY)
    tomorrow = datetime.combine(TODAY + timedelta(days=1), time(0, 5), moment(0).tzinfo)
    assert escalate_overdue_needs(moment(23, 59)) == 0
    assert escalate_overdue_needs(tomorrow) == 1 and escalate_overdue_needs(tomorrow) == 0
    assert told()["need_overdue"] == {"卫长庚", "邬小满"}
    need.refresh_from_db()
    assert need.escalated_at == tomorrow
    pass_need(need=need, by=committee, department="traffic", due_on=TODAY + timedelta(days=2))
    assert Need.objects.get().escalated_at is None
    assert escalate_overdue_needs(tomorrow + timedelta(days=3)) == 1


def test_a_long_list_has_pages_and_who_hands_over_comes_back_to_the_same_one(squad, people, committee, sign_in):
    one, other = people
    for number in range(60):
        make_enterprise(squad=squad, name=f"湖南青禾{number}有限公司", building="Z9栋", floor=number)
    page, browser = f"/enterprises/squads/{squad.pk}/?page=2", sign_in(committee)
    shown = browser.get(page)
    assert len(shown.context["rows"]) == 12 and "62 家企业" in shown.content.decode()
    assert f"/enterprises/squads/{squad.pk}/give/?page=2" in shown.content.decode()
    pick = [unit.pk for unit, _ in shown.context["rows"]]
    answer = browser.post(f"/enterprises/squads/{squad.pk}/give/?page=2", {"pick": pick, "to": other.pk})
    assert answer["Location"] == page and held_by(other) == 12
    # how many each member has counts every page
    counts = {member.user: count for member, count in browser.get(page).context["members"]}
    assert (counts[one], counts[other]) == (2, 12)
