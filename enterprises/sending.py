"""The jobs that write many messages: stopped and started again, nobody is written to twice."""

from collections import defaultdict
from typing import Any

from django.urls import reverse

from enterprises.actions import notices
from enterprises.models import EnterpriseContact, Notice
from parkportal.accounts.models import in_force
from parkportal.records import jobs
from parkportal.records.models import Job


def _page_of_notice(job: Job) -> str:
    return reverse("enterprises:notice_detail", args=[job.params["notice"]])


@jobs.handler(notices.JOB, unit="家", page=_page_of_notice)
def send_notice_messages(job: Job, progress: jobs.Progress) -> jobs.Finished:
    """To the people of each enterprise that has not read the notice yet; who has no account is named in the end."""
    notice = Notice.objects.get(pk=job.params["notice"])
    if notice.withdrawn_at is not None:
        return jobs.Finished("通知已经撤回，没有再发。")
    receipts = list(notice.receipts.unread().select_related("notice", "enterprise").order_by("pk"))
    people = accounts_of([receipt.enterprise_id for receipt in receipts])
    told = 0
    for number, receipt in enumerate(receipts, 1):
        if users := people.get(receipt.enterprise_id):
            notices.tell_of_notice(receipt, users, is_reminder=job.params["is_reminder"], by=job.owner)
            told += 1
        progress.tick(number, len(receipts))
    without = len(receipts) - told
    return jobs.Finished(
        f"{told} 家有联络账号，短信写好了" + (f"；{without} 家没有账号，请打电话。" if without else "。")
    )


def accounts_of(units: list[int]) -> dict[int, list[Any]]:
    """The people with an account in force, by enterprise. One statement."""
    found: dict[int, list[Any]] = defaultdict(list)
    contacts = EnterpriseContact.objects.filter(in_force(), enterprise__in=units, user__is_active=True)
    for contact in contacts.select_related("user").order_by("pk"):
        found[contact.enterprise_id].append(contact.user)
    return found
