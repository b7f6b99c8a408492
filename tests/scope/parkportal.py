"""Who gets in to accounts, messages, records, and the pages that span apps (see rows.py)."""

from tests.scope.rows import row

ADMIN, OFFICE = "admin*", "admin* committee*"
EVERY_FIGURE = "leader committee"

ACCOUNTS = [
    row("accounts:login", "anonymous signed_in=302"),
    row("accounts:logout", "everybody=302", post=True),
    row("accounts:forgotten", "everybody"),
    row("accounts:second_factor", "signed_in=302"),
    row("accounts:second_factor_set_up", "signed_in=302"),
    row("accounts:invitation", "everybody*", token="invitation_token"),
    row("accounts:profile", "signed_in"),
    row("accounts:password_change", "signed_in"),
    row("accounts:recovery_codes", "signed_in=200", post=True),
    row("accounts:end_other_sessions", "signed_in", post=True),
    row("accounts:user_list", OFFICE),
    row("accounts:user_invite", ADMIN),
    row("accounts:user_detail", OFFICE, pk="user"),
    row("accounts:role_grant", ADMIN, post=422, pk="user"),
    row("accounts:user_deactivate", ADMIN, post=422, pk="user"),
    row("accounts:user_activate", ADMIN, post=True, pk="user"),
    row("accounts:user_reset_password", "admin*=200", post=True, pk="user"),
    row("accounts:user_reset_second_factor", ADMIN, post=422, pk="user"),
    row("accounts:role_end", ADMIN, post=True, pk="grant"),
]
MESSAGES = [
    row("messaging:message_list", "signed_in"),
    row("messaging:message_search", "admin committee", post=422),
    row("messaging:message_trial", "admin committee", post=True),
    row("messaging:mailbox", "admin committee"),
    row("messaging:message_detail", "signed_in admin* committee*", pk="message"),
    row("messaging:message_handle", "admin*=422 committee*=422", post=True, pk="message"),
    row("messaging:message_ask", OFFICE, post=True, pk="message"),
    row("messaging:message_called", "admin*=422 committee*=422", post=True, pk="message"),
    row("messaging:message_reveal", "admin*=422 committee*=422", post=True, pk="call"),
    row("messaging:push_receipts", "", post=True, token="=not-the-provider"),
    row("messaging:push_replies", "", post=True, token="=not-the-provider"),
]
BRINGS_IN = "committee contact principal warehouse lab_tester lab_verifier"
RECORDS = [
    row("records:file", "signed_in", token="file.token"),
    row("records:job_list", "signed_in"),
    row("records:job", "signed_in", token="job.token"),
    row("records:job_stop", "signed_in", post=True, token="job.token"),
    row("records:job_retry", "signed_in", post=True, token="job.token"),
    row("records:job_result", "signed_in", token="job.token"),
    row("records:intake_list", BRINGS_IN),
    row("records:intake_upload", "committee contact principal", kind="=roster"),
    row("records:intake_batch", "committee* contact principal", pk="batch"),
    row("records:intake_take_in", "committee* contact principal", post=True, pk="batch"),
    row("records:intake_mapping", "committee* contact principal", post=True, pk="batch"),
    row("records:intake_file", "committee* contact principal", pk="batch"),
    row("records:audit_list", OFFICE),
    row("records:term_list", OFFICE),
    row("records:term_add", OFFICE, kind="=item_kind"),
    row("records:term_edit", OFFICE, pk="term"),
    row("records:calendar", OFFICE),
    row("records:calendar_day_remove", OFFICE, post=True, pk="calendar_day"),
    row("records:setting_list", OFFICE),
]
SPANNING = [
    row("dashboard:home", "everybody"),
    row("dashboard:search", "signed_in"),
    row("dashboard:dashboard", EVERY_FIGURE),
    row("dashboard:figure_days", EVERY_FIGURE),
    row("dashboard:screen", EVERY_FIGURE),
    row("dashboard:weekly_list", EVERY_FIGURE),
    row("dashboard:weekly_detail", EVERY_FIGURE, week="issue.week"),
    row("dashboard:weekly_download", EVERY_FIGURE, week="issue.week"),
    row("dashboard:weekly_sign", EVERY_FIGURE, post=True, week="issue.week"),
    row("dashboard:invariants", OFFICE.replace("*", "")),
    row("dashboard:invariants_run", OFFICE.replace("*", ""), post=True),
    row("dashboard:help_index", "signed_in"),
    row("dashboard:help_page", "signed_in", role="=station"),
    row("dashboard:healthz", "everybody"),
    row("dashboard:readyz", "everybody"),
]
ROWS = [*ACCOUNTS, *MESSAGES, *RECORDS, *SPANNING]
