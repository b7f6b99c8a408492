"""What is left to do in testing, by role."""

from typing import Any

from django.urls import reverse

from parkportal.clock import park_today
from parkportal.records.worklist import Entry, Source
from testing import bench
from testing.models import Alert, Session
from testing.words import clock_words


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


ALL = [
    Source("testing.station", ("station",), station_sessions),
    Source("testing.lab", ("lab_tester", "lab_verifier"), lab_tasks),
    Source("testing.alerts", ("committee",), open_alerts),
]
