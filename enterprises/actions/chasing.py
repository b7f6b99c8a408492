"""Who is told, and when, that something is missing: the daily report in four steps, the need that is overdue."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.urls import reverse

from enterprises.models import Enterprise, EnterpriseCare, EnterpriseContact, Need, Squad, SquadMember
from parkportal.accounts.models import User, in_force
from parkportal.clock import at, day_of, end_of, park_now
from parkportal.messaging import outbox
from parkportal.records import settings

REMIND_BEFORE = timedelta(hours=2)
MISSING, OVERDUE, TO_LIAISON, TO_LEADER = "report_missing", "report_overdue", "report_chase", "report_chase_leader"


def due_at(day: date) -> datetime:
    """When the report of a day is due (setting daily_report_due, 12:00)."""
    return at(day, settings.get_time("daily_report_due"))


def chase_steps(day: date) -> dict[str, datetime]:
    """From when on each step is taken: contacts before and after the due time, then the squad's liaison, its leader."""
    due = due_at(day)
    return {
        MISSING: due - REMIND_BEFORE,
        OVERDUE: due,
        TO_LIAISON: due + timedelta(minutes=int(settings.get("report_chase_minutes"))),
        TO_LEADER: due + timedelta(minutes=int(settings.get("report_leader_minutes"))),
    }


def remind_missing_reports(now: datetime | None = None) -> int:
    """Whoever is to be told by now that reports of today are missing. How many messages stand.

    Called by the schedule every few minutes; the outbox keeps it at one for each person, step and day.
    """
    now = now or park_now()
    day = day_of(now)
    steps = chase_steps(day)
    if now < steps[MISSING]:
        return 0
    missing = list(Enterprise.objects.report_missing(day, now).select_related("squad__leader"))
    count = _remind_contacts(missing, OVERDUE if now >= steps[OVERDUE] else MISSING, day=day)
    if now >= steps[TO_LIAISON]:
        count += _chase(_by_liaison(missing), TO_LIAISON, day=day)
    if now >= steps[TO_LEADER]:
        count += _chase(_by_leader(missing), TO_LEADER, day=day)
    return count


def _remind_contacts(missing: list[Enterprise], purpose: str, *, day: date) -> int:
    contacts = EnterpriseContact.objects.filter(in_force(day), enterprise__in=missing, user__is_active=True)
    rows = list(contacts.select_related("user", "enterprise").order_by("id"))
    due = due_at(day)
    for contact in rows:
        remind(contact.enterprise, contact.user, day=day, due=due, by=None, purpose=purpose)
    return len(rows)


def remind(enterprise: Enterprise, user: User, *, day: date, due: datetime, by: Any, purpose: str = MISSING) -> None:
    """Put the reminder of a day for one contact into the outbox."""
    outbox.put(
        purpose,
        occasion=_occasion(enterprise.pk, day),
        to_user=user,
        values={
            "name": user.name,
            "clock": f"{due:%H:%M}",
            "link": reverse("enterprises:daily_report", args=[enterprise.pk]),
        },
        expires_at=end_of(day),
        by=by,
        label=enterprise.name,
        about_id=enterprise.pk,
        context_id=enterprise.pk,
    )


def _occasion(enterprise_id: int, day: date) -> str:
    return f"report-{enterprise_id}-{day:%Y%m%d}"


def _chase_occasion(squad_id: int, day: date) -> str:
    return f"chase-{squad_id}-{day:%Y%m%d}"


def _by_liaison(missing: list[Enterprise]) -> dict[tuple[Squad, User], list[Enterprise]]:
    """The missing by the squad's member who looks after them; what was given to nobody goes to every member."""
    members: dict[int, list[User]] = defaultdict(list)
    rows = SquadMember.objects.filter(in_force(), user__is_active=True).select_related("user").order_by("id")
    for member in rows:
        members[member.squad_id].append(member.user)
    cares = EnterpriseCare.objects.effective().filter(enterprise__in=missing).select_related("user")
    given = {care.enterprise_id: care.user for care in cares}
    found: dict[tuple[Squad, User], list[Enterprise]] = defaultdict(list)
    for unit in missing:
        if unit.squad is None:
            continue
        for user in [given[unit.pk]] if unit.pk in given else members[unit.squad.pk]:
            found[unit.squad, user].append(unit)
    return found


def _by_leader(missing: list[Enterprise]) -> dict[tuple[Squad, User], list[Enterprise]]:
    found: dict[tuple[Squad, User], list[Enterprise]] = defaultdict(list)
    for unit in missing:
        if unit.squad is not None and unit.squad.leader is not None and unit.squad.leader.is_active:
            found[unit.squad, unit.squad.leader].append(unit)
    return found


def _chase(people: dict[tuple[Squad, User], list[Enterprise]], purpose: str, *, day: date) -> int:
    for (squad, user), units in people.items():
        outbox.put(
            purpose,
            occasion=_chase_occasion(squad.pk, day),
            to_user=user,
            values={
                "name": user.name,
                "count": len(units),
                "firm": units[0].short_name or units[0].name,
                "link": f"{reverse('enterprises:report_list')}?squad={squad.pk}",
            },
            expires_at=end_of(day),
            label=str(squad),
            context_id=squad.pk,
        )
    return len(people)


def report_came(enterprise: Enterprise, day: date, *, by: Any) -> None:
    """Take back what is not yet on its way: the contact's reminders, and the squad's when it was the last one."""
    for purpose in (MISSING, OVERDUE):
        outbox.withdraw(purpose, occasion=_occasion(enterprise.pk, day), by=by, reason="日报已经交了")
    if enterprise.squad_id is None or Enterprise.objects.report_missing(day).filter(squad=enterprise.squad_id).exists():
        return
    for purpose in (TO_LIAISON, TO_LEADER):
        outbox.withdraw(purpose, occasion=_chase_occasion(enterprise.squad_id, day), by=by, reason="日报都交了")


def escalate_overdue_needs(now: datetime | None = None) -> int:
    """A need whose day is over: told once to who has it and to the squad's leader. How many were new."""
    now = now or park_now()
    count = 0
    with transaction.atomic():
        late = Need.objects.overdue(day_of(now)).filter(escalated_at__isnull=True)
        for need in late.select_for_update(of=("self",)).select_related("enterprise__squad__leader", "owner"):
            Need.objects.filter(pk=need.pk).update(escalated_at=now)
            _tell_overdue(need)
            count += 1
    return count


def _tell_overdue(need: Need) -> None:
    squad = need.enterprise.squad
    for user in _distinct([need.owner, squad.leader if squad else None]):
        outbox.put(
            "need_overdue",
            occasion=f"need-{need.pk}-{need.due_on:%Y%m%d}",
            to_user=user,
            values={
                "name": user.name,
                "firm": need.enterprise.short_name or need.enterprise.name,
                "day": f"{need.due_on.month}月{need.due_on.day}日",
                "link": reverse("enterprises:need_detail", args=[need.pk]),
            },
            label=need.enterprise.name,
            about_id=need.enterprise_id,
            context_id=need.pk,
        )


def _distinct(users: Iterable[User | None]) -> list[User]:
    return list(dict.fromkeys(user for user in users if user is not None and user.is_active))


def tell_need_closed(need: Need, *, by: Any) -> None:
    """The enterprise's own people are asked whether it is solved."""
    contacts = need.enterprise.contacts.filter(in_force(), user__is_active=True).select_related("user")
    for contact in contacts:
        outbox.put(
            "need_closed",
            occasion=f"need-{need.pk}-{need.moves.count()}",
            to_user=contact.user,
            values={"name": contact.user.name, "link": reverse("enterprises:need_detail", args=[need.pk])},
            by=by,
            label=need.enterprise.name,
            about_id=need.enterprise_id,
            context_id=need.pk,
        )
