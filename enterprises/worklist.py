"""What the register leaves to do, by role."""

from dataclasses import replace
from typing import Any

from django.db.models import Q
from django.urls import reverse

from enterprises import worklist_oversight, worklist_services
from enterprises.actions.chasing import due_at
from enterprises.models import Doubt, Employment, Enterprise, Filing, Need, PlannedContact, Promise
from enterprises.visiting import own_list
from parkportal.clock import at, end_of, park_now, park_today
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
    late = Enterprise.objects.report_missing(now.date()).filter(pk__in=own_list(user).values("pk"))
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


def doubles_to_judge(user: Any, limit: int) -> list[Entry]:
    """Pairs of the register that look like one unit: one row for all of them."""
    waiting = Doubt.objects.waiting().order_by("id").select_related("first", "second")[: limit + 1]
    pairs = list(waiting)
    if not pairs:
        return []
    count = f"{limit} 对以上" if len(pairs) > limit else f"{len(pairs)} 对"
    detail = f"{pairs[0].first.name}和{pairs[0].second.name}像是同一家"
    return [Entry("名录", f"疑似重复 {count}", detail, "核对", reverse("enterprises:duplicate_list"))]


def planned_contacts(user: Any, limit: int) -> list[Entry]:
    """A squad member's calls and visits that are due, as one walks from building to building."""
    due = PlannedContact.objects.due().filter(enterprise__in=own_list(user)).select_related("enterprise")
    return [
        Entry(
            plan.get_channel_display(),
            plan.enterprise.name,
            f"{plan.enterprise.place}：{plan.purpose}" if plan.enterprise.place else plan.purpose,
            "登记",
            f"{reverse('enterprises:visit_create', args=[plan.enterprise_id])}?channel={plan.channel}",
            at(plan.due_on, plan.clock) if plan.clock else end_of(plan.due_on),
            plan.enterprise.liaison_name,
            mask_phone(plan.enterprise.liaison_phone),
        )
        for plan in due.in_building_order()[:limit]
    ]


def promises_due(user: Any, limit: int) -> list[Entry]:
    """What a squad member's enterprises were promised."""
    open_ones = Promise.objects.open().filter(enterprise__in=own_list(user)).select_related("enterprise")
    return [
        Entry(
            "答应的事",
            promise.enterprise.name,
            promise.words,
            "看记录",
            reverse("enterprises:visit_detail", args=[promise.visit_id]),
            end_of(promise.due_on),
        )
        for promise in open_ones[:limit]
    ]


def _need_entry(need: Need, verb: str, detail: str = "") -> Entry:
    return Entry(
        "诉求",
        need.enterprise.name,
        detail or need.description[:60],
        verb,
        reverse("enterprises:need_detail", args=[need.pk]),
        end_of(need.due_on),
        need.enterprise.liaison_name,
        mask_phone(need.enterprise.liaison_phone),
    )


def needs_in_hand(user: Any, limit: int) -> list[Entry]:
    """Needs that wait for this person: as owner, as the enterprise's squad; the committee sees what nobody has."""
    waiting = Need.objects.open().filter(_in_hand(user)).select_related("enterprise").order_by("due_on", "pk")
    return [_need_entry(need, "办理") for need in waiting[:limit]]


def _in_hand(user: Any) -> Q:
    mine = Q(owner=user)
    if user.has_role("squad"):
        mine |= Q(owner__isnull=True, enterprise__in=own_list(user))
    if user.has_role("committee"):
        mine |= Q(department="") | Q(due_on__lt=park_today())
    return mine


def needs_to_confirm(user: Any, limit: int) -> list[Entry]:
    """A contact's needs that are said to be done: solved or not."""
    done = Need.objects.to_confirm().filter(enterprise__in=_own(user)).select_related("enterprise").order_by("pk")
    rows = [_need_entry(need, "确认", f"办结了：{need.outcome[:50]}") for need in done[:limit]]
    return [replace(row, due_at=end_of(park_today())) for row in rows]


CONTACT = ("contact", "principal")
ALL = (
    Source("planned_contact", ("squad", "supervisor"), planned_contacts),
    Source("promise_due", ("squad", "supervisor"), promises_due),
    Source("need_in_hand", ("squad", "supervisor", "committee"), needs_in_hand),
    Source("need_to_confirm", CONTACT, needs_to_confirm),
    Source("report_due", CONTACT, reports_due),
    Source("filing_returned", CONTACT, filings_to_correct),
    Source("roster_missing", CONTACT, rosters_missing),
    Source("report_absent", ("squad",), absent_reports),
    Source("doubles_waiting", ("committee",), doubles_to_judge),
    Source("filing_waiting", ("committee",), filings_to_approve),
    *worklist_oversight.ALL,
    *worklist_services.ALL,
)
