"""Guards of views, who is asking, and the answers that give nothing away."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

View = Callable[..., HttpResponse]


def client_address(request: HttpRequest) -> str:
    """The address of the browser. Only TRUSTED_PROXIES hops of X-Forwarded-For are believed, counted from the right."""
    hops = settings.TRUSTED_PROXIES
    if hops:
        chain = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
        if len(chain) >= hops:
            return chain[-hops]
    return request.META.get("REMOTE_ADDR", "")


def _sign_in_first(request: HttpRequest) -> HttpResponse:
    """To the sign-in page; a fragment is told to take the whole page there."""
    answer = redirect_to_login(request.get_full_path(), settings.LOGIN_URL)
    if getattr(request, "htmx", False):
        answer = HttpResponse(status=204, headers={"HX-Redirect": answer["Location"]})  # type: ignore[assignment]
    return answer


def needs_second_factor(user: Any) -> bool:
    """Whether this person has to prove a second factor before going on; who has just signed in has proven none."""
    proven = hasattr(user, "is_verified") and user.is_verified()
    return settings.SECOND_FACTOR_REQUIRED and user.needs_second_factor and not proven


def _step_missing(user: Any) -> str:
    """The URL name of what the person has to do before anything else, or nothing."""
    if needs_second_factor(user):
        return "accounts:second_factor"
    return "accounts:password_change" if user.must_change_password else ""


def roles(*codes: str, on_the_way_in: bool = False) -> Callable[[View], View]:
    """Only for signed-in people with one of the roles; others get the 404 of a page that does not exist.

    Without codes every signed-in person may pass. Who needs a second factor is sent to prove it first, and who has a
    temporary password to change it; the pages where that is done stand `on_the_way_in`.
    """

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return _sign_in_first(request)
            if not on_the_way_in and (step := _step_missing(request.user)):
                return redirect(step)
            if codes and not request.user.has_role(*codes):
                raise Http404
            return view(request, *args, **kwargs)

        guarded.required_roles = codes  # type: ignore[attr-defined]
        return guarded

    return guard


def public(view: View) -> View:
    """Marks a page that anybody may open, so that the scope table can tell it from a forgotten guard."""
    view.required_roles = None  # type: ignore[attr-defined]
    return view


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return render(request, "403_csrf.html", status=403)
