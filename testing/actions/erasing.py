"""When a campaign's time is over the persons go and the counts stay, with a signed report (handbook §9)."""

import hashlib
import json
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.db.models import Count, Q
from django.utils.crypto import constant_time_compare, salted_hmac

from parkportal.clock import day_of, park_now
from parkportal.messaging import outbox
from parkportal.records.audit import record
from parkportal.states import Refused
from supplies.models import KIT_KINDS
from testing import figures
from testing.models import (
    Alert,
    Campaign,
    DoorStop,
    ErasureReport,
    PhoneCode,
    Reconciliation,
    Result,
    SignUp,
    Specimen,
)
from testing.purposes import PURPOSES

BATCH, GONE = 500, "到期删除"
EMPTIED = (
    "name", "number", "phone", "phone_hash", "declared", "address", "guardian_name", "temperature_tenths", "person",
    "public_token", "erased_at",
)  # fmt: skip


def due_to_erase(day: Any) -> list[Campaign]:
    """Campaigns that are closed, past their retention, and not held by law."""
    rows = Campaign.objects.filter(status=Campaign.Status.CLOSED, erased_at__isnull=True, is_on_hold=False)
    return [campaign for campaign in rows if campaign.ends_on + timedelta(days=campaign.retention_days) < day]


def erase_due_campaigns(now: datetime) -> int:
    """What the schedule asks. How many campaigns were erased."""
    campaigns = due_to_erase(day_of(now))
    for campaign in campaigns:
        erase_campaign(campaign=campaign, by=None)
    return len(campaigns)


def erase_campaign(*, campaign: Campaign, by: Any) -> ErasureReport:
    """Empty every sign-up of what says who it was; specimens, results and the keyed hash that counts persons stay.

    Erasing twice gives the first report. Raises Refused `not_closed`, `on_hold`, `not_due`, `pending`.
    """
    with transaction.atomic():
        campaign = Campaign.objects.select_for_update(of=("self",)).get(pk=campaign.pk)
        if campaign.erased_at is not None:
            return ErasureReport.objects.get(campaign=campaign)
        _refuse(campaign)
        now = park_now()
        before, counts = _figures(now), _counts(campaign)
        _empty(campaign, now)
        after = _figures(now)
        campaign.erased_at = now
        campaign.save(update_fields=["erased_at"])
        checksum = _checksum(campaign, counts, before, after, now)
        report = ErasureReport.objects.create(
            campaign=campaign, counts=counts, figures_before=before, figures_after=after, erased_at=now, erased_by=by,
            checksum=checksum, signature=_sign(checksum),
        )  # fmt: skip
        record("campaign.erased", by=by, subject=campaign, after={"signups": counts["signups"], "checksum": checksum})
    return report


def _refuse(campaign: Campaign) -> None:
    if campaign.status != Campaign.Status.CLOSED:
        raise Refused("not_closed", "任务还没有结束，先结束登记。")
    if campaign.is_on_hold:
        raise Refused("on_hold", "这次任务依法暂不删除，先在任务里取消这一项。")
    until = campaign.ends_on + timedelta(days=campaign.retention_days)
    if until >= day_of(park_now()):
        raise Refused("not_due", f"保留期到 {until:%Y-%m-%d}，还不能删除。")
    if Specimen.objects.of_campaign(campaign).live().filter(collected_at__isnull=False, results=None).exists():
        raise Refused("pending", "还有标本没有出结果，出了结果再删除。")


def _counts(campaign: Campaign) -> dict[str, int]:
    signups = SignUp.objects.filter(campaign=campaign)
    tubes = Specimen.objects.of_campaign(campaign)
    return {
        "signups": signups.count(),
        "persons": signups.aggregate(persons=Count("document_hash", distinct=True))["persons"],
        "specimens": tubes.count(),
        "results": Result.objects.filter(specimen__in=tubes).count(),
    }


def _figures(now: datetime) -> dict[str, int | None]:
    """Every figure of testing at the same instant: erasing must not move one of them."""
    return {figure.label: _plain(figure.value(now).numerator) for figure in figures.ALL}


def _plain(number: Any) -> int | None:
    """Persons, tubes and results are whole."""
    return None if number is None else int(number)


def _empty(campaign: Campaign, now: datetime) -> None:
    """Row by row through the encrypted columns; the old links open nothing any more. What staff wrote at a door, about an
    alert or on a gap of a count in words of their own goes too."""
    ids = list(SignUp.objects.filter(campaign=campaign).order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(ids), BATCH):
        rows = list(SignUp.objects.filter(pk__in=ids[start : start + BATCH]))
        _forget_messages(campaign, rows)
        for row in rows:
            row.name, row.number, row.address, row.guardian_name, row.declared = "", "", "", "", {}
            row.temperature_tenths, row.person, row.public_token, row.erased_at = None, None, uuid4(), now
            row.set_phone("")
        SignUp.objects.bulk_update(rows, EMPTIED, batch_size=100)
        DoorStop.objects.filter(signup__in=rows).exclude(note="").update(note="")
    Alert.objects.filter(specimen__in=Specimen.objects.of_campaign(campaign)).exclude(note="").update(note="")
    PhoneCode.objects.filter(signup__in=ids).delete()
    for count in Reconciliation.objects.filter(session__campaign=campaign):
        count.gaps = {what: words if what in KIT_KINDS else GONE for what, words in count.gaps.items()}
        count.save(update_fields=["gaps"])


def _forget_messages(campaign: Campaign, rows: list[SignUp]) -> None:
    """What the outbox still says to these persons about this campaign."""
    ids = [row.pk for row in rows]
    things = {
        "signup": ids,
        "party": [row.party_id for row in rows if row.party_id],
        "code": PhoneCode.objects.filter(signup__in=ids).values_list("pk", flat=True),
        "specimen": Specimen.objects.filter(Q(signup__in=ids) | Q(pool__members__signup__in=ids)).values_list("pk", flat=True),
        "campaign": [campaign.pk],
    }  # fmt: skip
    outbox.forget(
        purpose_codes=[purpose.code for purpose in PURPOSES],
        recipient_hashes={row.phone_hash or outbox.person_hash(row.code) for row in rows},
        occasions={f"{kind}:{pk}" for kind, pks in things.items() for pk in pks},
        reason=GONE,
    )


def _checksum(campaign: Campaign, counts: dict, before: dict, after: dict, now: datetime) -> str:
    lines = {
        "campaign": campaign.pk, "title": campaign.title, "erased_at": int(now.timestamp()),
        "counts": counts, "before": before, "after": after,
    }  # fmt: skip
    return hashlib.sha256(json.dumps(lines, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _sign(checksum: str) -> str:
    return salted_hmac("testing.erasure", checksum, algorithm="sha256").hexdigest()


def is_genuine(report: ErasureReport) -> bool:
    """Whether the report's lines still give its checksum and the checksum its signature."""
    again = _checksum(report.campaign, report.counts, report.figures_before, report.figures_after, report.erased_at)
    return constant_time_compare(again, report.checksum) and constant_time_compare(_sign(again), report.signature)
