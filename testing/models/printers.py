"""How far a label printer is off, kept once for each printer and kind of paper."""

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import Q

from parkportal.clock import park_now
from parkportal.printing.labels import LABEL_FORMATS, Offset


class LabelPrinter(models.Model):
    """A printer with one kind of label paper; offsets in tenths of a millimetre, to the right and down."""

    name = models.CharField("打印机", max_length=40)
    label_format = models.CharField(
        "标签纸", max_length=20, choices=[(key, one.title) for key, one in LABEL_FORMATS.items()]
    )
    offset_x_tenths = models.SmallIntegerField("向右（0.1 mm）", default=0)
    offset_y_tenths = models.SmallIntegerField("向下（0.1 mm）", default=0)
    measured_at = models.DateTimeField("量的时间", default=park_now)
    measured_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="谁量的")

    class Meta:
        verbose_name = verbose_name_plural = "标签打印机"
        ordering = ["name", "label_format"]
        constraints = [
            models.UniqueConstraint(
                fields=["name", "label_format"],
                name="label_printer_once",
                violation_error_message="这台打印机的这种纸已经有偏移。",
            ),
            models.CheckConstraint(
                condition=Q(offset_x_tenths__range=(-50, 50), offset_y_tenths__range=(-50, 50)),
                name="label_printer_offset",
                violation_error_message="偏移不能超过 5 mm。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}，{self.get_label_format_display()}"

    @property
    def offset(self) -> Offset:
        return Offset(self.offset_x_tenths / 10, self.offset_y_tenths / 10)

    @property
    def right(self) -> Decimal:
        """Millimetres to the right."""
        return Decimal(self.offset_x_tenths) / 10

    @property
    def down(self) -> Decimal:
        """Millimetres down."""
        return Decimal(self.offset_y_tenths) / 10
