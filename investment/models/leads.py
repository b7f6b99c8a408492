"""Leads (意向), every contact with them, and the meetings by video."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Count, Max, Q, QuerySet

from investment.models.buildings import READERS, Unit
from parkportal.clock import SHANGHAI, local, park_now
from parkportal.idempotency import TokenField
from parkportal.privacy import EncryptedTextField
from parkportal.states import Move, Stateful, status_constraint


class LeadStage(models.TextChoices):
    """线索→意向→洽谈→考察→签约→落地, and two sides (handbook §11)."""

    CLUE = "clue", "线索"
    INTENT = "intent", "意向"
    TALKS = "talks", "洽谈"
    VISIT = "visit", "考察"
    SIGNED = "signed", "签约"
    LANDED = "landed", "落地"
    SHELVED = "shelved", "搁置"
    LOST = "lost", "流失"


ORDER = [LeadStage.CLUE, LeadStage.INTENT, LeadStage.TALKS, LeadStage.VISIT, LeadStage.SIGNED, LeadStage.LANDED]
SIDE = frozenset({LeadStage.SHELVED, LeadStage.LOST})
ACTIVE = (LeadStage.CLUE, LeadStage.INTENT, LeadStage.TALKS, LeadStage.VISIT)
# Without a contact for longer than this a lead is overdue (handbook §11: 意向 7 days, 洽谈 3 days).
PATIENCE = {LeadStage.INTENT: timedelta(days=7), LeadStage.TALKS: timedelta(days=3)}


def check_timezone(name: str) -> None:
    if name not in available_timezones():
        raise ValidationError("没有这个时区，请用 Europe/Berlin 这样的写法。", code="bad_timezone")


class LeadQuerySet(models.QuerySet["Lead"]):
    def visible_to(self, user: Any) -> "LeadQuerySet":
        return self if user.is_authenticated and user.has_role(*READERS) else self.none()

    def active(self) -> "LeadQuerySet":
        return self.filter(status__in=ACTIVE)

    def with_last_contact(self) -> "LeadQuerySet":
        """Adds `last_contact_at` and `contact_count`."""
        return self.annotate(last_contact_at=Max("contacts__at"), contact_count=Count("contacts")).order_by(
            "next_at", "pk"
        )

    def overdue(self, now: datetime) -> "LeadQuerySet":
        """No contact for longer than the stage allows, or the planned next step is past."""
        silent = Q(pk__in=[])
        for stage, patience in PATIENCE.items():
            before = now - patience
            silent |= Q(status=stage) & (
                Q(last_contact_at__lt=before) | Q(last_contact_at__isnull=True, created_at__lt=before)
            )
        return self.active().with_last_contact().filter(silent | Q(next_at__lt=now))


class Lead(Stateful):
    """A company that may come to the park; often abroad, always with a next step."""

    Status = LeadStage
    MOVES = {
        LeadStage.CLUE: frozenset({LeadStage.INTENT, *SIDE}),
        LeadStage.INTENT: frozenset({LeadStage.CLUE, LeadStage.TALKS, *SIDE}),
        LeadStage.TALKS: frozenset({LeadStage.INTENT, LeadStage.VISIT, LeadStage.SIGNED, *SIDE}),
        LeadStage.VISIT: frozenset({LeadStage.TALKS, LeadStage.SIGNED, *SIDE}),
        LeadStage.SIGNED: frozenset({LeadStage.LANDED, *SIDE}),
        LeadStage.LANDED: frozenset(),
        LeadStage.SHELVED: frozenset({LeadStage.CLUE, LeadStage.INTENT, LeadStage.TALKS, LeadStage.LOST}),
        LeadStage.LOST: frozenset(),
    }

    FACTS = (
        "company", "country", "city", "timezone", "language", "industry", "source", "person", "phone", "email",
        "needs", "investment", "currency", "visit_blocked", "visit_condition",
    )  # fmt: skip

    company = models.CharField("公司", max_length=100)
    country = models.CharField("国家或地区", max_length=40, default="中国")
    timezone = models.CharField("对方时区", max_length=40, default="Asia/Shanghai", validators=[check_timezone])
    city = models.CharField("对方城市", max_length=40, blank=True)
    language = models.CharField("语言", max_length=20, default="中文")
    industry = models.CharField("行业", max_length=60, blank=True)
    source = models.CharField("来源", max_length=60, blank=True)
    person = models.CharField("联系人", max_length=80, blank=True)
    phone = EncryptedTextField("电话", blank=True)
    email = EncryptedTextField("邮箱", blank=True)
    needs = models.TextField("需求", max_length=1000, blank=True)
    investment = models.PositiveIntegerField("意向投资（万元）", null=True, blank=True)
    currency = models.CharField("币种", max_length=8, default="人民币")
    status = models.CharField("阶段", max_length=10, choices=LeadStage, default=LeadStage.CLUE)
    visit_blocked = models.BooleanField("疫情暂缓考察", default=False)
    visit_condition = models.CharField("来访条件", max_length=200, blank=True)
    next_step = models.CharField("下一步", max_length=120, blank=True)
    next_at = models.DateTimeField("下一步时间", null=True, blank=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="负责人")
    units = models.ManyToManyField(Unit, blank=True, related_name="leads", verbose_name="看中的单元")
    created_at = models.DateTimeField("登记时间", default=park_now)
    token = TokenField()

    objects = LeadQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "招商线索"
        ordering = ["next_at", "id"]
        constraints = [
            status_constraint(LeadStage, "lead_status"),
            models.CheckConstraint(
                condition=Q(next_step="", next_at__isnull=True) | (~Q(next_step="") & Q(next_at__isnull=False)),
                name="lead_next_step_pair",
                violation_error_message="下一步要写做什么和什么时候。",
            ),
        ]

    def __str__(self) -> str:
        return self.company

    def facts(self) -> dict[str, Any]:
        """What its form asks, as it stands."""
        return {name: getattr(self, name) for name in self.FACTS}

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @property
    def is_abroad(self) -> bool:
        return self.timezone != "Asia/Shanghai"

    @property
    def place(self) -> str:
        return self.city or self.country

    @property
    def next_there(self) -> datetime | None:
        """The next step on the other side's clock."""
        return self.next_at.astimezone(self.zone) if self.next_at else None

    @property
    def hours_behind(self) -> float | None:
        """Hours that the other clock is behind the park's at the next step: Berlin in winter 7."""
        if not self.next_at:
            return None
        ours, theirs = self.next_at.astimezone(SHANGHAI).utcoffset(), self.next_at.astimezone(self.zone).utcoffset()
        return (ours - theirs).total_seconds() / 3600 if ours is not None and theirs is not None else None

    def allowed_stages(self) -> list[tuple[str, str, str]]:
        """(code, label, why closed or "") for the menu that moves a lead."""
        rows = []
        for code, label in LeadStage.choices:
            if code == self.status:
                continue
            why = "" if self.can_move(code) else "要先走完前面的阶段"
            if code == LeadStage.VISIT and self.visit_blocked:
                why = "疫情暂缓，先约视频"
            rows.append((code, label, why))
        return rows


class LeadMove(Move):
    """One step of a lead between stages, with its reason where it goes aside."""

    LABEL = "subject__company"

    subject = models.ForeignKey(Lead, models.PROTECT, related_name="moves")

    class Meta(Move.Meta):
        abstract = False
        verbose_name = verbose_name_plural = "阶段变动"

    def __str__(self) -> str:
        return f"{self.subject_id} {self.to_status}"

    @property
    def stage_label(self) -> str:
        return LeadStage(self.to_status).label


class ContactQuerySet(QuerySet["Contact"]):
    def visible_to(self, user: Any) -> "ContactQuerySet":
        return self.filter(lead__in=Lead.objects.visible_to(user))


class Contact(models.Model):
    """One contact with a lead: channel, who took part, minutes, materials, and the next step agreed."""

    class Channel(models.TextChoices):
        PHONE = "phone", "电话"
        WECHAT = "wechat", "微信"
        EMAIL = "email", "邮件"
        VOICE = "voice", "语音"
        VIDEO = "video", "视频"
        SMS = "sms", "短信"
        LETTER = "letter", "信函"

    lead = models.ForeignKey(Lead, models.PROTECT, related_name="contacts")
    channel = models.CharField("方式", max_length=8, choices=Channel)
    at = models.DateTimeField("时间")
    minutes = models.PositiveSmallIntegerField("时长（分钟）", null=True, blank=True)
    participants = models.CharField("参加人", max_length=200, blank=True)
    summary = models.TextField("纪要", max_length=2000)
    materials = models.CharField("给了什么材料", max_length=200, blank=True)
    next_step = models.CharField("约定的下一步", max_length=120, blank=True)
    next_at = models.DateTimeField("下一步时间", null=True, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="记录人")
    recorded_at = models.DateTimeField(default=park_now)
    token = TokenField()

    objects = ContactQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "来往"
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.lead} {self.get_channel_display()} {local(self.at):%Y-%m-%d}"


class Meeting(models.Model):
    """A video meeting that is agreed: both clocks, who joins, what is shown."""

    lead = models.ForeignKey(Lead, models.PROTECT, related_name="meetings")
    starts_at = models.DateTimeField("开始")
    minutes = models.PositiveSmallIntegerField("时长（分钟）", default=30)
    subject = models.CharField("内容", max_length=120)
    interpreter = models.CharField("翻译", max_length=40, blank=True)
    is_cancelled = models.BooleanField("取消", default=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    token = TokenField()

    class Meta:
        verbose_name = verbose_name_plural = "视频会谈"
        ordering = ["starts_at"]

    def __str__(self) -> str:
        return f"{self.lead} {local(self.starts_at):%Y-%m-%d %H:%M}"

    @property
    def there(self) -> datetime:
        return self.starts_at.astimezone(self.lead.zone)
