"""What the worker does for testing; a task carries ids only."""

from celery import shared_task

from testing.actions.codes import deliver
from testing.models import PhoneCode


@shared_task(ignore_result=True, expires=600)
def deliver_phone_code(pk: int) -> None:
    """Send one code to its phone, if it has one."""
    code = PhoneCode.objects.select_related("signup").filter(pk=pk).first()
    if code is not None:
        deliver(code)
