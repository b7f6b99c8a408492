"""Warehouses and who keeps them."""

from typing import Any
from uuid import UUID

from django.db import transaction

from parkportal.idempotency import once
from parkportal.records.audit import record
from parkportal.states import AlreadyMoved, Refused
from supplies.models import Place, PlaceKind, WarehouseStaff


@transaction.atomic
def open_warehouse(*, name: str, address: str, by: Any, token: UUID | None = None) -> Place:
    """A new warehouse; the same token again answers the first one. Raises ValidationError when there is one of this name."""
    place = Place(kind=PlaceKind.WAREHOUSE, name=name, address=address, token=token)

    def create() -> Place:
        place.full_clean()
        place.save()
        record("supplies.warehouse_opened", by=by, subject=place)
        return place

    return once(Place, token, create)[0]


@transaction.atomic
def add_keeper(*, place: Place, user: Any, by: Any) -> WarehouseStaff:
    """From today this person keeps the warehouse. Raises AlreadyMoved, Refused `no_role`."""
    if place.kind != PlaceKind.WAREHOUSE:
        raise Refused("not_a_warehouse", f"{place}不是仓库。")
    if not user.has_role("warehouse"):
        raise Refused("no_role", f"{user}没有仓管角色，请先在账号里加上。")
    if WarehouseStaff.objects.filter(place=place, user=user, ends_on__isnull=True).exists():
        raise AlreadyMoved("already", f"{user}已经是{place}的人员。")
    staff = WarehouseStaff.objects.create(place=place, user=user)
    record("supplies.keeper_added", by=by, subject=place, after={"user": user.username})
    return staff


@transaction.atomic
def end_keeper(*, staff: WarehouseStaff, by: Any) -> None:
    """From today this person does not keep the warehouse any more; what was booked stays."""
    staff.end()
    record("supplies.keeper_ended", by=by, subject=staff.place, before={"user": staff.user.username})
