"""Correcting a released result: somebody asks with a new reading and a reason, somebody else decides; never in place."""

from typing import Any
from uuid import UUID

from django.db import transaction

from parkportal.clock import park_now
from parkportal.idempotency import once
from parkportal.messaging import outbox
from parkportal.records.audit import record
from parkportal.states import Refused
from testing.actions.custody import reject
from testing.actions.lab import NewReading, raise_alert, reading_row, tell_there_is_news
from testing.actions.notices import passed_on
from testing.actions.retests import recheck_pool
from testing.models import (
    Correction,
    CorrectionStatus,
    InvalidReason,
    Result,
    ResultValue,
    SignUp,
    Specimen,
    SpecimenStatus,
)


def ask_correction(*, reading: NewReading, reason: str, by: Any, token: UUID | None = None) -> Correction:
    """Say that a released result is wrong: the reading that should stand instead, and why. Nothing changes yet.

    `reading.note` names why a tube gives no result. Raises Refused `reason`, `no_reason`, `not_released`,
    `same_result`, `asked_already`.
    """
    if not reason.strip():
        raise Refused("reason", "请写为什么更正。")
    if reading.value == ResultValue.INVALID:
        _why_no_result(reading.note)

    def create() -> Correction:
        specimen = _released(reading.specimen_id, by)
        if specimen.corrections.open().exists():
            raise Refused("asked_already", f"{specimen.barcode} 已经有一份更正在等审核。")
        result = _in_force(specimen)
        if result.value == reading.value:
            raise Refused("same_result", f"现在的结果就是“{result.get_value_display()}”，不用更正。")
        row = reading_row(reading, specimen, by=by, now=park_now())
        row.save(force_insert=True)
        made = Correction.objects.create(
            specimen=specimen, reading=row, reason=reason.strip(), asked_by=by, token=token
        )
        record("correction.asked", by=by, subject=specimen, reason=made.reason)
        return made

    with transaction.atomic():
        return once(Correction, token, create)[0]


def _why_no_result(note: str) -> InvalidReason:
    named = InvalidReason.in_words(note)
    if named is None:
        raise Refused("no_reason", "请选为什么无效，本人重采时要知道。")
    return named


def _released(specimen_id: int, by: Any) -> Specimen:
    tubes = Specimen.objects.at_bench(by).select_for_update(of=("self",)).select_related("signup")
    specimen = tubes.filter(pk=specimen_id, status=SpecimenStatus.RELEASED).first()
    if specimen is None:
        raise Refused("not_released", "只有已发布的结果才用更正；还没发布的，退回检验就行。")
    return specimen


def _in_force(specimen: Specimen) -> Result:
    return Result.objects.filter(specimen=specimen).latest("version")


def accept_correction(*, correction: Correction, by: Any) -> Result:
    """A second person agrees: a new version stands beside the old one, which stays.

    A positive or suspect withholds the result and calls the officer, invalid asks the person to come again, negative
    is told as news. Raises Refused `own_correction`, `decided`.
    """
    with transaction.atomic():
        correction = _open(correction, by)
        specimen = _released(correction.specimen_id, by)
        before, reading, now = _in_force(specimen), correction.reading, park_now()
        result = Result.objects.create(
            specimen=specimen, version=before.version + 1, reading=reading, value=reading.value, tester=reading.tester,
            tester_name=reading.tester_name, tested_at=reading.tested_at, verifier=by, released_at=now,
            correction_reason=correction.reason,
        )  # fmt: skip
        _decide(correction, CorrectionStatus.ACCEPTED, by=by, result=result)
        _withdraw_old_news(specimen)
        if result.value == ResultValue.INVALID:
            reject(specimen, by=by, at=now, reason=_why_no_result(reading.note))
        elif result.is_withheld:
            raise_alert(result, by=by)
            recheck_pool(result, by=by, at=now)
        else:
            tell_there_is_news(specimen, by=by, version=result.version)
        record(
            "result.corrected", by=by, subject=specimen, reason=correction.reason,
            before={"版本": before.version}, after={"版本": result.version},
        )  # fmt: skip
    return result


def decline_correction(*, correction: Correction, by: Any) -> Correction:
    """A second person does not agree: the result stays. Raises Refused `own_correction`, `decided`."""
    with transaction.atomic():
        correction = _open(correction, by)
        _decide(correction, CorrectionStatus.DECLINED, by=by)
        record("correction.declined", by=by, subject=correction.specimen)
    return correction


def _open(correction: Correction, by: Any) -> Correction:
    found = (
        Correction.objects.select_for_update(of=("self",)).select_related("reading", "specimen").get(pk=correction.pk)
    )
    if found.status != CorrectionStatus.ASKED:
        raise Refused("decided", f"这份更正{found.get_status_display()}。")
    if by.pk in {found.asked_by_id, found.reading.tester_id}:
        raise Refused("own_correction", "提出更正的人不能审核自己的更正，请换一个人。")
    return found


def _decide(correction: Correction, status: str, *, by: Any, result: Result | None = None) -> None:
    correction.status, correction.decided_at, correction.decided_by = status, park_now(), by
    correction.result = result
    correction.save(update_fields=["status", "decided_at", "decided_by", "result"])


def _withdraw_old_news(specimen: Specimen) -> None:
    """What has not been sent about the old version is not sent any more."""
    occasion, why = f"specimen:{specimen.pk}", "结果已更正"
    outbox.withdraw("result_notice", occasion=occasion, reason=why)
    for signup in [specimen.signup] if specimen.signup else SignUp.objects.in_pool(specimen):
        outbox.withdraw("phoneless_notice", occasion=passed_on(signup, "result_notice", occasion), reason=why)
