"""The warehouse's memory: what there is, where it lies, who gets it, who signed."""

from supplies.models.allocation import (
    Allocation,
    AllocationLine,
    AllocationMode,
    AllocationMove,
    AllocationStatus,
    default_weights,
)
from supplies.models.catalogue import DECIMAL_UNITS, UNITS, Item, PackUnit, item_key
from supplies.models.delivery import Delivery, DeliveryLine, DeliveryMove, DeliveryStatus, Receipt
from supplies.models.places import Place, PlaceKind, WarehouseStaff, own_warehouses, reached_warehouses
from supplies.models.stock import Balance, Line, Lot, Movement

__all__ = [
    "DECIMAL_UNITS",
    "UNITS",
    "Allocation",
    "AllocationLine",
    "AllocationMode",
    "AllocationMove",
    "AllocationStatus",
    "Balance",
    "Delivery",
    "DeliveryLine",
    "DeliveryMove",
    "DeliveryStatus",
    "Item",
    "Line",
    "Lot",
    "Movement",
    "PackUnit",
    "Place",
    "PlaceKind",
    "Receipt",
    "WarehouseStaff",
    "default_weights",
    "item_key",
    "own_warehouses",
    "reached_warehouses",
]
