"""Doors for whoever watches over the portal: is it alive, is it in order."""

from datetime import timedelta

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from kombu.exceptions import OperationalError

from parkportal.celery import app
from parkportal.clock import park_now
from parkportal.guards import public
from parkportal.messaging import window
from parkportal.messaging.models import Message

LATE = timedelta(minutes=10)


@public
def healthz(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok", content_type="text/plain")


@public
def readyz(request: HttpRequest) -> HttpResponse:
    """200 when database, broker and outbox are in order, 503 otherwise; says which, and nothing else."""
    checks = {"database": _database(), "broker": _broker(), "outbox": _outbox()}
    return JsonResponse(checks, status=200 if all(checks.values()) else 503)


def _database() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        return True
    except DatabaseError:
        return False


def _broker() -> bool:
    try:
        with app.connection_for_write() as broker:
            broker.ensure_connection(max_retries=1, timeout=2)
        return True
    except (OperationalError, OSError):
        return False


def _outbox() -> bool:
    """The sender is alive: no lease ran out long ago, and what has long been due does not wait without any being tried."""
    now, real = park_now(), timezone.now()
    try:
        if Message.objects.filter(status=Message.Status.SENDING, lease_until__lt=real - LATE).exists():
            return False
        hours = window.is_open(now) and window.is_open(now - LATE)
        waits = Message.objects.due(now=now - LATE, window_open=hours, real_now=real - LATE).exists()
        return not waits or Message.objects.filter(tried_at__gt=real - LATE).exists()
    except DatabaseError:
        return False
