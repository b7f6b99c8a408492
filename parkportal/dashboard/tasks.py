"""What the schedule calls: figures each minute, freezing after midnight, reminders, the nightly check."""

import logging

from celery import shared_task
from django.utils import timezone

from enterprises.actions import escalate_overdue_needs, remind_missing_reports
from enterprises.actions.inspections import remind_overdue_rectifications
from parkportal.clock import park_now
from parkportal.dashboard import actions
from parkportal.dashboard.invariants import broken
from parkportal.records import figures
from testing.actions import alert_overdue, erase_due_campaigns, remind_appointments, tend_waiting
from testing.phone_codes import forget_old

log = logging.getLogger("parkportal")


@shared_task(ignore_result=True)
def refresh_figures() -> None:
    figures.refresh()


@shared_task(ignore_result=True)
def freeze_due_days() -> None:
    actions.freeze_due_days()


@shared_task(ignore_result=True)
def remind() -> None:
    now = park_now()
    remind_appointments(now)
    tend_waiting(now)
    erase_due_campaigns(now)
    forget_old(timezone.now())
    remind_missing_reports(now)
    remind_overdue_rectifications(now)
    alert_overdue(now)
    escalate_overdue_needs(now)


@shared_task(ignore_result=True)
def check_invariants() -> None:
    for line in broken():
        log.error("invariant broken: %s", line)
