"""Figures of investment promotion."""

from datetime import datetime, timedelta

from django.db.models import QuerySet

from investment.models import Contact, Lead, LeadMove, Unit
from investment.models.leads import ACTIVE
from parkportal.clock import SHANGHAI, at
from parkportal.records.figures import Figure
from parkportal.states import known_by, status_as_of


def active_leads(as_of: datetime) -> QuerySet:
    return Lead.objects.annotate(stage_then=status_as_of(LeadMove.objects, as_of)).filter(stage_then__in=ACTIVE)


def contacts_of_week(as_of: datetime) -> QuerySet:
    """Contacts from Monday of the week in which the last instant before `as_of` lies, as they were known then."""
    last = (as_of - timedelta(seconds=1)).astimezone(SHANGHAI).date()
    monday = at(last - timedelta(days=last.weekday()))
    return Contact.objects.filter(at__gte=monday, at__lt=as_of, recorded_at__lte=known_by(as_of))


def silent_leads(as_of: datetime) -> QuerySet:
    return Lead.objects.filter(pk__in=Lead.objects.overdue(as_of).values("pk"), created_at__lte=as_of)


FIGURES = [
    Figure(
        "leads_active",
        "在谈线索",
        "条",
        active_leads,
        "investment:lead_list",
        "线索、意向、洽谈、考察四个阶段",
        block="investment",
    ),
    Figure(
        "meetings_week",
        "本周联络",
        "次",
        contacts_of_week,
        "investment:contact_list",
        "本周一 0 时起的全部联络",
        block="investment",
    ),
    Figure(
        "leads_overdue",
        "超期没有联系",
        "条",
        silent_leads,
        "investment:lead_list",
        "意向 7 天、洽谈 3 天没有联系，或下一步已过期",
        block="investment",
    ),
    Figure(
        "units_free",
        "可租单元",
        "处",
        lambda as_of: Unit.objects.free(),
        "investment:unit_list",
        "状态为可租",
        block="investment",
    ),
]
