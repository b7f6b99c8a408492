"""What notices, permits, letters and canteens leave to do, by role."""

from datetime import timedelta
from typing import Any

from django.db.models import Count, Q
from django.urls import reverse

from enterprises.models import Enterprise, GreetingContact, Guidance, Notice, NoticeReceipt, Outlet, PermitCase
from enterprises.models.canteen import GuidanceStatus
from enterprises.visiting import own_list
from parkportal.clock import day_of, end_of, park_now, park_today
from parkportal.privacy import mask_phone
from parkportal.records.worklist import Entry, Source

CHASED = timedelta(days=7)  # how long after it was sent a notice is on the committee's list
CHASED_AFTER = timedelta(hours=20)
CHECKED_WITHIN = timedelta(days=7)
NEAR = timedelta(days=3)  # how long before its promised day a permit is on the list


def _spoken(instant: Any) -> str:
    return f"{instant.month}月{instant.day}日"


def notices_to_read(user: Any, limit: int) -> list[Entry]:
    """A contact's notices that nobody of the enterprise has read."""
    unread = NoticeReceipt.objects.unread().filter(enterprise__in=Enterprise.objects.spoken_for_by(user))
    rows = Notice.objects.filter(withdrawn_at=None, pk__in=unread.values("notice")).select_related("by")
    return [
        Entry(
            "通知",
            notice.title,
            f"{notice.by.department or '管委会'}发来，看完点“看过了”",
            "看通知",
            reverse("enterprises:notice_detail", args=[notice.pk]),
            end_of(park_today()),
        )
        for notice in rows.order_by("sent_at", "pk")[:limit]
    ]


def notices_to_chase(user: Any, limit: int) -> list[Entry]:
    """Notices of the last week that enterprises have not read since yesterday."""
    now = park_now()
    rows = Notice.objects.filter(withdrawn_at=None, sent_at__gt=now - CHASED, sent_at__lte=now - CHASED_AFTER)
    rows = rows.annotate(unread=Count("receipts", filter=Q(receipts__read_at__isnull=True))).filter(unread__gt=0)
    return [
        Entry(
            "通知",
            notice.title,
            f"{_spoken(notice.sent_at)}发的，还有 {notice.unread} 家没有看",
            f"提醒 {notice.unread} 家",
            reverse("enterprises:notice_detail", args=[notice.pk]),
        )
        for notice in rows.order_by("sent_at", "pk")[:limit]
    ]


def permits_due(user: Any, limit: int) -> list[Entry]:
    """Permits that the person helps along and whose promised day is near; the committee also sees what is late."""
    today = park_today()
    mine = Q(owner=user, due_on__lte=today + NEAR)
    if user.has_role("committee"):
        mine |= Q(due_on__lt=today)
    rows = PermitCase.objects.running().filter(mine).select_related("enterprise").order_by("due_on", "pk")
    return [
        Entry(
            "绿色通道",
            permit.enterprise.name,
            f"{permit.name}，{permit.get_status_display()}；承诺 {_spoken(permit.due_on)}办结",
            "登记进度",
            reverse("enterprises:permit_detail", args=[permit.pk]),
            end_of(permit.due_on),
            permit.enterprise.liaison_name,
            mask_phone(permit.enterprise.liaison_phone),
        )
        for permit in rows[:limit]
    ]


def greetings_to_make(user: Any, limit: int) -> list[Entry]:
    """Calls and visits of a batch of greetings that nobody of the squad has made yet."""
    rows = (
        GreetingContact.objects.to_do().filter(enterprise__in=own_list(user)).select_related("enterprise", "greeting")
    )
    return [
        Entry(
            "问候",
            contact.enterprise.name,
            contact.greeting.title,
            "登记问候",
            f"{reverse('enterprises:greeting_detail', args=[contact.greeting_id])}#contact-{contact.pk}",
            None,
            contact.addressee[0],
            mask_phone(contact.addressee[1]),
        )
        for contact in rows.order_by("greeting__created_at", "pk")[:limit]
    ]


def guidance_to_do(user: Any, limit: int) -> list[Entry]:
    """Canteen guidance: the committee assigns what nobody has, the officer goes there."""
    mine = Q(status=GuidanceStatus.ASSIGNED, officer=user)
    if user.has_role("committee"):
        mine |= Q(status=GuidanceStatus.REQUESTED)
    rows = Guidance.objects.filter(mine).select_related("enterprise").order_by("visit_on", "requested_at", "pk")
    return [
        Entry(
            "食堂指导",
            one.enterprise.name,
            one.wish,
            "登记指导" if one.officer_id else "派指导员",
            reverse("enterprises:guidance_detail", args=[one.pk]),
            end_of(one.visit_on or park_today()),
            one.enterprise.liaison_name,
            mask_phone(one.enterprise.liaison_phone),
        )
        for one in rows[:limit]
    ]


def outlets_to_check(user: Any, limit: int) -> list[Entry]:
    """Take-away outlets that nobody has looked at for a week."""
    since = park_now() - CHECKED_WITHIN
    rows = Outlet.objects.with_last_check().filter(closed_at=None)
    rows = rows.filter(Q(last_checked_at__isnull=True) | Q(last_checked_at__lt=since)).order_by("last_checked_at", "pk")
    return [
        Entry(
            "外卖店",
            outlet.name,
            f"上次检查 {_spoken(day_of(outlet.last_checked_at))}" if outlet.last_checked_at else "还没有检查过",
            "检查",
            reverse("enterprises:outlet_detail", args=[outlet.pk]),
        )
        for outlet in rows[:limit]
    ]


CONTACT = ("contact", "principal")
ALL = (
    Source("notice_unread", CONTACT, notices_to_read),
    Source("notice_to_chase", ("committee",), notices_to_chase),
    Source("guidance_to_do", ("committee", "supervisor", "squad"), guidance_to_do),
    Source("outlet_to_check", ("supervisor",), outlets_to_check),
    Source("greeting_to_make", ("squad", "supervisor"), greetings_to_make),
    Source("permit_due", ("committee", "supervisor", "squad"), permits_due),
)
