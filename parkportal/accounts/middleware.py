"""Signs people out who have left, and tells the audit from where an act comes."""

import time
from collections.abc import Callable
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from parkportal.guards import client_address
from parkportal.origin import current_address

SEEN = "seen_at"
WRITE_EVERY = 60  # seconds: not every page turns the session over


class IdleSignOut:
    """After IDLE_SECONDS of real time without a request of the person's own the session ends.

    A page that asks by itself (`?poll=…`) does not count as a request of the person's own.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        mark = current_address.set(client_address(request))
        try:
            if request.session.get(SEEN) and self._idle(request):
                return self._signed_out(request)
            self._note(request)
            return self.get_response(request)
        finally:
            current_address.reset(mark)

    def _idle(self, request: HttpRequest) -> bool:
        return time.time() - request.session[SEEN] > settings.IDLE_SECONDS

    def _note(self, request: HttpRequest) -> None:
        """The time of the last request, at most once a minute; only for people who are signed in."""
        if "_auth_user_id" not in request.session or "poll" in request.GET:
            return
        now = int(time.time())
        every = min(WRITE_EVERY, settings.IDLE_SECONDS // 4)
        if now - request.session.get(SEEN, 0) >= every:
            request.session[SEEN] = now

    def _signed_out(self, request: HttpRequest) -> HttpResponse:
        logout(request)
        messages.info(request, f"您有 {settings.IDLE_SECONDS // 60} 分钟没有操作，已经退出。没有提交的内容没有保存。")
        query = {"next": request.get_full_path()} if request.method == "GET" and "poll" not in request.GET else {}
        address = reverse(settings.LOGIN_URL) + (f"?{urlencode(query)}" if query else "")
        if getattr(request, "htmx", False):
            return HttpResponse(status=204, headers={"HX-Redirect": address})
        return redirect(address)
