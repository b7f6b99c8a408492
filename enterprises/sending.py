"""The jobs that write many messages: stopped and started again, nobody is written to twice."""

from collections import defaultdict
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.urls import reverse

from enterprises.actions import letters, notices
from enterprises.letter_paper import letters_pdf
from enterprises.models import EnterpriseContact, Greeting, GreetingContact, Notice
from parkportal.accounts.models import in_force
from parkportal.records import jobs
from parkportal.records.files import keep_made
from parkportal.records.models import Job
from parkportal.records.models.files import JOB_LIFE


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


def _page_of_greeting(job: Job) -> str:
    return reverse("enterprises:greeting_detail", args=[job.params["greeting"]])


@jobs.handler(letters.SEND, unit="家", page=_page_of_greeting)
def send_greeting_messages(job: Job, progress: jobs.Progress) -> jobs.Finished:
    """To the principal or the liaison of each enterprise that has not got it yet; who has no number is named in the end."""
    greeting = Greeting.objects.get(pk=job.params["greeting"])
    contacts = list(_contacts(greeting).filter(pk__in=greeting.contacts.to_send().values("pk")))
    accounts = _accounts_by_number(contacts)
    written = 0
    for number, contact in enumerate(contacts, 1):
        account = accounts.get((contact.enterprise_id, contact.addressee[1]))
        written += letters.tell_greeting(contact, account, by=job.owner)
        progress.tick(number, len(contacts))
    left = greeting.contacts.not_reached().aggregate(none=Count("pk", filter=Q(message=None)), wrong=Count("message"))
    words = [f"{written} 家写好了"]
    words += [f"{left['none']} 家没有登记手机，没有发"] if left["none"] else []
    words += [f"{left['wrong']} 家的号码发不到，改好号码再发"] if left["wrong"] else []
    return jobs.Finished("；".join(words) + "。")


def _contacts(greeting: Greeting) -> QuerySet[GreetingContact]:
    return greeting.contacts.select_related("enterprise", "greeting").order_by("enterprise__pinyin_key", "pk")


def _accounts_by_number(contacts: list[GreetingContact]) -> dict[tuple[int, str], Any]:
    """The account behind a number of the register, so that the person also finds the message under it."""
    found = accounts_of([contact.enterprise_id for contact in contacts])
    return {(unit, user.phone): user for unit, users in found.items() for user in users if user.phone}


@jobs.handler(letters.PRINT, unit="封")
def print_greeting_letters(job: Job, progress: jobs.Progress) -> jobs.Finished:
    """All letters of a batch in one file."""
    greeting = Greeting.objects.get(pk=job.params["greeting"])
    contacts = list(_contacts(greeting))
    raw = letters_pdf(greeting, contacts, tick=lambda number: progress.tick(number, len(contacts)))
    stored = keep_made(raw, "pdf", name="慰问信", purpose="export", owner=job.owner, life=JOB_LIFE)
    return jobs.Finished(f"{len(contacts)} 封，一家一页", result=stored)
