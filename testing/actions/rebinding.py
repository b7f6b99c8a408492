"""A person's swab goes on in another tube: before hand-over, with a reason, and the old code is void for ever."""

from typing import Any
from uuid import UUID

from django.db import transaction

from parkportal.clock import park_now
from parkportal.given import given
from parkportal.reasons import plain_reason
from parkportal.records.audit import record
from parkportal.records.codes import take_code
from parkportal.states import Refused
from testing.actions.tubes import read_tube, refuse_unusable, tube_facts
from testing.models import InvalidReason, Pool, SignUp, Specimen, SpecimenMove, SpecimenStatus

BEFORE_HAND_OVER = (SpecimenStatus.ISSUED, SpecimenStatus.COLLECTED, SpecimenStatus.PACKED)
CARRIED = (
    "signup_id",
    "session_id",
    "lab_id",
    "is_pool",
    "kind",
    "lane",
    "issued_at",
    "collected_at",
    "collected_by_id",
)


def move_to_tube(*, specimen: Specimen, text: str, reason: str, why: str, by: Any, token: UUID) -> Specimen:
    """Move what is in a tube to the scanned one, which takes its place, in its box too; the new tube.

    `reason` is an InvalidReason for the old tube, `why` the words. A mixed tube goes with all its people. The same
    token gives the same tube again. Raises Refused `handed`, `no_reason`, `says_who` and whatever is wrong with the new
    tube.
    """
    tube = read_tube(text)
    if reason not in InvalidReason.values:
        raise Refused("no_reason", "请选为什么换管。")
    with transaction.atomic():
        repeated = Specimen.objects.filter(moves__token=token).first()
        if repeated is not None:
            return repeated
        old = Specimen.objects.select_for_update(of=("self",)).filter(pk=specimen.pk).annotate(**tube_facts(tube)).get()
        if old.status not in BEFORE_HAND_OVER:
            raise Refused("handed", f"{old.barcode} 现在是“{old.get_status_display()}”，交接以后不能换管。")
        refuse_unusable(old, signup_id=-1, lab_id=given(old.lab_id))
        return _moved(old, tube.barcode, reason=reason, why=why, by=by, token=token)


def reissue_tube(*, specimen: Specimen, reason: str, why: str, by: Any, token: UUID) -> Specimen:
    """A new code of the portal's own, to be printed, instead of a label that is spoilt; the old code is void for ever.

    The same token gives the same tube again. Raises Refused `handed`, `no_reason`, `says_who`.
    """
    if reason not in InvalidReason.values:
        raise Refused("no_reason", "请选为什么换管。")
    with transaction.atomic():
        repeated = Specimen.objects.filter(moves__token=token).first()
        if repeated is not None:
            return repeated
        old = Specimen.objects.select_for_update(of=("self",)).get(pk=specimen.pk)
        if old.status not in BEFORE_HAND_OVER:
            raise Refused("handed", f"{old.barcode} 现在是“{old.get_status_display()}”，交接以后不能换管。")
        return _moved(old, take_code("YL"), reason=reason, why=why, by=by, token=token)


def _moved(old: Specimen, barcode: str, *, reason: str, why: str, by: Any, token: UUID) -> Specimen:
    whose = [old.signup] if old.signup else SignUp.objects.in_pool(old)
    why = plain_reason(why, names=[one.name for one in whose], field="why")
    now, status = park_now(), old.status
    box, position = old.box_id, old.position
    old.voided_at, old.invalid_reason, old.box, old.position = now, reason, None, None
    save = ("voided_at", "invalid_reason", "box", "position")
    old.move_to(SpecimenStatus.VOID, by=by, at=now, reason=f"转到 {barcode}：{why}"[:200], save=save)
    carried = {name: getattr(old, name) for name in CARRIED}
    new = Specimen.objects.create(
        barcode=barcode, status=status, box_id=box, position=position, moved_from=old, recorded_at=now, **carried
    )
    SpecimenMove.objects.create(
        subject=new, to_status=status, effective_at=now, by=by, token=token, reason=f"转自 {old.barcode}：{why}"[:200]
    )
    Pool.objects.filter(specimen=old).update(specimen=new)
    record("specimen.moved", by=by, subject=new, before={"tube": old.barcode}, after={"tube": new.barcode, "why": why})
    return new
