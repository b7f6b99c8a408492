"""For how many days each enterprise still has of an item, as the schedule computed it last: what the list shows."""

from decimal import Decimal
from typing import Any

from django.db import models

from enterprises.models import Enterprise
from parkportal.quantities import QuantityField
from supplies.models.catalogue import Item


class CoverQuerySet(models.QuerySet["Cover"]):
    def visible_to(self, user: Any) -> "CoverQuerySet":
        """Whoever plans or looks at what is given out."""
        is_reader = user.is_authenticated and user.has_role("committee", "leader", "warehouse")
        return self if is_reader else self.none()


class Cover(models.Model):
    """One enterprise and one item. Derived from the book, the requests and the daily reports; nothing of record."""

    item = models.ForeignKey(Item, models.CASCADE, related_name="covers", verbose_name="物资")
    enterprise = models.ForeignKey(Enterprise, models.CASCADE, related_name="covers", verbose_name="企业")
    heads = models.PositiveIntegerField("到岗人数", default=0)
    received = QuantityField("签收过", default=0)
    left = QuantityField("估计还有", default=0)
    days = models.DecimalField("还够（天）", max_digits=12, decimal_places=1, null=True)
    rank = models.DecimalField(
        max_digits=12, decimal_places=1, default=0, editable=False, help_text="days; nobody on duty last"
    )
    last_on = models.DateField("最近签收", null=True)
    said_stock = QuantityField("企业说有", null=True)
    said_days = models.PositiveIntegerField("企业说够（天）", null=True)
    said_on = models.DateField("企业哪天说的", null=True)

    objects = CoverQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "企业还够用几天"
        ordering = ["item", "enterprise"]
        indexes = [models.Index(fields=["item", "rank", "-heads", "enterprise"], name="cover_shortest")]
        constraints = [models.UniqueConstraint(fields=["item", "enterprise"], name="cover_once")]

    def __str__(self) -> str:
        return f"{self.enterprise_id} {self.item_id} {self.days}"

    NOBODY = Decimal("9999999999.9")  # the rank of an enterprise with nobody on duty

    @property
    def bar(self) -> Decimal:
        """The days for a bar that is full at fourteen."""
        return min(self.days or Decimal(0), Decimal(14))
