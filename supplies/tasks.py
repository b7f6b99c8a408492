"""What the schedule calls: who has not signed, or has not read when it comes, is reminded; covers are computed aside."""

from celery import shared_task

from parkportal.clock import park_now
from supplies import actions
from supplies.cover import covered_items, refresh_covers


@shared_task(ignore_result=True)
def remind_unsigned() -> None:
    actions.remind_unsigned(park_now())


@shared_task(ignore_result=True)
def remind_unread() -> None:
    actions.remind_unread(park_now())


@shared_task(ignore_result=True)
def refresh_all_covers() -> None:
    for item in covered_items():
        refresh_covers(item)
