"""What the register's list shows: the chosen rows, their counts, and what is done to the ticked ones."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import Count, Q
from django.http import HttpRequest, QueryDict
from django.urls import reverse

from enterprises.actions import EditConflict, assign_squad
from enterprises.actions.reporting import due_at, remind
from enterprises.filters import EnterpriseFilter, set_filters
from enterprises.models import Enterprise, EnterpriseContact, ResumptionStatus, Squad, UnitKind
from enterprises.models.register_rows import EnterpriseQuerySet
from parkportal.accounts.models import in_force
from parkportal.clock import park_now, park_today
from parkportal.records import terms
from parkportal.records.figures import Figure
from parkportal.records.listing import figure_rows
from parkportal.states import Refused

RESUMED = ResumptionStatus.RESUMED
SORTS = {"name": "pinyin_key", "-name": "-pinyin_key", "headcount": "headcount", "-headcount": "-headcount"}
ShownFigure = tuple[Figure, datetime] | None


def chosen(request: HttpRequest) -> tuple[EnterpriseQuerySet, EnterpriseFilter, ShownFigure]:
    """The rows of the address: the person's scope, narrowed by a figure and the filters."""
    rows, figure = figure_rows(request, Enterprise.objects.visible_to(request.user).current())
    filters = EnterpriseFilter(request.GET, queryset=rows)
    order = SORTS.get(request.GET.get("sort", ""), "pinyin_key")
    return filters.qs.distinct().order_by(order, "pk"), filters, figure


def rows_of(query: str, user: Any) -> EnterpriseQuerySet:
    """The same rows from a kept query, for a job that has no request."""
    request = HttpRequest()
    request.GET, request.user = QueryDict(query), user
    return chosen(request)[0]


def context(
    request: HttpRequest, rows: EnterpriseQuerySet, filters: EnterpriseFilter, figure: ShownFigure
) -> dict[str, Any]:
    """Tabs with their counts, the totals of what is shown, the filters that are set: three statements."""
    everything = Enterprise.objects.visible_to(request.user).current()
    missing = Enterprise.objects.report_missing(park_today()).values("pk")
    counts = everything.aggregate(
        all=Count("pk"),
        sishang=Count("pk", filter=Q(sishang_kind__isnull=False)),
        waiting=Count("pk", filter=Q(sishang_kind__isnull=False) & ~Q(status=RESUMED)),
        sites=Count("pk", filter=Q(kind=UnitKind.SITE)),
        missing=Count("pk", filter=Q(pk__in=missing)),
    )
    totals = rows.order_by().aggregate(
        units=Count("pk", distinct=True), resumed=Count("pk", filter=Q(status=RESUMED), distinct=True)
    )
    return {
        "tabs": _tabs(request, counts),
        "totals": totals,
        "figure": figure,
        "chips": set_filters(filters.form) if filters.form.is_valid() else [],
        "squads": Squad.objects.all(),
        "sishang_kinds": terms.choices("sishang"),
        "statuses": Enterprise.Status.choices,
        "tiers": terms.choices("tier"),
        "tags": filters.form.fields["tag"].queryset,  # type: ignore[attr-defined]
        "now": park_now(),
        "may_write": request.user.has_role("committee"),
        "may_export": request.user.has_role("committee", "leader"),
        "bulk_actions": _bulk_actions(request),
    }


def _tabs(request: HttpRequest, counts: Mapping[str, int]) -> list[dict[str, Any]]:
    tabs = (
        ("全部", "", counts["all"]),
        ("四上企业", "sishang=any", counts["sishang"]),
        ("四上未复工", "sishang=any&status=not_resumed&status=planned&status=filed&status=stopped", counts["waiting"]),
        ("工地", "kind=site", counts["sites"]),
        ("今日零报告未交", "report=missing", counts["missing"]),
    )
    here = request.GET.urlencode()
    return [{"label": label, "query": query, "count": count, "current": here == query} for label, query, count in tabs]


def _bulk_actions(request: HttpRequest) -> list[dict[str, str]]:
    """A template cannot build addresses with a query, so they come ready."""
    if not request.user.has_role("committee"):
        return []
    query = f"?{request.GET.urlencode()}"
    return [
        {
            "value": "remind",
            "label": "提醒交日报",
            "icon": "chat-text",
            "url": reverse("enterprises:enterprise_bulk") + query,
        },
        {
            "value": "export",
            "label": "导出",
            "icon": "download",
            "url": reverse("enterprises:enterprise_export") + query,
        },
    ]


def picked(request: HttpRequest) -> EnterpriseQuerySet:
    """The ticked rows, or all that the list shows."""
    rows, _, _ = chosen(request)
    if request.POST.get("all"):
        return rows
    return rows.filter(pk__in=[int(pk) for pk in request.POST.getlist("pick") if pk.isdigit()])


def do_to_picked(request: HttpRequest) -> str:
    """Do what was asked to the ticked rows; the sentence that says what happened. Raises Refused `nothing_picked`."""
    rows = list(picked(request))
    if not rows:
        raise Refused("nothing_picked", "还没有选企业。")
    if request.POST.get("do") == "squad":
        squad = _asked_squad(request)
        if squad is None:
            raise Refused("no_squad", "请选小分队。")
        return f"{assign_squad(enterprises=rows, squad=squad, by=request.user)} 家改到{squad}。"
    return _remind(rows, by=request.user)


def _asked_squad(request: HttpRequest) -> Squad | None:
    asked = request.POST.get("squad", "")
    return Squad.objects.filter(pk=int(asked)).first() if asked.isdigit() else None


def _remind(rows: list[Enterprise], *, by: Any) -> str:
    """One message to each contact of those whose report of today is missing."""
    day = park_today()
    missing = Enterprise.objects.report_missing(day).filter(pk__in=[row.pk for row in rows])
    contacts = EnterpriseContact.objects.filter(in_force(), enterprise__in=missing, user__is_active=True)
    told = list(contacts.select_related("user", "enterprise"))
    for contact in told:
        remind(contact.enterprise, contact.user, day=day, due=due_at(day), by=by)
    firms = len({contact.enterprise_id for contact in told})
    without = missing.count() - firms
    return f"提醒了 {firms} 家" + (f"；{without} 家没有联络账号，请打电话。" if without else "。")


def kept_values(request: HttpRequest, data: dict[str, Any]) -> dict[str, Any]:
    """After a conflict: only the fields where the person chose the own value."""
    if "conflict" not in request.POST:
        return data
    return {name: value for name, value in data.items() if request.POST.get(f"keep_{name}") == "mine"}


def conflict_context(request: HttpRequest, conflict: EditConflict) -> dict[str, Any]:
    """Both values of each field, and everything that was typed, to be sent again."""
    typed = [(name, value) for name in request.POST for value in request.POST.getlist(name)]
    hidden = [pair for pair in typed if pair[0] not in {"csrfmiddlewaretoken", "version"}]
    hidden += [("version", str(conflict.enterprise.version)), ("conflict", "1")]
    return {
        "rows": conflict.rows,
        "other": conflict.other,
        "at": conflict.at,
        "hidden": hidden,
        "enterprise": conflict.enterprise,
    }
