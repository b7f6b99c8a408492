"""What the register's list shows: the chosen rows, their counts, and what is done to the ticked ones."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Q
from django.http import Http404, QueryDict
from django.urls import reverse

from enterprises.actions import change_officers, change_squads, change_tags
from enterprises.actions.chasing import due_at, remind
from enterprises.filters import EnterpriseFilter, set_filters
from enterprises.forms import BulkForm, SavedFilterForm
from enterprises.models import (
    BulkChange,
    Enterprise,
    EnterpriseContact,
    ResumptionStatus,
    SavedFilter,
    Squad,
    UnitKind,
)
from enterprises.models.register_rows import EnterpriseQuerySet
from parkportal.accounts.asking import SignedIn
from parkportal.accounts.models import in_force
from parkportal.again import drawn
from parkportal.clock import park_now, park_today
from parkportal.identifiers import IdentifierProblem, normal_phone
from parkportal.keys import keys_of
from parkportal.records import terms
from parkportal.records.figures import Figure
from parkportal.records.listing import figure_rows
from parkportal.states import Refused

RESUMED = ResumptionStatus.RESUMED
SORTS = {"name": "pinyin_key", "-name": "-pinyin_key", "headcount": "headcount", "-headcount": "-headcount"}
ShownFigure = tuple[Figure, datetime] | None


def chosen(request: SignedIn) -> tuple[EnterpriseQuerySet, EnterpriseFilter, ShownFigure]:
    """The rows of the address: the person's scope, narrowed by a figure and the filters."""
    rows, figure = figure_rows(request, Enterprise.objects.visible_to(request.user).current())
    filters = EnterpriseFilter(request.GET, queryset=rows)
    order = SORTS.get(request.GET.get("sort", ""), "pinyin_key")
    return filters.qs.order_by(order, "pk"), filters, figure


def rows_of(query: str, user: Any) -> EnterpriseQuerySet:
    """The same rows from a kept query, for a job that has no request."""
    return chosen_by(query, user)[0]


def chosen_by(query: str, user: Any) -> tuple[EnterpriseQuerySet, EnterpriseFilter, ShownFigure]:
    """As `chosen`, from a kept query instead of a request."""
    request = SignedIn()
    request.GET, request.user = QueryDict(query), user
    return chosen(request)


def context(
    request: SignedIn, rows: EnterpriseQuerySet, filters: EnterpriseFilter, figure: ShownFigure
) -> dict[str, Any]:
    """Tabs with their counts, the totals of what is shown, the filters that are set: three statements, two for all."""
    everything = Enterprise.objects.visible_to(request.user).current()
    saved = _saved(request)
    counts = everything.aggregate(
        **_saved_counts(saved, request.user),
        all=Count("pk"),
        sishang=Count("pk", filter=Q(sishang_kind__isnull=False)),
        waiting=Count("pk", filter=Q(sishang_kind__isnull=False) & ~Q(status=RESUMED)),
        sites=Count("pk", filter=Q(kind=UnitKind.SITE)),
        missing=Count("pk", filter=EnterpriseQuerySet.todays_missing()),
        resumed=Count("pk", filter=Q(status=RESUMED)),
    )
    narrows = figure is not None or not filters.form.is_valid() or any(filters.form.cleaned_data.values())
    totals = _totals(rows) if narrows else {"units": counts["all"], "resumed": counts["resumed"]}
    return {
        "tabs": _tabs(request, counts, saved),
        "saved": saved,
        "may_save": bool(_without_page(request.GET)) and "figure" not in request.GET,
        "save_form": drawn(request, SavedFilterForm, "save", initial={"query": _without_page(request.GET)}),
        "list_link": urlencode({"list": _without_page(request.GET)}),
        "buildings": list(
            everything.exclude(building="").order_by("building").values_list("building", flat=True).distinct()
        ),
        **_words(),
        "totals": totals,
        "figure": figure,
        "chips": set_filters(filters.form) if filters.form.is_valid() else [],
        "squads": Squad.objects.all(),
        "now": park_now(),
        "shows_rooms": request.user.has_role("committee", "leader", "squad", "supervisor"),
        "may_write": request.user.has_role("committee"),
        "may_export": request.user.has_role("committee", "leader"),
        "bulk_actions": _bulk_actions(request),
        "undoable": BulkChange.objects.visible_to(request.user).can_be_undone().first(),
    }


def _totals(rows: EnterpriseQuerySet) -> dict[str, int]:
    return rows.order_by().aggregate(units=Count("pk"), resumed=Count("pk", filter=Q(status=RESUMED)))


def _words() -> dict[str, Any]:
    """What the filters offer."""
    return {
        "levels": terms.choices("key_level"),
        "exclusions": terms.choices("exclusion"),
        "roles": terms.in_use("org_role"),
        "sishang_kinds": terms.choices("sishang"),
        "statuses": Enterprise.Status.choices,
        "tiers": terms.choices("tier"),
        "tags": terms.in_use("tag"),
    }


def _saved(request: SignedIn) -> list[SavedFilter]:
    return list(SavedFilter.objects.visible_to(request.user))


def _saved_counts(saved: list[SavedFilter], user: Any) -> dict[str, Count]:
    """The counts of a person's own filters, for the same statement that counts the tabs."""
    found = {}
    for one in saved:
        try:
            keys = rows_of(one.query, user).order_by().values("pk")
        except Http404:
            continue
        found[f"saved_{one.pk}"] = Count("pk", filter=Q(pk__in=keys))
    return found


def _tabs(request: SignedIn, counts: Mapping[str, int], saved: list[SavedFilter]) -> list[dict[str, Any]]:
    tabs = [
        ("全部", "", counts["all"]),
        ("四上企业", "sishang=any", counts["sishang"]),
        ("四上未复工", "sishang=any&status=not_resumed&status=planned&status=filed&status=stopped", counts["waiting"]),
        ("工地", "kind=site", counts["sites"]),
        ("今日零报告未交", "report=missing", counts["missing"]),
        *((one.name, one.query, counts.get(f"saved_{one.pk}", 0)) for one in saved),
    ]
    here = _without_page(request.GET)
    return [{"label": label, "query": query, "count": count, "current": here == query} for label, query, count in tabs]


def _without_page(query: QueryDict) -> str:
    kept = query.copy()
    kept.pop("page", None)
    return kept.urlencode()


def _bulk_actions(request: SignedIn) -> list[dict[str, str]]:
    """A template cannot build addresses with a query, so they come ready."""
    if not request.user.has_role("committee"):
        return []
    query = f"?{request.GET.urlencode()}"
    bulk, export = reverse("enterprises:enterprise_bulk") + query, reverse("enterprises:enterprise_export") + query
    return [
        {"value": "remind", "label": "提醒交日报", "icon": "chat-text", "url": bulk},
        {"value": "squad", "label": "改小分队", "icon": "people", "url": bulk},
        {"value": "officer", "label": "定督导人员", "icon": "check2", "url": bulk},
        {"value": "tag", "label": "改标签", "icon": "bookmark", "url": bulk},
        {"value": "notice", "label": "发通知", "icon": "chat-text", "url": bulk},
        {"value": "greet", "label": "慰问", "icon": "people", "url": bulk},
        {"value": "export", "label": "导出", "icon": "download", "url": export},
    ]


def picked(request: SignedIn) -> EnterpriseQuerySet:
    """The ticked rows, or all that the list shows."""
    rows, _, _ = chosen(request)
    if request.POST.get("all"):
        return rows
    return rows.filter(pk__in=keys_of(request.POST.getlist("pick")))


def picked_query(request: SignedIn) -> str:
    """The query that shows exactly what was ticked, to be written to. Raises Refused `nothing_picked`."""
    if request.POST.get("all"):
        return _without_page(request.GET)
    picks = [str(pk) for pk in keys_of(request.POST.getlist("pick"))]
    if not picks:
        raise Refused("nothing_picked", "还没有选企业。")
    return urlencode({"unit": ",".join(picks)})


def do_to_picked(request: SignedIn, form: BulkForm | None) -> str:
    """Do what was asked to the ticked rows; the sentence that says what happened. Raises Refused `nothing_picked`."""
    rows = list(picked(request))
    if not rows:
        raise Refused("nothing_picked", "还没有选企业。")
    if form is None:
        return _remind(rows, by=request.user)
    if request.POST.get("do") == "squad":
        squad = form.cleaned_data["squad"]
        return f"{change_squads(enterprises=rows, squad=squad, by=request.user)} 家改到{squad}。"
    if request.POST.get("do") == "officer":
        officer = form.cleaned_data["officer"]
        return f"{change_officers(enterprises=rows, officer=officer, by=request.user)} 家由{officer}督导帮扶。"
    tag, is_added = form.cleaned_data["tag"], form.cleaned_data["how"] == "add"
    count = change_tags(enterprises=rows, tag=tag, is_added=is_added, by=request.user)
    return f"{count} 家{'加上' if is_added else '去掉'}“{tag}”。"


def bulk_context(request: SignedIn, form: BulkForm) -> dict[str, Any]:
    """The page that asks which squad or which tag; what was ticked goes along."""
    rows = picked(request)
    return {
        "form": form,
        "do": request.POST.get("do"),
        "all": request.POST.get("all", ""),
        "picks": keys_of(request.POST.getlist("pick")),
        "count": rows.count(),
        "first": list(rows[:5]),
        "back": f"{reverse('enterprises:enterprise_list')}?{request.GET.urlencode()}",
    }


def walk(query: str, user: Any, pk: int) -> dict[str, Any]:
    """Where a unit stands in the list it was opened from: its place, the one before and after, how many. One statement."""
    try:
        keys = list(rows_of(query, user).values_list("pk", flat=True))
    except Http404:
        return {}
    if pk not in keys:
        return {}
    at = keys.index(pk)
    return {
        "place": at + 1,
        "of": len(keys),
        "before": keys[at - 1] if at else None,
        "after": keys[at + 1] if at + 1 < len(keys) else None,
        "query": query,
        "link": urlencode({"list": query}),
    }


def phone_query(words: str) -> str | None:
    """The query that shows the units of a full phone number; None for other words. The number stays out of addresses."""
    try:
        number = normal_phone(words)
    except IdentifierProblem:
        return None
    keys = Enterprise.objects.current().search(number).values_list("pk", flat=True)[:50]
    return urlencode({"unit": ",".join(map(str, keys)) or "0"})


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
