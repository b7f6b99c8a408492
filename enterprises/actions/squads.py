"""The ten squads: who leads, who belongs, who looks after which enterprise; every change is a dated row."""

from collections.abc import Iterable
from functools import partial
from typing import Any

from django.db import transaction

from enterprises.actions.officers import leader_replaced, outdating
from enterprises.models import Enterprise, EnterpriseCare, Squad, SquadMember
from parkportal.accounts.models import User, in_force
from parkportal.clock import park_now
from parkportal.editing import Spoken, changes, plainly
from parkportal.records.audit import last_act, record
from parkportal.states import AlreadyMoved, Refused

LED = ("squad.leader", "squad.member_ended")  # the acts that say who leads


def assign_squad(*, enterprises: Iterable[Enterprise], squad: Squad, by: Any) -> int:
    """Hand enterprises over to a squad; who looked after them before does so no longer. How many changed."""
    count = 0
    with transaction.atomic():
        rows = Enterprise.objects.filter(pk__in=[row.pk for row in enterprises]).select_related("squad__leader")
        for enterprise in rows.order_by("pk"):
            if enterprise.squad_id != squad.pk:
                _put_into(enterprise, squad, by=by)
                count += 1
    return count


def leave_squad(*, enterprises: Iterable[Enterprise], by: Any) -> int:
    """Enterprises that belong to no squad again. How many changed."""
    with transaction.atomic():
        rows = Enterprise.objects.filter(pk__in=[row.pk for row in enterprises], squad__isnull=False)
        units = list(rows.select_related("squad__leader").order_by("pk"))
        for enterprise in units:
            _put_into(enterprise, None, by=by)
    return len(units)


def _put_into(enterprise: Enterprise, squad: Squad | None, *, by: Any) -> None:
    before = str(enterprise.squad or "")
    with outdating(enterprise, by=by):
        Enterprise.objects.filter(pk=enterprise.pk).update(
            squad=squad, version=enterprise.version + 1, changed_at=park_now(), changed_by=by
        )
    _end_cares(EnterpriseCare.objects.filter(enterprise=enterprise))
    after = {"squad": str(squad or "")}
    record("enterprise.squad", by=by, subject=enterprise, before={"squad": before}, after=after)


def give_enterprises(*, enterprises: Iterable[Enterprise], to: Any, squad: Squad, by: Any) -> int:
    """Enterprises of a squad to one of its members, from today. How many changed hands.

    Raises Refused `not_a_member`; enterprises of another squad are left as they are.
    """
    with transaction.atomic():
        _locked(squad)
        if not squad.members.filter(in_force(), user=to).exists():
            raise Refused("not_a_member", f"{to} 不在{squad}，请先加为成员。", field="to")
        wanted = list(Enterprise.objects.current().filter(squad=squad, pk__in=[row.pk for row in enterprises]))
        kept = EnterpriseCare.objects.filter(in_force(), user=to, enterprise__in=wanted)
        held = set(kept.values_list("enterprise", flat=True))
        changed = [unit for unit in wanted if unit.pk not in held]
        _end_cares(EnterpriseCare.objects.filter(enterprise__in=changed))
        rows = [EnterpriseCare(enterprise=unit, user=to, handed_by=by) for unit in changed]
        EnterpriseCare.objects.bulk_create(rows)
        if changed:
            after = {"to": to.username, "enterprises": [unit.pk for unit in changed]}
            record("squad.enterprises_given", by=by, subject=squad, after=after)
    return len(changed)


def hand_over_list(*, squad: Squad, giver: Any, to: Any, by: Any) -> int:
    """A member's whole list to another member of the squad. Raises Refused `not_a_member`, `same_person`."""
    if giver == to:
        raise Refused("same_person", "交出和接手是同一个人，请选另一位。", field="to")
    mine = Enterprise.objects.filter(cares__in=EnterpriseCare.objects.filter(in_force(), user=giver), squad=squad)
    return give_enterprises(enterprises=list(mine), to=to, squad=squad, by=by)


def add_member(*, squad: Squad, user: User, by: Any) -> SquadMember:
    """The person reaches the squad's enterprises from today. Raises Refused `already_member`, `wrong_role`."""
    if not user.has_role("squad"):
        raise Refused("wrong_role", "这个账号没有小分队联络员的角色，请先在“账号”里授予。", field="user")
    with transaction.atomic():
        _locked(squad)
        if squad.members.filter(in_force(), user=user).exists():
            raise AlreadyMoved("already_member", f"{user} 已经在{squad}。", field="user")
        member = SquadMember.objects.create(squad=squad, user=user)
        record("squad.member_added", by=by, subject=squad, after={"user": user.username})
    return member


def end_member(*, member: SquadMember, by: Any) -> None:
    """The person leaves the squad today. Raises Refused `still_has_enterprises`: the list is handed over first."""
    with transaction.atomic():
        squad = _locked(member.squad)
        mine = EnterpriseCare.objects.filter(in_force(), user=member.user, enterprise__squad=squad).count()
        if mine:
            raise Refused("still_has_enterprises", f"{member.user} 名下还有 {mine} 家企业，请先交给别人。")
        member.end()
        if squad.leader_id == member.user_id:
            Squad.objects.filter(pk=squad.pk).update(leader=None)
            leader_replaced(squad, member.user, by=by)
        record("squad.member_ended", by=by, subject=squad, before={"user": member.user.username})


def set_leader(*, squad: Squad, user: User, seen: str, by: Any, spoken: Spoken = plainly) -> bool:
    """One of the members leads; False when that one led already. `seen` is the mark of Squad.led() as the form had it.

    Raises Refused `not_a_member`, EditConflict when somebody has chosen another one since.
    """
    with transaction.atomic():
        locked = _locked(squad)
        if not locked.members.filter(in_force(), user=user).exists():
            raise Refused("not_a_member", f"{user} 不在{squad}，请先加为成员。", field="to")
        touched = partial(last_act, locked, *LED)
        if not changes(seen=seen, current=locked.led(), typed={"to": user}, spoken=spoken, touched=touched):
            return False
        before = locked.leader.username if locked.leader else ""
        Squad.objects.filter(pk=locked.pk).update(leader=user)
        leader_replaced(locked, locked.leader, by=by)
        record("squad.leader", by=by, subject=squad, before={"leader": before}, after={"leader": user.username})
    return True


def _locked(squad: Squad) -> Squad:
    return Squad.objects.select_for_update(of=("self",)).get(pk=squad.pk)


def _end_cares(cares: Any) -> None:
    for care in cares.filter(ends_on__isnull=True):
        care.end()
