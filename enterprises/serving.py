"""The services' part of the enterprise file: what the park wrote to the enterprise and did for it, the latest first."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Case, CharField, F, QuerySet, Value, When
from django.urls import reverse

from enterprises.models import Enterprise, GreetingContact, GreetingKind, Guidance, NoticeReceipt, PermitCase, letters
from enterprises.models.canteen import GuidanceStatus
from enterprises.models.permits import RUNNING, PermitStatus
from parkportal.clock import park_today

SHOWN = 12
LATE, READ, UNREAD, REACHED, NOT_REACHED = "late", "read", "unread", "reached", "not_reached"
# kind → its word, the URL name of its page
KINDS = {
    "notice": ("通知", "enterprises:notice_detail"),
    "permit": ("绿色通道", "enterprises:permit_detail"),
    GreetingKind.LETTER: ("慰问信", "enterprises:greeting_detail"),
    GreetingKind.SMS: ("暖心短信", "enterprises:greeting_detail"),
    GreetingKind.GREETING: ("问候", "enterprises:greeting_detail"),
    "guidance": ("食堂指导", "enterprises:guidance_detail"),
}
# status → shape and word; a stage of a permit that is not here is under way
STATES = {
    READ: ("ok", "看过了"),
    UNREAD: ("todo", "没有看"),
    LATE: ("warn", "超过承诺"),
    REACHED: ("ok", "已送到"),
    NOT_REACHED: ("todo", "还没有"),
    PermitStatus.GRANTED: ("done", "准予许可"),
    PermitStatus.DENIED: ("refused", "不予许可"),
    PermitStatus.WITHDRAWN: ("na", "撤回"),
    GuidanceStatus.REQUESTED: ("todo", "已申请"),
    GuidanceStatus.ASSIGNED: ("doing", "已派指导员"),
    GuidanceStatus.DONE: ("ok", "指导完成"),
    **{stage: ("doing", stage.label) for stage in RUNNING},
}


@dataclass(frozen=True)
class Service:
    """One line: a notice, a permit … with its day, its state and its page."""

    kind: str
    key: int
    title: str
    at: datetime
    status: str

    @property
    def word(self) -> str:
        return KINDS[self.kind][0]

    @property
    def url(self) -> str:
        return reverse(KINDS[self.kind][1], args=[self.key])

    @property
    def shape(self) -> str:
        return STATES[self.status][0]

    @property
    def state(self) -> str:
        return STATES[self.status][1]


def _lines(rows: QuerySet, kind: Any, *, key: str, title: str, at: str, status: Any) -> QuerySet:
    lines = {"line_kind": kind, "line_key": F(key), "line_title": F(title), "line_at": F(at)}
    return rows.order_by().annotate(**lines, line_status=status).values_list(*lines, "line_status")


def _notices(enterprise: Enterprise, user: Any) -> QuerySet:
    rows = NoticeReceipt.objects.visible_to(user).filter(enterprise=enterprise)
    status = Case(When(read_at=None, then=Value(UNREAD)), default=Value(READ), output_field=CharField())
    return _lines(
        rows, Value("notice", CharField()), key="notice_id", title="notice__title", at="notice__sent_at", status=status
    )


def _permits(enterprise: Enterprise, user: Any) -> QuerySet:
    rows = PermitCase.objects.visible_to(user).filter(enterprise=enterprise)
    late = When(status__in=RUNNING, due_on__lt=park_today(), then=Value(LATE))
    status = Case(late, default=F("status"), output_field=CharField())
    return _lines(rows, Value("permit", CharField()), key="pk", title="name", at="created_at", status=status)


def _greetings(enterprise: Enterprise, user: Any) -> QuerySet:
    rows = GreetingContact.objects.visible_to(user).filter(enterprise=enterprise)
    reached = When(letters.REACHED, then=Value(REACHED))
    status = Case(reached, default=Value(NOT_REACHED), output_field=CharField())
    kind, title, at = F("greeting__kind"), "greeting__title", "greeting__created_at"
    return _lines(rows, kind, key="greeting_id", title=title, at=at, status=status)


def _guidances(enterprise: Enterprise, user: Any) -> QuerySet:
    rows = Guidance.objects.visible_to(user).filter(enterprise=enterprise)
    kind = Value("guidance", CharField())
    return _lines(rows, kind, key="pk", title="wish", at="requested_at", status=F("status"))


def section_of(enterprise: Enterprise, user: Any) -> dict[str, Any]:
    """All kinds in one statement, so that the file stays within its thirty."""
    first, *others = (source(enterprise, user) for source in (_notices, _permits, _greetings, _guidances))
    rows = first.union(*others, all=True).order_by("-line_at")
    return {
        "services": [Service(*row) for row in rows[:SHOWN]],
        "may_permit": user.has_role("committee", "supervisor", "squad"),
    }
