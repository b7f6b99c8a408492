"""Notices to enterprises: sent with a receipt for each, read by the enterprise's people, chased, withdrawn."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import transaction
from django.urls import reverse

from enterprises.models import Enterprise, EnterpriseContact, Notice, NoticeReceipt
from parkportal.accounts.models import in_force
from parkportal.clock import end_of, park_now, park_today
from parkportal.idempotency import once
from parkportal.messaging import outbox
from parkportal.records import jobs
from parkportal.records.audit import record
from parkportal.records.models import Job
from parkportal.states import Refused

JOB = "notice_messages"
SENT, REMINDER = "notice_sent", "notice_reminder"


def send_notice(
    *, title: str, body: str, enterprises: Iterable[Enterprise], query: str, by: Any, token: UUID | None = None
) -> tuple[Notice, bool]:
    """One receipt for each enterprise at once, the text messages by a job. The same token again gives the first notice.

    Raises Refused `no_addressees`.
    """
    units = list(enterprises)
    if not units:
        raise Refused("no_addressees", "按这个筛选没有企业，请回名录改筛选。")

    def create() -> Notice:
        notice = Notice.objects.create(title=title, body=body, query=query, by=by, token=token)
        NoticeReceipt.objects.bulk_create([NoticeReceipt(notice=notice, enterprise=unit) for unit in units], 1000)
        record("notice.sent", by=by, subject=notice, after={"家数": len(units)})
        _start(notice, is_reminder=False, by=by, total=len(units))
        return notice

    with transaction.atomic():
        return once(Notice, token, create)


def read_notice(*, notice: Notice, by: Any) -> int:
    """The person has read it, for each of the own enterprises that has not: how many receipts. Reminders are taken back."""
    with transaction.atomic():
        own = notice.receipts.unread().filter(enterprise__in=Enterprise.objects.spoken_for_by(by))
        units = list(own.select_for_update().values_list("enterprise", flat=True))
        count = own.update(read_at=park_now(), read_by=by)
        if count:
            record("notice.read", by=by, subject=notice, after={"家数": count})
        _take_back_of(notice, units, by=by)
    return count


def tell_by_phone(*, receipt: NoticeReceipt, by: Any) -> NoticeReceipt:
    """The park's own people told it on the phone; that counts as read. Raises Refused `already_read`."""
    with transaction.atomic():
        told = NoticeReceipt.objects.unread().filter(pk=receipt.pk)
        if not told.update(read_at=park_now(), read_by=by, is_by_phone=True):
            raise Refused("already_read", "这家企业已经看过了。")
        record("notice.told", by=by, subject=receipt.notice, after={"企业": receipt.enterprise_id})
        _take_back_of(receipt.notice, [receipt.enterprise_id], by=by)
    receipt.refresh_from_db()
    return receipt


def remind_of_notice(*, notice: Notice, by: Any) -> Job:
    """A message to the people of each enterprise that has not read it, at most one a day, by a job.

    Raises Refused `withdrawn`, `all_read`.
    """
    if notice.withdrawn_at is not None:
        raise Refused("withdrawn", "通知已经撤回，不用提醒了。")
    unread = notice.receipts.unread().count()
    if not unread:
        raise Refused("all_read", "都看过了，不用提醒。")
    with transaction.atomic():
        record("notice.reminded", by=by, subject=notice, after={"家数": unread})
        return _start(notice, is_reminder=True, by=by, total=unread)


def withdraw_notice(*, notice: Notice, reason: str, by: Any) -> Notice:
    """It stays for the committee to see, and nobody else is shown it. Raises Refused `no_reason`, `withdrawn`."""
    if not reason.strip():
        raise Refused("no_reason", "请写明为什么撤回。")
    with transaction.atomic():
        locked = Notice.objects.select_for_update().get(pk=notice.pk)
        if locked.withdrawn_at is not None:
            raise Refused("withdrawn", "已经撤回了。")
        locked.withdrawn_at = park_now()
        locked.save(update_fields=["withdrawn_at"])
        _take_back(locked, by=by, reason="通知撤回")
        record("notice.withdrawn", by=by, subject=locked, reason=reason.strip()[:200])
    return locked


def _start(notice: Notice, *, is_reminder: bool, by: Any, total: int) -> Job:
    words = "提醒" if is_reminder else "发通知"
    return jobs.start(
        JOB,
        title=f"{words}：{notice.title}",
        by=by,
        params={"notice": notice.pk, "is_reminder": is_reminder},
        lock_key=f"notice-{notice.pk}-{is_reminder:d}",
        total=total,
    )


def _occasion(notice: Notice, *, is_reminder: bool) -> str:
    return f"notice-{notice.pk}-{park_today():%Y%m%d}" if is_reminder else f"notice-{notice.pk}"


def _take_back_of(notice: Notice, units: list[int], *, by: Any) -> None:
    """From everybody of these enterprises who has no other enterprise left that has not read it."""
    still = set(notice.receipts.unread().values_list("enterprise__contacts__user", flat=True))
    for contact in EnterpriseContact.objects.filter(in_force(), enterprise__in=units).select_related("user"):
        if contact.user_id not in still:
            _take_back(notice, to_user=contact.user, by=by, reason="已经有人看过了")


def _take_back(notice: Notice, *, by: Any, reason: str, to_user: Any = None) -> None:
    for purpose, is_reminder in ((SENT, False), (REMINDER, True)):
        occasion = _occasion(notice, is_reminder=is_reminder)
        outbox.withdraw(purpose, occasion=occasion, to_user=to_user, by=by, reason=reason)


def tell_of_notice(receipt: NoticeReceipt, people: Iterable[Any], *, is_reminder: bool, by: Any) -> None:
    """One message to each person of the enterprise; somebody of several enterprises gets one for all of them.

    Nothing when the notice was withdrawn or read since the job that asks took its list.
    """
    with transaction.atomic():
        notice = Notice.objects.select_for_update().get(pk=receipt.notice_id)
        unread = NoticeReceipt.objects.unread().filter(pk=receipt.pk).select_for_update(of=("self",))
        if notice.withdrawn_at is not None or unread.first() is None:
            return
        for user in people:
            outbox.put(
                REMINDER if is_reminder else SENT,
                occasion=_occasion(notice, is_reminder=is_reminder),
                to_user=user,
                values={"name": user.name, "link": reverse("enterprises:notice_detail", args=[notice.pk])},
                expires_at=end_of(park_today()) if is_reminder else None,
                by=by,
                label=receipt.enterprise.name,
                about_id=receipt.enterprise_id,
                context_id=notice.pk,
            )
        if is_reminder:
            NoticeReceipt.objects.filter(pk=receipt.pk).update(reminded_at=park_now())
