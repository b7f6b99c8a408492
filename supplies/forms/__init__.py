"""What people type about supplies."""

from supplies.forms.allocations import AllocationForm, OverrideForm
from supplies.forms.deliveries import CorrectionForm, FeedbackForm, HandoverForm, ScheduleForm, SignForm
from supplies.forms.items import ItemForm, ShelfForm
from supplies.forms.lots import PaperForm, PastForm
from supplies.forms.places import KeeperForm, WarehouseForm
from supplies.forms.requests import RequestForm
from supplies.forms.stock import MovementForm, QuantitiesForm, ReasonForm, ReceiptForm
from supplies.forms.stocktakes import CountForm, FoundLotForm, LateCountForm, StockTakeForm

__all__ = [
    "AllocationForm",
    "CorrectionForm",
    "CountForm",
    "FeedbackForm",
    "FoundLotForm",
    "HandoverForm",
    "ItemForm",
    "KeeperForm",
    "MovementForm",
    "OverrideForm",
    "PaperForm",
    "PastForm",
    "QuantitiesForm",
    "ReasonForm",
    "LateCountForm",
    "ReceiptForm",
    "RequestForm",
    "ScheduleForm",
    "ShelfForm",
    "SignForm",
    "StockTakeForm",
    "WarehouseForm",
]
