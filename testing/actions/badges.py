"""Staff badges: who may take over a desk, and the code that says so."""

from typing import Any
from uuid import UUID

from parkportal.accounts.models import User, in_force
from parkportal.clock import park_now
from parkportal.idempotency import once
from parkportal.records.audit import record
from parkportal.records.codes import take_code
from parkportal.states import Refused
from testing.models import Badge, PointStaff, Session


def issue_badge(*, holder: User, by: Any, token: UUID | None = None) -> Badge:
    """A new badge for somebody who works at a sampling point; the old one is void. Raises Refused `no_point_staff`."""

    def create() -> Badge:
        if not PointStaff.objects.filter(in_force(), user=holder).exists():
            raise Refused("no_point_staff", f"{holder.name} 现在不是采样点人员，不能发工作证。")
        User.objects.select_for_update().get(pk=holder.pk)
        Badge.objects.filter(user=holder, voided_at__isnull=True).update(voided_at=park_now())
        badge = Badge.objects.create(user=holder, code=take_code("GH"), issued_by=by, token=token)
        record("badge.issued", by=by, subject=badge, after={"code": badge.code})
        return badge

    return once(Badge, token, create)[0]


def holder_of(*, code: str, session_id: int) -> User:
    """Whose badge it is, if they work at the point of the sitting.

    Raises Refused `unknown_badge`, `badge_void`, `badge_elsewhere`.
    """
    badge = Badge.objects.select_related("user").filter(code=code).first()
    if badge is None:
        raise Refused("unknown_badge", "没有这个工作证号", said="工作证不对")
    if badge.voided_at is not None or not badge.user.is_active:
        raise Refused("badge_void", "这张工作证已经作废", said="工作证不对")
    point = Session.objects.filter(pk=session_id).values("point")
    if not PointStaff.objects.filter(in_force(), user=badge.user, point__in=point).exists():
        raise Refused("badge_elsewhere", f"{badge.user.name} 不是这个采样点的人员", said="工作证不对")
    return badge.user
