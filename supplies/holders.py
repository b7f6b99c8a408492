"""Who holds a lot now, with how to reach them and on which paper they got it."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from enterprises.models import Enterprise, SquadMember
from parkportal.accounts.models import in_force
from parkportal.privacy import mask_phone
from supplies.models import Delivery, DeliveryStatus, Lot, Place, PlaceKind, WarehouseStaff


@dataclass(frozen=True)
class Holder:
    """A place with some of the lot; for an enterprise also the contact and the deliveries that brought it."""

    place: Place
    amount: Decimal
    balance: int
    contact: str = ""
    phone: str = ""
    deliveries: tuple[Delivery, ...] = ()


def phone_of(firm: Enterprise) -> str:
    """The number at which the enterprise is told things: the liaison's, else the principal's; a site's manager's."""
    return firm.liaison_phone or firm.principal_phone or firm.manager_phone


_point_hands: list[Callable[[Place], list[Any]]] = []


def register_point_hands(reach: Callable[[Place], list[Any]]) -> None:
    """The app that owns the testing points says who works at one: the users of a place of that kind."""
    _point_hands.append(reach)


def hands_of(place: Place, lot: Lot) -> list[Any]:
    """Who answers for what lies in a place: the squad's members, the warehouse's keepers; on the way the keepers of the
    warehouses that sent it; at a testing point those who work there, and the keepers who fetch it back."""
    if place.kind == PlaceKind.SQUAD:
        members = SquadMember.objects.filter(in_force(), squad=place.squad_id)
        return [row.user for row in members.select_related("user").order_by("id")]
    staff = WarehouseStaff.objects.filter(in_force())
    if place.kind == PlaceKind.TRANSIT:
        on_the_way = Delivery.objects.filter(status=DeliveryStatus.ISSUED, lines__lot=lot)
        staff = staff.filter(place__in=on_the_way.values("warehouse"))
    elif place.kind == PlaceKind.POINT:
        staff = staff.filter(place__in=lot.lines.filter(to_place=place).values("from_place"))
    else:
        staff = staff.filter(place=place)
    working = [user for reach in _point_hands for user in reach(place)] if place.kind == PlaceKind.POINT else []
    keepers = [row.user for row in staff.select_related("user").order_by("id")]
    return list(dict.fromkeys([*working, *keepers]))


def holders_of(lot: Lot) -> list[Holder]:
    """Every place where the book has some of the lot, warehouses first. Two statements."""
    rows = lot.balances.filter(amount__gt=0).select_related("place__enterprise", "place__squad")
    brought: dict[int, list[Delivery]] = {}
    signed = Delivery.objects.filter(lines__lot=lot, status__in=[DeliveryStatus.SIGNED, DeliveryStatus.PARTIAL])
    for delivery in signed.order_by("id").distinct():
        brought.setdefault(delivery.enterprise_id, []).append(delivery)
    order = {"warehouse": 0, "transit": 1, "squad": 2, "point": 3, "enterprise": 4}
    found = []
    for row in sorted(rows, key=lambda row: (order.get(row.place.kind, 9), row.place.name, row.pk)):
        firm = row.place.enterprise
        found.append(
            Holder(
                row.place,
                row.amount,
                row.pk,
                firm.liaison_name if firm else "",
                mask_phone(phone_of(firm)) if firm and phone_of(firm) else "",
                tuple(brought.get(row.place.enterprise_id or 0, ())) if firm else (),
            )
        )
    return found
