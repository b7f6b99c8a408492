"""The person's own page: code, appointment, status; change and cancel. The token is the key, and opens only this."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from parkportal.guards import public
from parkportal.printing.barcodes import code128_svg, qr_svg
from parkportal.records import settings
from parkportal.states import Refused
from testing.actions import cancel_signup, change_slot
from testing.actions.signups import slots_left
from testing.calendar_entry import appointment
from testing.forms.signup import MoveSlotForm
from testing.language import keep_to, speaks_english
from testing.models import SignUp, SignUpStatus
from testing.picture import code_picture
from testing.signup_page import slot_days
from testing.words import clock_words, day_words, place_words, slot_words

SHAPES = {
    SignUpStatus.WAITING: ("todo", "候补，等名额"),
    SignUpStatus.REGISTERED: ("todo", "已登记，等待采样"),
    SignUpStatus.MISSED: ("warn", "这次没有来"),
    SignUpStatus.STOPPED: ("warn", "请听现场工作人员安排"),
    SignUpStatus.MEASURED: ("doing", "已测温，等待采样"),
    SignUpStatus.KITTED: ("doing", "已领条码，等待采样"),
    SignUpStatus.COLLECTED: ("done", "已采样"),
    SignUpStatus.RECOLLECT: ("warn", "请重新采样"),
    SignUpStatus.CANCELLED: ("na", "已取消"),
}


def _signup(request: HttpRequest, token: UUID) -> SignUp:
    signups = SignUp.objects.select_related("campaign", "slot__session__point", "party")
    signup = get_object_or_404(signups, public_token=token, erased_at=None)
    keep_to(signup.campaign, request)
    return signup


@public
@require_GET
def signup_code(request: HttpRequest, token: UUID) -> HttpResponse:
    """Time first, then QR, barcode and digits, then what to do."""
    signup = _signup(request, token)
    shape_name, words = SHAPES[SignUpStatus(signup.status)]
    slot = signup.slot
    context: dict[str, Any] = {
        "signup": signup,
        "slot": slot,
        "shape_name": shape_name,
        "status_words": _(words),
        "qr": qr_svg(signup.code, label=_("二维码")),
        "barcode": code128_svg(signup.code, label=_("条码")),
        "fever_phone": settings.get("fever_phone"),
    }
    if slot is not None:
        context |= {
            "slot_day": day_words(slot.session.day),
            "slot_clock": clock_words(slot),
            "place": place_words(slot.session.point) if speaks_english() else slot.session.point.name,
        }
    return render(request, "testing/signup_code.html", context)


@public
@require_http_methods(["GET", "POST"])
def signup_change(request: HttpRequest, token: UUID) -> HttpResponse:
    """Another slot; the old place is free at once."""
    signup = _signup(request, token)
    if not signup.can_change or signup.is_door:
        return redirect("public:signup_code", token)
    form = MoveSlotForm(request.POST or None, initial={"slot": signup.slot_id})
    if request.method == "POST" and form.is_valid():
        try:
            change_slot(signup=signup, slot_id=form.cleaned_data["slot"])
            return redirect("public:signup_code", token)
        except Refused as refusal:
            form.add_error("slot", _(refusal.text))
    chosen = form["slot"].value()
    context = {
        "signup": signup,
        "form": form,
        "days": slot_days(slots_left(signup.campaign), chosen=str(chosen or "")),
        "now_words": slot_words(signup.slot) if signup.slot else "",
    }
    return render(request, "testing/signup_change.html", context)


@public
@require_http_methods(["GET", "POST"])
def signup_cancel(request: HttpRequest, token: UUID) -> HttpResponse:
    """Ask once, naming the appointment, then give the place up."""
    signup = _signup(request, token)
    if request.method == "POST" and signup.can_cancel:
        cancel_signup(signup=signup)
    if request.method == "POST" or not signup.can_cancel:
        return redirect("public:signup_code", token)
    now_words = slot_words(signup.slot) if signup.slot else ""
    return render(request, "testing/signup_cancel.html", {"signup": signup, "now_words": now_words})


@public
@require_GET
def signup_picture(request: HttpRequest, token: UUID) -> HttpResponse:
    """The code as a picture to keep."""
    signup = _signup(request, token)
    lines = [signup.masked_name]
    if signup.slot is not None:
        lines = [
            clock_words(signup.slot),
            f"{day_words(signup.slot.session.day)}　{place_words(signup.slot.session.point)}",
        ]
        lines.append(signup.masked_name)
    answer = HttpResponse(code_picture(signup.code, lines=lines), content_type="image/png")
    answer["Content-Disposition"] = 'attachment; filename="sampling-code.png"'
    return answer


@public
@require_GET
def signup_calendar(request: HttpRequest, token: UUID) -> HttpResponse:
    """The appointment for the phone's calendar; the words are those of the person's own page, without a name."""
    signup = _signup(request, token)
    if signup.slot is None or signup.is_waiting:
        raise Http404
    answer = HttpResponse(appointment(signup, signup.slot), content_type="text/calendar; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="sampling.ics"'
    return answer
