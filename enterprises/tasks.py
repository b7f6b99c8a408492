"""What the schedule calls in the register."""

from celery import shared_task

from enterprises.actions import note_doubts


@shared_task(ignore_result=True)
def look_for_doubles() -> None:
    """The whole register: imports and entries look for themselves, corrections of names and phones do not."""
    note_doubts()
