"""Name not on the list: the walk-in sign-up in the desk's own screen."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.views.decorators.http import require_http_methods

from parkportal.guards import roles
from parkportal.idempotency import new_token, wants_json
from parkportal.keys import key_of
from parkportal.states import Refused
from testing.actions import AlreadySignedUp, sign_up_walk_in
from testing.actions.walkin import walk_in_places
from testing.desk_answers import answer
from testing.desk_words import Answer, Scan
from testing.forms.station import WalkInForm
from testing.models import Session, SignUp
from testing.views.station import as_json, desk_page


@roles("station", "committee")
@require_http_methods(["GET", "POST"])
def station_walkin(request: HttpRequest, session_id: int) -> HttpResponse:
    """The form stands over the desk, on a page of its own without script; accepted, the desk asks for the temperature."""
    sessions = Session.objects.workable_by(request.user).select_related("point", "campaign")
    session = get_object_or_404(sessions, pk=session_id)
    form = WalkInForm(request.POST or None)
    lane = key_of(request.POST.get("lane") or request.GET.get("lane", "1")) or 1
    if request.method == "POST" and form.is_valid():
        try:
            told = _told(_signed_up(form, session, request.user), session, lane, request.user)
            return (
                JsonResponse(as_json(told)) if wants_json(request) else desk_page(request, session.pk, told, lane=lane)
            )
        except Refused as refusal:
            form.add_error("over_reason" if refusal.code == "walk_in_full" else None, refusal.text)
    kept, used = walk_in_places(session)
    if not kept or used < kept:
        form.hide_over_reason()
    context = {"session": session, "form": form, "lane": lane, "kept": kept, "used": used}
    return _form(request, context, status=422 if form.errors else 200)


def _form(request: HttpRequest, context: dict[str, Any], *, status: int) -> HttpResponse:
    if wants_json(request):
        return JsonResponse({"form": render_to_string("testing/_walkin_form.html", context, request)}, status=status)
    return render(request, "testing/station_walkin.html", context, status=status)


def _told(signup: SignUp, session: Session, lane: int, user: Any) -> Answer:
    return answer(Scan(session_id=session.pk, token=new_token(), text=signup.code, lane=lane), by=user)


def _signed_up(form: WalkInForm, session: Session, user: Any) -> SignUp:
    """The new sign-up, or the one that this document has already: who stands here shows the document."""
    try:
        return sign_up_walk_in(
            session=session, declaration=form.declaration(), by=user, token=form.cleaned_data["token"],
            over_reason=form.cleaned_data["over_reason"],
        )  # fmt: skip
    except AlreadySignedUp as known:
        return SignUp.objects.get(pk=known.signup_id)
