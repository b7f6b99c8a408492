"""The outbox's tasks. They carry nothing: the rows are the truth, so a task that is lost or runs twice does no harm."""

from celery import shared_task

from parkportal.messaging import sender

BATCH = 100


@shared_task(expires=60)
def send_due() -> None:
    """Send what is due; a full batch hands on to the next task, so that several workers share a large run."""
    if sender.send_batch(BATCH) == BATCH:
        send_due.delay()


@shared_task(expires=60)
def sweep() -> None:
    """Every few seconds: expire what is of no use, ask about what nobody heard of, send what is due."""
    sender.expire()
    sender.recover(BATCH)
    send_due()
