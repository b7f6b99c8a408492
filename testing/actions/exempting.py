"""Exemptions: a firm asks, the committee decides; what the committee itself enters holds at once."""

from datetime import date
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from enterprises.models import Employment, Enterprise, Person, PersonFlag
from parkportal.clock import park_now, park_today
from parkportal.idempotency import once
from parkportal.records.audit import record
from parkportal.states import Refused
from testing.groups import DOOR_GROUPS, Facts, facts_of_employment, group_of
from testing.models import Campaign, Exemption, SignUp


def _refuse_group_a(person: Person) -> None:
    """By a mark in force, the roster, or what was declared for a campaign that runs."""
    today = park_today()
    flags = set(PersonFlag.objects.in_force(today).filter(person=person).values_list("kind", flat=True))
    jobs = Employment.objects.current(today).filter(person=person).select_related("enterprise")
    groups = {group_of(Facts(frozenset(flags))), *(group_of(facts_of_employment(job, flags)) for job in jobs)}
    signed = SignUp.objects.open().filter(
        document_hash=person.number_hash, document_type=person.document_type, campaign__in=Campaign.objects.open(),
        group__in=DOOR_GROUPS,
    )  # fmt: skip
    if groups & DOOR_GROUPS or signed.exists():
        raise Refused("must", "A 类人员必须检，不能豁免；由园区安排上门采样。")


def ask_exemption(
    *,
    person: Person,
    enterprise: Enterprise | None,
    reason: str,
    note: str = "",
    ends_on: date | None = None,
    by: Any,
    token: UUID | None = None,
) -> Exemption:
    """Ask that a person need not be tested. The same token gives the same one.

    Raises Refused `explain`, `must` (group A is never waived, handbook §3), `exempted`.
    """
    if reason == Exemption.Reason.OTHER and not note.strip():
        raise Refused("explain", "选其他的要写说明。")

    def create() -> Exemption:
        _refuse_group_a(person)
        granted = by.has_role("committee")
        made = Exemption.objects.create(
            person=person, enterprise=enterprise, reason=reason, note=note.strip(), ends_on=ends_on, asked_by=by,
            token=token, status=Exemption.Status.GRANTED if granted else Exemption.Status.ASKED,
            decided_by=by if granted else None, decided_at=park_now() if granted else None,
        )  # fmt: skip
        record("exemption.asked", by=by, subject=made, after={"reason": made.get_reason_display()})
        return made

    try:
        return once(Exemption, token, create)[0]
    except IntegrityError as fault:
        raise Refused("exempted", "这个人已经有一条豁免。") from fault


def decide_exemption(*, exemption: Exemption, grant: bool, by: Any) -> Exemption:
    """Say yes or no, once. Raises Refused `decided`; `must` for a yes to somebody who is of group A by now."""
    if grant:
        _refuse_group_a(exemption.person)
    status = Exemption.Status.GRANTED if grant else Exemption.Status.REFUSED
    with transaction.atomic():
        asked = Exemption.objects.filter(pk=exemption.pk, status=Exemption.Status.ASKED, withdrawn_at__isnull=True)
        if not asked.update(status=status, decided_at=park_now(), decided_by=by):
            raise Refused("decided", "这一条已经定过了。")
        record("exemption.decided", by=by, subject=exemption, after={"status": status})
    exemption.refresh_from_db()
    return exemption


def withdraw_exemption(*, exemption: Exemption, by: Any) -> Exemption:
    """The person has to be tested again from now on. Raises Refused `withdrawn`."""
    with transaction.atomic():
        if not Exemption.objects.open().filter(pk=exemption.pk).update(withdrawn_at=park_now(), withdrawn_by=by):
            raise Refused("withdrawn", "这一条已经不算数了。")
        record("exemption.withdrawn", by=by, subject=exemption)
    exemption.refresh_from_db()
    return exemption
