"""What is left to do in testing, by role."""

from datetime import timedelta
from typing import Any

from django.db.models import Count, Min
from django.urls import reverse

from enterprises.models import Enterprise
from parkportal.clock import day_of, end_of, park_now, park_today
from parkportal.records.worklist import Entry, Source
from testing import bench
from testing.actions.rounds import waiting_at_the_door
from testing.models import Alert, Campaign, Correction, Group, PoolMember, Session, SignUp, SignUpStatus, Specimen
from testing.models.specimens import AT_THE_POINT
from testing.words import clock_words, day_words


def station_sessions(user: Any, limit: int) -> list[Entry]:
    """Today's sittings at the own points, also those that are not reconciled yet."""
    sessions = (
        Session.objects.workable_by(user)
        .filter(day__lte=park_today(), status=Session.Status.OPEN)
        .select_related("point")
        .with_places()
        .order_by("starts_at")
    )
    if user.has_role("committee"):
        return []
    return [_session(session) for session in sessions[:limit]]


def _session(session: Any) -> Entry:
    is_today = session.day == park_today()
    return Entry(
        kind="采样" if is_today else "收工核对",
        title=f"{session.point} {clock_words(session)}",
        detail=f"约了 {session.taken} 人，名额 {session.places}",
        verb="去采样" if is_today else "收工核对",
        href=reverse("testing:station_desk" if is_today else "testing:reconcile", args=[session.pk]),
        due_at=session.ends_at,
    )


def lab_tasks(user: Any, limit: int) -> list[Entry]:
    """Boxes to receive, tubes to test, results to verify; who only tests has no verifying."""
    tasks = [task for task in bench.tasks(user) if task.kind != "待审核" or user.has_role("lab_verifier")]
    return [
        Entry(task.kind, task.title, task.detail, task.verb, reverse(task.url_name, args=[task.code]), task.due_at)
        for task in tasks[:limit]
    ]


def left_behind(user: Any, limit: int) -> list[Entry]:
    """Tubes that were swabbed a day ago and never handed over, by sitting, also where it was reconciled with a word."""
    rows = (
        Specimen.objects.visible_to(user)
        .not_handed_over(park_now())
        .order_by()
        .values("session", "session__point__name", "session__day")
        .annotate(tubes=Count("pk"), since=Min("collected_at"))
        .order_by("since")
    )
    return [
        Entry(
            kind="没有交接",
            title=f"{row['session__point__name']} {day_words(row['session__day'])}有 {row['tubes']} 管没有交接",
            detail="采样超过 24 小时：找到就装箱交出，找不到记去向，请本人重采",
            verb="去装箱",
            href=reverse("testing:station_boxes", args=[row["session"]]),
            due_at=row["since"] + AT_THE_POINT,
        )
        for row in rows[:limit]
    ]


def late_results(user: Any, limit: int) -> list[Entry]:
    """One row for each laboratory that is late."""
    rows = (
        Specimen.objects.visible_to(user)
        .overdue_as_of(park_now())
        .order_by()
        .values("lab__name")
        .annotate(tubes=Count("pk"), due=Min("due_at"))
        .order_by("due")
    )
    return [
        Entry(
            kind="结果超时",
            title=f"{row['tubes']} 管过了应出结果的时间",
            detail=row["lab__name"],
            verb="去看",
            href=reverse("testing:overdue"),
            due_at=row["due"],
        )
        for row in rows[:limit]
    ]


def single_retests(user: Any, limit: int) -> list[Entry]:
    """People of the own enterprises who are to be swabbed again alone, by enterprise; no result and no name."""
    reach = SignUp.objects.filter(enterprise__in=Enterprise.objects.visible_to(user))
    rows = (
        PoolMember.objects.to_retest()
        .filter(signup__in=reach)
        .order_by()
        .values("signup__enterprise", "signup__enterprise__name")
        .annotate(people=Count("pk"), since=Min("left_at"))
        .order_by("since")
    )
    return [
        Entry(
            kind="单管重采",
            title=f"{row['signup__enterprise__name']} 有 {row['people']} 人要单独重采",
            detail="请安排本人单独到采样点，暂不要和别人混采",
            verb="看企业",
            href=reverse("dashboard:enterprise_file", args=[row["signup__enterprise"]]),
            due_at=row["since"],
        )
        for row in rows[:limit]
    ]


def waiting_corrections(user: Any, limit: int) -> list[Entry]:
    """Released results that a colleague wants to change."""
    rows = Correction.objects.at_bench(user).open().exclude(asked_by=user).select_related("specimen")
    return [
        Entry(
            kind="结果更正",
            title=f"标本 {row.specimen.barcode} 要更正",
            detail=row.reason[:40],
            verb="审核",
            href=reverse("testing:lab_corrections"),
            due_at=row.asked_at,
        )
        for row in rows.order_by("asked_at")[:limit]
    ]


def open_alerts(user: Any, limit: int) -> list[Entry]:
    """Positive and suspect results that nobody has taken in hand."""
    alerts = Alert.objects.visible_to(user).open().select_related("specimen__signup__enterprise")
    return [
        Entry(
            kind="结果告警",
            title="有一份结果要当面告知",
            detail=f"标本 {alert.specimen.barcode}",
            verb="去处理",
            href=reverse("testing:alert", args=[alert.pk]),
            due_at=alert.raised_at,
        )
        for alert in alerts[:limit]
    ]


def to_be_visited(user: Any, limit: int) -> list[Entry]:
    """Group A that nobody is on the way to, by campaign; by the end of the day after they signed up."""
    rows = (
        waiting_at_the_door()
        .filter(campaign__in=Campaign.objects.visible_to(user).open())
        .exclude(status=SignUpStatus.STOPPED)
        .order_by()
        .values("campaign", "campaign__title")
        .annotate(people=Count("pk"), since=Min("created_at"))
        .order_by("since")
    )
    return [
        Entry(
            kind="上门采样",
            title=f"{row['campaign__title']} 有 {row['people']} 人等上门",
            detail="三类人员、密接和有症状的人，不到采样点",
            verb="安排上门",
            href=reverse("testing:door_plan", args=[row["campaign"]]),
            due_at=end_of(day_of(row["since"]) + timedelta(days=1)),
        )
        for row in rows[:limit]
    ]


def too_warm(user: Any, limit: int) -> list[Entry]:
    """Who was too warm twice at a desk and waits to be sampled at the door, until somebody is on the way."""
    people = waiting_at_the_door().filter(status=SignUpStatus.STOPPED, group=Group.A3)
    people = people.filter(pk__in=SignUp.objects.visible_to(user))
    return [
        Entry(
            kind="体温异常",
            title=f"{one.masked_name} 两次体温异常，安排上门采样",
            detail=f"{one.attended_session} {one.temperature} ℃",
            verb="去处理",
            href=reverse("testing:signup_detail", args=[one.pk]),
            due_at=one.attended_at,
        )
        for one in people.select_related("attended_session__point").order_by("attended_at")[:limit]
    ]


ALL = [
    Source("testing.station", ("station",), station_sessions),
    Source("testing.lab", ("lab_tester", "lab_verifier"), lab_tasks),
    Source("testing.left_behind", ("committee", "station"), left_behind),
    Source("testing.late", ("committee", "lab_tester", "lab_verifier"), late_results),
    Source("testing.retests", ("committee", "squad", "contact", "principal"), single_retests),
    Source("testing.corrections", ("lab_verifier",), waiting_corrections),
    Source("testing.alerts", ("committee",), open_alerts),
    Source("testing.too_warm", ("committee",), too_warm),
    Source("testing.to_be_visited", ("committee",), to_be_visited),
]
