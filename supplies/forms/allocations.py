"""Forms of a plan: its terms, and numbers changed by hand."""

from decimal import Decimal
from typing import Any

from django import forms

from enterprises.models import Enterprise, Squad
from parkportal.editing import SeenFormMixin, mark_of
from parkportal.idempotency import TokenFormMixin
from parkportal.keys import key_of
from parkportal.quantities import plain
from parkportal.reasons import HINT, ReasonField
from parkportal.records import terms
from parkportal.states import Refused
from supplies.availability import free_quantity
from supplies.models import Allocation, AllocationMode, Item, Place, default_weights, reached_warehouses
from supplies.plan_terms import COLUMNS, ONE, SCOPE, by_hand, terms_of, weighted_tags, weighted_tiers
from supplies.units import read_quantity


def amount_input() -> forms.TextInput:
    return forms.TextInput(attrs={"class": "w-phone", "autocomplete": "off"})


def weight_field(label: str, initial: str, *, required: bool = True) -> forms.DecimalField:
    return forms.DecimalField(
        label=f"{label}的权重",
        required=required,
        min_value=Decimal("0"),
        max_value=Decimal("10"),
        decimal_places=2,
        initial=initial,
        widget=forms.TextInput(attrs={"class": "w-number", "inputmode": "decimal"}),
    )


class AllocationForm(TokenFormMixin, SeenFormMixin):
    """The terms of a plan. An empty total means everything that may still be shared out."""

    warehouse = forms.ModelChoiceField(Place.objects.none(), label="从哪个仓库", empty_label=None)
    item = forms.ModelChoiceField(Item.objects.none(), label="分什么", empty_label="请选择")
    mode = forms.ChoiceField(
        label="怎么分",
        choices=AllocationMode.choices,
        widget=forms.RadioSelect,
        initial="on_duty",
        help_text="按家平分和手工填写不用权重；按够用天数先扣掉企业手上还有的和在送的。",
    )
    total = forms.CharField(
        label="分配总量", required=False, max_length=30, help_text="空着就分能分的全部。", widget=amount_input()
    )
    minimum = forms.CharField(
        label="每家保底", required=False, max_length=30, help_text="不足的补到这个数。", widget=amount_input()
    )
    maximum = forms.CharField(
        label="每家封顶", required=False, max_length=30, help_text="多出的分给别家。", widget=amount_input()
    )
    days = forms.IntegerField(
        label="够用几天",
        required=False,
        min_value=1,
        max_value=90,
        help_text="按天数分时填；饮片空着就按一个疗程。",
        widget=forms.TextInput(attrs={"class": "w-number", "inputmode": "numeric"}),
    )
    squad = forms.ModelChoiceField(
        Squad.objects.all(), label="只分给哪个小分队的企业", required=False, empty_label="全部"
    )
    tier = forms.ChoiceField(label="只分给哪一档", required=False)
    tag = forms.ChoiceField(label="只分给有哪个标签的", required=False)
    sites = forms.BooleanField(label="工地也分", required=False)
    everybody = forms.BooleanField(label="没有复工的也分", required=False)
    note = forms.CharField(
        label="说明", max_length=200, required=False, widget=forms.TextInput(attrs={"class": "w-sentence"})
    )

    def __init__(self, *args: Any, user: Any, plan: Allocation | None = None, **kwargs: Any) -> None:
        self.plan = plan
        if plan is not None:
            kwargs["initial"] = {**self._initial_of(plan), **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        self.fields["warehouse"].queryset = reached_warehouses(user).filter(is_active=True)
        self.fields["item"].queryset = Item.objects.in_use().prefetch_related("packs")
        self.fields["item"].label_from_instance = lambda item: f"{item.label}　{item.unit}"
        self.tiers = weighted_tiers()
        for code, label in self.tiers.items():
            initial = (plan.weights if plan else default_weights()).get(code, "1")
            self.fields[f"weight_{code}"] = weight_field(label, initial)
        self.tier_cells = [self[f"weight_{code}"] for code in self.tiers]
        self.fields["tier"].choices = [("", "全部"), *terms.choices("tier")]
        self.tags = weighted_tags()
        self.fields["tag"].choices = [("", "全部"), *self.tags]
        for code, label in self.tags:
            self.fields[f"tag_{code}"] = weight_field(
                label, (plan.tag_weights if plan else {}).get(code, "1"), required=False
            )
        self.tag_cells = [self[f"tag_{code}"] for code, _ in self.tags]

    @staticmethod
    def _initial_of(plan: Allocation) -> dict[str, Any]:
        said = terms_of(plan)
        for name in ("total", "minimum", "maximum"):
            said[name] = plain(said[name]).replace(",", "") if said[name] else ""
        return {**said, "seen": mark_of(terms_of(plan))}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        item, warehouse = data.get("item"), data.get("warehouse")
        if item is None or warehouse is None:
            return data
        for name in ("total", "minimum", "maximum"):
            text = data.get(name) or ""
            try:
                data[name] = read_quantity(text, item) if text.strip() not in {"", "0"} else None
            except Refused as refused:
                self.add_error(name, refused)
                data[name] = None
        if data["total"] is None and "total" not in self.errors:
            data["total"] = free_quantity(item, warehouse)
            if not data["total"]:
                self.add_error("item", f"{warehouse}没有能分的{item}了。")
        if data["maximum"] is not None and data["maximum"] < (data["minimum"] or 0):
            self.add_error("maximum", "封顶不能小于保底。")
        if data.get("mode") == AllocationMode.DAYS and not data.get("days") and item.course_days:
            data["days"] = item.course_days
        if data.get("mode") == AllocationMode.DAYS and not data.get("days") and "days" not in self.errors:
            self.add_error("days", "按够用天数分，要填天数。")
        return data

    def terms(self) -> dict[str, Any]:
        """What is typed, under the names of a plan's terms."""
        data = self.cleaned_data
        said = {name: data[name] for name in (*COLUMNS, *SCOPE)}
        said |= {
            name: ONE if data[name] is None else data[name] for name in self.fields if name[:4] in ("weig", "tag_")
        }
        return said | {"minimum": data["minimum"] or Decimal(0), "squad": data["squad"] and data["squad"].pk}


class OverrideForm(SeenFormMixin):
    """Numbers by hand: `quantity_<enterprise id>` where it shall not be as computed, one reason for what is new."""

    reason = ReasonField(
        label="为什么手工改",
        max_length=200,
        required=False,
        help_text=f"改了就要写，改过的每一家都记下这个原因；{HINT}。",
        widget=forms.TextInput(attrs={"class": "w-sentence"}),
    )

    def __init__(self, *args: Any, plan: Allocation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.plan = plan
        self.lines = list(plan.lines.select_related("enterprise"))
        numbers = by_hand(self.lines)
        self.fields["seen"].initial = mark_of(numbers)
        for line in self.lines:
            name = f"quantity_{line.enterprise_id}"
            self.fields[name] = forms.CharField(
                label=line.enterprise.name,
                required=False,
                max_length=30,
                initial="" if numbers[name] is None else plain(numbers[name]).replace(",", ""),
                widget=forms.TextInput(attrs={"class": "w-phone form-control num", "autocomplete": "off"}),
            )
            line.field = self[name]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        read: dict[str, Decimal | None] = {}
        for line in self.lines:
            name = f"quantity_{line.enterprise_id}"
            text = (data.get(name) or "").strip()
            try:
                read[name] = None if not text else Decimal(0) if text == "0" else read_quantity(text, self.plan.item)
            except Refused as problem:
                self.add_error(name, problem)
        self._name_who_is_gone()
        data["quantities"] = read
        return data

    def _name_who_is_gone(self) -> None:
        """A number typed for a firm that the plan has lost since is not dropped in silence."""
        typed = [name for name in self.data if name.startswith("quantity_") and str(self.data[name]).strip()]
        keys = [key_of(name.removeprefix("quantity_")) for name in typed if name not in self.fields]
        gone = Enterprise.objects.filter(pk__in=[key for key in keys if key is not None])
        if names := "、".join(str(firm) for firm in gone[:3]):
            self.add_error(None, f"方案刚刚重算过，{names}不在里面了，填的数没有用上。")
