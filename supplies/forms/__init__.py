"""What people type about supplies."""

from supplies.forms.allocations import AllocationForm, OverrideForm
from supplies.forms.deliveries import HandoverForm, SignForm
from supplies.forms.places import KeeperForm, WarehouseForm
from supplies.forms.stock import ItemForm, MovementForm, ReasonForm, ReceiptForm

__all__ = [
    "AllocationForm",
    "HandoverForm",
    "ItemForm",
    "KeeperForm",
    "MovementForm",
    "OverrideForm",
    "ReasonForm",
    "ReceiptForm",
    "SignForm",
    "WarehouseForm",
]
