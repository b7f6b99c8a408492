"""Time and place for many deliveries at once, and taking that back."""

from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from parkportal.accounts.asking import SignedIn
from parkportal.again import agreed as is_agreed
from parkportal.clock import local, park_now
from parkportal.guards import roles
from supplies import actions
from supplies.actions.notices import OPEN
from supplies.forms import ScheduleForm
from supplies.models import Delivery
from supplies.views.rooms import WRITERS, show

KEPT = "supplies_agreed"  # in the session: what the last press of the ink bar changed, and how it stood before
UNDO_WITHIN = timedelta(days=1)
FILTERS = ("status", "squad", "q", "short", "late", "unread", "allocation")
LIMIT = 500


def schedule_picked(request: SignedIn, chosen: QuerySet[Delivery]) -> HttpResponse:
    """One form for the ticked deliveries; those that have ended are passed over and said."""
    rows = list(chosen.filter(status__in=OPEN).select_related("enterprise").order_by("-id")[: LIMIT + 1])
    ended = chosen.exclude(status__in=OPEN).count()
    if not rows or len(rows) > LIMIT:
        full = f"一次最多约 {LIMIT} 张，请按小分队或状态筛选后再约。"
        messages.warning(request, full if rows else "没有选到还没签收的配送单，请先勾选。")
        return redirect(_list(request))
    is_ready = "ready" in request.POST
    form = ScheduleForm(request.POST if is_ready else None)
    if is_ready:
        is_done, before = is_agreed(form, lambda **data: _schedule(rows, data, request.user))
        if is_done:
            _keep(request, before, form.cleaned_data, _said(form.cleaned_data, len(before)))
            passed = f"{ended} 张已经签收、拒收或作废，没有动。" if ended else ""
            messages.success(
                request, f"{len(before)} 张已约好。{passed}已经出库的，马上通知企业；没出库的，出库时一起通知。"
            )
            return redirect(_list(request))
    context = {"count": len(rows), "ended": ended, "first": rows[:5], "back": _list(request)}
    picks = [row.pk for row in rows]
    return show(request, "delivery_schedule", form, picks=picks, kept=_filters(request), **context)


def _schedule(rows: list[Delivery], data: dict[str, Any], by: Any) -> dict[int, actions.Agreed]:
    return actions.schedule_deliveries(
        deliveries=rows, planned_at=data["planned_at"], meeting_point=data["meeting_point"], by=by
    )


@require_POST
@roles(*WRITERS)
def delivery_schedule_undo(request: SignedIn) -> HttpResponse:
    """Within a day, by whoever did it; what somebody has changed since stays."""
    kept = last_agreed(request)
    if kept is None:
        messages.warning(request, "没有可以撤销的约定，可能已经撤销，或者超过一天了。")
        return redirect("supplies:delivery_list")
    visible = set(Delivery.objects.visible_to(request.user).filter(pk__in=kept["before"]).values_list("pk", flat=True))
    before = {int(pk): _read(*stood) for pk, stood in kept["before"].items() if int(pk) in visible}
    count = actions.undo_schedule(before=before, after=_read(*kept["after"]), by=request.user)
    request.session.pop(KEPT)
    stays = len(kept["before"]) - count
    messages.success(
        request,
        f"撤销了“{kept['words']}”，退回 {count} 张{f'，{stays} 张后来又改过或者签了，保持现状' if stays else ''}。",
    )
    return redirect("supplies:delivery_list")


def last_agreed(request: SignedIn) -> dict[str, Any] | None:
    """What this person agreed on last for many at once, while it may be taken back: {words, at, before, after}."""
    kept = request.session.get(KEPT)
    if not kept or datetime.fromisoformat(kept["at"]) < park_now() - UNDO_WITHIN:
        return None
    return {**kept, "made_at": datetime.fromisoformat(kept["at"])}


def _keep(request: SignedIn, before: dict[int, actions.Agreed], data: dict[str, Any], words: str) -> None:
    if before:
        request.session[KEPT] = {
            "words": words,
            "at": park_now().isoformat(),
            "before": {str(pk): [at.isoformat() if at else "", where] for pk, (at, where) in before.items()},
            "after": [data["planned_at"].isoformat(), data["meeting_point"]],
        }


def _read(at: str, where: str) -> actions.Agreed:
    return (datetime.fromisoformat(at) if at else None, where)


def _said(data: dict[str, Any], count: int) -> str:
    where = f"，{data['meeting_point']}" if data["meeting_point"] else ""
    return f"{count} 张约在 {local(data['planned_at']):%m-%d %H:%M}{where}"


def _filters(request: SignedIn) -> dict[str, str]:
    return {name: value for name in FILTERS if (value := request.POST.get(name, ""))}


def _list(request: SignedIn) -> str:
    query = QueryDict(mutable=True)
    query.update(_filters(request))
    return reverse("supplies:delivery_list") + (f"?{query.urlencode()}" if query else "")
