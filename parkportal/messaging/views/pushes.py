"""What the provider posts to the portal. It answers `{"code": 0}`; anything else is posted again after 1, 5, 10 minutes."""

import hmac
import json
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from parkportal.guards import public
from parkportal.messaging import receipts

MOST_ITEMS = 1000


def _pushed(request: HttpRequest, token: str, take: Callable[[list[Any]], int]) -> HttpResponse:
    """Who does not know the token sees the page of what does not exist."""
    if not settings.SMS_PUSH_TOKEN or not hmac.compare_digest(token.encode(), settings.SMS_PUSH_TOKEN.encode()):
        raise Http404
    try:
        items = json.loads(request.body)
    except ValueError:
        items = None
    if not isinstance(items, list) or len(items) > MOST_ITEMS or not all(isinstance(item, dict) for item in items):
        return JsonResponse({"code": 1, "msg": "a list of objects is expected"}, status=400)
    take(items)
    return JsonResponse({"code": 0, "msg": "OK"})


@csrf_exempt
@public
@require_POST
def push_receipts(request: HttpRequest, token: str) -> HttpResponse:
    return _pushed(request, token, receipts.take_receipts)


@csrf_exempt
@public
@require_POST
def push_replies(request: HttpRequest, token: str) -> HttpResponse:
    return _pushed(request, token, receipts.take_replies)
