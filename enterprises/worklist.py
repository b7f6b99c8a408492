"""What the register leaves to do, by role."""

from typing import Any

from django.urls import reverse

from enterprises import worklist_oversight
from enterprises.actions.reporting import due_at
from enterprises.models import Employment, Enterprise, Filing
from parkportal.clock import end_of, park_now, park_today
from parkportal.privacy import mask_phone
from parkportal.records.worklist import Entry, Source


def _own(user: Any) -> Any:
    return Enterprise.objects.reached_by(user).current()


def reports_due(user: Any, limit: int) -> list[Entry]:
    """A contact's report of today that is not there yet."""
    day = park_today()
    missing = list(_own(user).report_missing(day)[:limit])
    if not missing:
        return []
    due = due_at(day)
    return [
        Entry(
            "日报",
            unit.name,
            f"{day.month}月{day.day}日的日报还没有交，没有变化也要报",
            "报日报",
            reverse("enterprises:daily_report", args=[unit.pk]),
            due,
        )
        for unit in missing
    ]


def filings_to_correct(user: Any, limit: int) -> list[Entry]:
    """A contact's filing that came back."""
    returned = Filing.objects.filter(status=Filing.Status.RETURNED, enterprise__in=_own(user)).select_related(
        "enterprise"
    )
    return [
        Entry(
            "备案",
            filing.enterprise.name,
            f"退回补正 {len(filing.corrections)} 项",
            "去补正",
            reverse("enterprises:filing_detail", args=[filing.pk]),
            end_of(park_today()),
        )
        for filing in returned[:limit]
    ]


def rosters_missing(user: Any, limit: int) -> list[Entry]:
    """A contact's enterprise without any people in its roster."""
    empty = _own(user).exclude(pk__in=Employment.objects.current().values("enterprise"))
    return [
        Entry("花名册", unit.name, "还没有返岗人员花名册，导入后才能批量报名检测", "导入花名册", roster_url(unit))
        for unit in empty[:limit]
    ]


def roster_url(enterprise: Enterprise) -> str:
    """Where the roster of an enterprise is imported."""
    return reverse("records:intake_upload", args=["roster"]) + f"?enterprise={enterprise.pk}"


def absent_reports(user: Any, limit: int) -> list[Entry]:
    """A squad member's enterprises whose report is late: one row each, with whom to phone."""
    now = park_now()
    due = due_at(now.date())
    if now < due:
        return []
    late = _own(user).report_missing(now.date())
    return [
        Entry(
            "零报告",
            unit.name,
            "今天的日报没有交，打电话问一下",
            "看日报",
            reverse("enterprises:report_list") + f"?q={unit.credit_code or unit.name}",
            due,
            unit.liaison_name,
            mask_phone(unit.liaison_phone),
        )
        for unit in late[:limit]
    ]


def filings_to_approve(user: Any, limit: int) -> list[Entry]:
    """The committee's filings that wait, the oldest first."""
    waiting = Filing.objects.waiting().select_related("enterprise").order_by("id")
    return [
        Entry(
            "备案",
            filing.enterprise.name,
            f"拟 {filing.planned_on.month}月{filing.planned_on.day}日复工" if filing.planned_on else "等待核准",
            "核对",
            reverse("enterprises:filing_review", args=[filing.pk]),
            end_of(park_today()),
            filing.enterprise.liaison_name,
            mask_phone(filing.enterprise.liaison_phone),
        )
        for filing in waiting[:limit]
    ]


CONTACT = ("contact", "principal")
ALL = (
    Source("report_due", CONTACT, reports_due),
    Source("filing_returned", CONTACT, filings_to_correct),
    Source("roster_missing", CONTACT, rosters_missing),
    Source("report_absent", ("squad",), absent_reports),
    Source("filing_waiting", ("committee",), filings_to_approve),
    *worklist_oversight.ALL,
)
