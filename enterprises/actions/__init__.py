"""What is done to the register and its people: each function atomic, keyword-only, by a person, written down."""

from enterprises.actions.attachments import attach_paper, remove_paper
from enterprises.actions.boards import generate_board, outdate_board, post_board, verify_board
from enterprises.actions.bulk import change_officers, change_squads, change_tags, undo_bulk
from enterprises.actions.chasing import escalate_overdue_needs, remind_missing_reports
from enterprises.actions.contacts import complete_invitation, end_contact, hand_over, invite_contact
from enterprises.actions.documents import hand_in_document, judge_document
from enterprises.actions.doubting import dismiss_doubt, note_doubts, set_apart
from enterprises.actions.filing import approve_filing, file_resumption, open_filing, return_filing, save_filing_step
from enterprises.actions.merging import merge_enterprises, undo_merge
from enterprises.actions.needs import close_need, confirm_need, pass_need, register_need, reopen_need, void_need
from enterprises.actions.officers import assign_officer, set_officers
from enterprises.actions.people import (
    correct_employment,
    correct_flag,
    employ,
    employ_one,
    end_employment,
    end_flag,
    flag_person,
    reveal_person,
)
from enterprises.actions.registering import correct_enterprise, register_enterprise
from enterprises.actions.reporting import freeze_unit_days, submit_daily_report
from enterprises.actions.resuming import correct_resumption_day, plan_resumption, set_resumption_status
from enterprises.actions.saved_filters import save_filter
from enterprises.actions.squads import (
    add_member,
    assign_squad,
    end_member,
    give_enterprises,
    hand_over_list,
    set_leader,
)
from enterprises.actions.tagging import tag_enterprises
from enterprises.actions.visits import drop_planned_contact, keep_promise, plan_contact, record_visit

__all__ = [
    "add_member",
    "approve_filing",
    "assign_officer",
    "assign_squad",
    "attach_paper",
    "change_officers",
    "change_squads",
    "change_tags",
    "close_need",
    "complete_invitation",
    "confirm_need",
    "correct_employment",
    "correct_enterprise",
    "correct_flag",
    "correct_resumption_day",
    "dismiss_doubt",
    "drop_planned_contact",
    "employ",
    "employ_one",
    "end_contact",
    "end_employment",
    "end_flag",
    "end_member",
    "escalate_overdue_needs",
    "file_resumption",
    "flag_person",
    "freeze_unit_days",
    "generate_board",
    "give_enterprises",
    "hand_in_document",
    "hand_over",
    "hand_over_list",
    "invite_contact",
    "judge_document",
    "keep_promise",
    "merge_enterprises",
    "note_doubts",
    "open_filing",
    "outdate_board",
    "pass_need",
    "plan_contact",
    "plan_resumption",
    "post_board",
    "record_visit",
    "register_enterprise",
    "register_need",
    "remind_missing_reports",
    "remove_paper",
    "reopen_need",
    "return_filing",
    "reveal_person",
    "save_filing_step",
    "save_filter",
    "set_apart",
    "set_leader",
    "set_officers",
    "set_resumption_status",
    "submit_daily_report",
    "tag_enterprises",
    "undo_bulk",
    "undo_merge",
    "verify_board",
    "void_need",
]
