"""What comes in: by form or by file, always one movement from the supplier into a warehouse."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction

from parkportal.idempotency import once
from parkportal.records.models import Term
from parkportal.states import Refused
from supplies.actions.ledger import Entry, Leg, post
from supplies.models import DECIMAL_UNITS, Item, Lot, Movement, PackUnit, Place, PlaceKind, item_key


@dataclass(frozen=True)
class Received:
    """One line of a receipt. The quantity is in the item's base unit; `unit_price` in yuan for each of it."""

    item: Item
    quantity: Decimal
    batch: str = ""
    made_on: date | None = None
    expires_on: date | None = None
    source: str = ""
    supplier: str = ""
    received_on: date | None = None
    unit_price: Decimal | None = None
    manufacturer: str = ""

    @property
    def lot_values(self) -> dict[str, Any]:
        """What makes it this lot and no other; the day of receipt does not."""
        return {
            "item": self.item,
            "batch": self.batch,
            "made_on": self.made_on,
            "expires_on": self.expires_on,
            "source": self.source,
            "supplier": self.supplier,
            "unit_price": self.unit_price,
            "manufacturer": self.manufacturer,
        }


def receive_stock(
    *, warehouse: Place, rows: Sequence[Received], by: Any, reason: str = "", token: UUID | None = None, at: Any = None
) -> Movement:
    """Take goods into a warehouse by one movement. The same token gives the first one.

    Raises Refused: not_a_warehouse, empty, and what the ledger refuses.
    """
    if warehouse.kind != PlaceKind.WAREHOUSE:
        raise Refused("not_a_warehouse", f"{warehouse}不是仓库，不能入库。")
    if not rows:
        raise Refused("empty", "没有要入库的物资。")

    def receive() -> Movement:
        supplier = Place.objects.the(PlaceKind.SUPPLIER)
        legs = [Leg(_lot(row), supplier, warehouse, row.quantity) for row in rows]
        return post(Entry(Movement.Kind.RECEIPT, legs, reason, token=token, at=at), by=by)[0]

    return once(Movement, token, receive)[0]


def _lot(row: Received) -> Lot:
    """The lot of these very values, else a new one."""
    values = row.lot_values
    found = Lot.objects.filter(**{k: v for k, v in values.items() if v is not None}).filter(
        **{f"{k}__isnull": True for k, v in values.items() if v is None}
    )
    lot = found.select_related("item").first()
    if lot is None:
        lot = Lot(**values, received_on=row.received_on)
        lot.full_clean(exclude=["item"])
        lot.save()
    return lot


@transaction.atomic
def item_for(*, name: str, spec: str, unit: str) -> tuple[Item, Decimal]:
    """The item of a receipt's row and how many base units one of the row's units holds.

    An item with this unit as base wins, then one that has it as a pack; otherwise the item is new, with this base unit.
    """
    exact = Item.objects.filter(key=item_key(name, spec, unit)).first()
    if exact is not None:
        return exact, Decimal(1)
    same = item_key(name, spec, "")
    pack = PackUnit.objects.select_related("item").filter(item__key__startswith=same, name=unit).first()
    if pack is not None:
        return pack.item, pack.factor
    item = new_item(name=name, spec=spec, unit=unit)
    item.save()
    return item, Decimal(1)


def new_item(*, name: str, spec: str, unit: str) -> Item:
    """An item that nobody described yet: its kind is told from the name, weighed and poured units may be parted."""
    rules = Term.objects.of("item_kind").values_list("code", "settings")
    kind = next((code for code, rule in rules if any(word in name for word in rule.get("words", []))), "other")
    weighed = unit in DECIMAL_UNITS
    item = Item(kind=kind, is_integer=not weighed, step=Decimal("0.1") if weighed else Decimal(1))
    item.daily_use = Decimal(2) if kind == "masks" else None
    item.name_it(name, spec, unit)
    return item
