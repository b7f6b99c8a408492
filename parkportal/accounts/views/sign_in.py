"""The first step of sign-in, and the way out."""

from urllib.parse import urlencode

from django.conf import settings
from django.contrib import auth
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from parkportal.accounts import sign_in
from parkportal.accounts.forms import SignInForm
from parkportal.demo import CAST, DEMO_PASSWORD
from parkportal.guards import needs_second_factor, public
from parkportal.records.audit import record


def next_address(request: HttpRequest) -> str:
    """Where the person wanted to go: a path of this portal, or home."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    allowed = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if allowed else resolve_url(settings.LOGIN_REDIRECT_URL)


def on_from_here(request: HttpRequest) -> HttpResponse:
    """After the first step: to the second where one is needed, else to where the person wanted to go."""
    wanted = next_address(request)
    if needs_second_factor(request.user):
        return redirect(f"{reverse('accounts:second_factor')}?{urlencode({'next': wanted})}")
    return redirect(wanted)


@sensitive_post_parameters("password")
@public
def login(request: HttpRequest) -> HttpResponse:
    """User name or phone, and password. Unknown and wrong get the same words; after five failures axes answers."""
    if request.user.is_authenticated:
        return on_from_here(request)
    form = SignInForm(request.POST or None)
    left = None
    if form.is_valid():
        typed = form.cleaned_data["username"]
        user = sign_in.check(request, typed=typed, password=form.cleaned_data["password"])
        if user is not None:
            auth.login(request, user)
            record("account.signed_in", by=user, subject=user)
            return on_from_here(request)
        form.add_error("password", "用户名或密码不对，请再试一次。")
        left = sign_in.tries_left(request, typed=typed)
    context = {"form": form, "left": left, "next": request.POST.get("next", request.GET.get("next", ""))}
    if settings.DEMO_MODE:
        context |= {"cast": CAST, "demo_password": DEMO_PASSWORD}  # type: ignore[dict-item]
    return render(request, "accounts/login.html", context, status=422 if form.errors else 200)


@require_POST
@public
def logout(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        record("account.signed_out", by=request.user, subject=request.user)
    auth.logout(request)
    return redirect(settings.LOGOUT_REDIRECT_URL)


@require_GET
@public
def forgotten(request: HttpRequest) -> HttpResponse:
    """Passwords are reset face to face; the page says by whom."""
    return render(request, "accounts/forgotten.html")
