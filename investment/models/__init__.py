"""Leads that are courted without meeting, and the floors they are shown."""

from investment.models.buildings import Building, Photo, Unit, UnitStatus
from investment.models.leads import Contact, Lead, LeadMove, LeadStage, Meeting
from investment.models.sharing import ShareLink, ShareView, TimeRequest

__all__ = [
    "Building",
    "Contact",
    "Lead",
    "LeadMove",
    "LeadStage",
    "Meeting",
    "Photo",
    "ShareLink",
    "ShareView",
    "TimeRequest",
    "Unit",
    "UnitStatus",
]
