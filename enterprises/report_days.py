"""The last days of one enterprise's daily report: which came, which were late, which are missing."""

from dataclasses import dataclass
from datetime import date, timedelta

from enterprises.actions.reporting import OLDEST
from enterprises.models import DailyReport, Enterprise
from enterprises.models.register_rows import REPORTING
from parkportal.clock import end_of, park_today


@dataclass(frozen=True)
class ReportDay:
    """One day: the report in force, or None; `is_due` when the enterprise had to report on it."""

    day: date
    report: DailyReport | None
    is_due: bool

    @property
    def is_today(self) -> bool:
        return self.day == park_today()


def report_days(enterprise: Enterprise) -> list[ReportDay]:
    """Today and the week before it that can still be reported, the latest first: two statements."""
    today = park_today()
    days = [today - timedelta(days=back) for back in range(OLDEST.days + 1)]
    reports = DailyReport.objects.in_force().filter(enterprise=enterprise, day__gte=days[-1])
    there = {report.day: report for report in reports}
    moves = list(enterprise.moves.order_by("effective_at", "id").values_list("effective_at", "to_status"))
    rows = []
    for day in days:
        status = next((to for when, to in reversed(moves) if when < end_of(day)), "")
        rows.append(ReportDay(day, there.get(day), status in REPORTING and not enterprise.exclusion))
    return rows
