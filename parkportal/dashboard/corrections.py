"""What became known after a week was frozen: listed beside the issue, never applied to it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from enterprises.models import BoardMove, DailyReport, ResumptionMove
from enterprises.models.boards import BoardStatus
from parkportal.clock import day_of
from parkportal.dashboard.models import WeeklyIssue
from parkportal.states import known_by

SHOWN = 50


@dataclass(frozen=True)
class Correction:
    """A fact of the week that came late: when it was recorded, whose it is, what stood there and what should."""

    recorded_at: datetime
    subject: Any
    what: str
    then: str
    now: str
    by: Any


def corrections_of(issue: WeeklyIssue) -> list[Correction]:
    """Late statuses, boards and daily reports that fall into the week of a frozen issue, latest first; at most 50."""
    start = issue.as_of - timedelta(days=7)
    late = {"effective_at__gte": start, "effective_at__lt": issue.as_of, "recorded_at__gt": known_by(issue.as_of)}
    found = [*_statuses(late), *_boards(late), *_reports(issue, start)]
    return sorted(found, key=lambda row: row.recorded_at, reverse=True)[:SHOWN]


def _statuses(late: dict[str, Any]) -> list[Correction]:
    moves = ResumptionMove.objects.filter(**late).select_related("subject", "by")[:SHOWN]
    labels = dict(ResumptionMove.subject.field.related_model.Status.choices)  # type: ignore[attr-defined]
    return [
        Correction(
            move.recorded_at,
            move.subject,
            "复工状态",
            labels.get(move.from_status, "—"),
            labels[move.to_status],
            move.by,
        )
        for move in moves
    ]


def _boards(late: dict[str, Any]) -> list[Correction]:
    moves = BoardMove.objects.filter(**late).select_related("subject__enterprise", "by")[:SHOWN]
    labels = dict(BoardStatus.choices)
    return [
        Correction(
            move.recorded_at,
            move.subject.enterprise,
            "责任牌",
            labels.get(BoardStatus(move.from_status), "—") if move.from_status else "—",
            labels[BoardStatus(move.to_status)],
            move.by,
        )
        for move in moves
    ]


def _reports(issue: WeeklyIssue, start: datetime) -> list[Correction]:
    rows = DailyReport.objects.filter(
        day__gte=day_of(start), day__lt=day_of(issue.as_of), reported_at__gt=known_by(issue.as_of)
    ).select_related("enterprise", "corrects", "reported_by")[:SHOWN]
    return [
        Correction(
            row.reported_at,
            row.enterprise,
            f"{row.day.month}月{row.day.day}日到岗（人）",
            f"{row.corrects.on_duty}" if row.corrects else "未报",
            f"{row.on_duty}",
            row.reported_by,
        )
        for row in rows
    ]
