"""Who has to be tested and who has been, by group (handbook §3): a person with two employers counts once parkwide."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Case, CharField, Exists, OuterRef, Q, QuerySet, Value, When

from enterprises.models import Employment, Person, PersonFlag, ResumptionStatus
from enterprises.models.kinds import NO_KEY_PROJECT
from parkportal.clock import day_of
from testing.groups import DOOR_GROUPS, REQUIRED, group_rules
from testing.models import Campaign, Exemption, Group, LeftWhy, PoolMember, Specimen


def required_persons(as_of: datetime) -> QuerySet[Person]:
    """Everybody on a roster or flagged who has to be tested as of an instant, with `group_then`, the strongest group."""
    day = day_of(as_of)
    flags = PersonFlag.objects.in_force(day).filter(person=OuterRef("pk"), recorded_at__lte=as_of)
    work = Employment.objects.current(day).filter(person=OuterRef("pk"), starts_on__lte=day)
    at_work = work.filter(enterprise__status=ResumptionStatus.RESUMED)
    return (
        Person.objects.filter(merged_into__isnull=True, created_at__lte=as_of)
        .annotate(
            group_then=Case(
                When(Exists(flags.filter(kind="three_classes")), then=Value(Group.A1.value)),
                When(Exists(flags.filter(kind="wuhan_contact")), then=Value(Group.A2.value)),
                When(Exists(flags.filter(kind="observation")), then=Value(Group.B2.value)),
                When(Exists(flags.filter(kind="out_of_province")), then=Value(Group.B1.value)),
                When(Exists(work.filter(is_key_post=True)), then=Value(Group.B5.value)),
                When(Exists(work.exclude(enterprise__key_level__in=NO_KEY_PROJECT)), then=Value(Group.B3.value)),
                When(Exists(at_work.filter(enterprise__sishang_kind__isnull=False)), then=Value(Group.B4.value)),
                default=Value(""),
                output_field=CharField(),
            )
        )
        .exclude(group_then="")
    )


def exempted(as_of: datetime) -> Exists:
    """Whether a person is exempted at an instant, with a reason that the committee accepted."""
    return Exists(Exemption.objects.in_force(as_of).filter(person=OuterRef("pk")))


def due_persons(as_of: datetime, *, campaign: Campaign | None = None) -> QuerySet[Person]:
    """Who counts as to be tested: the groups whose duty the dictionary says, of a campaign those that it names."""
    required = [code for code, rule in group_rules().items() if rule["duty"] != "may"]
    if campaign is not None and campaign.groups:
        required = [code for code in required if code in campaign.groups]
    counted = Q(group_then__in=DOOR_GROUPS) | ~Q(exempted(as_of))  # who has become group A since is waived no more
    return required_persons(as_of).filter(counted, group_then__in=required)


def sampled(as_of: datetime, *, campaign: Campaign | None = None) -> Q:
    """Whether a person has a collected specimen by an instant, alone or in a mixed tube, whoever signed them up.

    With a campaign only its own swabs count: each round asks everybody anew (handbook §3).
    """
    own: dict[str, Any] = {
        "signup__document_hash": OuterRef("number_hash"), "signup__document_type": OuterRef("document_type"),
    }  # fmt: skip
    if campaign is not None:
        own["signup__campaign"] = campaign
    mixed = PoolMember.objects.filter(collected_at__lte=as_of).exclude(left_why=LeftWhy.UNDONE)
    return Q(Exists(Specimen.objects.collected_as_of(as_of).filter(**own))) | Q(Exists(mixed.filter(**own)))


@dataclass(frozen=True)
class GroupCoverage:
    """One row: how many have to be tested, how many have been, how many are missing."""

    group: str
    label: str
    due: int
    done: int

    @property
    def missing(self) -> int:
        return self.due - self.done


def by_group(as_of: datetime, *, campaign: Campaign | None = None) -> list[GroupCoverage]:
    """Coverage of each group that somebody is in, parkwide or of a campaign; one statement."""
    rows = due_persons(as_of, campaign=campaign).annotate(is_done=sampled(as_of, campaign=campaign))
    counts: dict[str, list[int]] = {}
    for group, done in rows.values_list("group_then", "is_done"):
        pair = counts.setdefault(group, [0, 0])
        pair[0] += 1
        pair[1] += bool(done)
    return [
        GroupCoverage(group.value, group.label, *counts[group.value]) for group in REQUIRED if group.value in counts
    ]


def total(rows: Iterable[GroupCoverage]) -> tuple[int, int]:
    rows = list(rows)
    return sum(row.due for row in rows), sum(row.done for row in rows)


def missing_persons(as_of: datetime, *, campaign: Campaign | None = None) -> QuerySet[Person]:
    """Who has to be tested, is not exempted, and has not been swabbed; with a campaign, of its groups and in it."""
    return due_persons(as_of, campaign=campaign).exclude(sampled(as_of, campaign=campaign))


def missing_of(enterprise: Any, as_of: datetime, *, campaign: Campaign | None = None) -> QuerySet[Person]:
    """Who of a firm has to be tested and has not been; with a campaign, of its groups and in it."""
    day = day_of(as_of)
    work = Employment.objects.current(day).filter(enterprise=enterprise, starts_on__lte=day)
    return missing_persons(as_of, campaign=campaign).filter(pk__in=work.values("person"))
