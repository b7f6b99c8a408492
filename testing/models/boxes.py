"""Boxes that carry tubes from the sampling point to the laboratory."""

from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from enterprises.models import Enterprise
from parkportal.clock import park_now
from parkportal.idempotency import TokenField
from parkportal.states import Move, Stateful, status_constraint
from testing.models.points import own_labs, own_points
from testing.models.sessions import Session

BOX_PLACES = 48
COLD = (20, 80)  # tenths of a degree: tubes travel at 2–8 ℃ (handbook §3, 交接单)


class BoxStatus(models.TextChoices):
    PACKING = "packing", "装箱中"
    SEALED = "sealed", "已封箱"
    HANDED = "handed", "路上"
    RECEIVED = "received", "已收齐"
    SHORT = "short", "收到，有短少"


class BoxQuerySet(models.QuerySet["Box"]):
    def visible_to(self, user: Any) -> "BoxQuerySet":
        """The committee and leaders all (a box names nobody), a station its own, a lab those handed over to it."""
        if not user.is_authenticated:
            return self.none()
        if user.has_role("committee", "leader"):
            return self
        reach = Q(pk__in=[])
        if user.has_role("station"):
            reach |= Q(session__point__in=own_points(user))
        if user.has_role("lab_tester", "lab_verifier"):
            reach |= Q(lab__in=own_labs(user), handed_at__isnull=False)
        return self.filter(reach)

    def packable_by(self, user: Any) -> "BoxQuerySet":
        return self.filter(session__in=Session.objects.workable_by(user))

    def at_bench(self, user: Any) -> "BoxQuerySet":
        return self.filter(lab__in=own_labs(user), handed_at__isnull=False)


class Box(Stateful):
    """A box of up to 48 places with a seal: expected and actual counts, temperature, who handed it over, who took it."""

    Status = BoxStatus
    MOVES = {
        BoxStatus.PACKING: frozenset({BoxStatus.SEALED}),
        BoxStatus.SEALED: frozenset({BoxStatus.PACKING, BoxStatus.HANDED}),
        BoxStatus.HANDED: frozenset({BoxStatus.RECEIVED, BoxStatus.SHORT}),
        BoxStatus.SHORT: frozenset({BoxStatus.RECEIVED}),
        BoxStatus.RECEIVED: frozenset(),
    }

    code = models.CharField("箱码", max_length=14, unique=True)
    session = models.ForeignKey(Session, models.PROTECT, related_name="boxes", verbose_name="场次")
    lab = models.ForeignKey(Enterprise, models.PROTECT, related_name="lab_boxes", verbose_name="实验室")
    number = models.PositiveSmallIntegerField("第几箱")
    places = models.PositiveSmallIntegerField("位置数", default=BOX_PLACES)
    status = models.CharField("状态", max_length=10, choices=Status, default=BoxStatus.PACKING)
    seal = models.CharField("封签号", max_length=20, blank=True)
    temperature_tenths = models.SmallIntegerField("箱内温度（0.1 ℃）", null=True, blank=True)
    temperature_note = models.CharField("温度说明", max_length=100, blank=True)
    expected = models.PositiveSmallIntegerField("应到（管）", null=True, blank=True)
    actual = models.PositiveSmallIntegerField("实到（管）", null=True, blank=True)
    short_reason = models.CharField("短少说明", max_length=200, blank=True)
    seal_state = models.CharField("封签", max_length=8, blank=True, choices=[("intact", "完好"), ("broken", "破损")])
    courier = models.CharField("运送人", max_length=50, blank=True)
    plate = models.CharField("车牌", max_length=12, blank=True)
    sealed_at = models.DateTimeField("封箱时间", null=True, blank=True)
    handed_at = models.DateTimeField("交出时间", null=True, blank=True)
    handed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="交出人"
    )
    received_at = models.DateTimeField("接收时间", null=True, blank=True)
    received_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="接收人"
    )
    created_at = models.DateTimeField("开箱时间", default=park_now)
    token = TokenField()

    objects = BoxQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "样本箱"
        ordering = ["-id"]
        constraints = [
            status_constraint(BoxStatus, "box_status"),
            models.UniqueConstraint(
                fields=["session", "number"], name="box_number", violation_error_message="这一场已经有这个箱号。"
            ),
            models.UniqueConstraint(
                fields=["session"],
                condition=Q(status="packing"),
                name="box_one_packing",
                violation_error_message="这一场还有一箱没有封。",
            ),
            models.CheckConstraint(
                condition=Q(handed_at__isnull=True, handed_by__isnull=True)
                | Q(handed_at__isnull=False, handed_by__isnull=False),
                name="box_handed_pair",
                violation_error_message="交出时间和交出人要一起有。",
            ),
            models.CheckConstraint(
                condition=Q(sealed_at__isnull=True) | Q(sealed_at__gte=F("created_at")),
                name="box_sealed_after_opened",
                violation_error_message="封箱不能早于开箱。",
            ),
            models.CheckConstraint(
                condition=Q(handed_at__isnull=True) | Q(sealed_at__isnull=False, handed_at__gte=F("sealed_at")),
                name="box_handed_after_sealed",
                violation_error_message="交出不能早于封箱。",
            ),
            models.CheckConstraint(
                condition=Q(temperature_tenths__isnull=True)
                | Q(temperature_tenths__gte=COLD[0], temperature_tenths__lte=COLD[1])
                | ~Q(temperature_note=""),
                name="box_temperature_noted",
                violation_error_message="箱内温度不在 2–8 ℃，请说明。",
            ),
            models.CheckConstraint(
                condition=Q(received_at__isnull=True, received_by__isnull=True)
                | Q(received_at__isnull=False, received_by__isnull=False),
                name="box_received_pair",
                violation_error_message="接收时间和接收人要一起有。",
            ),
            models.CheckConstraint(
                condition=Q(received_at__isnull=True) | Q(handed_at__isnull=False, received_at__gte=F("handed_at")),
                name="box_received_after_handed",
                violation_error_message="接收不能早于交出。",
            ),
            models.CheckConstraint(
                condition=Q(status="packing") | ~Q(seal=""),
                name="box_has_seal",
                violation_error_message="封箱要填封签号。",
            ),
            models.CheckConstraint(
                condition=~Q(status="short") | ~Q(short_reason=""),
                name="box_short_reason",
                violation_error_message="短少要说明去向。",
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def temperature(self) -> Decimal | None:
        return None if self.temperature_tenths is None else Decimal(self.temperature_tenths) / 10

    @property
    def is_cold(self) -> bool:
        """Within 2–8 ℃ when it left; True also while nobody has measured."""
        return self.temperature_tenths is None or COLD[0] <= self.temperature_tenths <= COLD[1]


class BoxMove(Move):
    """One step of a box."""

    LABEL = "subject__code"

    subject = models.ForeignKey(Box, models.PROTECT, related_name="moves", verbose_name="样本箱")

    class Meta(Move.Meta):
        abstract = False
        verbose_name = verbose_name_plural = "样本箱流转"

    def __str__(self) -> str:
        return f"{self.subject_id} {self.to_status}"


class BoxCheck(models.Model):
    """A tube of a box that the laboratory has seen, before the box is signed for."""

    box = models.ForeignKey(Box, models.PROTECT, related_name="checks", verbose_name="样本箱")
    specimen = models.OneToOneField("Specimen", models.PROTECT, related_name="box_check", verbose_name="标本")
    is_fit = models.BooleanField("外观完好", default=True)
    reason = models.CharField("不合格原因", max_length=12, blank=True)
    seen_at = models.DateTimeField("看到时间", default=park_now)
    seen_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="谁")
    token = TokenField()

    class Meta:
        verbose_name = verbose_name_plural = "逐管核对"

    def __str__(self) -> str:
        return f"{self.box_id} {self.specimen_id}"
