"""Who looks after which enterprise, each with dates."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q

from parkportal.accounts.models import DatedMembership, in_force


class SquadQuerySet(models.QuerySet["Squad"]):
    def visible_to(self, user: Any) -> "SquadQuerySet":
        if not user.is_authenticated:
            return self.none()
        return (
            self if user.has_role("committee", "leader", "admin", "supervisor", "squad", "warehouse") else self.none()
        )


class Squad(models.Model):
    """One of the ten 帮扶小分队: it phones and visits its enterprises and brings them supplies."""

    number = models.PositiveSmallIntegerField("序号", unique=True)
    name = models.CharField("名称", max_length=20, unique=True)
    leader = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="队长"
    )

    objects = SquadQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "小分队"
        ordering = ["number"]

    def __str__(self) -> str:
        return self.name

    def led(self) -> dict[str, Any]:
        """Who leads, as the form asks for it."""
        return {"to": self.leader}


class SquadMember(DatedMembership):
    """A squad's liaison; reaches the squad's enterprises."""

    squad = models.ForeignKey(Squad, models.PROTECT, related_name="members", verbose_name="小分队")

    class Meta:
        verbose_name = verbose_name_plural = "小分队成员"
        constraints = [
            models.UniqueConstraint(
                fields=["squad", "user"],
                condition=Q(ends_on__isnull=True),
                name="squad_member_open_once",
                violation_error_message="已经是这个小分队的成员。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.squad} {self.user}"


class EnterpriseCareQuerySet(models.QuerySet["EnterpriseCare"]):
    def effective(self) -> "EnterpriseCareQuerySet":
        """In force today, by somebody who belongs to the enterprise's squad."""
        belongs = SquadMember.objects.filter(in_force(), user=OuterRef("user"), squad=OuterRef("enterprise__squad"))
        return self.filter(in_force()).filter(Exists(belongs))


class EnterpriseCare(DatedMembership):
    """Which member of the squad looks after an enterprise, from a day until a day; handed over by ending the row.

    An enterprise without such a row belongs to everybody in its squad.
    """

    enterprise = models.ForeignKey("Enterprise", models.PROTECT, related_name="cares", verbose_name="企业")
    handed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="谁交的"
    )

    objects = EnterpriseCareQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "企业分工"
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise"],
                condition=Q(ends_on__isnull=True),
                name="enterprise_care_open_once",
                violation_error_message="这家企业已经有人负责。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.enterprise} {self.user}"


class SupervisorAssignment(DatedMembership):
    """A named park officer (督导帮扶人员) of an enterprise."""

    enterprise = models.ForeignKey("Enterprise", models.PROTECT, related_name="supervisors", verbose_name="企业")

    class Meta:
        verbose_name = verbose_name_plural = "督导帮扶"

    def __str__(self) -> str:
        return f"{self.enterprise} {self.user}"


class EnterpriseContact(DatedMembership):
    """An account of the enterprise's own people: liaison or principal; reaches this enterprise only."""

    class Kind(models.TextChoices):
        LIAISON = "contact", "企业联络员"
        PRINCIPAL = "principal", "企业负责人"

    enterprise = models.ForeignKey("Enterprise", models.PROTECT, related_name="contacts", verbose_name="企业")
    kind = models.CharField("身份", max_length=12, choices=Kind, default=Kind.LIAISON)
    handing_over_to = models.ForeignKey(
        "accounts.Invitation", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="交接给"
    )

    class Meta:
        verbose_name = verbose_name_plural = "企业账号"
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "user"],
                condition=Q(ends_on__isnull=True),
                name="enterprise_contact_open_once",
                violation_error_message="这个账号已经是该企业的联络人。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.enterprise} {self.user}"
