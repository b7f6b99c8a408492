"""A mixed tube that is not negative: its people are 待复核, each is swabbed alone, and who looks after them is called."""

from datetime import datetime
from typing import Any

from django.urls import reverse

from enterprises.models import EnterpriseContact, SquadMember
from parkportal.accounts.models import User, in_force
from parkportal.messaging import outbox
from testing.actions.custody import swab_again
from testing.models import LeftWhy, Pool, PoolMember, Result

UNDER_REVIEW = "混采管待复核，单管重采"


def recheck_pool(result: Result, *, by: Any, at: datetime) -> list[PoolMember]:
    """Nobody gets a result from this tube: everybody in it is to be swabbed again, alone (handbook §3 Pooling).

    The squad and the contacts of their firms are called; no message says a result or a name. The caller holds the
    transaction. Empty for a single tube.
    """
    pool = Pool.objects.select_for_update(of=("self",)).filter(specimen=result.specimen_id).first()
    if pool is None:
        return []
    members = pool.release(why=LeftWhy.RETEST, at=at)
    for member in members:
        swab_again(member.signup_id, occasion=f"specimen:{result.specimen_id}", by=by, at=at, reason=UNDER_REVIEW)
    _call_who_looks_after_them(members, by=by)
    return members


def _call_who_looks_after_them(members: list[PoolMember], *, by: Any) -> None:
    firms = {member.signup.enterprise_id for member in members if member.signup.enterprise_id}
    squads = SquadMember.objects.filter(in_force(), squad__enterprises__in=firms).values("user")
    contacts = EnterpriseContact.objects.filter(in_force(), enterprise__in=firms).values("user")
    for user in User.objects.filter(is_active=True).filter(pk__in=squads.union(contacts)):
        outbox.put(
            "pool_recheck", occasion=f"pool:{members[0].pool_id}", to_user=user,
            values={"name": user.name, "link": reverse("dashboard:home")}, by=by,
        )  # fmt: skip
