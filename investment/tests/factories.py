"""Invented leads and units."""

from decimal import Decimal

from investment.models import Building, Lead, Unit


def make_unit(number="4A", floor=4, **facts):
    building, _ = Building.objects.get_or_create(name=facts.pop("building", "B3栋"))
    return Unit.objects.create(
        building=building, floor=floor, number=number, **{"area": Decimal("2875"), "rentable": Decimal("2800"), **facts}
    )


def make_lead(owner, company="Hallberg GmbH", **facts):
    lead = Lead.objects.create(
        owner=owner, company=company, **{"country": "德国", "city": "柏林", "timezone": "Europe/Berlin", **facts}
    )
    lead.moves.create(to_status=lead.status, by=owner)
    return lead
