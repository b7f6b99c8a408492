"""Figures as they were."""

from django.db import models


class FigureSnapshotQuerySet(models.QuerySet):
    def of_day(self, day) -> "FigureSnapshotQuerySet":  # noqa: ANN001
        return self.filter(day=day, is_frozen=True)

    def latest_live(self) -> "FigureSnapshotQuerySet":
        return self.filter(is_frozen=False)


class FigureSnapshot(models.Model):
    """One figure as of one instant. Frozen at 24:00 (weeks: Sunday 24:00) it is read, never computed again;
    the live row of each figure is refreshed each minute and replaced."""

    code = models.CharField("指标", max_length=60)
    day = models.DateField("日期")
    as_of = models.DateTimeField("截至")
    numerator = models.DecimalField("分子", max_digits=16, decimal_places=3, null=True)
    denominator = models.DecimalField("分母", max_digits=16, decimal_places=3, null=True)
    is_frozen = models.BooleanField("已定稿", default=False)

    objects = FigureSnapshotQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "指标快照"
        constraints = [
            models.UniqueConstraint(fields=["code", "day", "is_frozen"], name="figure_snapshot_code_day"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.day}"
