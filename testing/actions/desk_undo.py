"""Taking back the last step at the sampling desk, with a reason."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet

from parkportal.clock import park_now
from parkportal.reasons import plain_reason
from parkportal.states import Refused
from testing.actions.desk import write_move
from testing.actions.pooling import leave_pool
from testing.models import DoorStop, InvalidReason, Mode, SignUp, SignUpMove, SignUpStatus, Specimen, SpecimenStatus

UNDO_WITHIN = timedelta(minutes=30)


def undo_last(*, session_id: int, by: Any, token: UUID, reason: str = "") -> tuple[SignUp, str]:
    """Take back the last step that this person made at this desk; the sign-up and what it was.

    A tube that was bound is void and not used again; a temperature goes with what followed from it, also the way to the
    door. Raises Refused `nothing_to_undo`, `packed`, `says_who`.
    """
    with transaction.atomic():
        repeated = SignUpMove.objects.filter(token=token).select_related("subject").first()
        if repeated is not None:
            return repeated.subject, repeated.from_status
        last = (
            SignUpMove.objects.select_related("subject")
            .filter(
                session=session_id, by=by, is_correction=False, effective_at__gt=park_now() - UNDO_WITHIN,
                subject__status=F("to_status"),
            )
            .exclude(Exists(_taken_back_since()))
            .order_by("-id")
            .first()
        )  # fmt: skip
        if last is None:
            raise Refused("nothing_to_undo", "半小时内没有可以撤销的一步", said="没有可撤销的")
        signup = SignUp.objects.select_for_update(of=("self",)).get(pk=last.subject_id)
        words = plain_reason(reason, names=[signup.name]) or "操作台撤销"
        _take_back(signup, last, session_id=session_id, by=by, token=token, reason=words)
    return signup, last.to_status


def _take_back(signup: SignUp, last: SignUpMove, *, session_id: int, by: Any, token: UUID, reason: str) -> None:
    now = park_now()
    if last.to_status in {SignUpStatus.COLLECTED, SignUpStatus.KITTED}:
        specimen = Specimen.objects.live().filter(signup=signup).first()
        if specimen is not None:
            if specimen.status not in {SpecimenStatus.COLLECTED, SpecimenStatus.ISSUED}:
                raise Refused("packed", "这支管已经装箱，先从箱里拿出来", said="不能撤销")
            specimen.voided_at, specimen.invalid_reason = now, InvalidReason.UNDONE
            specimen.move_to(
                SpecimenStatus.VOID, by=by, at=now, reason=reason, save=("voided_at", "invalid_reason"), correction=True
            )
        else:
            signup.left_pool = leave_pool(signup, by=by, at=now, reason=reason)
        write_move(signup, SignUpStatus.MEASURED, by=by, at=now, token=token, session_id=session_id, lane=last.lane,
              reason=reason, correction=True)  # fmt: skip
        return
    back = _before_the_temperature(signup, last)
    signup.temperature_tenths = None
    save: tuple[str, ...] = ("temperature_tenths",)
    if back != SignUpStatus.STOPPED:  # who is still stopped has come
        signup.attended_at = signup.attended_session_id = None
        save += ("attended_at", "attended_session_id")
    if last.routed_from:
        signup.group, signup.mode = last.routed_from, Mode.POINT
        save += ("group", "mode")
        planned = signup.door_stops.filter(outcome=DoorStop.Outcome.PLANNED)
        planned.update(outcome=DoorStop.Outcome.DROPPED, outcome_at=now, outcome_by=by)
    write_move(signup, back, by=by, at=now, token=token, session_id=session_id, lane=last.lane, reason=reason,
          correction=True, save=save)  # fmt: skip


def _taken_back_since() -> QuerySet[SignUpMove]:
    """The undo of a step that left the person in the status it came from: a second temperature, a second fever."""
    return SignUpMove.objects.filter(
        subject=OuterRef("subject"), is_correction=True, from_status=OuterRef("to_status"), id__gt=OuterRef("id")
    )


def _before_the_temperature(signup: SignUp, last: SignUpMove) -> str:
    """Where the person stands without it. Only the last temperature is kept: before it there is none, so that nobody is
    left as measured."""
    if last.from_status != SignUpStatus.MEASURED:
        return last.from_status or SignUpStatus.REGISTERED
    first = (
        signup.moves.filter(to_status=SignUpStatus.MEASURED, is_correction=False)
        .exclude(from_status=SignUpStatus.MEASURED)
        .order_by("-id")
        .first()
    )
    return (first and first.from_status) or SignUpStatus.REGISTERED
