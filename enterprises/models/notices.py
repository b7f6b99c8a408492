"""Notices of the committee to enterprises, with who has read them."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Count, Q

from enterprises.models.registry import Enterprise
from parkportal.clock import park_now
from parkportal.idempotency import TokenField


class NoticeQuerySet(models.QuerySet["Notice"]):
    def visible_to(self, user: Any) -> "NoticeQuerySet":
        """The committee and the leader see all, others those that went to an enterprise they follow."""
        if not user.is_authenticated:
            return self.none()
        if user.has_role("committee", "leader"):
            return self
        mine = NoticeReceipt.objects.filter(enterprise__in=Enterprise.objects.reached_by(user))
        return self.filter(pk__in=mine.values("notice"), withdrawn_at=None)


class Notice(models.Model):
    """What the committee tells enterprises. Once sent its words stay; a mistake is withdrawn and sent anew."""

    title = models.CharField("标题", max_length=60)
    body = models.TextField("内容", max_length=4000)
    query = models.CharField("名单的筛选", max_length=2000, blank=True)
    sent_at = models.DateTimeField("发出时间", default=park_now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="发出人")
    withdrawn_at = models.DateTimeField("撤回时间", null=True, blank=True)
    token = TokenField()

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "通知"
        ordering = ["-sent_at", "-id"]

    def __str__(self) -> str:
        return self.title


class NoticeReceiptQuerySet(models.QuerySet["NoticeReceipt"]):
    def visible_to(self, user: Any) -> "NoticeReceiptQuerySet":
        return self.filter(enterprise__in=Enterprise.objects.followed_by(user), notice__withdrawn_at=None)

    def unread(self) -> "NoticeReceiptQuerySet":
        return self.filter(read_at__isnull=True)

    def in_order(self) -> "NoticeReceiptQuerySet":
        return self.order_by("enterprise__pinyin_key", "pk")

    def counts_of(self, notices: Iterable[int]) -> dict[int, tuple[int, int]]:
        """(sent, read) of these notices among these receipts. One statement."""
        counts = self.filter(notice__in=list(notices)).order_by().values("notice")
        rows = counts.annotate(sent=Count("pk"), read=Count("read_at"))
        return {row["notice"]: (row["sent"], row["read"]) for row in rows}

    def unread_as_of(self, instant: datetime) -> "NoticeReceiptQuerySet":
        """Sent by an instant, neither read nor withdrawn by then."""
        standing = Q(notice__withdrawn_at__isnull=True) | Q(notice__withdrawn_at__gt=instant)
        unread = Q(read_at__isnull=True) | Q(read_at__gt=instant)
        return self.filter(standing, unread, notice__sent_at__lte=instant)


class NoticeReceipt(models.Model):
    """One enterprise of a notice: who of it has read it and when, or who of the park told it on the phone; reminders."""

    notice = models.ForeignKey(Notice, models.PROTECT, related_name="receipts", verbose_name="通知")
    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="notice_receipts", verbose_name="企业")
    read_at = models.DateTimeField("已读时间", null=True, blank=True)
    read_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="谁读的"
    )
    is_by_phone = models.BooleanField("电话告知", default=False)
    reminded_at = models.DateTimeField("提醒时间", null=True, blank=True)

    objects = NoticeReceiptQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "通知回执"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["notice", "enterprise"], name="notice_enterprise_once"),
            models.CheckConstraint(
                condition=Q(read_at__isnull=True, read_by__isnull=True)
                | Q(read_at__isnull=False, read_by__isnull=False),
                name="notice_read_pair",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.notice} {self.enterprise}"
