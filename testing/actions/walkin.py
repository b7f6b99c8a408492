"""Who comes without an appointment: the places kept for them, and going over with a reason that stays on record."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q, Sum

from parkportal.records.audit import record
from parkportal.states import Refused
from testing.actions.signups import Declaration, group_for, sign_up
from testing.models import Session, SignUp, SignUpStatus, Source


def walk_in_places(session: Session) -> tuple[int, int]:
    """How many places are kept for walk-ins and how many are used. (0, n) where the sitting keeps none: no limit."""
    kept = session.slots.aggregate(kept=Sum("walk_in", default=0))["kept"]
    on_the_way = Q(attended_session__isnull=True, status=SignUpStatus.REGISTERED, created_at__gte=session.starts_at)
    people = SignUp.objects.open().filter(campaign=session.campaign_id, source=Source.DESK)
    return kept, people.filter(Q(attended_session=session.pk) | on_the_way).count()


def sign_up_walk_in(
    *, session: Session, declaration: Declaration, by: Any, token: UUID, over_reason: str = ""
) -> SignUp:
    """Sign somebody up who stands at the desk. When the kept places are used, only with a reason (decision 94).

    The same token gives the same sign-up. Raises AlreadySignedUp, or Refused `walk_in_full`.
    """
    consent = session.campaign.current_consent()
    with transaction.atomic():
        Session.objects.select_for_update(of=("self",)).get(pk=session.pk)
        kept, used = walk_in_places(session)
        is_over = bool(kept) and used >= kept and not SignUp.objects.filter(token=token).exists()
        if is_over and not over_reason.strip():
            raise Refused("walk_in_full", f"现场名额 {kept} 个已经用完。要加人，由带队的人定，并写原因。")
        signup = sign_up(
            campaign_id=session.campaign_id, declaration=declaration, group=group_for(declaration), slot_id=None,
            consent_id=consent.pk if consent else None, token=token, source=Source.DESK, by=by,
        )  # fmt: skip
        if is_over:
            record("walkin.over", by=by, subject=signup, after={"名额": kept, "已用": used}, reason=over_reason.strip())
    return signup
