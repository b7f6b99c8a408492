"""What the schedule calls: who has not signed is reminded, and the book is looked at."""

from celery import shared_task

from parkportal.clock import park_now
from supplies import actions


@shared_task(ignore_result=True)
def remind_unsigned() -> None:
    actions.remind_unsigned(park_now())


@shared_task(ignore_result=True)
def check_book() -> None:
    actions.note_broken_book()
