"""Which language a public page speaks."""

from django.http import HttpRequest
from django.utils import translation

from testing.models import Campaign


def speaks_english() -> bool:
    return (translation.get_language() or "").startswith("en")


def keep_to(campaign: Campaign, request: HttpRequest) -> None:
    """A page of a campaign speaks what the campaign offers, whatever was asked for; with one language there is no switch."""
    offered = campaign.languages or ["zh-hans"]
    if translation.get_language() not in offered:
        translation.activate(offered[0])
        request.LANGUAGE_CODE = offered[0]  # type: ignore[attr-defined]
    request.has_one_language = len(offered) == 1  # type: ignore[attr-defined]
