"""Links that show a unit to an investor: they expire, can be taken back, and count who looked."""

import secrets
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from investment.models.buildings import READERS, Unit
from investment.models.leads import Lead
from parkportal.clock import local, park_now
from parkportal.idempotency import TokenField

LINK_LIFE = timedelta(days=14)


def new_address() -> str:
    """22 characters of randomness: an address that cannot be guessed."""
    return secrets.token_urlsafe(16)


def default_expiry() -> Any:
    return park_now() + LINK_LIFE


class ShareLinkQuerySet(models.QuerySet["ShareLink"]):
    def visible_to(self, user: Any) -> "ShareLinkQuerySet":
        return self if user.is_authenticated and user.has_role(*READERS) else self.none()

    def open(self) -> "ShareLinkQuerySet":
        return self.filter(withdrawn_at__isnull=True, expires_at__gt=park_now())


class ShareLink(models.Model):
    """One address for one unit and one lead. Whoever has it sees that unit and nothing more."""

    address = models.CharField(max_length=32, unique=True, default=new_address, editable=False)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="links")
    lead = models.ForeignKey(Lead, models.PROTECT, null=True, blank=True, related_name="links")
    language = models.CharField("语言", max_length=7, choices=[("en", "English"), ("zh-hans", "中文")], default="en")
    offered_at = models.DateTimeField("建议的视频时间", null=True, blank=True)
    expires_at = models.DateTimeField("有效到", default=default_expiry)
    withdrawn_at = models.DateTimeField("收回时间", null=True, blank=True)
    withdrawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(default=park_now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="发出人")
    token = TokenField()

    objects = ShareLinkQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "分享链接"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True)
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False),
                name="share_link_withdrawn_pair",
            )
        ]

    def __str__(self) -> str:
        return f"{self.unit} {local(self.created_at):%Y-%m-%d}"

    @property
    def opened(self) -> int:
        """How often the page was opened; what was looked at on it stands in the log."""
        return sum(view.what == ShareView.What.PAGE for view in self.views.all())

    @property
    def is_open(self) -> bool:
        return self.withdrawn_at is None and self.expires_at > park_now()


class ShareView(models.Model):
    """One opening of a link: when, and what of it; no address of the guest is kept."""

    class What(models.TextChoices):
        PAGE = "page", "页面"
        PHOTO = "photo", "照片"

    link = models.ForeignKey(ShareLink, models.PROTECT, related_name="views")
    what = models.CharField(max_length=8, choices=What, default=What.PAGE)
    at = models.DateTimeField(default=park_now)

    class Meta:
        verbose_name = verbose_name_plural = "浏览记录"
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.link_id} {local(self.at):%Y-%m-%d %H:%M}"


class TimeRequest(models.Model):
    """The guest asks for the offered time, or writes another one."""

    link = models.ForeignKey(ShareLink, models.PROTECT, related_name="requests")
    wanted_at = models.DateTimeField(null=True, blank=True)
    note = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField(default=park_now)
    token = TokenField()

    class Meta:
        verbose_name = verbose_name_plural = "约时间"
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.link_id} {local(self.at):%Y-%m-%d %H:%M}"
