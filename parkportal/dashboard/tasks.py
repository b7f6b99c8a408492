"""What the schedule calls: figures each minute, freezing after midnight, reminders, the nightly check."""

import logging

from celery import shared_task
from django.utils import timezone

from enterprises.actions import escalate_overdue_needs, remind_missing_reports
from enterprises.actions.inspections import remind_overdue_rectifications
from parkportal import table_sizes
from parkportal.clock import park_now
from parkportal.dashboard import actions, invariants
from parkportal.records import figures
from testing.actions import alert_overdue, erase_due_campaigns, remind_appointments, tend_waiting
from testing.phone_codes import forget_old

log = logging.getLogger("parkportal")
RUNS = (
    remind_appointments,
    tend_waiting,
    erase_due_campaigns,
    remind_missing_reports,
    remind_overdue_rectifications,
    alert_overdue,
    escalate_overdue_needs,
)


@shared_task(ignore_result=True)
def refresh_figures() -> None:
    figures.refresh()


@shared_task(ignore_result=True)
def freeze_due_days() -> None:
    actions.freeze_due_days()


@shared_task(ignore_result=True)
def remind() -> None:
    """Every run of reminders; one that fails is in the log, and does not keep the others from running."""
    now = park_now()
    for run in RUNS:
        try:
            run(now)
        except Exception:
            log.exception("the run %s failed", run.__name__)
    forget_old(timezone.now())


@shared_task(ignore_result=True)
def learn_table_sizes() -> None:
    table_sizes.learn()


@shared_task(ignore_result=True)
def check_invariants() -> None:
    invariants.look(by=None)
