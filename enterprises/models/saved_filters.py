"""What a person looks for again and again."""

from typing import Any

from django.conf import settings
from django.db import models

from parkportal.clock import park_now
from parkportal.idempotency import TokenField


class SavedFilterQuerySet(models.QuerySet["SavedFilter"]):
    def visible_to(self, user: Any) -> "SavedFilterQuerySet":
        return self.filter(user=user) if user.is_authenticated else self.none()


class SavedFilter(models.Model):
    """A query of the register's list under a name of the person's own; it stands among the tabs."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name="谁的")
    name = models.CharField("名称", max_length=20)
    query = models.CharField("筛选条件", max_length=2000)
    created_at = models.DateTimeField("存下时间", default=park_now)
    token = TokenField()

    objects = SavedFilterQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "常用筛选"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "name"],
                name="saved_filter_name",
                violation_error_message="您已经有一个叫这个名字的常用筛选。",
            )
        ]

    def __str__(self) -> str:
        return self.name
