"""Who has a board on the wall and who has not: coverage by tag, tabs and rows of the page 责任上墙."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery

from enterprises.models import Board, BoardMove, Enterprise, ResumptionStatus
from parkportal.records.models import Term

ON_THE_WALL = (Board.Status.POSTED, Board.Status.VERIFIED)
HANGS = Q(board_status__in=ON_THE_WALL)
HANGS_NOT = Q(board_status__isnull=True) | ~HANGS
TABS = (
    ("missing", "缺责任牌"),
    ("outdated", "内容已过时"),
    ("waiting", "待核验"),
    ("done", "已上墙"),
    ("not_resumed", "还没有复工"),
)


def followed(user: Any) -> QuerySet[Enterprise]:
    """The units of the person's scope, each with its current board."""
    boards = Board.objects.current().filter(enterprise=OuterRef("pk"))
    posted = BoardMove.objects.filter(subject__enterprise=OuterRef("pk"), to_status=Board.Status.POSTED)
    return (
        Enterprise.objects.followed_by(user)
        .current()
        .annotate(
            board_id=Subquery(boards.values("pk")[:1]),
            board_status=Subquery(boards.values("status")[:1]),
            board_number=Subquery(boards.values("number")[:1]),
            board_outdated_at=Subquery(boards.values("outdated_at")[:1]),
            posted_at=Subquery(posted.order_by("-effective_at", "-id").values("effective_at")[:1]),
            is_due=Exists(Enterprise.objects.due_for_board().filter(pk=OuterRef("pk"))),
        )
    )


def in_tab(rows: QuerySet[Enterprise], tab: str) -> QuerySet[Enterprise]:
    """The rows behind a tab."""
    if tab == "outdated":
        return rows.filter(board_outdated_at__isnull=False)
    if tab == "waiting":
        return rows.filter(board_status=Board.Status.POSTED)
    if tab == "done":
        return rows.filter(HANGS)
    if tab == "not_resumed":
        return rows.filter(pk__in=_tagged_not_resumed())
    return rows.filter(is_due=True).filter(HANGS_NOT)


def _tagged_not_resumed() -> QuerySet[Any]:
    """Tagged 规上 or 重点 and not at work: no board is asked of them yet, they are listed apart."""
    tagged = Term.objects.filter(kind="tag", code__in=("above_scale", "key"))
    return (
        Enterprise.objects.enterprises().filter(tags__in=tagged).exclude(status=ResumptionStatus.RESUMED).values("pk")
    )


def counts(rows: QuerySet[Enterprise]) -> Mapping[str, int]:
    """How many stand behind each tab, and how many must have a board: one statement."""
    return rows.order_by().aggregate(
        due=Count("pk", filter=Q(is_due=True)),
        due_done=Count("pk", filter=Q(is_due=True) & HANGS),
        missing=Count("pk", filter=Q(is_due=True) & HANGS_NOT),
        outdated=Count("pk", filter=Q(board_outdated_at__isnull=False)),
        waiting=Count("pk", filter=Q(board_status=Board.Status.POSTED)),
        done=Count("pk", filter=HANGS),
        not_resumed=Count("pk", filter=Q(pk__in=_tagged_not_resumed())),
    )


def coverage(user: Any) -> list[dict[str, Any]]:
    """By tag: resumed enterprises, those with a board on the wall, and how many are missing. One statement."""
    units = Enterprise.objects.followed_by(user).enterprises().filter(status=ResumptionStatus.RESUMED)
    done = Board.objects.filter(status__in=ON_THE_WALL).values("enterprise")
    through = Enterprise.tags.through.objects.filter(term__kind="tag", enterprise__in=units.values("pk"))
    rows = (
        through.values(tag=F("term"), label=F("term__label"), position=F("term__position"))
        .annotate(due=Count("pk"), done=Count("pk", filter=Q(enterprise__in=done)))
        .order_by("position")
    )
    return [{**row, "missing": row["due"] - row["done"]} for row in rows]
