"""What the schedule calls: who has not signed is reminded."""

from celery import shared_task

from parkportal.clock import park_now
from supplies import actions


@shared_task(ignore_result=True)
def remind_unsigned() -> None:
    actions.remind_unsigned(park_now())
