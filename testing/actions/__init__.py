"""What the testing app does: each function is atomic, keyword-only, and takes `by=`."""

from testing.actions.badges import issue_badge
from testing.actions.boxes import (
    account_for,
    give_up_tube,
    hand_over,
    open_box,
    pack_tube,
    receive_box,
    reopen_box,
    seal_box,
    see_all_tubes,
    see_tube,
    take_out_last,
)
from testing.actions.campaigns import close_campaign, create_campaign, edit_campaign, open_campaign
from testing.actions.corrections import accept_correction, ask_correction, decline_correction
from testing.actions.desk import collect, issue_tube, measure
from testing.actions.desk_undo import undo_last
from testing.actions.erasing import erase_campaign, erase_due_campaigns
from testing.actions.exempting import ask_exemption, decide_exemption, withdraw_exemption
from testing.actions.lab import (
    acknowledge_alert,
    record_readings,
    release_negatives,
    release_one,
    send_back,
    start_testing,
)
from testing.actions.overdue import alert_overdue
from testing.actions.pooling import close_pool
from testing.actions.rebinding import move_to_tube, reissue_tube
from testing.actions.reminders import remind_appointments
from testing.actions.rosters import plan_roster, sign_up_roster
from testing.actions.rounds import collect_at_door, leave_stop, plan_round
from testing.actions.sessions import (
    add_point,
    add_session,
    cancel_session,
    close_session,
    move_session,
    where_and_when,
)
from testing.actions.signups import (
    AlreadySignedUp,
    Declaration,
    cancel_signup,
    change_slot,
    correct_guardian,
    send_link_again,
    sign_up,
)
from testing.actions.staggering import decide_stagger
from testing.actions.tubes import count_label_print, issue_label_run, keep_offset, register_range, void_tube
from testing.actions.waiting import accept_offer, join_waiting, leave_waiting, tend_waiting
from testing.actions.walkin import sign_up_walk_in

__all__ = [
    "add_point",
    "collect_at_door",
    "leave_stop",
    "plan_round",
    "ask_exemption",
    "decide_exemption",
    "erase_campaign",
    "erase_due_campaigns",
    "withdraw_exemption",
    "decide_stagger",
    "accept_offer",
    "close_session",
    "join_waiting",
    "leave_waiting",
    "move_session",
    "tend_waiting",
    "AlreadySignedUp",
    "Declaration",
    "accept_correction",
    "account_for",
    "acknowledge_alert",
    "add_session",
    "alert_overdue",
    "ask_correction",
    "cancel_session",
    "cancel_signup",
    "change_slot",
    "close_campaign",
    "close_pool",
    "collect",
    "correct_guardian",
    "count_label_print",
    "create_campaign",
    "decline_correction",
    "edit_campaign",
    "give_up_tube",
    "hand_over",
    "issue_badge",
    "issue_label_run",
    "issue_tube",
    "keep_offset",
    "reissue_tube",
    "measure",
    "move_to_tube",
    "open_box",
    "open_campaign",
    "pack_tube",
    "plan_roster",
    "receive_box",
    "record_readings",
    "register_range",
    "release_negatives",
    "release_one",
    "remind_appointments",
    "reopen_box",
    "seal_box",
    "see_all_tubes",
    "see_tube",
    "send_back",
    "send_link_again",
    "sign_up",
    "sign_up_roster",
    "sign_up_walk_in",
    "start_testing",
    "take_out_last",
    "undo_last",
    "void_tube",
    "where_and_when",
]
