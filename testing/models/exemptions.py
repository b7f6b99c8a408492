"""Who need not be tested although a rule says so: asked for by the firm, decided by the committee, with a reason."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from enterprises.models import Enterprise, Person
from enterprises.models.people import own_enterprises
from parkportal.clock import day_of, park_now
from parkportal.idempotency import TokenField
from parkportal.privacy import EncryptedTextField


class ExemptionQuerySet(models.QuerySet["Exemption"]):
    def visible_to(self, user: Any) -> "ExemptionQuerySet":
        """The committee all, a contact those of the own firm."""
        if not user.is_authenticated:
            return self.none()
        return self if user.has_role("committee") else self.filter(enterprise__in=own_enterprises(user))

    def open(self) -> "ExemptionQuerySet":
        """Asked for and not decided, or granted and not taken back."""
        return self.filter(status__in=[Exemption.Status.ASKED, Exemption.Status.GRANTED], withdrawn_at__isnull=True)

    def in_force(self, as_of: datetime) -> "ExemptionQuerySet":
        """Granted by an instant, not taken back by then, and not over."""
        return self.filter(
            Q(withdrawn_at__isnull=True) | Q(withdrawn_at__gt=as_of),
            Q(ends_on__isnull=True) | Q(ends_on__gte=day_of(as_of)),
            status=Exemption.Status.GRANTED,
            decided_at__lte=as_of,
        )


class Exemption(models.Model):
    """A person whom the rules name and who is not counted as missing: why, until when, who said so."""

    class Status(models.TextChoices):
        ASKED = "asked", "等管委会定"
        GRANTED = "granted", "已同意"
        REFUSED = "refused", "没有同意"

    class Reason(models.TextChoices):
        ELSEWHERE = "elsewhere", "7 天内在别处检过"
        AWAY = "away", "不在园区，近期不返岗"
        MEDICAL = "medical", "医生说不宜采咽拭子"
        LEFT = "left", "已经离职，名册还没有改"
        OTHER = "other", "其他"

    person = models.ForeignKey(Person, models.PROTECT, related_name="exemptions", verbose_name="人员")
    enterprise = models.ForeignKey(
        Enterprise, models.PROTECT, null=True, blank=True, related_name="exemptions", verbose_name="单位"
    )
    reason = models.CharField("原因", max_length=10, choices=Reason)
    note = EncryptedTextField("说明", blank=True)
    ends_on = models.DateField("到（含）", null=True, blank=True)
    status = models.CharField("状态", max_length=8, choices=Status, default=Status.ASKED)
    asked_at = models.DateTimeField("何时提出", default=park_now)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="谁提出")
    decided_at = models.DateTimeField("何时定", null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="谁定"
    )
    withdrawn_at = models.DateTimeField("何时收回", null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="谁收回"
    )
    token = TokenField()

    objects = ExemptionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "豁免"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=["asked", "granted", "refused"]),
                name="exemption_status",
                violation_error_message="状态不对。",
            ),
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(status__in=["asked", "granted"], withdrawn_at__isnull=True),
                name="exemption_open_once",
                violation_error_message="这个人已经有一条豁免。",
            ),
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True, decided_by__isnull=True, status="asked")
                | Q(decided_at__isnull=False, decided_by__isnull=False) & ~Q(status="asked"),
                name="exemption_decided_pair",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True)
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False),
                name="exemption_withdrawn_pair",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.get_reason_display()}"
