"""Who gets in to supplies (see rows.py)."""

from tests.scope.rows import row

READ = "committee* leader* warehouse"
WRITE = "committee* warehouse"
CARRY = "committee* leader* warehouse squad supervisor contact principal"

ROWS = [
    row("supplies:index", f"{READ} squad=302 contact=302 principal=302"),
    row("supplies:receipt_create", WRITE),
    row("supplies:ledger", READ),
    row("supplies:movement_create", WRITE),
    row("supplies:movement_reverse", WRITE, pk="movement"),
    row("supplies:lot_detail", READ, pk="lot"),
    row("supplies:lot_status", WRITE, post=True, pk="lot"),
    row("supplies:item_list", READ),
    row("supplies:item_create", WRITE),
    row("supplies:item_detail", READ, pk="item"),
    row("supplies:item_edit", WRITE, pk="item"),
    row("supplies:place_list", READ),
    row("supplies:place_create", "committee"),
    row("supplies:keeper_add", "committee*", post=True, pk="warehouse"),
    row("supplies:keeper_end", "committee*", post=True, pk="keeper"),
    row("supplies:allocation_list", READ),
    row("supplies:allocation_create", WRITE),
    row("supplies:allocation_detail", READ, pk="allocation"),
    row("supplies:allocation_edit", WRITE, pk="allocation"),
    row("supplies:allocation_adjust", WRITE, pk="allocation"),
    row("supplies:allocation_submit", WRITE, post=True, pk="allocation"),
    row("supplies:allocation_approve", "committee*", post=True, pk="allocation"),
    row("supplies:allocation_return", "committee*", post=True, pk="allocation"),
    row("supplies:allocation_void", WRITE, post=True, pk="allocation"),
    row("supplies:delivery_list", READ),
    row("supplies:delivery_issue", "committee warehouse", post=True),
    row("supplies:my_deliveries", "squad contact principal"),
    row("supplies:handover", "squad"),
    row("supplies:delivery_detail", CARRY, pk="delivery"),
    row("supplies:delivery_note", CARRY, pk="delivery"),
    row("supplies:delivery_void", WRITE, post=True, pk="delivery"),
    row("supplies:delivery_sign", "committee* warehouse squad contact principal", pk="delivery"),
    row("supplies:signature", CARRY, pk="signed_delivery"),
    row("supplies:photo", CARRY, pk="signed_delivery"),
    row("supplies:handover_signature", CARRY, pk="signed_delivery"),
    row("supplies:issue_register", READ),
    row("supplies:enterprise_list", READ),
]
