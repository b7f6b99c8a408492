"""What a campaign's page says: the gap, the sittings, the slots, the coverage, the words for the group."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.conf import settings as django_settings
from django.db.models import F, Q, Sum
from django.urls import reverse

from parkportal.clock import SHANGHAI, day_of
from testing import coverage
from testing.actions.rounds import TO_BE_VISITED
from testing.actions.signups import waiting_by_session
from testing.models import Campaign, Session, SignUp, SignUpStatus, Specimen
from testing.words import day_words


def sessions_of(campaign: Campaign, now: datetime) -> list[Any]:
    """The sittings with places, taken, what is left in slots that are not over, and how many were swabbed."""
    open_slots = Q(slots__ends_at__gt=now)
    left = Sum(F("slots__places") - F("slots__taken"), filter=open_slots, default=0)
    rows = list(
        campaign.sessions.at_points().select_related("point").with_places().annotate(left=left).order_by("starts_at")
    )
    done: dict[int, int] = {}
    for session_id in (
        Specimen.objects.live()
        .filter(session__campaign=campaign, collected_at__isnull=False)
        .values_list("session", flat=True)
    ):
        done[session_id] = done.get(session_id, 0) + 1
    ahead = waiting_by_session(campaign)
    for row in rows:
        row.sampled, row.waits = done.get(row.pk, 0), ahead.get(row.pk, 0)
    return rows


def coming(sessions: Sequence[Any], now: datetime) -> list[Any]:
    return [row for row in sessions if row.status == Session.Status.OPEN and row.ends_at > now]


def context(campaign: Campaign, *, now: datetime, chosen: str = "") -> dict[str, Any]:
    """Everything the page shows, in a constant number of statements."""
    sessions = sessions_of(campaign, now)
    later = coming(sessions, now)
    rows = coverage.by_group(now, campaign=campaign)
    waits = waiting_by_session(campaign)
    due, done = coverage.total(rows)
    picked = next((row for row in sessions if str(row.pk) == chosen), later[0] if later else None)
    return {
        "campaign": campaign,
        "now": now,
        "sessions": sessions,
        "chosen": picked,
        "slots": list(picked.slots.all()) if picked else [],
        "later": {
            "count": len(later),
            "places": sum(row.places for row in later),
            "taken": sum(row.taken for row in later),
            "left": sum(row.left for row in later),
            "waits": sum(row.waits for row in later),
        },
        "coverage": rows,
        "due": due,
        "done": done,
        "missing": due - done,
        "text": group_text(campaign, later, rows, now),
        "signed_up": SignUp.objects.filter(campaign=campaign).exclude(status=SignUpStatus.CANCELLED).count(),
        "door": SignUp.objects.filter(campaign=campaign, mode="door", status__in=TO_BE_VISITED).count(),
        "waits": sum(waits.values()),
        "url": signup_url(campaign),
    }


def signup_url(campaign: Campaign) -> str:
    return django_settings.PORTAL_URL.rstrip("/") + reverse("public:signup", args=[campaign.slug])


def group_text(campaign: Campaign, later: Sequence[Any], rows: Sequence[Any], now: datetime) -> str:
    """What is pasted into the firms' WeChat group, written from this moment's figures; nothing while nobody can sign up."""
    if not campaign.is_open:
        return ""
    lines = ["各企业联络员："]
    if later:
        first = later[0].day
        same = [row for row in later if row.day == first]
        parts = "，".join(_left(row) for row in same)
        when = "今天" if first == day_of(now) else day_words(first)
        lines[0] += f"{when}核酸检测还有 {sum(row.left for row in same)} 个名额，{parts}。"
    else:
        lines[0] += "核酸检测下一场的时间另行通知。"
    gaps = [row for row in rows if row.missing]
    if gaps:
        worst = max(gaps, key=lambda row: row.missing)
        lines.append(f"{worst.label}还差 {worst.missing} 人。")
    lines.append("请让本人点开链接选时间，约 1 分钟，免费。不要统一早上来。")
    return "".join(lines) + "\n" + signup_url(campaign)


def _left(session: Any) -> str:
    """Where and in which half of the day; a sitting over noon has no half."""
    start, end = session.starts_at.astimezone(SHANGHAI), session.ends_at.astimezone(SHANGHAI)
    half = " 上午" if end.hour < 13 else " 下午" if start.hour >= 12 else ""
    name = f"{session.point}{half}"
    return f"{name}已满" if session.left < 1 else f"{name} {session.left} 个"
