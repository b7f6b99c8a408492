"""Results for the person: code and document, then the digits on the phone; unknown and forbidden get one answer."""

import time

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from enterprises.models.people import number_hash
from parkportal.guards import client_address, public
from parkportal.records import settings
from testing.forms.signup import CodeForm, LookupForm, LostForm
from testing.models import SignUp
from testing.results import Claim, Locked, ask_for_code, find_lost, open_with_code, shown_to_person

GRANT, GRANT_SECONDS, ASKED = "result_of", 15 * 60, "result_code"


def _shut(request: HttpRequest, template: str, form: LookupForm | LostForm) -> HttpResponse:
    form.add_error(None, _("试的次数太多，请 30 分钟以后再查，或到采样点当面核对。"))
    return render(request, template, {"form": form}, status=429)


@public
@require_http_methods(["GET", "POST"])
def results(request: HttpRequest) -> HttpResponse:
    """Ask for code and document; nothing of it goes into an address."""
    form = LookupForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        claim = Claim(data["code"], data["document_type"], data["number"])
        try:
            code = ask_for_code(claim, address=client_address(request), language=get_language() or "zh-hans")
        except Locked:
            return _shut(request, "testing/results.html", form)
        request.session[ASKED] = str(code.public_token)
        return redirect("public:results_code")
    return render(request, "testing/results.html", {"form": form})


@public
@require_http_methods(["GET", "POST"])
def results_code(request: HttpRequest) -> HttpResponse:
    """The six digits. The page is the same whether a message was sent or not."""
    token = request.session.get(ASKED)
    if not token:
        return redirect("public:results")
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        signup = open_with_code(token, form.cleaned_data["digits"], address=client_address(request))
        if signup is not None:
            request.session[GRANT] = [signup.pk, int(time.time())]
            request.session.pop(ASKED)
            return redirect("public:results_shown")
        form.add_error("digits", _("验证码不对或者过期了，请核对；没有收到的，请回上一步核对采样码和证件"))
    return render(request, "testing/results_code.html", {"form": form})


@public
@require_GET
def results_shown(request: HttpRequest) -> HttpResponse:
    """What was found, for a quarter of an hour in this browser."""
    pk, since = request.session.get(GRANT) or (None, 0)
    known = SignUp.objects.filter(pk=pk, erased_at__isnull=True)
    signup = known.first() if time.time() - since < GRANT_SECONDS else None
    if signup is None:
        return redirect("public:results")
    rows = shown_to_person(signup)
    context = {
        "signup": signup,
        "latest": rows[0] if rows else None,
        "earlier": rows[1:],
        "fever_phone": settings.get("fever_phone"),
    }
    return render(request, "testing/results_shown.html", context)


@public
@require_http_methods(["GET", "POST"])
def signup_lost(request: HttpRequest) -> HttpResponse:
    """A lost code: the link goes to the phone it was signed up with, and the page says so in every case."""
    form = LostForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        digest = number_hash(data["document_type"], data["number"])
        try:
            find_lost(digest, data["phone"], address=client_address(request))
        except Locked:
            return _shut(request, "testing/signup_lost.html", form)
        return redirect("public:signup_lost_sent")
    return render(request, "testing/signup_lost.html", {"form": form})


@public
@require_GET
def signup_lost_sent(request: HttpRequest) -> HttpResponse:
    """One answer to everybody."""
    return render(request, "testing/signup_lost_sent.html")
