"""The filters of the register's list; one line above the table."""

import re
from datetime import date
from typing import Any

import django_filters as filters
from django.db.models import QuerySet

from enterprises.models import Enterprise, Squad, UnitKind
from enterprises.models.kinds import NO_KEY_PROJECT
from enterprises.models.register_rows import NOWHERE
from enterprises.visiting import LATE, LATER, WITHOUT, calendar_days
from parkportal.clock import park_today
from parkportal.keys import keys_of
from parkportal.records import terms
from parkportal.records.models import Term

FLOOR = re.compile(r"-?\d{1,3}")
PLANNED = {LATE: "说的日子过了", LATER: "三周以后", WITHOUT: "还没有说日子"}


class EnterpriseFilter(filters.FilterSet):
    """`q` searches; the others narrow. Every parameter stands in the address, so the list can be kept and sent."""

    q = filters.CharFilter(method="search", label="名称、拼音首字母、信用代码")
    kind = filters.ChoiceFilter(choices=UnitKind.choices, label="类型")
    sishang = filters.CharFilter(method="by_sishang", label="四上类别")
    status = filters.MultipleChoiceFilter(choices=Enterprise.Status.choices, label="复工状态", distinct=False)
    tier = filters.CharFilter(method="by_tier", label="档位")
    tag = filters.ModelChoiceFilter(field_name="tags", queryset=Term.objects.filter(kind="tag"), label="标签")
    squad = filters.ModelChoiceFilter(queryset=Squad.objects.all(), label="小分队")
    building = filters.CharFilter(method="by_building", label="楼栋")
    floor = filters.CharFilter(method="by_floor", label="楼层")
    planned = filters.CharFilter(method="by_planned", label="拟复工")
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
        return rows.named(value)  # type: ignore[attr-defined]

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

    def by_building(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(building="" if value == NOWHERE else value)

    def by_floor(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        if value == NOWHERE:
            return rows.filter(floor=None)
        return rows.filter(floor=int(value)) if FLOOR.fullmatch(value) else rows.none()

    def by_planned(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        """Who has not resumed, by the day that was said: late, later than the calendar, none, or a day."""
        rows = rows.waiting_to_resume()  # type: ignore[attr-defined]
        if value in (LATE, WITHOUT):
            return rows.filter(planned_on__lt=park_today()) if value == LATE else rows.filter(planned_on=None)
        if value == LATER:
            return rows.filter(planned_on__gt=calendar_days()[-1])
        return rows.filter(planned_on=value) if _is_day(value) else rows.none()

    def by_unit(self, rows: QuerySet, name: str, value: list[str]) -> QuerySet:
        return rows.filter(pk__in=Enterprise.objects.living_keys(keys_of(value)))

    def by_report(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        if value != "missing":
            return rows
        return rows.filter(pk__in=Enterprise.objects.report_missing(park_today()).values("pk"))

    def by_board(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        if value != "missing":
            return rows
        return rows.exclude(boards__status__in=["posted", "verified"])


def _is_day(text: str) -> bool:
    try:
        return bool(date.fromisoformat(text))
    except ValueError:
        return False


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
        elif name in {"building", "floor", "planned"}:
            words = _place_words(name, value)
        elif name == "unit":
            words = f"{len(value)} 家"
        chips.append((name, str(field.label), words))
    return chips


def _place_words(name: str, value: str) -> str:
    if name == "planned":
        return PLANNED.get(value, value)
    if value == NOWHERE:
        return "没有填"
    return f"{value} 层" if name == "floor" else value
