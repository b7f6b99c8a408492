"""The steps of a sign-up that is not sent yet: parked encrypted, found through a token in the session."""

from typing import Any
from uuid import UUID, uuid4

from django.http import HttpRequest

from parkportal.records import parked
from parkportal.records.models import Parked
from testing.models import Campaign

PURPOSE = "signup"


def _key(slug: str) -> str:
    return f"signup:{slug}"


def load(request: HttpRequest, slug: str) -> Parked | None:
    """The draft of this browser for this campaign, while it lives."""
    token = request.session.get(_key(slug))
    return parked.get(PURPOSE, token=UUID(token)) if token else None


def answers(draft: Parked | None) -> dict[str, Any]:
    return dict(draft.content) if draft else {}


def keep(request: HttpRequest, campaign: Campaign, draft: Parked | None, content: dict[str, Any]) -> Parked:
    """Save the answers; the first save also draws the token that makes the final submit harmless to repeat."""
    if draft is None:
        first = {"token": str(uuid4()), "campaign": campaign.pk, **content}
        draft = parked.begin(PURPOSE, first, subject=campaign.slug)
        request.session[_key(campaign.slug)] = str(draft.token)
        return draft
    draft.content = content
    draft.save(update_fields=["content", "updated_at"])
    return draft


def throw_away(draft: Parked | None) -> None:
    """The answers have become a sign-up: the next person on this phone starts with empty pages."""
    if draft is not None:
        Parked.objects.filter(pk=draft.pk).delete()
