"""督导帮扶 定点人员: the named park officer of an enterprise; a board that names somebody who is so no longer is outdated."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction

from enterprises.actions.boards import outdate_board
from enterprises.duties import OFFICER, known_names
from enterprises.models import Board, Enterprise, Squad, SupervisorAssignment
from parkportal.accounts.models import User, in_force
from parkportal.records.audit import record
from parkportal.states import Refused


def assign_officer(*, enterprises: Iterable[Enterprise], user: User | None, by: Any) -> int:
    """`user` is the park officer of these enterprises from today, whoever was before is so no longer; None leaves them
    to the squad's leader. How many changed. Raises Refused `wrong_role`.
    """
    return set_officers(enterprises=enterprises, users=[user] if user else [], by=by)


def set_officers(*, enterprises: Iterable[Enterprise], users: Sequence[User], by: Any) -> int:
    """The same for one, several or none: exactly these are the park officers from today."""
    for user in users:
        if not user.has_role("supervisor"):
            raise Refused("wrong_role", f"{user} 没有督导帮扶人员的角色，请先在“账号”里授予。", field="officer")
    count, keys = 0, [row.pk for row in enterprises]
    with transaction.atomic():
        rows = Enterprise.objects.select_for_update(of=("self",)).current().filter(pk__in=keys)
        for unit in rows.select_related("squad__leader").order_by("pk"):
            assigned = list(unit.supervisors.filter(in_force()).select_related("user"))
            stays = {row.user_id for row in assigned} & {user.pk for user in users}
            if len(stays) == len(assigned) == len(users):
                continue
            with outdating(unit, by=by):
                for row in assigned:
                    if row.user_id not in stays:
                        row.end()
                for user in users:
                    if user.pk not in stays:
                        SupervisorAssignment.objects.create(enterprise=unit, user=user)
            before, after = "、".join(row.user.username for row in assigned), "、".join(user.username for user in users)
            record("enterprise.officer", by=by, subject=unit, before={"officer": before}, after={"officer": after})
            count += 1
    return count


class outdating:  # noqa: N801 - reads as a phrase: with outdating(unit, by=user)
    """Around a change of who is the park officer: the board that names the one before is outdated."""

    def __init__(self, enterprise: Enterprise, *, by: Any) -> None:
        self.enterprise, self.by = enterprise, by

    def __enter__(self) -> None:
        self.before = known_names(self.enterprise).get(OFFICER, "")

    def __exit__(self, kind: Any, problem: Any, trace: Any) -> None:
        if problem is None:
            fresh = Enterprise.objects.select_related("squad__leader").get(pk=self.enterprise.pk)
            if known_names(fresh).get(OFFICER, "") != self.before:
                outdate_board(enterprise=fresh, gone=[self.before], by=self.by)


def leader_replaced(squad: Squad, leader: User | None, *, by: Any) -> None:
    """The boards of the squad's enterprises that have no officer of their own and name the leader of before."""
    if leader is None:
        return
    own = SupervisorAssignment.objects.filter(in_force()).values("enterprise")
    boards = Board.objects.current().filter(enterprise__squad=squad, outdated_at=None).exclude(enterprise__in=own)
    for board in boards.select_related("enterprise").order_by("enterprise"):
        outdate_board(enterprise=board.enterprise, gone=[str(leader)], by=by)
