"""What boards, inspections and services leave to do, by role."""

from typing import Any

from django.db.models import Q
from django.urls import reverse

from enterprises.models import Board, Enterprise, Inspection
from parkportal.clock import end_of, park_today
from parkportal.given import given
from parkportal.records.worklist import Entry, Source


def _own(user: Any) -> Any:
    return Enterprise.objects.reached_by(user).current()


def boards_to_make(user: Any, limit: int) -> list[Entry]:
    """A contact's enterprise that must have a board and has none."""
    without = _own(user).due_for_board().exclude(pk__in=Board.objects.current().values("enterprise"))
    return [
        Entry("责任牌", unit.name, "责任牌还没有生成", "生成", reverse("enterprises:board_create", args=[unit.pk]))
        for unit in without[:limit]
    ]


def boards_to_hang(user: Any, limit: int) -> list[Entry]:
    """A contact's board that does not hang yet, or names people who have gone."""
    rows = Board.objects.current().filter(enterprise__in=_own(user)).select_related("enterprise")
    rows = rows.filter(Q(status=Board.Status.GENERATED) | Q(outdated_at__isnull=False)).order_by("id")
    return [_to_hang(board) for board in rows[:limit]]


def _to_hang(board: Board) -> Entry:
    name, unit = board.enterprise.name, board.enterprise_id
    if board.outdated_at is not None:
        href = reverse("enterprises:board_create", args=[unit])
        return Entry("责任牌", name, "责任牌上的人换了，请换新版", "换新版", href, end_of(park_today()))
    href = reverse("enterprises:board_post", args=[board.pk])
    return Entry("责任牌", name, f"第 {board.number} 版还没有登记张贴", "登记张贴", href)


def boards_to_verify(user: Any, limit: int) -> list[Entry]:
    """Boards that hang and that no park officer has seen yet, the oldest first."""
    rows = Board.objects.filter(status=Board.Status.POSTED, outdated_at=None, enterprise__in=_own(user))
    return [
        Entry(
            "责任牌",
            board.enterprise.name,
            f"第 {board.number} 版贴好了，到场核对姓名",
            "核验",
            reverse("enterprises:board_detail", args=[board.pk]),
        )
        for board in rows.select_related("enterprise").order_by("id")[:limit]
    ]


def rectifications(user: Any, limit: int) -> list[Entry]:
    """A contact's orders, the earliest term first."""
    rows = Inspection.objects.under_order().filter(enterprise__in=_own(user)).select_related("enterprise")
    return [
        Entry(
            "整改",
            one.enterprise.name,
            f"检查发现的问题，责任人 {one.responsible}，改好上传照片",
            "交整改材料",
            reverse("enterprises:inspection_evidence", args=[one.pk]),
            end_of(given(one.due_on)),
        )
        for one in rows.order_by("due_on", "id")[:limit]
    ]


def reinspections(user: Any, limit: int) -> list[Entry]:
    """What waits for the inspector: evidence that was sent, and terms that are over without any."""
    units = Enterprise.objects.followed_by(user).current()
    late = Inspection.objects.overdue().values("pk")
    rows = Inspection.objects.filter(Q(status=Inspection.Status.SUBMITTED) | Q(pk__in=late), enterprise__in=units)
    return [
        Entry(
            "整改复查",
            one.enterprise.name,
            "整改材料交了，等复查" if one.status == Inspection.Status.SUBMITTED else "期限过了，没有交整改材料",
            "登记复查",
            reverse("enterprises:inspection_reinspect", args=[one.pk]),
            end_of(given(one.due_on)),
            one.responsible,
        )
        for one in rows.select_related("enterprise").order_by("due_on", "id")[:limit]
    ]


CONTACT = ("contact", "principal")
ALL = (
    Source("board_missing", CONTACT, boards_to_make),
    Source("board_to_hang", CONTACT, boards_to_hang),
    Source("rectification_due", CONTACT, rectifications),
    Source("reinspection_due", ("supervisor", "squad", "committee"), reinspections),
    Source("board_to_verify", ("supervisor", "squad"), boards_to_verify),
)
