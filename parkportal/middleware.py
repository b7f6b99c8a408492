"""What every answer carries."""

from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import BadRequest
from django.db import DataError
from django.http import HttpRequest, HttpResponse
from django.utils import translation


class PrivatePages:
    """Nothing personal may stay in a cache: every answer that does not say otherwise is `no-store`."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers.setdefault("Permissions-Policy", "camera=(self), microphone=(), geolocation=()")
        return response


class ChosenLanguage:
    """Chinese first. English only where `?lang=en` asks for it, which a visitor's cookie keeps; staff pages stay Chinese.

    The browser's own language is not asked: a poster's page must look the same on every phone that scans it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        offered = dict(settings.LANGUAGES)
        asked = request.GET.get("lang", "")
        kept = "" if request.user.is_authenticated else request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        language = next((code for code in (asked, kept) if code in offered), settings.LANGUAGE_CODE)
        request.LANGUAGE_CODE = language  # type: ignore[attr-defined]
        with translation.override(language):
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        if asked in offered:
            response.set_cookie(
                settings.LANGUAGE_COOKIE_NAME, asked, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
            )
        return response


class NoZeroBytes:
    """A zero byte is no text: forms refuse it by themselves, and where one reaches PostgreSQL it is a bad request.

    It comes from crafted requests alone; no keyboard has it. SQLite stores it, PostgreSQL raises.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        if isinstance(exception, ValueError | DataError) and "NUL" in str(exception):
            raise BadRequest("a zero byte") from exception
