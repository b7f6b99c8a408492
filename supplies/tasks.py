"""What the schedule calls: who has not signed, or has not read when it comes, is reminded."""

from celery import shared_task

from parkportal.clock import park_now
from supplies import actions


@shared_task(ignore_result=True)
def remind_unsigned() -> None:
    actions.remind_unsigned(park_now())


@shared_task(ignore_result=True)
def remind_unread() -> None:
    actions.remind_unread(park_now())
