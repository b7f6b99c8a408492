"""慰问信 / 暖心短信 / 问候: sent to many at once, kept with each enterprise."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from enterprises.models.registry import Enterprise
from parkportal.clock import park_now
from parkportal.idempotency import TokenField


class GreetingKind(models.TextChoices):
    LETTER = "letter", "慰问信"
    SMS = "sms", "暖心短信"
    GREETING = "greeting", "电话或上门问候"


MESSAGES = (GreetingKind.LETTER, GreetingKind.SMS)  # what a message goes out for


class Addressee(models.TextChoices):
    PRINCIPAL = "principal", "负责人"
    LIAISON = "liaison", "联络员"


class GreetingQuerySet(models.QuerySet["Greeting"]):
    def visible_to(self, user: Any) -> "GreetingQuerySet":
        """The committee and the leader see all, others those that went to an enterprise they follow."""
        if not user.is_authenticated:
            return self.none()
        if user.has_role("committee", "leader"):
            return self
        mine = GreetingContact.objects.filter(enterprise__in=Enterprise.objects.reached_by(user))
        return self.filter(pk__in=mine.values("greeting"))


class Greeting(models.Model):
    """One batch: what is said, to which rows of the register. `query` is the list's filter at that moment.

    `purpose` is the message that goes out with it, which fixes the words of a text message (handbook §7).
    """

    kind = models.CharField("方式", max_length=12, choices=GreetingKind)
    title = models.CharField("标题", max_length=60)
    body = models.TextField("内容", max_length=2000, blank=True)
    purpose = models.CharField("短信用途", max_length=48, blank=True)
    addressee = models.CharField("写给谁", max_length=12, choices=Addressee, default=Addressee.PRINCIPAL)
    query = models.CharField("名单的筛选", max_length=2000, blank=True)
    created_at = models.DateTimeField("时间", default=park_now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="经办")
    job = models.ForeignKey("records.Job", models.SET_NULL, null=True, blank=True, related_name="+")
    token = TokenField()

    objects = GreetingQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "慰问"
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=GreetingKind.values), name="greeting_kind", violation_error_message="方式不对。"
            ),
            models.CheckConstraint(
                condition=Q(addressee__in=Addressee.values),
                name="greeting_addressee",
                violation_error_message="写给谁不对。",
            ),
        ]

    def __str__(self) -> str:
        return self.title


REACHED = Q(done_at__isnull=False) & (Q(message=None) | ~Q(message__status="failed"))


class GreetingContactQuerySet(models.QuerySet["GreetingContact"]):
    def visible_to(self, user: Any) -> "GreetingContactQuerySet":
        return self.filter(enterprise__in=Enterprise.objects.followed_by(user))

    def handled_by(self, user: Any) -> "GreetingContactQuerySet":
        """Whose call or visit this person may write down: the committee all, the park's people those they look after."""
        if not user.is_authenticated or not user.has_role("committee", "supervisor", "squad"):
            return self.none()
        if user.has_role("committee"):
            return self
        return self.filter(enterprise__in=Enterprise.objects.cared_for_by(user))

    def to_send(self) -> "GreetingContactQuerySet":
        """Letters and text messages that can be written: there is a number, and none was tried that did not work."""
        numbers = Q()
        for who in Addressee.values:
            known = f"enterprise__{who}_phone_hash"
            untried = Q(message=None) | ~Q(message__recipient_hash=F(known))
            numbers |= Q(greeting__addressee=who) & ~Q(**{known: ""}) & untried
        return self.not_reached().filter(numbers, greeting__kind__in=MESSAGES)

    def reached(self) -> "GreetingContactQuerySet":
        """Somebody carried it there or spoke to them, or the message is on its way and did not come back."""
        return self.filter(REACHED)

    def not_reached(self) -> "GreetingContactQuerySet":
        return self.exclude(REACHED)

    def to_do(self) -> "GreetingContactQuerySet":
        """Greetings by phone or visit that nobody has made yet."""
        return self.filter(greeting__kind=GreetingKind.GREETING, done_at__isnull=True)


class GreetingContact(models.Model):
    """One enterprise of a batch: when it was reached, by whom, and what was said back."""

    greeting = models.ForeignKey(Greeting, models.PROTECT, related_name="contacts", verbose_name="慰问")
    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="greetings", verbose_name="企业")
    message = models.ForeignKey(
        "messaging.Message", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="短信"
    )
    done_at = models.DateTimeField("时间", null=True, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="谁"
    )
    words = models.CharField("对方说", max_length=200, blank=True)

    objects = GreetingContactQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "慰问记录"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["greeting", "enterprise"], name="greeting_enterprise_once"),
            models.CheckConstraint(
                condition=Q(done_at__isnull=True, done_by__isnull=True)
                | Q(done_at__isnull=False, done_by__isnull=False),
                name="greeting_done_pair",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enterprise} {self.greeting}"

    @property
    def addressee(self) -> tuple[str, str]:
        """(name, phone) of who is written to, as the register has them now."""
        who = self.greeting.addressee
        return getattr(self.enterprise, f"{who}_name"), getattr(self.enterprise, f"{who}_phone")
