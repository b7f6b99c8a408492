"""The outbox and what hangs on it. A message is a row written in the transaction of its cause; a worker sends it."""

import uuid
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Count, Q
from django.utils import timezone

from parkportal.clock import at, end_of, local, park_now
from parkportal.idempotency import TokenField
from parkportal.messaging import purposes
from parkportal.privacy import EncryptedJSONField, EncryptedTextField, mask_phone
from parkportal.states import Move, Refused, Stateful, status_constraint


def new_out_id() -> str:
    """The portal's own reference for one message at the provider."""
    return uuid.uuid4().hex


class MessageStatus(models.TextChoices):
    WAITING = "waiting", "待发送"
    SENDING = "sending", "发送中"
    SENT = "sent", "已发送"
    DELIVERED = "delivered", "已送达"
    FAILED = "failed", "失败"
    WITHDRAWN = "withdrawn", "已撤回"
    EXPIRED = "expired", "已过期"
    UNVERIFIED = "unverified", "待核实"


class MessageQuerySet(models.QuerySet["Message"]):
    def visible_to(self, user: Any) -> "MessageQuerySet":
        """The committee and administrators see all messages; everybody sees what was sent to the own account."""
        if not user.is_authenticated:
            return self.none()
        return self if user.has_role("admin", "committee") else self.filter(recipient=user)

    def matching(
        self, *, purpose: str | None = None, channel: str | None = None, day: date | None = None, to: str | None = None
    ) -> "MessageQuerySet":
        """Narrowed by purpose, channel, the day it was written, the keyed hash of the recipient's number."""
        found = self
        if purpose:
            found = found.filter(purpose=purpose)
        if channel:
            found = found.filter(channel=channel)
        if day:
            found = found.filter(created_at__gte=at(day), created_at__lt=end_of(day))
        return found.filter(recipient_hash=to) if to else found

    def in_tab(self, tab: str | None) -> "MessageQuerySet":
        """The rows behind a tab of the history."""
        return self.filter(status__in=Message.TABS[tab]) if tab else self

    def counts(self, *, now: datetime) -> dict[str, int]:
        """How many there are in each state, `queued_later` (waiting for a later hour), `to_call`, `to_tell`. One statement."""
        states = {status: Count("pk", filter=Q(status=status)) for status in Message.Status.values}
        later = Count("pk", filter=Q(status=Message.Status.WAITING, send_after__gt=now))
        waits = {
            name: Count("pk", filter=Q(status=Message.Status.WAITING, channel=channel))
            for name, channel in (("to_call", Message.Channel.CALL), ("to_tell", Message.Channel.PERSON))
        }
        return self.order_by().aggregate(all=Count("pk"), queued_later=later, **waits, **states)

    def needing_a_person(self) -> "MessageQuerySet":
        return self.filter(status__in=Message.NEEDS_A_PERSON)

    def to_call(self) -> "MessageQuerySet":
        """The call list: what a text message could not bring is said by a person."""
        return self.filter(channel=Message.Channel.CALL, status=Message.Status.WAITING)

    def to_tell(self) -> "MessageQuerySet":
        """Whom nothing reaches, no phone and nobody at work who passes it on: staff tell them in person."""
        return self.filter(channel=Message.Channel.PERSON, status=Message.Status.WAITING)

    def due(self, *, now: datetime, window_open: bool, real_now: datetime) -> "MessageQuerySet":
        """What a worker may take now, the earliest first; outside the sending hours only what is urgent."""
        due = self.exclude(channel__in=Message.BY_PERSON).filter(
            Q(retry_at__isnull=True) | Q(retry_at__lte=real_now),
            status=Message.Status.WAITING,
            send_after__lte=now,
            expires_at__gt=now,
        )
        return (due if window_open else due.filter(is_urgent=True)).order_by("send_after", "id")

    def lapsed(self, *, now: datetime) -> "MessageQuerySet":
        """Not sent, and no longer of use."""
        return self.filter(status=Message.Status.WAITING, expires_at__lte=now)

    def unanswered(self, *, real_now: datetime) -> "MessageQuerySet":
        """What the gateway has to be asked about: a lease ran out, or the last question brought no answer."""
        return self.filter(
            Q(status=Message.Status.SENDING, lease_until__lte=real_now)
            | Q(status=Message.Status.UNVERIFIED, retry_at__lte=real_now)
        ).order_by("id")


class Message(Stateful):
    """One message to one recipient for one occasion; never sent twice, never lost (design §4, Outbox)."""

    Status = MessageStatus

    class Channel(models.TextChoices):
        SMS = "sms", "短信"
        EMAIL = "email", "邮件"
        CALL = "call", "电话"
        PERSON = "person", "当面"

    BY_PERSON = (Channel.CALL, Channel.PERSON)  # what no gateway brings
    MOVES = {
        Status.WAITING: frozenset({"sending", "delivered", "withdrawn", "expired", "failed"}),
        Status.SENDING: frozenset({"sent", "delivered", "failed", "waiting", "unverified"}),
        Status.SENT: frozenset({"delivered", "failed"}),
        Status.FAILED: frozenset({"waiting", "withdrawn"}),
        Status.UNVERIFIED: frozenset({"sent", "delivered", "waiting", "failed", "withdrawn", "expired"}),
        Status.DELIVERED: frozenset(),
        Status.WITHDRAWN: frozenset(),
        Status.EXPIRED: frozenset(),
    }
    NEEDS_A_PERSON = (Status.FAILED, Status.UNVERIFIED)
    TABS = {
        "attention": NEEDS_A_PERSON,
        "delivered": (Status.SENT, Status.DELIVERED),
        "queued": (Status.WAITING, Status.SENDING),
        "withdrawn": (Status.WITHDRAWN, Status.EXPIRED),
    }
    WITHDRAWABLE = (Status.WAITING, Status.FAILED, Status.UNVERIFIED)

    purpose = models.CharField("用途", max_length=48, db_index=True)
    kind = models.CharField("类型", max_length=12, choices=purposes.Kind)
    is_urgent = models.BooleanField("不分时段", default=False)
    occasion = models.CharField("场合", max_length=120)
    channel = models.CharField("渠道", max_length=8, choices=Channel, default=Channel.SMS)
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="收件账号"
    )
    address = EncryptedTextField("手机或邮箱", blank=True)
    recipient_hash = models.CharField(max_length=32, db_index=True)
    label = models.CharField("关于", max_length=120, blank=True, help_text="What staff read; names in it are masked")
    context_id = models.BigIntegerField("事由编号", null=True, blank=True)
    about_id = models.BigIntegerField("企业编号", null=True, blank=True, db_index=True)
    template = models.CharField("模板", max_length=48)
    params = EncryptedJSONField(default=dict)
    text = EncryptedTextField("原文")
    segments = models.PositiveSmallIntegerField("计条", default=1)

    status = models.CharField("状态", max_length=12, choices=Status, default=Status.WAITING)
    created_at = models.DateTimeField("写入时间", default=park_now, db_index=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="经办"
    )
    send_after = models.DateTimeField("最早发送", default=park_now)
    expires_at = models.DateTimeField("作废时间")

    # Real time from here on: what workers agree on, and what the provider counts by.
    made_at = models.DateTimeField(default=timezone.now)
    lease_until = models.DateTimeField(null=True, blank=True)
    lease_by = models.CharField(max_length=80, blank=True)
    retry_at = models.DateTimeField(null=True, blank=True)
    tried_at = models.DateTimeField(null=True, blank=True)
    asked_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField("次数", default=0)
    asks = models.PositiveSmallIntegerField("查询次数", default=0)
    out_id = models.CharField("流水号", max_length=64, unique=True, default=new_out_id)
    provider_id = models.CharField("回执号", max_length=64, blank=True)
    failure = models.CharField("原因", max_length=100, blank=True)
    token = TokenField()

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "消息"
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["status", "send_after"], name="message_due"),
            models.Index(fields=["purpose", "recipient_hash", "sent_at"], name="message_per_number"),
        ]
        constraints = [
            status_constraint(MessageStatus, "message_status"),
            models.UniqueConstraint(
                fields=["purpose", "recipient_hash", "occasion"],
                name="message_once_per_occasion",
                violation_error_message="这件事已经给这个人写过消息。",
            ),
            models.CheckConstraint(
                condition=~Q(status="sending") | Q(lease_until__isnull=False), name="message_sending_has_lease"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purpose_title} {self.masked_address}".strip()

    @property
    def purpose_title(self) -> str:
        return purposes.title_of(self.purpose)

    @property
    def masked_address(self) -> str:
        if self.channel == self.Channel.EMAIL:
            name, _, host = self.address.partition("@")
            return f"{name[:1]}***@{host}" if host else ""
        return mask_phone(self.address)

    @property
    def needs_a_person(self) -> bool:
        return self.status in self.NEEDS_A_PERSON

    @property
    def is_by_person(self) -> bool:
        """On the call list, or on the list of whom staff tell in person."""
        return self.channel in self.BY_PERSON and self.status == self.Status.WAITING

    def lease(self, *, until: datetime, by: str) -> None:
        """A worker takes the message: from now until then nobody else sends it."""
        self.lease_until, self.lease_by, self.tried_at = until, by, timezone.now()
        self.attempts += 1
        self.move_to(
            self.Status.SENDING,
            reason=f"第 {self.attempts} 次",
            save=("lease_until", "lease_by", "tried_at", "attempts"),
        )

    def mark_sent(self, provider_id: str, *, reason: str = "") -> None:
        """The gateway has it."""
        self.provider_id, self.sent_at, self.lease_by, self.failure = provider_id[:64], timezone.now(), "", ""
        self.move_to(self.Status.SENT, reason=reason, save=("provider_id", "sent_at", "lease_by", "failure"))

    def mark_delivered(self, *, reason: str = "", by: Any = None, token: uuid.UUID | None = None) -> None:
        """The recipient has it: a receipt says so, or a person who rang."""
        self.sent_at, self.failure = self.sent_at or timezone.now(), ""
        self.move_to(self.Status.DELIVERED, reason=reason, by=by, token=token, save=("sent_at", "failure"))

    def mark_failed(self, failure: str) -> None:
        """It cannot be brought this way; a person has to look."""
        self.failure, self.lease_by = failure[:100], ""
        self.move_to(self.Status.FAILED, reason=self.failure, save=("failure", "lease_by"))

    def mark_unverified(self, failure: str, *, ask_at: datetime) -> None:
        """Nobody knows whether the gateway has it: asked again at `ask_at`, not sent again."""
        self.failure, self.retry_at, self.lease_by = failure[:100], ask_at, ""
        self.move_to(self.Status.UNVERIFIED, reason=self.failure, save=("failure", "retry_at", "lease_by"))

    def put_back(self, *, reason: str, retry_at: datetime | None = None, **move: Any) -> None:
        """The gateway certainly does not have it: it may be tried again from `retry_at` (real time)."""
        self.failure, self.retry_at, self.lease_by = "", retry_at, ""
        self.move_to(self.Status.WAITING, reason=reason[:200], save=("failure", "retry_at", "lease_by"), **move)

    def withdraw(self, *, by: Any, reason: str, token: uuid.UUID | None = None) -> None:
        """The occasion has lapsed. Raises Refused for what is on its way or gone."""
        if self.status not in self.WITHDRAWABLE:
            raise Refused("too_late", f"现在是“{self.get_status_display()}”，已经撤不回来。")
        self.move_to(self.Status.WITHDRAWN, by=by, reason=reason, token=token)


class MessageMove(Move):
    """One step of a message: taken by a worker, sent, delivered, failed, withdrawn. Append-only."""

    LABEL = "subject__label"

    subject = models.ForeignKey(Message, models.PROTECT, related_name="moves", verbose_name="消息")

    class Meta(Move.Meta):
        verbose_name = verbose_name_plural = "消息状态"

    def __str__(self) -> str:
        return f"{self.from_status} → {self.to_status}"


class OptOut(models.Model):
    """A number that answered R or TD: no promotion goes there any more."""

    recipient_hash = models.CharField(max_length=32, unique=True)
    at = models.DateTimeField("退订时间", default=park_now)

    class Meta:
        verbose_name = verbose_name_plural = "退订"

    def __str__(self) -> str:
        return f"{local(self.at):%Y-%m-%d}"


class MailboxQuerySet(models.QuerySet["MailboxMessage"]):
    def opens_for(self, user: Any) -> bool:
        """Administrators and the committee; in the demo, whose people are invented, everybody with an account."""
        if not user.is_authenticated or settings.SMS_GATEWAY != "mailbox":
            return False
        return settings.DEMO_MODE or user.has_role("admin", "committee")

    def visible_to(self, user: Any) -> "MailboxQuerySet":
        return self if self.opens_for(user) else self.none()


class MailboxMessage(models.Model):
    """What the mailbox gateway took in: the whole path can be seen without a provider (短信箱)."""

    out_id = models.CharField("流水号", max_length=64, unique=True)
    channel = models.CharField("渠道", max_length=8, choices=Message.Channel, default=Message.Channel.SMS)
    address = EncryptedTextField("手机或邮箱")
    recipient_hash = models.CharField(max_length=32, db_index=True)
    text = EncryptedTextField("原文")
    received_at = models.DateTimeField("收到时间", default=park_now)

    objects = MailboxQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "短信箱"
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.out_id

    @property
    def masked_address(self) -> str:
        return mask_phone(self.address)
