"""Photos that staff and contacts take: of inspections, of what was put right, of outlets."""

from django.conf import settings
from django.db import models

from parkportal.clock import park_now


class Photo(models.Model):
    """One picture and who took it when. Concrete tables add the thing it shows."""

    file = models.ForeignKey("records.StoredFile", models.PROTECT, related_name="+", verbose_name="照片")
    at = models.DateTimeField("时间", default=park_now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="谁拍的")

    class Meta:
        abstract = True
        ordering = ["id"]
