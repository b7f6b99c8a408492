"""Outage kit: the roster for the browser, the printed fall-back sheet, and the page that takes its rows later."""

from typing import Any
from uuid import NAMESPACE_OID, uuid5

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from parkportal.clock import park_now
from parkportal.guards import roles
from parkportal.printing.barcodes import code128_svg
from parkportal.records.audit import record
from parkportal.states import Refused
from testing.actions import collect, measure
from testing.forms.station import PaperRowForm
from testing.models import Session, SignUp, SignUpStatus, Specimen, TubeRange

STAFF = ("station", "committee")


def _session(request: HttpRequest, session_id: int) -> Session:
    sessions = Session.objects.workable_by(request.user).select_related("point", "campaign")
    return get_object_or_404(sessions, pk=session_id)


def _expected(session: Session) -> Any:
    """Who has a place today, by slot."""
    people = SignUp.objects.filter(slot__session=session).exclude(status=SignUpStatus.CANCELLED)
    return people.select_related("slot").order_by("slot__starts_at", "name")


@roles(*STAFF)
@require_POST
def kit_roster(request: HttpRequest, session_id: int) -> JsonResponse:
    """Today's people and the tubes that may be used; the browser encrypts it before it keeps it."""
    session = _session(request, session_id)
    people = [
        {"code": one.code, "name": one.name, "tail": one.number_tail, "status": one.status, "door": one.is_door}
        for one in _expected(session)
    ]
    ranges = TubeRange.objects.filter(is_own=True) | TubeRange.objects.filter(lab=session.campaign.lab_id)
    used = Specimen.objects.filter(session=session).values_list("barcode", flat=True)
    record("kit.made", by=request.user, subject=session, after={"people": len(people)})
    return JsonResponse(
        {
            "people": people,
            "ranges": list(ranges.values_list("first", "last", "length")),
            "used": list(used),
            "made_at": park_now().isoformat(),
        }
    )


@roles(*STAFF)
@require_GET
def paper_sheet(request: HttpRequest, session_id: int) -> HttpResponse:
    """The sheet for a day without electricity: a barcode for each person, room for temperature, tube and time."""
    session = _session(request, session_id)
    rows = [(one, code128_svg(one.code, module_mm=0.25, height_mm=9)) for one in _expected(session)]
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
