"""Who is at the door: a name or a phone number, and how many tries are left."""

from typing import Any

from axes.handlers.proxy import AxesProxyHandler
from django.conf import settings
from django.contrib.auth import authenticate
from django.http import HttpRequest

from parkportal.accounts.models import User
from parkportal.identifiers import normal_phone
from parkportal.privacy import lookup_hash


def account_name(typed: str) -> str:
    """The user name that belongs to what was typed: itself, or that of the one account with this phone.

    A phone that no account has becomes its keyed hash, so that no number is left in the table of failed tries.
    """
    text = "".join(typed.split())
    try:
        number = normal_phone(text)
    except ValueError:
        return text[:150]
    hashed = lookup_hash(number, kind="phone")
    names = list(User.objects.filter(phone_hash=hashed, is_active=True).values_list("username", flat=True)[:2])
    return names[0] if len(names) == 1 else hashed


def check(request: HttpRequest, *, typed: str, password: str) -> Any:
    """The user, or None. Unknown and wrong cost the same time; axes counts, and marks the request when it locks."""
    return authenticate(request, username=account_name(typed), password=password)


def tries_left(request: HttpRequest, *, typed: str) -> int:
    """Tries before the lock-out, the same for names that exist and names that do not."""
    failures = AxesProxyHandler.get_failures(request, {"username": account_name(typed)})
    return max(0, settings.AXES_FAILURE_LIMIT - failures)
