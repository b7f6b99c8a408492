"""Who gets what behind every door: URL name × role × own or foreign object → the expected answer, as data.

Each row says who sees every object behind the door (`all`), who sees only the own one (`own`), and what somebody who
is let in is answered to a GET and to an empty POST. Everybody else finds the page of what does not exist (404), and
strangers are led to sign-in (302). `arguments` name things of `scope_world`; `=word` stands for itself.
"""

from dataclasses import dataclass, field

from tests.scope_world import PEOPLE, ROLES

EVERYBODY, STAFF = " ".join(PEOPLE), " ".join(ROLES)
FIRM = "contact principal"
FOLLOWS = f"squad supervisor {FIRM}"
LAB = "lab_tester lab_verifier"


@dataclass(frozen=True)
class Row:
    """`get` 405 = only POST; `post` None = nothing is posted here. `but` names roles that are answered otherwise."""

    name: str
    arguments: tuple[str, ...] = ()
    all: str = ""
    own: str = ""
    get: int = 200
    post: int | None = None
    but: dict[str, int] = field(default_factory=dict)
    posts: dict[str, str] = field(default_factory=dict)

    def lets_in(self, person: str, *, own: bool) -> bool:
        return person in self.all.split() or (own and person in self.own.split())

    @property
    def is_public(self) -> bool:
        return "anonymous" in self.all.split()

    def answer(self, person: str, *, own: bool, method: str) -> int:
        """What this person is answered."""
        if not self.lets_in(person, own=own):
            return 302 if person == "anonymous" else 404
        status = self.get if method == "GET" else self.post
        assert status is not None
        return self.but.get(person, status) if method == "GET" else status


def row(name: str, *arguments: str, **facts) -> Row:
    return Row(name, arguments, **facts)


ACCOUNTS = [
    row("accounts:login", all=EVERYBODY, post=422, get=302, but={"anonymous": 200}),
    row("accounts:logout", all=EVERYBODY, get=405, post=302),
    row("accounts:forgotten", all=EVERYBODY),
    row("accounts:second_factor", all=STAFF, get=302, post=302),
    row("accounts:second_factor_set_up", all=STAFF, get=302, post=302),
    row("accounts:invitation", "invitation", all=EVERYBODY, post=422),
    row("accounts:profile", all=STAFF),
    row("accounts:password_change", all=STAFF, post=200),
    row("accounts:recovery_codes", all=STAFF, get=405, post=200),
    row("accounts:end_other_sessions", all=STAFF, get=405, post=302),
    row("accounts:user_list", all="admin committee"),
    row("accounts:user_invite", all="admin", post=422),
    row("accounts:user_detail", "user", all="admin committee"),
    row("accounts:role_grant", "user", all="admin", get=405, post=302),
    row("accounts:user_deactivate", "user", all="admin", get=405, post=302),
    row("accounts:user_activate", "user", all="admin", get=405, post=302),
    row("accounts:user_reset_password", "user", all="admin", get=405, post=302),
    row("accounts:user_reset_second_factor", "user", all="admin", get=405, post=302),
    row("accounts:role_end", "grant", all="admin", get=405, post=302),
]
MESSAGES = [
    row("messaging:message_list", all=STAFF),
    row("messaging:message_search", all="admin committee", get=405, post=302),
    row("messaging:message_trial", all="admin committee", get=405, post=302),
    row("messaging:mailbox", all="admin committee"),
    row("messaging:message_detail", "message", all="admin committee", own=STAFF),
    row("messaging:message_handle", "message", all="admin committee", get=405, post=302),
    row("messaging:message_ask", "message", all="admin committee", get=405, post=302),
    row("messaging:message_called", "message", all="admin committee", get=405, post=302),
    row("messaging:message_reveal", "message", all="admin committee", post=422),
]
RECORDS = [
    row("records:file", "file", own=STAFF),
    row("records:job_list", all=STAFF),
    row("records:job", "job", own=STAFF),
    row("records:job_stop", "job", own=STAFF, get=405, post=302),
    row("records:job_retry", "job", own=STAFF, get=405, post=302),
    row("records:job_result", "job", own=STAFF),
    row("records:intake_list", all=f"committee warehouse {FIRM} {LAB}"),
    row("records:intake_upload", "=register", all="committee", post=422),
    row("records:intake_upload", "=roster", all=f"committee {FIRM}", post=422),
    row("records:intake_upload", "=results", all=LAB, post=422),
    row("records:intake_upload", "=receipts", all="committee warehouse", post=422),
    row("records:intake_batch", "batch", all="committee"),
    row("records:intake_take_in", "batch", all="committee", get=405, post=302),
    row("records:intake_mapping", "batch", all="committee", get=405, post=302),
    row("records:intake_file", "batch", all="committee"),
    row("records:audit_list", all="admin committee"),
    row("records:term_list", all="admin committee"),
    row("records:term_add", "=tag", all="admin committee", post=422),
    row("records:term_edit", "term", all="admin committee", post=422),
    row("records:calendar", all="admin committee", post=422),
    row("records:calendar_day_remove", "calendar_day", all="admin committee", get=405, post=302),
    row("records:setting_list", all="admin committee", post=422),
]
ENTERPRISES = [
    row("enterprises:enterprise_list", all="committee leader admin warehouse squad supervisor contact principal"),
    row("enterprises:enterprise_export", all="committee leader", get=405, post=302),
    row("enterprises:enterprise_bulk", all="committee", get=405, post=302),
    row("enterprises:enterprise_create", all="committee", post=422),
    row("enterprises:my_enterprise", all=FIRM, get=302),
    row("enterprises:report_list", all="committee leader squad supervisor"),
    row("enterprises:enterprise_edit", "enterprise", all="committee", own=FIRM, post=422),
    row("enterprises:enterprise_status", "enterprise", all="committee", post=422),
    row("enterprises:daily_report", "enterprise", all="committee", own=FIRM, post=422),
    row("enterprises:filing_open", "enterprise", all="committee", own=FIRM, get=405, post=302),
    row("enterprises:contact_list", "enterprise", all="committee", own=FIRM),
    row("enterprises:contact_invite", "enterprise", all="committee", own=FIRM, post=422),
    row("enterprises:people_list", "enterprise", all="committee", own=FOLLOWS),
    row("enterprises:contact_end", "contact_row", all="committee", own=FIRM, get=405, post=302),
    row("enterprises:person_reveal", "person", all="committee", own=FIRM, post=422),
    row("enterprises:filing_detail", "filing", all="committee leader", own=FOLLOWS),
    row("enterprises:filing_step", "filing", "=unit", all="committee", own=FIRM, post=422),
    row("enterprises:filing_draft", "filing", "=unit", all="committee", own=FIRM, get=405, post=204),
    row("enterprises:filing_submit", "filing", all="committee", own=FIRM, get=405, post=302),
    row("enterprises:filing_print", "filing", all="committee leader", own=FOLLOWS),
    row("enterprises:filing_review", "filing", all="committee", post=200),
]
KEEPERS = "committee leader warehouse"
CARRIERS = f"warehouse {FOLLOWS}"
SUPPLIES = [
    row("supplies:index", all=f"{KEEPERS} squad {FIRM}", but={"squad": 302, "contact": 302, "principal": 302}),
    row("supplies:receipt_create", all="committee warehouse", post=422),
    row("supplies:ledger", all=KEEPERS),
    row("supplies:movement_create", all="committee warehouse", post=422),
    row("supplies:movement_reverse", "movement", all="committee", own="warehouse", post=422),
    row("supplies:lot_detail", "lot", all="committee leader", own="warehouse"),
    row("supplies:lot_status", "lot", all="committee", own="warehouse", get=405, post=302),
    row("supplies:item_list", all=KEEPERS),
    row("supplies:item_create", all="committee warehouse", post=422),
    row("supplies:item_detail", "item", all=KEEPERS),
    row("supplies:item_edit", "item", all="committee warehouse", post=422),
    row("supplies:allocation_list", all=KEEPERS),
    row("supplies:allocation_create", all="committee warehouse", post=422),
    row("supplies:allocation_detail", "plan", all="committee leader", own="warehouse"),
    row("supplies:allocation_edit", "plan", all="committee", own="warehouse", post=422),
    row("supplies:allocation_adjust", "plan", all="committee", own="warehouse", post=422),
    row("supplies:allocation_submit", "plan", all="committee", own="warehouse", get=405, post=302),
    row("supplies:allocation_approve", "plan", all="committee", get=405, post=302),
    row("supplies:allocation_return", "plan", all="committee", get=405, post=302),
    row("supplies:allocation_void", "plan", all="committee", own="warehouse", get=405, post=302),
    row("supplies:delivery_list", all=KEEPERS),
    row("supplies:delivery_issue", all="committee warehouse", get=405, post=302),
    row("supplies:my_deliveries", all=f"squad {FIRM}"),
    row("supplies:handover", all="squad", post=422),
    row("supplies:delivery_detail", "delivery", all="committee leader", own=CARRIERS),
    row("supplies:delivery_note", "delivery", all="committee leader", own=CARRIERS),
    row("supplies:delivery_void", "delivery", all="committee", own="warehouse", get=405, post=302),
    row("supplies:delivery_sign", "delivery", all="committee", own=f"squad warehouse {FIRM}", post=422),
    row("supplies:signature", "arrived", all="committee leader", own=CARRIERS),
    row("supplies:photo", "arrived", all="committee leader", own=CARRIERS),
    row("supplies:handover_signature", "arrived", all="committee leader", own=CARRIERS),
    row("supplies:issue_register", all=KEEPERS),
    row("supplies:enterprise_list", all=KEEPERS),
]
TESTING = [
    row("testing:index", all="committee leader"),
    row("testing:campaign_create", all="committee", post=200),
    row("testing:campaign", "campaign", all="committee leader"),
    row("testing:campaign_edit", "campaign", all="committee", post=200),
    row("testing:campaign_open", "campaign", all="committee", get=405, post=302),
    row("testing:session_add", "campaign", all="committee", post=200),
    row("testing:campaign_poster", "campaign", "=A4", all="committee leader"),
    row("testing:session_cancel", "session", all="committee", post=200),
    row("testing:point_add", all="committee", post=200),
    row("testing:roster_signup", "enterprise", all="committee", own=FIRM, post=302),
    row("testing:roster_done", "enterprise", "campaign", all="committee", own=FIRM),
    row("testing:signups", all=f"committee leader station {FIRM}"),
    row("testing:signups_export", all="committee", get=405, post=302),
    row("testing:signup_detail", "signup", all="committee", own=f"station {FIRM}"),
    row("testing:signup_reveal", "signup", all="committee", get=405, post=302),
    row("testing:signup_cancel_by_staff", "signup", all="committee", get=405, post=302),
    row("testing:specimens", all=f"committee leader station {LAB}"),
    row("testing:specimen_detail", "specimen", all="committee", own="station"),
    row("testing:specimen_detail", "sent_specimen", all="committee", own=f"station {LAB}"),
    row("testing:persons", all="committee leader"),
    row("testing:alerts", all="committee"),
    row("testing:alert", "alert", all="committee", post=200),
    row("testing:station", all="station committee"),
    row("testing:station_desk", "session", all="committee", own="station", post=200),
    row("testing:station_count", "session", all="committee", own="station"),
    row("testing:station_boxes", "session", all="committee", own="station", post=302),
    row("testing:reconcile", "session", all="committee", own="station", post=200),
    row("testing:box_detail", "box_pk", all="committee", own="station"),
    row("testing:box_detail", "sent_box_pk", all="committee", own=f"station {LAB}"),
    row("testing:box", "box", all="committee", own="station", post=200),
    row("testing:box_gap", "box", "specimen", all="committee", own="station", post=200),
    row("testing:box_seal", "box", all="committee", own="station", get=405, post=302),
    row("testing:box_hand", "box", all="committee", own="station", post=200),
    row("testing:box_sheet", "sent_box", all="committee", own=f"station {LAB}"),
    row("testing:tubes", all="station committee", post=200),
    row("testing:range_add", all="committee", post=200),
    row("testing:tube_void", all="station committee", get=405, post=302),
    row("testing:calibration", "=50x25", all="station committee"),
    row("testing:tube_labels", "barcode", all="committee", own="station"),
    row("testing:lab", all=LAB),
    row("testing:lab_scan", all=LAB, get=405, post=302),
    row("testing:lab_box", "sent_box", own=LAB, post=200),
    row("testing:lab_receive", "sent_box", own=LAB, get=405, post=302),
    row("testing:lab_bench", "sent_box", own=LAB, post=200),
    row("testing:lab_verify", "sent_box", own="lab_verifier", post=200),
]
PUBLIC = [
    row("public:signup_code", "signup_token", all=EVERYBODY),
    row("public:signup_change", "signup_token", all=EVERYBODY, post=200),
    row("public:signup_cancel", "signup_token", all=EVERYBODY, post=302),
    row("public:signup_picture", "signup_token", all=EVERYBODY),
    row("public:signup", "slug", all=EVERYBODY),
    row("public:signup_check", "slug", all=EVERYBODY, get=302, post=302),
    row("public:signup_notice", "slug", all=EVERYBODY),
    row("public:signup_known", "slug", all=EVERYBODY),
    row("public:signup_enterprises", "slug", all=EVERYBODY),
    row("public:signup_step", "slug", "=who", all=EVERYBODY, post=200),
    row("public:results", all=EVERYBODY, post=200),
    row("public:results_shown", all=EVERYBODY, get=302),
    row("share:share", "share", all=EVERYBODY),
    row("share:share_ask", "share", all=EVERYBODY, post=422),
    row("share:share_photo", "share", "photo", all=EVERYBODY),
]
OFFICERS, READERS = "investment", "investment committee leader"
INVESTMENT = [
    row("investment:index", all=READERS),
    row("investment:lead_list", all=READERS),
    row("investment:lead_create", all=OFFICERS, post=422),
    row("investment:lead_detail", "lead", all=READERS),
    row("investment:lead_edit", "lead", all=OFFICERS, post=422),
    row("investment:lead_move", "lead", all=OFFICERS, get=405, post=302),
    row("investment:contact_create", "lead", all=OFFICERS, post=422),
    row("investment:contact_list", all=READERS),
    row("investment:unit_list", all=READERS),
    row("investment:unit_create", all=OFFICERS, post=422),
    row("investment:unit_detail", "unit", all=READERS),
    row("investment:unit_edit", "unit", all=OFFICERS, post=422),
    row("investment:share_create", "unit", all=OFFICERS, post=422),
    row("investment:unit_photo", "photo", all=READERS),
    row("investment:building_create", all=OFFICERS, post=422),
    row("investment:building_detail", "building", all=READERS),
    row("investment:share_detail", "link", all=READERS),
    row("investment:share_withdraw", "link", all=OFFICERS, get=405, post=302),
]
DASHBOARD = [
    row("dashboard:home", all=EVERYBODY),
    row("dashboard:search", all=STAFF, post=302),
    row("dashboard:enterprise_file", "enterprise", all="committee leader admin warehouse", own=FOLLOWS),
    row("dashboard:dashboard", all="committee leader"),
    row("dashboard:screen", all="committee leader"),
    row("dashboard:weekly_list", all="committee leader"),
    row("dashboard:weekly_detail", "week", all="committee leader"),
    row("dashboard:weekly_download", "week", all="committee leader"),
    row("dashboard:weekly_sign", "week", all="committee leader", get=405, post=302),
    row("dashboard:help_index", all=STAFF),
    row("dashboard:help_page", "=station", all=STAFF),
    row("dashboard:healthz", all=EVERYBODY),
    row("dashboard:readyz", all=EVERYBODY),
]
# The provider calls these two; they know each other by a token in the address, and there is none without one.
PUSHES = [
    row("messaging:push_receipts", "=no-such-token", all=EVERYBODY, get=405, post=404),
    row("messaging:push_replies", "=no-such-token", all=EVERYBODY, get=405, post=404),
]
# The back office is one door: everything under /admin/ opens for administrators alone.
ADMIN_PREFIX = "admin:"

TABLE = [
    *ACCOUNTS, *MESSAGES, *RECORDS, *ENTERPRISES, *SUPPLIES, *TESTING, *PUBLIC, *INVESTMENT, *DASHBOARD, *PUSHES,
]  # fmt: skip
