"""Serial numbers of the portal's own codes."""

from django.db import models


class CodeCounter(models.Model):
    """The last serial given out for a prefix on a day; the row is locked while one is taken."""

    prefix = models.CharField(max_length=2)
    day = models.DateField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = verbose_name_plural = "编码序号"
        constraints = [
            models.UniqueConstraint(fields=["prefix", "day"], name="code_counter_prefix_day"),
            models.CheckConstraint(condition=models.Q(last__lte=99999), name="code_counter_five_digits"),
        ]

    def __str__(self) -> str:
        return f"{self.prefix} {self.day} {self.last}"
