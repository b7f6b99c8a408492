"""A campaign: for what, for whom, by which laboratory, who pays, and what people agree to."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from enterprises.models import Enterprise
from parkportal.clock import park_now
from parkportal.idempotency import TokenField
from testing.models.points import own_labs, own_points


class PoolSize(models.IntegerChoices):
    """How many people's swabs share a tube (handbook §3): single tubes unless a campaign says otherwise."""

    SINGLE = 1, "单管（1 人 1 管）"
    FIVE = 5, "5 合 1"
    TEN = 10, "10 合 1"
    TWENTY = 20, "20 合 1"


def both_languages() -> list[str]:
    return ["zh-hans", "en"]


class CampaignQuerySet(models.QuerySet["Campaign"]):
    def visible_to(self, user: Any) -> "CampaignQuerySet":
        """Campaigns hold nothing personal: the committee, leaders, stations, labs and contacts may read them."""
        if not user.is_authenticated:
            return self.none()
        if user.has_role("committee", "leader"):
            return self
        if user.has_role("contact", "principal"):
            return self.exclude(status=Campaign.Status.DRAFT)
        reach = Q(pk__in=[])
        if user.has_role("station"):
            reach |= Q(sessions__point__in=own_points(user))
        if user.has_role("lab_tester", "lab_verifier"):
            reach |= Q(lab__in=own_labs(user))
        return self.filter(reach).distinct()

    def open(self) -> "CampaignQuerySet":
        return self.filter(status=Campaign.Status.OPEN)


class Campaign(models.Model):
    """A round of testing that people sign up for. It costs them nothing: the park pays (handbook §2 row 8)."""

    class Status(models.TextChoices):
        DRAFT = "draft", "筹备中"
        OPEN = "open", "报名中"
        CLOSED = "closed", "已结束"

    title = models.CharField("名称", max_length=40)
    title_en = models.CharField("英文名称", max_length=80, blank=True)
    slug = models.SlugField(
        "登记地址",
        max_length=40,
        unique=True,
        help_text="海报和短信里的地址，定了就不再改；小写字母、数字和连字符。",
        error_messages={"unique": "这个地址已经用过，换一个。"},
    )
    purpose = models.TextField("说明", max_length=500, blank=True, help_text="给来登记的人看的一两句话。")
    purpose_en = models.TextField("英文说明", max_length=1000, blank=True)
    lab = models.ForeignKey(Enterprise, models.PROTECT, related_name="lab_campaigns", verbose_name="检验实验室")
    payer = models.CharField("费用由谁承担", max_length=40, default="园区财政")
    starts_on = models.DateField("开始")
    ends_on = models.DateField("结束（含）")
    groups = models.JSONField("检测人群", default=list, blank=True, help_text="人群代码；空着为全部。")
    pool_size = models.PositiveSmallIntegerField(
        "几人一管", choices=PoolSize, default=1, help_text="单管为 1；混采时人群 A 和医学观察期人员仍用单管。"
    )
    languages = models.JSONField("登记页语言", default=both_languages)
    retention_days = models.PositiveSmallIntegerField("结束后保留（天）", default=60)
    is_on_hold = models.BooleanField("依法暂不删除", default=False)
    erased_at = models.DateTimeField("个人信息删除时间", null=True, blank=True)
    change_hours = models.PositiveSmallIntegerField("开始前几小时止可改", default=1)
    status = models.CharField("状态", max_length=8, choices=Status, default=Status.DRAFT)
    created_at = models.DateTimeField("建立时间", default=park_now)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="建立人"
    )
    version = models.PositiveIntegerField("版本", default=1)
    token = TokenField()

    objects = CampaignQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "检测任务"
        ordering = ["-starts_on", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=["draft", "open", "closed"]),
                name="campaign_status",
                violation_error_message="状态不对。",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="campaign_dates",
                violation_error_message="结束日期不能早于开始日期。",
            ),
            models.CheckConstraint(
                condition=Q(pool_size__in=[1, 5, 10, 20]),
                name="campaign_pool_size",
                violation_error_message="几人一管只能是 1、5、10 或 20。",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_pooled(self) -> bool:
        return self.pool_size > 1

    @property
    def is_open(self) -> bool:
        return self.status == self.Status.OPEN

    def current_consent(self) -> "ConsentText | None":
        """The latest version of what people agree to."""
        return self.consents.order_by("-version").first()


class ConsentText(models.Model):
    """One version of the purpose notice that people agree to; a version in use is never changed."""

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="consents", verbose_name="检测任务")
    version = models.PositiveSmallIntegerField("版本")
    text = models.TextField("信息收集说明", max_length=4000)
    text_en = models.TextField("英文", max_length=6000, blank=True)
    valid_from = models.DateField("从")

    class Meta:
        verbose_name = verbose_name_plural = "信息收集说明"
        ordering = ["campaign", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "version"], name="consent_version"),
        ]

    def __str__(self) -> str:
        return f"{self.valid_from:%Y-%m-%d} 版"
