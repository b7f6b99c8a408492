"""Who is written to: rows of the register by its filter, and how they can be reached."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, Max, OuterRef, Q
from django.db.models.functions import Coalesce, Length
from django.urls import reverse

from enterprises import listing
from enterprises.filters import set_filters
from enterprises.models import EnterpriseContact
from enterprises.models.register_rows import EnterpriseQuerySet
from parkportal.accounts.models import in_force
from parkportal.states import Refused


@dataclass(frozen=True)
class Addressees:
    """The rows of a query with what the writer must know before sending: how many, and how many can be reached.

    `longest_name` is the length of the longest name among them, by which a text message is counted.
    """

    rows: EnterpriseQuerySet
    query: str
    words: list[str]
    units: int
    with_account: int
    with_phone: int
    longest_name: int

    @property
    def without_account(self) -> int:
        return self.units - self.with_account

    @property
    def without_phone(self) -> int:
        return self.units - self.with_phone

    @property
    def list_url(self) -> str:
        """The register, narrowed to exactly these rows."""
        return f"{reverse('enterprises:enterprise_list')}?{self.query}"

    def refuse_change(self, counted: int | None) -> None:
        """Nobody is written to whom the writer has not seen counted. Raises Refused `no_addressees`, `count_changed`."""
        if not self.units:
            raise Refused("no_addressees", "按这个筛选没有企业，请回名录改筛选。")
        if counted != self.units:
            raise Refused("count_changed", f"名单刚刚变了，现在是 {self.units} 家，请核对后再发。")


def addressees(query: str, user: Any, *, phone: str = "liaison") -> Addressees:
    """One statement. `phone` is whose number counts: `liaison` or `principal`. Raises Http404 for an unknown figure."""
    rows, filters, figure = listing.chosen_by(query, user)
    accounts = EnterpriseContact.objects.filter(in_force(), enterprise=OuterRef("pk"), user__is_active=True)
    counts = (
        rows.order_by()
        .annotate(has_account=Exists(accounts))
        .aggregate(
            units=Count("pk"),
            with_account=Count("pk", filter=Q(has_account=True)),
            with_phone=Count("pk", filter=~Q(**{f"{phone}_phone_hash": ""})),
            longest_name=Coalesce(Max(Length(f"{phone}_name")), 0),
        )
    )
    words = [f"{label}：{chosen}" for _, label, chosen in set_filters(filters.form)] if filters.form.is_valid() else []
    words += [f"“{figure[0].label}”"] if figure else []
    words += (
        [f"搜索“{filters.form.cleaned_data['q']}”"]
        if filters.form.is_valid() and filters.form.cleaned_data["q"]
        else []
    )
    return Addressees(rows, query, words, **counts)
