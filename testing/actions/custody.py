"""Moving many tubes at once, and what follows when a tube cannot give a result."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.urls import reverse

from parkportal.states import Refused
from testing.actions.notices import tell_person
from testing.models import InvalidReason, LeftWhy, SignUp, SignUpStatus, Specimen, SpecimenMove, SpecimenStatus

BATCH = 500


def advance(
    specimens: Sequence[Specimen], to: str, *, by: Any, at: datetime, reason: str = "", **changes: Any
) -> list[Specimen]:
    """Move tubes that the caller has locked, all or none, with one move each; `changes` are set on every one.

    Raises Refused `forbidden_move` naming the first tube that may not go there.
    """
    labels = dict(SpecimenStatus.choices)
    for specimen in specimens:
        if not specimen.can_move(to):
            words = f"{specimen.barcode} 现在是“{labels[specimen.status]}”，不能改为“{labels[to]}”。"
            raise Refused("forbidden_move", words, said="这管不行")
    ids = [specimen.pk for specimen in specimens]
    for start in range(0, len(ids), BATCH):
        Specimen.objects.filter(pk__in=ids[start : start + BATCH]).update(status=to, **changes)
    SpecimenMove.objects.bulk_create(
        [
            SpecimenMove(
                subject=specimen, from_status=specimen.status, to_status=to, effective_at=at, by=by, reason=reason
            )
            for specimen in specimens
        ],
        batch_size=BATCH,
    )
    for specimen in specimens:
        specimen.status = to
        for name, value in changes.items():
            setattr(specimen, name, value)
    return list(specimens)


def ask_to_come_again(specimen: Specimen, *, by: Any, at: datetime, reason: str) -> None:
    """Whoever's swab lies in the tube has to be swabbed again with a new one; a mixed tube lets go of all its people."""
    if specimen.is_pool:
        people: list[int | None] = [member.signup_id for member in specimen.pool.release(why=LeftWhy.UNFIT, at=at)]
    else:
        people = [specimen.signup_id]
    for signup_id in people:
        swab_again(signup_id, occasion=f"specimen:{specimen.pk}", by=by, at=at, reason=InvalidReason(reason).label)


def swab_again(signup_id: int | None, *, occasion: str, by: Any, at: datetime, reason: str) -> None:
    """One person comes again; the message says so and no more."""
    signup = SignUp.objects.select_for_update(of=("self",)).get(pk=signup_id)
    if signup.status == SignUpStatus.COLLECTED:
        signup.move_to(SignUpStatus.RECOLLECT, by=by, at=at, reason=reason)
    link = reverse("public:signup_code", args=[signup.public_token])
    tell_person(signup, "recollect_notice", occasion=occasion, values={"link": link}, by=by)


def reject(specimen: Specimen, *, by: Any, at: datetime, reason: str) -> None:
    """A tube that was collected cannot be tested: it is not negative, and the person comes again.

    Before the hand-over it is void; the laboratory rejects it. Both lead to 需重采.
    """
    words = InvalidReason(reason).label
    specimen.invalid_reason = reason
    if specimen.status in {SpecimenStatus.COLLECTED, SpecimenStatus.PACKED}:
        specimen.box, specimen.position, specimen.voided_at = None, None, at
        save = ("invalid_reason", "box", "position", "voided_at")
        specimen.move_to(SpecimenStatus.VOID, by=by, at=at, reason=words, save=save)
    else:
        specimen.rejected_at = at
        specimen.move_to(SpecimenStatus.RECOLLECT, by=by, at=at, reason=words, save=("invalid_reason", "rejected_at"))
    ask_to_come_again(specimen, by=by, at=at, reason=reason)
