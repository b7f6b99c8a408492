"""The warehouse's memory: what there is, where it lies, who gets it, who signed."""

from supplies.models.allocation import (
    Allocation,
    AllocationLine,
    AllocationMode,
    AllocationMove,
    AllocationStatus,
    default_weights,
)
from supplies.models.appointments import Appointment
from supplies.models.catalogue import (
    DECIMAL_UNITS,
    KIT,
    KIT_KINDS,
    TUBE,
    UNITS,
    Item,
    PackUnit,
    item_key,
    misfits,
    pack_words,
)
from supplies.models.covers import Cover
from supplies.models.delivery import (
    Delivery,
    DeliveryLine,
    DeliveryMove,
    DeliveryStatus,
    Feedback,
    Receipt,
    SigningCode,
)
from supplies.models.places import Place, PlaceKind, Shelf, WarehouseStaff, own_warehouses, reached_warehouses
from supplies.models.requests import (
    ASKERS,
    RequestStatus,
    SupplyRequest,
    SupplyRequestLine,
    SupplyRequestMove,
    asked_for_by,
)
from supplies.models.stock import Balance, Line, Lot, LotPaper, Movement
from supplies.models.stocktake import StockTake, StockTakeLine, StockTakeMove, StockTakeStatus

__all__ = [
    "ASKERS",
    "DECIMAL_UNITS",
    "KIT",
    "KIT_KINDS",
    "TUBE",
    "UNITS",
    "Allocation",
    "AllocationLine",
    "AllocationMode",
    "AllocationMove",
    "AllocationStatus",
    "Appointment",
    "Balance",
    "Cover",
    "Delivery",
    "DeliveryLine",
    "DeliveryMove",
    "DeliveryStatus",
    "Feedback",
    "Item",
    "Line",
    "Lot",
    "LotPaper",
    "Movement",
    "PackUnit",
    "Place",
    "PlaceKind",
    "Receipt",
    "RequestStatus",
    "Shelf",
    "SigningCode",
    "StockTake",
    "StockTakeLine",
    "StockTakeMove",
    "StockTakeStatus",
    "SupplyRequest",
    "SupplyRequestLine",
    "SupplyRequestMove",
    "WarehouseStaff",
    "asked_for_by",
    "default_weights",
    "item_key",
    "misfits",
    "pack_words",
    "own_warehouses",
    "reached_warehouses",
]
