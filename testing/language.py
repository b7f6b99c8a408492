"""Pages in two languages: `?lang=en` is kept in the language cookie, otherwise the browser's wish counts."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from parkportal.guards import public

LANGUAGES = {"zh-hans", "en"}


def bilingual(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A public page that speaks Chinese and English."""

    @wraps(view)
    def spoken(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        chosen = request.GET.get("lang", "")
        if chosen not in LANGUAGES:
            return view(request, *args, **kwargs)
        translation.activate(chosen)
        request.LANGUAGE_CODE = chosen  # type: ignore[attr-defined]
        answer = view(request, *args, **kwargs)
        answer.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            chosen,
            max_age=365 * 24 * 3600,
            samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
        )
        return answer

    return public(spoken)


def speaks_english() -> bool:
    return (translation.get_language() or "").startswith("en")
