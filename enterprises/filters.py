"""The filters of the register's list; one line above the table."""

from typing import Any

import django_filters as filters
from django.db.models import QuerySet

from enterprises.models import Enterprise, Squad, UnitKind
from enterprises.models.kinds import NO_KEY_PROJECT
from parkportal.clock import park_today
from parkportal.keys import keys_of
from parkportal.records import terms
from parkportal.records.models import Term


class EnterpriseFilter(filters.FilterSet):
    """`q` searches; the others narrow. Every parameter stands in the address, so the list can be kept and sent."""

    q = filters.CharFilter(method="search", label="名称、拼音首字母、信用代码")
    kind = filters.ChoiceFilter(choices=UnitKind.choices, label="类型")
    sishang = filters.CharFilter(method="by_sishang", label="四上类别")
    status = filters.MultipleChoiceFilter(choices=Enterprise.Status.choices, label="复工状态", distinct=False)
    tier = filters.CharFilter(method="by_tier", label="档位")
    tag = filters.ModelChoiceFilter(field_name="tags", queryset=Term.objects.filter(kind="tag"), label="标签")
    squad = filters.ModelChoiceFilter(queryset=Squad.objects.all(), label="小分队")
    building = filters.CharFilter(field_name="building", label="楼栋")
    level = filters.CharFilter(method="by_level", label="重点项目")
    exclusion = filters.CharFilter(method="by_exclusion", label="不计入应复工")
    role = filters.ModelChoiceFilter(
        field_name="org_roles", queryset=Term.objects.filter(kind="org_role"), label="单位角色"
    )
    unit = filters.BaseInFilter(field_name="pk", label="按手机找到的", method="by_unit")
    report = filters.CharFilter(method="by_report", label="今日零报告")
    board = filters.CharFilter(method="by_board", label="责任牌")

    class Meta:
        model = Enterprise
        fields: list[str] = []

    def search(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.search(value)  # type: ignore[attr-defined]

    def by_sishang(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        if value == "any":
            return rows.filter(sishang_kind__isnull=False)
        return rows.filter(sishang_kind=value)

    def by_tier(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(tier=value) if value in dict(terms.choices("tier")) else rows

    def by_level(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.exclude(key_level__in=NO_KEY_PROJECT) if value == "any" else rows.filter(key_level=value)

    def by_exclusion(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.exclude(exclusion="") if value == "any" else rows.filter(exclusion=value)

    def by_unit(self, rows: QuerySet, name: str, value: list[str]) -> QuerySet:
        return rows.filter(pk__in=keys_of(value))

    def by_report(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        if value != "missing":
            return rows
        return rows.filter(pk__in=Enterprise.objects.report_missing(park_today()).values("pk"))

    def by_board(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        if value != "missing":
            return rows
        return rows.exclude(boards__status__in=["posted", "verified"])


def set_filters(form: Any) -> list[tuple[str, str, str]]:
    """(parameter, label, words) of the filters that are set, for the tinted and removable chips."""
    chips = []
    for name, field in form.fields.items():
        value = form.cleaned_data.get(name)
        if name == "q" or not value:
            continue
        chosen = dict(getattr(field, "choices", None) or ())
        if isinstance(value, list):
            words = "、".join(str(chosen.get(one, one)) for one in value)
        else:
            words = {"any": "全部四上" if name == "sishang" else "全部", "missing": "没有的"}.get(
                str(value), str(chosen.get(value, value))
            )
        if name in {"sishang", "tier", "level", "exclusion"} and value != "any":
            words = terms.word({"level": "key_level"}.get(name, name), value)
        elif name == "unit":
            words = f"{len(value)} 家"
        chips.append((name, str(field.label), words))
    return chips
