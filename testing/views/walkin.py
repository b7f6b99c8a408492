"""Name not on the list: the walk-in sign-up in the desk's own screen."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods

from parkportal.guards import roles
from parkportal.idempotency import new_token
from parkportal.keys import key_of
from parkportal.states import Refused
from testing.actions import AlreadySignedUp, sign_up
from testing.actions.signups import group_for
from testing.desk_answers import answer
from testing.desk_words import Scan
from testing.forms.station import WalkInForm
from testing.models import Session, SignUp, Source
from testing.views.station import desk_page


@roles("station", "committee")
@require_http_methods(["GET", "POST"])
def station_walkin(request: HttpRequest, session_id: int) -> HttpResponse:
    """The form stands where the answer does; when it is accepted, the desk goes on with the temperature."""
    sessions = Session.objects.workable_by(request.user).select_related("point", "campaign")
    session = get_object_or_404(sessions, pk=session_id)
    form = WalkInForm(request.POST or None)
    lane = request.POST.get("lane") or request.GET.get("lane", "1")
    if request.method == "POST" and form.is_valid():
        try:
            code = _signed_up(form, session, request.user).code
            told = answer(Scan(session_id=session.pk, token=new_token(), text=code), by=request.user)
            return desk_page(request, session.pk, told, lane=key_of(lane) or 1)
        except Refused as refusal:
            form.add_error(None, refusal.text)
    context = {"session": session, "form": form, "lane": lane}
    return render(request, "testing/station_walkin.html", context, status=422 if form.errors else 200)


def _signed_up(form: WalkInForm, session: Session, user: object) -> SignUp:
    """The new sign-up, or the one that this document has already: who stands here shows the document."""
    declaration = form.declaration()
    consent = session.campaign.current_consent()
    try:
        return sign_up(
            campaign_id=session.campaign_id, declaration=declaration, group=group_for(declaration), slot_id=None,
            consent_id=consent.pk if consent else None, token=form.cleaned_data["token"], source=Source.DESK, by=user,
        )  # fmt: skip
    except AlreadySignedUp as known:
        return SignUp.objects.get(pk=known.signup_id)
