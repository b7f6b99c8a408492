"""Outage kit: the roster for the browser, the printed fall-back sheet, and the page that takes its rows later."""

from typing import Any
from uuid import NAMESPACE_OID, uuid5

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from parkportal.clock import end_of, park_now
from parkportal.guards import roles
from parkportal.printing.barcodes import code128_svg
from parkportal.records.audit import record
from parkportal.states import Refused
from testing.actions import collect, measure
from testing.forms.station import PaperRowForm
from testing.models import Session, SignUp
from testing.outage import expected_at, kit_of

STAFF = ("station", "committee")


def _session(request: HttpRequest, session_id: int) -> Session:
    sessions = Session.objects.workable_by(request.user).select_related("point", "campaign")
    return get_object_or_404(sessions, pk=session_id)


@roles(*STAFF)
@require_POST
def kit_roster(request: HttpRequest, session_id: int) -> JsonResponse:
    """Today's people and the tubes that may be used; the browser encrypts it before it keeps it.

    `seconds_left` until the sitting's day is over, when the browser throws it away: seconds, since its clock may be wrong.
    """
    session = _session(request, session_id)
    left = int((end_of(session.day) - park_now()).total_seconds())
    if left <= 0:
        return JsonResponse({"text": "这一场的日子已经过了，不能再存离线包。"}, status=409)
    kit = kit_of(session)
    record("kit.made", by=request.user, subject=session, after={"people": len(kit["people"])})
    return JsonResponse({**kit, "seconds_left": left})


@roles(*STAFF)
@require_GET
def desk_worker(request: HttpRequest) -> HttpResponse:
    """The script that shows the desk's page again without network; its address decides which pages it may serve."""
    return render(request, "testing/desk_worker.js", {"shelf": "park-desk"}, content_type="text/javascript")


@roles(*STAFF)
@require_GET
def paper_sheet(request: HttpRequest, session_id: int) -> HttpResponse:
    """The sheet for a day without electricity: a barcode for each person, room for temperature, tube and time."""
    session = _session(request, session_id)
    rows = [(one, code128_svg(one.code, module_mm=0.25, height_mm=9)) for one in expected_at(session)]
    return render(request, "testing/paper_sheet.html", {"session": session, "rows": rows})


@roles(*STAFF)
@require_http_methods(["GET", "POST"])
def paper_entry(request: HttpRequest, session_id: int) -> HttpResponse:
    """One row of the sheet after the other; each is a temperature and a tube as if it had been scanned then."""
    session = _session(request, session_id)
    form = PaperRowForm(request.POST or None, session=session)
    if request.method == "POST" and form.is_valid():
        try:
            messages.success(request, _entered(form.cleaned_data, session.pk, request.user))
            return redirect("testing:paper_entry", session.pk)
        except Refused as refusal:
            form.add_error(_field_of(refusal), refusal.text)
    context = {"session": session, "form": form}
    return render(request, "testing/paper_entry.html", context, status=422 if form.errors else 200)


def _entered(data: dict[str, Any], session_id: int, user: Any) -> str:
    """What was written; both steps have a number made from the row's, so that a repeated row is one."""
    code = "".join(data["code"].upper().split())
    made = {"session_id": session_id, "code": code, "by": user, "done_at": data["at"]}
    if not SignUp.objects.filter(moves__token=data["token"]).exists():
        _, is_normal = measure(text=data["temperature"], token=data["token"], **made)
        if not is_normal:
            return f"{code} 体温异常，记下了，没有采样。"
    if not data["tube"]:
        return f"{code} 记下了体温。"
    signup, barcode = collect(text=data["tube"], token=uuid5(NAMESPACE_OID, str(data["token"])), **made)
    return f"{signup.name} {barcode} 补录好了。"


def _field_of(refusal: Refused) -> str:
    code = str(getattr(refusal, "code", "") or refusal.error_list[0].code)
    if code == "temperature":
        return "temperature"
    return "tube" if "tube" in code or code in {"dropped_digit", "wrong_kind", "other_pool"} else "code"
