"""Who is still missing: by firm, and the reminder that goes out with one tap."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q
from django.urls import reverse

from enterprises.models import Employment, Enterprise, EnterpriseContact, Person
from parkportal.accounts.models import in_force
from parkportal.clock import day_of, park_now, park_today
from parkportal.messaging import outbox
from parkportal.records import jobs
from parkportal.records.audit import record
from parkportal.records.models import Job
from testing import coverage
from testing.models import Campaign, SignUp

KIND = "missing_reminder"


@dataclass(frozen=True)
class FirmCoverage:
    """One firm's row; a person with two employers counts once in each."""

    enterprise: Enterprise
    due: int
    done: int

    @property
    def missing(self) -> int:
        return self.due - self.done


def by_enterprise(as_of: datetime, *, campaign: Campaign | None = None) -> list[FirmCoverage]:
    """The firms with somebody to be tested, the largest gap first; two statements."""
    due = coverage.due_persons(as_of, campaign=campaign)
    work = Employment.objects.current(day_of(as_of)).filter(starts_on__lte=day_of(as_of))
    done = due.filter(coverage.sampled(as_of, campaign=campaign))
    counts = (
        work.filter(person__in=due.values("pk"))
        .order_by()
        .values("enterprise")
        .annotate(
            due=Count("person", distinct=True),
            done=Count("person", distinct=True, filter=Q(person__in=done.values("pk"))),
        )
    )
    numbers = {row["enterprise"]: (row["due"], row["done"]) for row in counts}
    firms = Enterprise.objects.filter(pk__in=numbers).select_related("squad")
    rows = [FirmCoverage(firm, *numbers[firm.pk]) for firm in firms]
    return sorted(rows, key=lambda row: (-row.missing, row.enterprise.pinyin_key, row.enterprise.pk))


def to_remind(campaign: Campaign, as_of: datetime, *, enterprise: Enterprise | None = None) -> Any:
    """Who is missing and has no place either."""
    signed = SignUp.objects.open().filter(campaign=campaign)
    rows = coverage.missing_persons(as_of, campaign=campaign).exclude(number_hash__in=signed.values("document_hash"))
    if enterprise is not None:
        work = Employment.objects.current(day_of(as_of)).filter(enterprise=enterprise)
        rows = rows.filter(pk__in=work.values("person"))
    return rows.order_by("pk")


def remind_persons(campaign: Campaign, persons: Iterable[Person], *, by: Any) -> int:
    """One message a day for each person with a phone. How many have a phone."""
    link, count = reverse("public:signup", args=[campaign.slug]), 0
    for person in persons:
        if not person.phone:
            continue
        count += 1
        outbox.put(
            "missing_reminder",
            occasion=f"campaign:{campaign.pk}:{park_today():%Y%m%d}",
            to_phone=person.phone,
            values={"name": person.masked_name, "link": link},
            by=by,
        )
    return count


def tell_contacts(campaign: Campaign, enterprise: Enterprise, missing: int, *, by: Any) -> int:
    """The firm's contacts hear how many of theirs are missing; once a day."""
    contacts = EnterpriseContact.objects.filter(in_force(), enterprise=enterprise).select_related("user")
    for contact in contacts:
        outbox.put(
            "missing_contact",
            occasion=f"campaign:{campaign.pk}:{enterprise.pk}:{park_today():%Y%m%d}",
            to_user=contact.user,
            values={
                "name": contact.user.name,
                "count": str(missing),
                "link": reverse("testing:missing", args=[enterprise.pk]),
            },
            by=by,
            label=enterprise.name,
            about_id=enterprise.pk,
        )
    return len(contacts)


def remind_enterprise(*, campaign: Campaign, enterprise: Enterprise, by: Any) -> tuple[int, int]:
    """One tap for one firm: its missing people and its contacts. How many of each were told."""
    people = list(to_remind(campaign, park_now(), enterprise=enterprise))
    told = remind_persons(campaign, people, by=by)
    contacts = tell_contacts(campaign, enterprise, len(people), by=by) if people else 0
    record("missing.reminded", by=by, subject=enterprise, after={"persons": told, "contacts": contacts})
    return told, contacts


@jobs.handler(KIND, unit="人")
def run(job: Job, progress: jobs.Progress) -> jobs.Finished:
    """One tap for the whole park: every missing person, and the contacts of their firms."""
    campaign = Campaign.objects.get(pk=job.params["campaign"])
    people, told = list(to_remind(campaign, park_now())), 0
    for number, person in enumerate(people, 1):
        told += remind_persons(campaign, [person], by=job.owner)
        progress.tick(number, len(people))
    firms = [row for row in by_enterprise(park_now(), campaign=campaign) if row.missing]
    contacts = sum(tell_contacts(campaign, row.enterprise, row.missing, by=job.owner) for row in firms)
    record("missing.reminded", by=job.owner, subject=campaign, after={"persons": told, "contacts": contacts})
    left = len(people) - told
    words = f"{told} 人，{contacts} 位联络员" + (f"；{left} 人没有手机，请联络员转告" if left else "")
    return jobs.Finished(message=words)
