"""What may be done with supplies. Every change of stock ends in `ledger.post`."""

from supplies.actions.allocations import (
    adjust_plan,
    allocate,
    approve_allocation,
    change_terms,
    new_deliveries,
    return_allocation,
    submit_allocation,
    void_allocation,
)
from supplies.actions.arranging import arrange_deliveries, undo_arrangement
from supplies.actions.corrections import correct_movement
from supplies.actions.deliveries import (
    Arrival,
    Signature,
    hand_to_squad,
    issue_deliveries,
    sign_delivery,
    void_delivery,
)
from supplies.actions.door_corrections import correct_delivery
from supplies.actions.follow_up import close_remainder, mark_shortage_seen, say_thanks
from supplies.actions.items import add_item, correct_item, picture_item, put_on_shelf, shelf_of
from supplies.actions.kits import Use, consume_kits, kit_stocks, kits_at, supply_point
from supplies.actions.ledger import Entry, Leg, locked_balances, move_stock, post, reverse_movement
from supplies.actions.lots import Recalled, add_paper, quarantine, recall, release
from supplies.actions.notices import (
    Agreed,
    mark_notice_read,
    remind_unread,
    remind_unsigned,
    reschedule,
    schedule_deliveries,
)
from supplies.actions.places import add_keeper, end_keeper, open_warehouse
from supplies.actions.receipts import Received, item_for, new_item, receive_stock
from supplies.actions.requests import Wish, ask_for_supplies, decline_request, withdraw_request
from supplies.actions.signing import send_signing_code
from supplies.actions.stocktakes import (
    Count,
    add_lot,
    approve_stock_take,
    open_stock_take,
    return_stock_take,
    submit_counts,
    void_stock_take,
)

__all__ = [
    "arrange_deliveries",
    "reschedule",
    "undo_arrangement",
    "adjust_plan",
    "change_terms",
    "add_item",
    "correct_item",
    "picture_item",
    "shelf_of",
    "Agreed",
    "Arrival",
    "Count",
    "Entry",
    "Leg",
    "Recalled",
    "Received",
    "Signature",
    "Use",
    "Wish",
    "add_keeper",
    "add_lot",
    "add_paper",
    "allocate",
    "approve_allocation",
    "approve_stock_take",
    "ask_for_supplies",
    "close_remainder",
    "consume_kits",
    "correct_delivery",
    "correct_movement",
    "decline_request",
    "end_keeper",
    "hand_to_squad",
    "issue_deliveries",
    "item_for",
    "kit_stocks",
    "kits_at",
    "locked_balances",
    "mark_notice_read",
    "mark_shortage_seen",
    "move_stock",
    "new_deliveries",
    "new_item",
    "open_stock_take",
    "open_warehouse",
    "post",
    "put_on_shelf",
    "quarantine",
    "recall",
    "receive_stock",
    "release",
    "remind_unread",
    "remind_unsigned",
    "return_allocation",
    "return_stock_take",
    "reverse_movement",
    "say_thanks",
    "schedule_deliveries",
    "send_signing_code",
    "sign_delivery",
    "submit_allocation",
    "submit_counts",
    "supply_point",
    "void_allocation",
    "void_delivery",
    "void_stock_take",
    "withdraw_request",
]
