"""The bench: readings, a second person, release, alerts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.urls import reverse

from parkportal.accounts.models import User
from parkportal.clock import park_now
from parkportal.messaging import outbox
from parkportal.records import settings
from parkportal.records.audit import record
from parkportal.states import Refused
from testing.actions.custody import BATCH, advance, reject
from testing.actions.notices import tell_person
from testing.actions.retests import recheck_pool
from testing.models import (
    WITHHELD,
    Alert,
    InvalidReason,
    Reading,
    Result,
    ResultValue,
    SignUp,
    Specimen,
    SpecimenStatus,
)


@dataclass(frozen=True)
class NewReading:
    """What the tester found in one tube; `tested_at` None means now."""

    specimen_id: int
    value: str
    tested_at: datetime | None = None
    ct_orf1ab: Decimal | None = None
    ct_n: Decimal | None = None
    tester_name: str = ""
    note: str = ""


def start_testing(*, specimen_ids: Sequence[int], by: Any) -> int:
    """Received tubes go on the machine. How many; tubes that are past that stay as they are."""
    with transaction.atomic():
        tubes = list(_bench(by, specimen_ids).filter(status=SpecimenStatus.RECEIVED))
        advance(tubes, SpecimenStatus.TESTING, by=by, at=park_now())
    return len(tubes)


def _bench(user: Any, specimen_ids: Sequence[int]) -> Any:
    return Specimen.objects.at_bench(user).filter(pk__in=specimen_ids).select_for_update(of=("self",)).order_by("id")


def record_readings(*, readings: Sequence[NewReading], by: Any) -> int:
    """Write what was found; the tubes wait for a second person. How many were written.

    A tube without a result may get one; one that waits for verification gets another reading only at the bench by
    sending it back first. Raises Refused `not_testable` naming the tube.
    """
    with transaction.atomic():
        by_id = {reading.specimen_id: reading for reading in readings}
        tubes = list(_bench(by, list(by_id)))
        wrong = [t for t in tubes if t.status not in {SpecimenStatus.RECEIVED, SpecimenStatus.TESTING}]
        if wrong or len(tubes) != len(by_id):
            words = (
                f"{wrong[0].barcode} 现在是“{wrong[0].get_status_display()}”，不能录结果。"
                if wrong
                else "有的管不在这里。"
            )
            raise Refused("not_testable", words)
        now = park_now()
        Reading.objects.bulk_create(
            [reading_row(by_id[tube.pk], tube, by=by, now=now) for tube in tubes], batch_size=BATCH
        )
        fresh = [tube for tube in tubes if tube.status == SpecimenStatus.RECEIVED]
        advance(fresh, SpecimenStatus.TESTING, by=by, at=now)
        for tube in tubes:
            tube.tested_at = _tested(by_id[tube.pk], tube, now)
        Specimen.objects.bulk_update(tubes, ["tested_at"], batch_size=BATCH)
        advance(tubes, SpecimenStatus.VERIFYING, by=by, at=now)
    return len(tubes)


def reading_row(reading: NewReading, tube: Specimen, *, by: Any, now: datetime) -> Reading:
    return Reading(
        specimen=tube,
        value=reading.value,
        ct_orf1ab=reading.ct_orf1ab,
        ct_n=reading.ct_n,
        tester=by,
        tester_name=reading.tester_name or by.name,
        tested_at=reading.tested_at or now,
        note=reading.note,
        recorded_at=now,
    )


def _tested(reading: NewReading, tube: Specimen, now: datetime) -> datetime:
    """The tube's own time line never runs backwards nor ahead of the clock, whatever a file says; the reading keeps
    what the file said."""
    told = min(reading.tested_at or now, now)
    return max(told, tube.received_at) if tube.received_at else told


def latest_readings(specimen_ids: Sequence[int]) -> dict[int, Reading]:
    """specimen id → its last reading."""
    rows = Reading.objects.filter(specimen__in=specimen_ids).select_related("tester").order_by("specimen", "-id")
    found: dict[int, Reading] = {}
    for row in rows:
        found.setdefault(row.specimen_id, row)
    return found


def release_negatives(*, specimen_ids: Sequence[int], by: Any) -> int:
    """A second person releases negatives in one batch; each person is told that there is news. How many.

    Raises Refused `own_reading` when one was entered by the same person, `not_negative`, `not_waiting`.
    """
    with transaction.atomic():
        tubes = list(_bench(by, specimen_ids).select_related("signup"))
        readings = latest_readings([tube.pk for tube in tubes])
        for tube in tubes:
            _may_be_released(tube, readings.get(tube.pk), by)
            if readings[tube.pk].value != ResultValue.NEGATIVE:
                raise Refused("not_negative", f"{tube.barcode} 不是阴性，要一管一管地审。")
        now = park_now()
        Result.objects.bulk_create(
            [_result(tube, readings[tube.pk], by=by, now=now) for tube in tubes], batch_size=BATCH
        )
        advance(tubes, SpecimenStatus.RELEASED, by=by, at=now, released_at=now)
        for tube in tubes:
            tell_there_is_news(tube, by=by)
    return len(tubes)


def _may_be_released(tube: Specimen, reading: Reading | None, by: Any) -> None:
    if tube.status != SpecimenStatus.VERIFYING or reading is None:
        raise Refused("not_waiting", f"{tube.barcode} 现在是“{tube.get_status_display()}”，不在待审核里。")
    if reading.tester_id == by.pk:
        raise Refused("own_reading", "检验的人不能审核自己的结果，请换一个人。")


def _result(tube: Specimen, reading: Reading, *, by: Any, now: datetime, value: str = "") -> Result:
    return Result(
        specimen=tube,
        reading=reading,
        value=value or reading.value,
        tester=reading.tester,
        tester_name=reading.tester_name,
        tested_at=tube.tested_at or reading.tested_at,
        verifier=by,
        released_at=now,
    )


def tell_there_is_news(tube: Specimen, *, by: Any, version: int = 1) -> None:
    """Whoever's swab it was hears that something is to be read, once for each version; never what."""
    for signup in [tube.signup] if tube.signup else SignUp.objects.in_pool(tube):
        occasion = f"specimen:{tube.pk}" + (f":v{version}" if version > 1 else "")
        link = reverse("public:results")
        tell_person(signup, "result_notice", occasion=occasion, values={"link": link}, by=by)


def release_one(*, specimen_id: int, value: str, by: Any, reason: str = "") -> Result | None:
    """A second person decides one tube that is not negative.

    Positive and suspect are released but withheld: no message to the person, an alert to the named officer without
    the result. Of a mixed tube everybody is swabbed again alone. Invalid gives no result: the person comes again, for
    `reason`, an InvalidReason, or else the one that the reading's note names. Raises Refused as `release_negatives`,
    `no_reason`, and `other_value` when the decision is milder than the reading.
    """
    with transaction.atomic():
        tube = _bench(by, [specimen_id]).select_related("signup").first()
        reading = latest_readings([specimen_id]).get(specimen_id)
        if tube is None or reading is None:
            raise Refused("not_waiting", "这支管不在待审核里。")
        _may_be_released(tube, reading, by)
        if value == ResultValue.INVALID:
            reject(tube, by=by, at=park_now(), reason=_why_invalid(reason, reading))
            return None
        if value not in WITHHELD:
            raise Refused("other_value", "不是阴性的管只能定为可疑、阳性或无效；要改结果请退回检验。")
        now = park_now()
        result = _result(tube, reading, by=by, now=now, value=value)
        result.save(force_insert=True)
        tube.released_at = now
        tube.move_to(SpecimenStatus.RELEASED, by=by, at=now, save=("released_at",))
        raise_alert(result, by=by)
        recheck_pool(result, by=by, at=now)
    return result


def _why_invalid(reason: str, reading: Reading) -> InvalidReason:
    if reason in InvalidReason.at_bench():
        return InvalidReason(reason)
    named = InvalidReason.in_words(reading.note)
    if reason or named is None:
        raise Refused("no_reason", "请选为什么无效，本人重采时要知道。")
    return named


def raise_alert(result: Result, *, by: Any) -> None:
    officer = User.objects.filter(username=settings.get("positive_contact"), is_active=True).first()
    alert = Alert.objects.create(result=result, specimen=result.specimen, officer=officer)
    link = reverse("testing:alert", args=[alert.pk])
    for user in [officer] if officer else User.objects.with_role("committee"):
        outbox.put(
            "positive_alert",
            occasion=f"alert:{alert.pk}",
            to_user=user,
            values={"name": user.name, "link": link},
            context_id=alert.pk,
            by=by,
        )


def send_back(*, specimen_ids: Sequence[int], by: Any, reason: str) -> int:
    """Back on the machine for another reading. How many. Raises Refused `reason`."""
    if not reason.strip():
        raise Refused("reason", "请写为什么退回。")
    with transaction.atomic():
        tubes = list(_bench(by, specimen_ids).filter(status=SpecimenStatus.VERIFYING))
        advance(tubes, SpecimenStatus.TESTING, by=by, at=park_now(), reason=reason.strip())
    return len(tubes)


def acknowledge_alert(*, alert: Alert, note: str, by: Any) -> Alert:
    """The named officer takes the case in hand, once. Raises Refused `acknowledged`."""
    now = park_now()
    taken = Alert.objects.filter(pk=alert.pk, acknowledged_at__isnull=True)
    with transaction.atomic():
        if not taken.update(acknowledged_at=now, acknowledged_by=by, note=note):
            raise Refused("acknowledged", "已经有人接手了。")
        record("alert.acknowledged", by=by, subject=alert)  # the note stays with the alert, and goes with the persons
    alert.refresh_from_db()
    return alert
