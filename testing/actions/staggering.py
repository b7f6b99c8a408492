"""The proposal becomes the plan: each floor its time, and the firms on it are told."""

from typing import Any

from django.db import transaction
from django.db.models import Q
from django.urls import reverse

from enterprises.models import Enterprise, EnterpriseContact
from parkportal.accounts.models import in_force
from parkportal.clock import local, park_now
from parkportal.messaging import outbox
from parkportal.records.audit import record
from parkportal.states import Refused
from testing.models import Session, StaggerWindow
from testing.stagger import propose
from testing.words import clock_words, day_words, place_words


def decide_stagger(*, session: Session, by: Any) -> int:
    """Keep the windows as proposed at this moment in place of earlier ones, and tell the contacts of each floor.

    How many contacts were told. Raises Refused `not_open`, `nobody`.
    """
    with transaction.atomic():
        session = Session.objects.select_for_update(of=("self",)).select_related("point", "campaign").get(pk=session.pk)
        if session.status != Session.Status.OPEN:
            raise Refused("not_open", "这一场已经结束或取消。")
        proposal = propose(session, park_now())
        if not proposal.windows:
            raise Refused("nobody", "没有要排的人：都检过，或者还没有花名册。")
        session.windows.all().delete()
        windows = StaggerWindow.objects.bulk_create(
            [
                StaggerWindow(
                    session=session, building=row.building, floor=row.floor, people=row.people,
                    starts_at=row.starts_at, ends_at=row.ends_at, seconds_each=proposal.pace.seconds, decided_by=by,
                )
                for row in proposal.windows
            ]
        )  # fmt: skip
        record(
            "session.staggered", by=by, subject=session,
            after={"windows": len(windows), "people": proposal.people, "seconds": proposal.pace.seconds},
        )  # fmt: skip
        return sum(_tell(session, window, by=by) for window in windows)


def _tell(session: Session, window: StaggerWindow, *, by: Any) -> int:
    """To the contacts of the firms on this floor; the same window again is not told twice."""
    if not window.building:
        return 0
    firms = Enterprise.objects.current().filter(building=window.building, floor=window.floor)
    contacts = EnterpriseContact.objects.filter(in_force(), enterprise__in=firms).select_related("user", "enterprise")
    for contact in contacts:
        outbox.put(
            "stagger_notice",
            occasion=f"session:{session.pk}:{contact.enterprise_id}:{local(window.starts_at):%m%d%H%M}",
            to_user=contact.user,
            values={
                "name": contact.user.name,
                "who": window.place,
                "when": f"{day_words(session.day)} {clock_words(window)}",
                "place": place_words(session.point),
                "link": reverse("testing:roster_signup", args=[contact.enterprise_id]),
            },
            by=by,
            label=contact.enterprise.name,
            about_id=contact.enterprise_id,
        )
    return len(contacts)


def window_of(enterprise: Enterprise, session_ids: list[int]) -> dict[int, StaggerWindow]:
    """The firm's time in each of these sittings, where one was decided."""
    where = Q(building=enterprise.building, floor=enterprise.floor) & ~Q(building="")
    rows = StaggerWindow.objects.filter(where, session__in=session_ids)
    return {row.session_id: row for row in rows}
