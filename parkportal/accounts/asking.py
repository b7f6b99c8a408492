"""The request as a guarded view gets it."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from parkportal.accounts.models import User


class SignedIn(HttpRequest):
    """What a view behind `parkportal.guards.roles` is asked: somebody is signed in, and django-htmx has looked at the
    headers. A name for the type check only; Django makes the object."""

    user: User
    htmx: HtmxDetails
