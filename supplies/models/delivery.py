"""From the warehouse to the hand that signs: deliveries, their lines, and the signatures of both legs."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from enterprises.models import Enterprise, Squad, SquadMember, SupervisorAssignment
from parkportal.accounts.models import in_force
from parkportal.clock import local, park_now
from parkportal.idempotency import LONGEST_WAIT, TokenField
from parkportal.quantities import QuantityField, plain
from parkportal.states import Move, Stateful, status_constraint
from supplies.models.allocation import AllocationLine
from supplies.models.places import Place, reached_warehouses
from supplies.models.stock import Lot


class DeliveryStatus(models.TextChoices):
    PENDING = "pending", "待拣"
    ISSUED = "issued", "已出库"
    WITH_LIAISON = "with_liaison", "已交联络员"
    SIGNED = "signed", "已签收"
    PARTIAL = "partial", "部分签收"
    DECLINED = "declined", "拒收"
    VOID = "void", "作废"


UNDERWAY = (DeliveryStatus.ISSUED, DeliveryStatus.WITH_LIAISON)
ENDED = (DeliveryStatus.SIGNED, DeliveryStatus.PARTIAL, DeliveryStatus.DECLINED)
# A remainder that will not be brought any more is given up on its way.
AT_THE_DOOR = (*ENDED, DeliveryStatus.VOID)
# Below this a move was simply sent; above the longest wait of a queue it is history that was written down later.
LATE = timedelta(minutes=2)


SHORT = Q(status__in=[DeliveryStatus.PARTIAL, DeliveryStatus.DECLINED], shortage_seen_at__isnull=True)
UNREAD = Q(status__in=UNDERWAY, notice_read_at__isnull=True)


def _late(instant: datetime) -> Q:
    return Q(status__in=UNDERWAY, issued_at__lt=instant)


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def visible_to(self, user: Any) -> "DeliveryQuerySet":
        """The committee and leaders all; a keeper the own warehouse's, squads and supervisors theirs, a firm its own once issued."""
        if not user.is_authenticated:
            return self.none()
        if user.has_role("committee", "leader"):
            return self
        reach = Q(pk__in=[])
        if user.has_role("warehouse"):
            reach |= Q(warehouse__in=reached_warehouses(user))
        if user.has_role("squad"):
            reach |= Q(squad__in=SquadMember.objects.filter(in_force(), user=user).values("squad"))
        if user.has_role("contact", "principal"):
            on_the_way = ~Q(status__in=[DeliveryStatus.PENDING, DeliveryStatus.VOID])
            reach |= on_the_way & Q(enterprise__in=Enterprise.objects.editable_by(user))
        if user.has_role("supervisor"):
            assigned = SupervisorAssignment.objects.filter(in_force(), user=user).values("enterprise")
            reach |= Q(enterprise__in=assigned)
        return self.filter(reach)

    def to_pick(self) -> "DeliveryQuerySet":
        return self.filter(status=DeliveryStatus.PENDING)

    def to_hand_over(self) -> "DeliveryQuerySet":
        return self.filter(status=DeliveryStatus.ISSUED)

    def unsigned(self) -> "DeliveryQuerySet":
        """Left the warehouse and not signed for by the enterprise."""
        return self.filter(status__in=UNDERWAY)

    def unsigned_since(self, instant: datetime) -> "DeliveryQuerySet":
        """Left the warehouse before an instant and still not signed for."""
        return self.filter(_late(instant))

    def short(self) -> "DeliveryQuerySet":
        """Less arrived than was sent, and nobody in the warehouse has said that he knows."""
        return self.filter(SHORT)

    def unread(self) -> "DeliveryQuerySet":
        """On the way, and nobody of the enterprise has said that he knows when and where."""
        return self.filter(UNREAD)

    def waiting_for_somebody(self, late_since: datetime) -> dict[str, int]:
        """How many are short, unread, and unsigned since an instant (`late`), in one statement."""
        asked = {"short": SHORT, "unread": UNREAD, "late": _late(late_since)}
        return self.order_by().aggregate(**{name: models.Count("pk", filter=one) for name, one in asked.items()})

    def received(self) -> "DeliveryQuerySet":
        """Signed for, in whole or in part."""
        return self.filter(status__in=[DeliveryStatus.SIGNED, DeliveryStatus.PARTIAL])

    def for_list(self) -> "DeliveryQuerySet":
        return self.select_related("enterprise", "squad", "warehouse", "receipt").prefetch_related("lines__lot__item")


class Receipt(models.Model):
    """A signature: a squad's for what it took along, or an enterprise's for what arrived; one for many items."""

    class Leg(models.TextChoices):
        LIAISON = "liaison", "联络员"
        ENTERPRISE = "enterprise", "企业"

    class Method(models.TextChoices):
        DRAWN = "drawn", "手写签名"
        TYPED = "typed", "输入姓名"
        CODE = "code", "短信验证码"

    leg = models.CharField("哪一程", max_length=12, choices=Leg)
    method = models.CharField("方式", max_length=8, choices=Method)
    signed_name = models.CharField("签收人", max_length=50)
    image = models.ForeignKey("records.StoredFile", models.PROTECT, null=True, blank=True, related_name="+")
    photo = models.ForeignKey("records.StoredFile", models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField("签收时间", default=park_now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="经办")
    note = models.CharField("备注", max_length=200, blank=True)
    token = TokenField()

    class Meta:
        verbose_name = verbose_name_plural = "签收"
        constraints = [
            models.CheckConstraint(
                condition=~Q(method="drawn") | Q(image__isnull=False),
                name="receipt_drawn_image",
                violation_error_message="请在框里签名。",
            ),
            models.CheckConstraint(
                condition=~Q(signed_name=""), name="receipt_name", violation_error_message="请写签收人的姓名。"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_leg_display()}签收 {local(self.at):%Y-%m-%d %H:%M}"


class Delivery(Stateful):
    """配送单: what goes to one enterprise in one journey, in two signed legs."""

    Status = DeliveryStatus
    MOVES = {
        DeliveryStatus.PENDING: frozenset({DeliveryStatus.ISSUED, DeliveryStatus.VOID}),
        DeliveryStatus.ISSUED: frozenset({DeliveryStatus.WITH_LIAISON, *AT_THE_DOOR}),
        DeliveryStatus.WITH_LIAISON: frozenset(AT_THE_DOOR),
        # A correction may change numbers, lot or signer and leave the word as it is.
        DeliveryStatus.SIGNED: frozenset({DeliveryStatus.SIGNED}),
        DeliveryStatus.PARTIAL: frozenset({DeliveryStatus.PARTIAL}),
        DeliveryStatus.DECLINED: frozenset({DeliveryStatus.DECLINED}),
        DeliveryStatus.VOID: frozenset(),
    }

    code = models.CharField("配送单号", max_length=14, unique=True)
    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="deliveries", verbose_name="企业")
    squad = models.ForeignKey(
        Squad, models.PROTECT, null=True, blank=True, related_name="deliveries", verbose_name="送达的小分队"
    )
    warehouse = models.ForeignKey(Place, models.PROTECT, related_name="deliveries", verbose_name="仓库")
    status = models.CharField("状态", max_length=12, choices=DeliveryStatus, default=DeliveryStatus.PENDING)
    planned_at = models.DateTimeField("约定送达", null=True, blank=True)
    meeting_point = models.CharField("约定地点", max_length=60, blank=True)
    notice_read_at = models.DateTimeField("企业看到通知", null=True, blank=True)
    notice_read_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="谁看的"
    )
    shortage_seen_at = models.DateTimeField("仓库知道短少", null=True, blank=True)
    shortage_seen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="谁知道的"
    )
    handover = models.ForeignKey(Receipt, models.PROTECT, null=True, blank=True, related_name="handed_over")
    receipt = models.ForeignKey(Receipt, models.PROTECT, null=True, blank=True, related_name="signed_for")
    remainder_of = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="remainders", verbose_name="补送"
    )
    version = models.PositiveIntegerField("版本", default=1, help_text="Raised when lines are added before issue.")
    created_at = models.DateTimeField("生成时间", default=park_now)
    issued_at = models.DateTimeField("出库时间", null=True, blank=True)
    token = TokenField()

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "配送单"
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["status", "squad"], name="delivery_status_squad"),
            models.Index(fields=["enterprise", "status"], name="delivery_enterprise"),
        ]
        constraints = [
            status_constraint(DeliveryStatus, "delivery_status"),
            models.CheckConstraint(
                condition=~Q(status__in=["signed", "partial", "declined"]) | Q(receipt__isnull=False),
                name="delivery_signed_has_receipt",
                violation_error_message="签收要有签名。",
            ),
            models.CheckConstraint(
                condition=~Q(status="with_liaison") | Q(handover__isnull=False),
                name="delivery_handed_has_receipt",
                violation_error_message="交联络员要有签名。",
            ),
            models.CheckConstraint(
                condition=Q(notice_read_at__isnull=True, notice_read_by__isnull=True)
                | Q(notice_read_at__isnull=False, notice_read_by__isnull=False),
                name="delivery_notice_read_pair",
            ),
            models.CheckConstraint(
                condition=Q(shortage_seen_at__isnull=True, shortage_seen_by__isnull=True)
                | Q(shortage_seen_at__isnull=False, shortage_seen_by__isnull=False),
                name="delivery_shortage_seen_pair",
            ),
        ]

    def __str__(self) -> str:
        return self.code

    def agreed(self) -> dict[str, Any]:
        """When and where it is handed over, under the names of its form."""
        return {"planned_at": self.planned_at, "meeting_point": self.meeting_point}


class DeliveryMove(Move):
    """One step of a delivery, with the person and the moment."""

    LABEL = "subject__code"

    subject = models.ForeignKey(Delivery, models.PROTECT, related_name="moves", verbose_name="配送单")
    changes = models.JSONField(
        "更正了什么",
        default=list,
        blank=True,
        help_text='[{"line": 行, "before": {数量}, "after": {数量}}]，数量是文字。',
    )

    class Meta(Move.Meta):
        abstract = False
        verbose_name = verbose_name_plural = "配送进度"

    def __str__(self) -> str:
        return f"{self.subject_id} {self.to_status}"

    @property
    def came_late(self) -> bool:
        """Done on a phone without network and heard of minutes later."""
        return LATE < self.recorded_at - self.effective_at <= LONGEST_WAIT + LATE


class DeliveryLine(models.Model):
    """So much of a lot for the enterprise; at the door it is written what really arrived, and why the rest did not."""

    class Shortage(models.TextChoices):
        """Why something did not arrive; each has a column of the same name with how much."""

        DAMAGED = "damaged", "破损"
        LOST = "lost", "路上少了"
        LATER = "later", "下次补送"
        DECLINED = "declined", "企业不要"

    delivery = models.ForeignKey(Delivery, models.PROTECT, related_name="lines")
    lot = models.ForeignKey(Lot, models.PROTECT, related_name="delivery_lines", verbose_name="批次")
    allocation_line = models.ForeignKey(
        AllocationLine, models.PROTECT, null=True, blank=True, related_name="delivery_lines"
    )
    expected = QuantityField("应收")
    received = QuantityField("实收", null=True, blank=True)
    damaged = QuantityField("破损", default=0)
    lost = QuantityField("路上少了", default=0)
    later = QuantityField("下次补送", default=0)
    declined = QuantityField("企业不要", default=0)
    shortage_note = models.CharField("短少说明", max_length=100, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "配送明细"
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(expected__gt=0), name="delivery_line_expected", violation_error_message="应收要大于 0。"
            ),
            models.CheckConstraint(
                condition=Q(received__isnull=True) | (Q(received__gte=0) & Q(received__lte=F("expected"))),
                name="delivery_line_received",
                violation_error_message="实收不能小于 0，也不能多于应收。",
            ),
            models.CheckConstraint(
                condition=Q(received__isnull=True)
                | Q(expected=F("received") + F("damaged") + F("lost") + F("later") + F("declined")),
                name="delivery_line_shortage",
                violation_error_message="少收的要写原因，各原因合计要等于少收的数。",
            ),
            models.CheckConstraint(
                condition=Q(damaged__gte=0, lost__gte=0, later__gte=0, declined__gte=0),
                name="delivery_line_parts",
                violation_error_message="少收的数不能小于 0。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.delivery_id} {self.lot_id} {self.expected}"

    @property
    def missing(self) -> Any:
        """Expected less received; None before anybody signed."""
        return None if self.received is None else self.expected - self.received

    @property
    def parts(self) -> dict[str, Any]:
        """reason → how much did not arrive for it, only what is not zero."""
        amounts = {reason: getattr(self, reason) for reason in self.Shortage.values}
        return {reason: amount for reason, amount in amounts.items() if amount}

    @property
    def shortage_words(self) -> str:
        """破损; for several reasons 破损 2、路上少了 3; what was added in words stands in brackets."""
        parts = self.parts
        labels = [
            self.Shortage(reason).label + (f" {plain(amount)}" if len(parts) > 1 else "")
            for reason, amount in parts.items()
        ]
        return "、".join(labels) + (f"（{self.shortage_note}）" if labels and self.shortage_note else "")


class SigningCode(models.Model):
    """A code from a text message with which somebody signs who cannot draw; only its hash is kept."""

    delivery = models.ForeignKey(Delivery, models.PROTECT, related_name="signing_codes")
    code_hash = models.CharField(max_length=64)
    sent_to = models.CharField("发到", max_length=20, help_text="打码后的手机号")
    made_at = models.DateTimeField("发出时间", default=timezone.now)
    expires_at = models.DateTimeField("失效时间")
    tries = models.PositiveSmallIntegerField("输错次数", default=0)
    used_at = models.DateTimeField("用掉的时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "签收验证码"
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.delivery_id} {self.sent_to}"


class Feedback(models.Model):
    """What the enterprise said afterwards: thanks, or what was not right."""

    class Kind(models.TextChoices):
        THANKS = "thanks", "感谢"
        PROBLEM = "problem", "有问题"
        ADVICE = "advice", "建议"

    delivery = models.OneToOneField(Delivery, models.PROTECT, related_name="feedback", verbose_name="配送单")
    kind = models.CharField("是什么", max_length=8, choices=Kind, default=Kind.THANKS)
    text = models.CharField("内容", max_length=300)
    at = models.DateTimeField("时间", default=park_now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="谁写的")
    token = TokenField()

    class Meta:
        verbose_name = verbose_name_plural = "物资反馈"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="feedback_text", violation_error_message="请写内容。"),
        ]

    def __str__(self) -> str:
        return f"{self.delivery_id} {self.get_kind_display()}"
