"""Settings of the park that staff change."""

from django.db import models


class ParkSetting(models.Model):
    """One named value: register_confirmed_on, earliest_resumption_on, daily_report_due, filing_needs_approval …"""

    key = models.CharField("名称", max_length=60, unique=True)
    value = models.CharField("值", max_length=200, blank=True)
    note = models.CharField("说明", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "园区设置"
        ordering = ["key"]

    def __str__(self) -> str:
        return self.key
