"""A person's place in a campaign, from sign-up to the swab."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q

from enterprises.models import DocumentType, Enterprise, EnterpriseContact, Person
from parkportal.accounts.models import in_force
from parkportal.clock import park_now
from parkportal.idempotency import TokenField
from parkportal.privacy import EncryptedJSONField, EncryptedTextField, lookup_hash, mask_id, mask_name, mask_phone
from parkportal.states import Move, Stateful, known_by, status_constraint
from testing.models.campaigns import Campaign, ConsentText
from testing.models.points import own_points
from testing.models.sessions import Session, Slot


class SignUpStatus(models.TextChoices):
    WAITING = "waiting", "候补"
    REGISTERED = "registered", "已登记"
    STOPPED = "stopped", "体温异常"
    MEASURED = "measured", "已测温"
    KITTED = "kitted", "已领条码"
    COLLECTED = "collected", "已采样"
    RECOLLECT = "recollect", "需重采"
    MISSED = "missed", "没有来"
    CANCELLED = "cancelled", "已取消"


class Group(models.TextChoices):
    """Who is tested by which rule (handbook §3); the strongest obligation wins."""

    A1 = "A1", "三类人员"
    A2 = "A2", "武汉暴露史人员的密切接触者"
    A3 = "A3", "有咳嗽、发热、无力等症状"
    B1 = "B1", "新增省外返长人员"
    B2 = "B2", "医学观察期人员"
    B3 = "B3", "重点项目、重点工程人员"
    B4 = "B4", "四上企业复工人员"
    B5 = "B5", "食堂、测温、保安等岗位"
    C = "C", "其他复工人员"


class Mode(models.TextChoices):
    POINT = "point", "到采样点"
    DOOR = "door", "上门采样"


class Source(models.TextChoices):
    SELF = "self", "本人"
    CONTACT = "contact", "企业联络员"
    DESK = "desk", "采样点"


class SignUpQuerySet(models.QuerySet["SignUp"]):
    def in_pool(self, specimen: Any) -> "SignUpQuerySet":
        """Who lies in a mixed tube now, in the order of the swabs."""
        return self.filter(pool_memberships__pool__specimen=specimen, pool_memberships__left_at__isnull=True).order_by(
            "pool_memberships__position"
        )

    def visible_to(self, user: Any) -> "SignUpQuerySet":
        """The committee all; leaders too, but pages mask; a station its sessions; a contact the own firm's staff."""
        if not user.is_authenticated:
            return self.none()
        if user.has_role("committee", "leader"):
            return self
        reach = Q(pk__in=[])
        if user.has_role("station"):
            points = own_points(user)
            reach |= Q(slot__session__point__in=points) | Q(attended_session__point__in=points)
        if user.has_role("contact", "principal"):
            own = EnterpriseContact.objects.filter(in_force(), user=user).values("enterprise")
            reach |= Q(enterprise__in=own)
        return self.filter(reach)

    def answered_for_by(self, user: Any, enterprise_id: int | None) -> "SignUpQuerySet":
        """Whose guardian a list of this enterprise shows and corrects: the committee's list all, a firm's its own."""
        rows = self.visible_to(user)
        return rows if user.has_role("committee") else rows.filter(enterprise=enterprise_id)

    def at_desk(self, user: Any, session_id: int) -> "SignUpQuerySet":
        """Whom the desk of a session may call up: everybody of its campaign, if the person works at its point."""
        sessions = Session.objects.workable_by(user).filter(pk=session_id)
        return self.filter(campaign__in=sessions.values("campaign"))

    def open(self) -> "SignUpQuerySet":
        return self.exclude(status=SignUpStatus.CANCELLED)

    def of_document(self, document_hash: str) -> "SignUpQuerySet":
        return self.filter(document_hash=document_hash)

    def signed_up_by(self, instant: datetime) -> "SignUpQuerySet":
        return self.filter(created_at__lte=instant)

    def sampled_as_of(self, instant: datetime) -> "SignUpQuerySet":
        """With a specimen collected by an instant, recorded within the grace, and not void by then."""
        collected = (
            Q(specimens__collected_at__lte=instant)
            & Q(specimens__recorded_at__lte=known_by(instant))
            & (Q(specimens__voided_at__isnull=True) | Q(specimens__voided_at__gt=instant))
        )
        mixed = Q(pool_memberships__collected_at__lte=instant, pool_memberships__left_why__in=["", "unfit", "retest"])
        return self.filter(collected | mixed)


class SignUp(Stateful):
    """One person's sign-up for one campaign. What was declared stays as declared; a Person is never overwritten by it."""

    Status = SignUpStatus
    MOVES = {
        SignUpStatus.WAITING: frozenset({SignUpStatus.REGISTERED, SignUpStatus.CANCELLED}),
        SignUpStatus.REGISTERED: frozenset(
            {SignUpStatus.MEASURED, SignUpStatus.STOPPED, SignUpStatus.MISSED, SignUpStatus.CANCELLED}
        ),
        SignUpStatus.STOPPED: frozenset({SignUpStatus.MEASURED, SignUpStatus.CANCELLED}),
        SignUpStatus.MEASURED: frozenset({SignUpStatus.KITTED, SignUpStatus.COLLECTED, SignUpStatus.STOPPED}),
        SignUpStatus.KITTED: frozenset({SignUpStatus.COLLECTED}),
        SignUpStatus.COLLECTED: frozenset({SignUpStatus.RECOLLECT}),
        SignUpStatus.RECOLLECT: frozenset({SignUpStatus.MEASURED, SignUpStatus.STOPPED, SignUpStatus.CANCELLED}),
        SignUpStatus.MISSED: frozenset({SignUpStatus.MEASURED, SignUpStatus.STOPPED, SignUpStatus.CANCELLED}),
        SignUpStatus.CANCELLED: frozenset(),
    }

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="signups", verbose_name="检测任务")
    code = models.CharField("人员码", max_length=14, unique=True)
    public_token = models.UUIDField(unique=True, default=uuid4, editable=False)
    status = models.CharField("状态", max_length=12, choices=Status, default=SignUpStatus.REGISTERED)
    slot = models.ForeignKey(Slot, models.PROTECT, null=True, blank=True, related_name="signups", verbose_name="时段")
    party = models.ForeignKey(
        "testing.WaitingParty", models.PROTECT, null=True, blank=True, related_name="signups", verbose_name="候补"
    )
    mode = models.CharField("方式", max_length=8, choices=Mode, default=Mode.POINT)
    group = models.CharField("人群", max_length=2, choices=Group, default=Group.C)
    source = models.CharField("谁登记的", max_length=8, choices=Source, default=Source.SELF)
    person = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="signups", verbose_name="人员"
    )
    enterprise = models.ForeignKey(
        Enterprise, models.PROTECT, null=True, blank=True, related_name="signups", verbose_name="单位"
    )
    enterprise_name = models.CharField("本人填的单位", max_length=100, blank=True)
    name = models.CharField("姓名", max_length=50)
    document_type = models.CharField("证件类型", max_length=20, choices=DocumentType, default=DocumentType.ID_CARD)
    number = EncryptedTextField("证件号码")
    document_hash = models.CharField(max_length=32)
    phone = EncryptedTextField("手机", blank=True)
    phone_hash = models.CharField(max_length=32, blank=True, db_index=True)
    phone_confirmed_at = models.DateTimeField("手机验证时间", null=True, blank=True)
    guardian_name = EncryptedTextField("监护人或代办人", blank=True)
    declared = EncryptedJSONField("本人所填", default=dict, blank=True)
    address = EncryptedTextField("上门地址", blank=True)
    language = models.CharField("语言", max_length=8, default="zh-hans")
    consent = models.ForeignKey(ConsentText, models.PROTECT, null=True, blank=True, related_name="+")
    consented_at = models.DateTimeField("同意时间", null=True, blank=True)
    temperature_tenths = models.PositiveSmallIntegerField("体温（0.1 ℃）", null=True, blank=True)
    attended_session = models.ForeignKey(
        Session, models.PROTECT, null=True, blank=True, related_name="attended", verbose_name="到场场次"
    )
    attended_at = models.DateTimeField("到场时间", null=True, blank=True)
    erased_at = models.DateTimeField("个人信息删除时间", null=True, blank=True)
    created_at = models.DateTimeField("登记时间", default=park_now, db_index=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="代登记人"
    )
    token = TokenField()

    objects = SignUpQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "登记"
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["document_hash"], name="signup_document_hash"),
            models.Index(fields=["campaign", "status"], name="signup_campaign_status"),
        ]
        constraints = [
            status_constraint(SignUpStatus, "signup_status"),
            models.UniqueConstraint(
                fields=["campaign", "document_hash"],
                condition=~Q(status="cancelled"),
                name="signup_one_open",
                violation_error_message="这个证件已经登记过这次检测。",
            ),
            models.CheckConstraint(
                condition=~Q(mode="door") | Q(slot__isnull=True),
                name="signup_door_without_slot",
                violation_error_message="上门采样的人不占采样点的时段。",
            ),
            models.CheckConstraint(
                condition=~Q(status="waiting") | Q(party__isnull=False),
                name="signup_waits_in_a_party",
                violation_error_message="候补要排在候补名单里。",
            ),
            models.CheckConstraint(
                condition=Q(temperature_tenths__isnull=True)
                | Q(temperature_tenths__gte=340, temperature_tenths__lte=420),
                name="signup_temperature",
                violation_error_message="体温要在 34.0 到 42.0 ℃ 之间。",
            ),
            models.CheckConstraint(
                condition=Q(attended_at__isnull=True, attended_session__isnull=True)
                | Q(attended_at__isnull=False, attended_session__isnull=False),
                name="signup_attended_pair",
            ),
            models.CheckConstraint(
                condition=Q(consent__isnull=True, consented_at__isnull=True)
                | Q(consent__isnull=False, consented_at__isnull=False),
                name="signup_consent_pair",
            ),
            models.CheckConstraint(
                condition=~Q(source="self") | Q(consent__isnull=False),
                name="signup_self_consents",
                violation_error_message="请先阅读并同意信息收集说明。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.masked_name} {self.code}"

    def set_phone(self, phone: str) -> None:
        self.phone, self.phone_hash = phone, lookup_hash(phone, kind="phone") if phone else ""

    @property
    def masked_guardian(self) -> str:
        return mask_name(self.guardian_name) if self.guardian_name else ""

    @property
    def masked_name(self) -> str:
        return mask_name(self.name)

    @property
    def masked_number(self) -> str:
        return mask_id(self.number)

    @property
    def masked_phone(self) -> str:
        return mask_phone(self.phone)

    @property
    def number_tail(self) -> str:
        """What the desk compares with the document: its last four characters."""
        return self.number[-4:]

    @property
    def temperature(self) -> Decimal | None:
        return None if self.temperature_tenths is None else Decimal(self.temperature_tenths) / 10

    @property
    def unit_name(self) -> str:
        return self.enterprise.name if self.enterprise else self.enterprise_name

    @property
    def is_door(self) -> bool:
        return self.mode == Mode.DOOR

    @property
    def is_waiting(self) -> bool:
        return self.status == SignUpStatus.WAITING

    @property
    def change_until(self) -> datetime | None:
        """Until when the person may move or cancel: so many hours before the slot; None without one."""
        return self.slot.starts_at - timedelta(hours=self.campaign.change_hours) if self.slot else None

    @property
    def can_change(self) -> bool:
        """Whether the person may still move or cancel: before the swab, until the campaign's deadline."""
        if self.status not in {SignUpStatus.REGISTERED, SignUpStatus.MISSED}:
            return False
        until = self.change_until
        return until is None or self.status == SignUpStatus.MISSED or until > park_now()

    @property
    def can_cancel(self) -> bool:
        """Who waits may step out at any time, also when a place is offered."""
        return self.is_waiting or self.can_change


class SignUpMove(Move):
    """One step of a sign-up."""

    LABEL = "subject__code"
    IS_HEALTH = True

    subject = models.ForeignKey(SignUp, models.PROTECT, related_name="moves", verbose_name="登记")
    session = models.ForeignKey(Session, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="场次")
    lane = models.PositiveSmallIntegerField("台号", null=True, blank=True)
    routed_from = models.CharField("转上门以前的人群", max_length=2, choices=Group, null=True, blank=True)

    class Meta(Move.Meta):
        abstract = False
        verbose_name = verbose_name_plural = "登记进度"
        indexes = [
            models.Index(fields=["subject", "-effective_at", "-id"], name="signup_move_latest"),
            models.Index(fields=["session", "by", "-id"], name="signup_move_desk"),
        ]

    def __str__(self) -> str:
        return f"{self.subject_id} {self.to_status}"
