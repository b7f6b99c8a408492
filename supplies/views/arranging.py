"""Time and place for many deliveries at once, and taking that back."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from parkportal.accounts.asking import SignedIn
from parkportal.again import agreed as is_agreed
from parkportal.guards import roles
from parkportal.states import Refused
from supplies import actions
from supplies.actions.notices import OPEN
from supplies.forms import ScheduleForm
from supplies.models import Appointment, Delivery
from supplies.views.rooms import WRITERS, show

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
        is_done, made = is_agreed(form, lambda **data: _arrange(rows, data, request.user))
        if is_done:
            passed = f"{ended} 张已经签收、拒收或作废，没有动。" if ended else ""
            count = len(made.before) if made else 0
            messages.success(request, f"{count} 张已约好。{passed}已经出库的，马上通知企业；没出库的，出库时一起通知。")
            return redirect(_list(request))
    context = {"count": len(rows), "ended": ended, "first": rows[:5], "back": _list(request)}
    picks = [row.pk for row in rows]
    return show(request, "delivery_schedule", form, picks=picks, kept=_filters(request), **context)


def _arrange(rows: list[Delivery], data: dict[str, Any], by: Any) -> Appointment | None:
    agreed = {name: data[name] for name in ("planned_at", "meeting_point")}
    return actions.arrange_deliveries(deliveries=rows, by=by, **agreed)


@require_POST
@roles(*WRITERS)
def delivery_schedule_undo(request: SignedIn, pk: int) -> HttpResponse:
    """Within a day, by whoever did it; what somebody has changed since stays."""
    made = get_object_or_404(Appointment.objects.visible_to(request.user), pk=pk)
    try:
        count = actions.undo_arrangement(appointment=made, by=request.user)
        stays = len(made.before) - count
        rest = f"，{stays} 张后来又改过或者签了，保持现状" if stays else ""
        messages.success(request, f"撤销了“{made}”，退回 {count} 张{rest}。")
    except Refused as refused:
        messages.warning(request, refused.text)
    return redirect("supplies:delivery_list")


def last_agreed(request: SignedIn) -> Appointment | None:
    """What this person agreed on last for many at once, while it may be taken back."""
    return Appointment.objects.visible_to(request.user).can_be_undone().first()


def _filters(request: SignedIn) -> dict[str, str]:
    return {name: value for name in FILTERS if (value := request.POST.get(name, ""))}


def _list(request: SignedIn) -> str:
    query = QueryDict(mutable=True)
    query.update(_filters(request))
    return reverse("supplies:delivery_list") + (f"?{query.urlencode()}" if query else "")
