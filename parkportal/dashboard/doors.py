"""What the public may do here, with one live figure for each door."""

from typing import Any

from django.db.models import F, Sum
from django.urls import reverse

from enterprises.models import Outlet
from parkportal.clock import park_now
from parkportal.records import figures, settings
from testing.language import speaks_english
from testing.models import Campaign, Session, Slot
from testing.words import clock_words, day_words, place_words


def public_doors() -> dict[str, Any]:
    """Open campaigns with the places left, the number to call, take-away outlets, and how many enterprises are back at work."""
    now = park_now()
    left = dict(
        Slot.objects.bookable(now)
        .order_by()
        .values("session__campaign")
        .annotate(free=Sum(F("places") - F("taken")))
        .values_list("session__campaign", "free")
    )
    campaigns = [
        {
            "title": campaign.title_en if speaks_english() and campaign.title_en else campaign.title,
            "places_left": left.get(campaign.pk, 0),
            "href": reverse("public:signup", args=[campaign.slug]),
        }
        for campaign in Campaign.objects.open().filter(ends_on__gte=now.date())
    ]
    return {
        "campaigns": campaigns,
        "outlets": Outlet.objects.for_everybody().count(),
        "points": [
            {"place": place_words(session.point), "when": f"{day_words(session.day)} {clock_words(session)}"}
            for session in Session.objects.bookable(now).select_related("point").order_by("starts_at")[:4]
        ],
        "fever_phone": settings.get("fever_phone"),
        "resumed": figures.latest(["enterprises_resumed"])["enterprises_resumed"],
    }
