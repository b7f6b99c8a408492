"""What may be done with supplies. Every change of stock ends in `ledger.post`."""

from supplies.actions.allocations import (
    allocate,
    approve_allocation,
    new_deliveries,
    recompute,
    return_allocation,
    submit_allocation,
    void_allocation,
)
from supplies.actions.deliveries import (
    Arrival,
    Signature,
    hand_to_squad,
    issue_deliveries,
    sign_delivery,
    void_delivery,
)
from supplies.actions.kits import consume_kits, kits_at, supply_point
from supplies.actions.ledger import Entry, Leg, locked_balances, move_stock, post, reverse_movement
from supplies.actions.places import add_keeper, end_keeper, open_warehouse
from supplies.actions.receipts import Received, item_for, new_item, quarantine, receive_stock, release

__all__ = [
    "Arrival",
    "Entry",
    "Leg",
    "Received",
    "Signature",
    "add_keeper",
    "allocate",
    "approve_allocation",
    "consume_kits",
    "end_keeper",
    "hand_to_squad",
    "issue_deliveries",
    "item_for",
    "kits_at",
    "locked_balances",
    "move_stock",
    "new_deliveries",
    "new_item",
    "open_warehouse",
    "post",
    "quarantine",
    "receive_stock",
    "recompute",
    "release",
    "return_allocation",
    "reverse_movement",
    "sign_delivery",
    "submit_allocation",
    "supply_point",
    "void_allocation",
    "void_delivery",
]
