"""The sampling desk: choose the sitting, then one focused input whatever is scanned."""

from datetime import datetime
from typing import Any
from uuid import uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.views.decorators.http import require_GET, require_http_methods

from parkportal.clock import park_today
from parkportal.guards import roles
from parkportal.idempotency import done_at
from parkportal.printing.barcodes import code128_svg
from parkportal.printing.labels import LABEL_MODULE_MM
from testing.actions.desk_find import counts
from testing.actions.pooling import pool_at
from testing.desk_answers import answer
from testing.desk_words import FIND, REASON, TEMPERATURE, TUBE, Answer, Scan, meter_of, waiting
from testing.models import Session

# What the desk's script sends with each scan. Nobody types these, so no form is made of them a hundred times a minute.
SCAN_FIELDS: dict[str, forms.Field] = {
    "token": forms.UUIDField(required=False),
    "text": forms.CharField(required=False, max_length=64, strip=True),
    "do": forms.ChoiceField(required=False, choices=[("", ""), ("undo", ""), ("issue", ""), ("close", "")]),
    "step": forms.ChoiceField(required=False, choices=[(FIND, ""), (TEMPERATURE, ""), (TUBE, ""), (REASON, "")]),
    "current": forms.CharField(required=False, max_length=20),
    "lane": forms.IntegerField(required=False, min_value=1, max_value=99),
    "found_at": forms.CharField(required=False, max_length=40),
    "measured_at": forms.CharField(required=False, max_length=40),
    "reason": forms.CharField(required=False, max_length=100),
    "badge": forms.CharField(required=False, max_length=14),
}


def read_scan(data: QueryDict, session_id: int, *, done_at: datetime | None = None) -> Scan:
    """What was scanned. A field that is not right counts as not sent: the desk answers, whatever it gets."""
    sent = {name: _cleaned(field, data.get(name)) for name, field in SCAN_FIELDS.items()}
    return Scan(
        session_id=session_id,
        token=sent["token"] or uuid4(),
        text=sent["text"] or "",
        do=sent["do"] or "",
        step=sent["step"] or FIND,
        current=sent["current"] or "",
        lane=sent["lane"],
        found_at=_instant(sent["found_at"] or ""),
        measured_at=_instant(sent["measured_at"] or ""),
        reason=sent["reason"] or "",
        badge=sent["badge"] or "",
        done_at=done_at,
    )


def _cleaned(field: forms.Field, value: str | None) -> Any:
    try:
        return field.clean(value) if value else None
    except ValidationError:
        return None


def _instant(text: str) -> datetime | None:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        return None
    return instant if instant.tzinfo else None


@roles("station", "committee")
@require_GET
def station(request: HttpRequest) -> HttpResponse:
    """The sittings of the own points: today's first."""
    sessions = (
        Session.objects.workable_by(request.user)
        .not_cancelled()
        .filter(day__gte=park_today())
        .select_related("point", "campaign")
        .with_places()
        .order_by("starts_at")
    )
    today = [session for session in sessions if session.day == park_today()]
    later = [session for session in sessions if session.day > park_today()][:12]
    return render(request, "testing/station.html", {"today": today, "later": later, "day": park_today()})


@roles("station", "committee")
@require_http_methods(["GET", "POST"])
def station_desk(request: HttpRequest, session_id: int) -> HttpResponse:
    """One scan in, one answer out: as JSON for the page's script, as the whole page without it."""
    if request.method == "POST":
        is_late = "X-Queue-Late" in request.headers
        scan = read_scan(request.POST, session_id, done_at=done_at(request) if is_late else None)
        told = answer(scan, by=request.user)
        if request.headers.get("Accept") == "application/json":
            return _json(told, is_late=is_late)
        return desk_page(request, session_id, told, lane=scan.lane, badge=scan.badge)
    lane = request.GET.get("lane", "1")
    return desk_page(request, session_id, waiting(), lane=int(lane) if lane.isdecimal() and len(lane) < 4 else 1)


def desk_page(
    request: HttpRequest, session_id: int, told: Answer, *, lane: int | None, badge: str = ""
) -> HttpResponse:
    sessions = Session.objects.workable_by(request.user).select_related("point", "campaign")
    session = get_object_or_404(sessions, pk=session_id)
    context = {
        "session": session,
        "lane": lane or 1,
        "answer": told,
        "idle": waiting(),
        "counts": counts(session_id),
        "token": uuid4(),
        "label": _label(told),
        "badge": told.badge or badge,
        "hands": told.holder,
        "meter": meter_of(pool_at(session_id, lane or 1)) if session.campaign.is_pooled else None,
    }
    return render(request, "testing/station_desk.html", context)


def _label(told: Answer) -> dict[str, Any] | None:
    if told.label is None:
        return None
    barcode, name, lines = told.label
    bars = code128_svg(barcode, module_mm=LABEL_MODULE_MM, height_mm=11)
    return {"barcode": barcode, "name": name, "lines": lines, "bars": bars, "parts": ("试管 1/2", "登记单 2/2")}


def _json(told: Answer, *, is_late: bool) -> JsonResponse:
    """What nobody saw being refused is a conflict: the browser keeps it for review."""
    return JsonResponse(as_json(told), status=409 if is_late and told.is_conflict else 200)


def as_json(told: Answer) -> dict[str, Any]:
    """An answer as the desk's script hears it."""
    label = _label(told)
    return {
        **_next_as_json(told.then),
        "html": render_to_string("testing/_desk_answer.html", {"answer": told}),
        "text": told.text,
        "conflict": told.is_conflict,
        "recorded": told.code == "fever",
        "tone": told.tone,
        "sound": told.sound,
        "clear": told.clears_after,
        "step": told.step,
        "current": told.current,
        "found_at": told.found_at.isoformat() if told.found_at else "",
        "measured_at": told.measured_at.isoformat() if told.measured_at else "",
        "placeholder": told.placeholder,
        "delta": told.delta,
        "code": told.code,
        "badge": told.badge,
        "holder": told.holder,
        "parts": {"meter": render_to_string("testing/_pool_meter.html", {"meter": told.meter})} if told.meter else {},
        "labels": render_to_string("testing/_tube_labels.html", {"label": label}) if label else "",
    }


def _next_as_json(then: Answer | None) -> dict[str, Any]:
    """What the desk shows after an answer. What it says when nobody is there lies in the page already."""
    if then is None:
        return {"then": "", "idle": None, "next_placeholder": ""}
    if then.is_idle:
        return {"then": "", "idle": then.last, "next_placeholder": then.placeholder}
    html = render_to_string("testing/_desk_answer.html", {"answer": then})
    return {"then": html, "idle": None, "next_placeholder": then.placeholder}


@roles("station", "committee")
@require_GET
def station_count(request: HttpRequest, session_id: int) -> HttpResponse:
    """How many are done at all desks of this sitting."""
    session = get_object_or_404(Session.objects.workable_by(request.user), pk=session_id)
    return JsonResponse(counts(session.pk))
