"""What a desk has to know to go on without network: who is expected, and which tubes may be used for whom."""

import secrets
from typing import Any

from django.db.models import Count, F, Q, QuerySet

from enterprises.models import DocumentType
from testing.groups import may_be_pooled
from testing.models import Pool, Session, SignUp, SignUpStatus, Specimen, TubeRange


def expected_at(session: Session) -> QuerySet[SignUp]:
    """Who has a place at a sitting, by slot."""
    people = SignUp.objects.filter(slot__session=session).exclude(status=SignUpStatus.CANCELLED)
    return people.select_related("slot").order_by("slot__starts_at", "name")


CHECK_MODULUS = 4093  # twelve bits: enough beside the last four characters, too few to find the number again


def check_of(number: str, weights: list[int]) -> int:
    """What a kit knows of an ID number: a sum of its digits with weights that are drawn anew for each kit (decision 47)."""
    digits = [10 if one == "X" else int(one) for one in number]
    return sum(weight * digit for weight, digit in zip(weights, digits, strict=True)) % CHECK_MODULUS


def kit_of(session: Session) -> dict[str, Any]:
    """People (code, name, end of the document, `check` of an ID number, status, `door` who is sampled at home, `alone` who
    shares no tube, `held` the tube that was given out), ranges of registered tubes, tubes that are used, and the mixed
    tubes that are open."""
    weights = [secrets.randbelow(CHECK_MODULUS) for _ in range(18)]
    people = list(expected_at(session))
    held = dict(Specimen.objects.live().filter(signup__in=[one.pk for one in people]).values_list("signup", "barcode"))
    ranges = TubeRange.objects.filter(is_own=True) | TubeRange.objects.filter(lab=session.campaign.lab_id)
    used = Specimen.objects.filter(session__campaign=session.campaign_id).exclude(
        pool__closed_at__isnull=True, is_pool=True
    )
    pools = Pool.objects.filter(session=session, closed_at__isnull=True).annotate(
        lying=Count("members", filter=Q(members__left_at__isnull=True))
    )
    return {
        "people": [
            {
                "code": one.code,
                "name": one.name,
                "tail": one.number_tail,
                "check": check_of(one.number, weights) if one.document_type == DocumentType.ID_CARD else None,
                "status": one.status,
                "door": one.is_door,
                "alone": not may_be_pooled(one.group),
                "held": held.get(one.pk, ""),
            }
            for one in people
        ],
        "weights": weights,
        "modulus": CHECK_MODULUS,
        "ranges": list(ranges.values_list("first", "last", "length")),
        "used": list(used.values_list("barcode", flat=True)),
        "pool_size": session.campaign.pool_size,
        "pools": list(pools.values("lane", "lying", barcode=F("specimen__barcode"))),
    }
