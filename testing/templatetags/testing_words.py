"""Words of campaigns and points in the page's language."""

from decimal import Decimal

from django import template

from testing.language import speaks_english
from testing.models import Campaign, ConsentText, Group, SamplingPoint, SignUpStatus, SpecimenStatus
from testing.words import place_words

register = template.Library()


@register.filter
def title_of(campaign: Campaign) -> str:
    return campaign.title_en if speaks_english() and campaign.title_en else campaign.title


@register.filter
def purpose_of(campaign: Campaign) -> str:
    return campaign.purpose_en if speaks_english() and campaign.purpose_en else campaign.purpose


@register.filter
def text_of(consent: ConsentText | None) -> str:
    if consent is None:
        return ""
    return consent.text_en if speaks_english() and consent.text_en else consent.text


@register.filter
def place_of(point: SamplingPoint) -> str:
    """Where in the building; only the Chinese words exist."""
    return "" if speaks_english() else point.place


@register.filter
def point_of(point: SamplingPoint) -> str:
    return place_words(point)


@register.filter
def signup_status(code: str) -> str:
    return dict(SignUpStatus.choices).get(code, code)


@register.filter
def specimen_status(code: str) -> str:
    return dict(SpecimenStatus.choices).get(code, code)


@register.filter
def group_label(code: str) -> str:
    return dict(Group.choices).get(code, code)


@register.filter
def outcome_count(rows: list, outcome: str) -> int:
    return sum(row.outcome == outcome for row in rows)


@register.filter
def money(yuan: Decimal | None) -> str:
    """120 → 120.00, with commas; nothing agreed → —."""
    return "—" if yuan is None else f"{yuan:,.2f}"
