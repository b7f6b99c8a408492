"""Who gets in to testing, its public doors included (see rows.py)."""

from tests.scope.rows import row

DESK = "committee* station"
LAB = "lab_tester lab_verifier"

CAMPAIGNS = [
    row("testing:index", "committee leader"),
    row("testing:campaign_create", "committee"),
    row("testing:campaign", "committee* leader*", pk="campaign"),
    row("testing:campaign_edit", "committee*", pk="campaign"),
    row("testing:campaign_open", "committee*", post=True, pk="campaign"),
    row("testing:session_add", "committee*", pk="campaign"),
    row("testing:campaign_poster", "committee* leader*", pk="campaign", size="=A4"),
    row("testing:session_cancel", "committee*", pk="session"),
    row("testing:session_move", "committee*", pk="session"),
    row("testing:session_stagger", "committee*", pk="session"),
    row("testing:waiting", "committee* leader*", pk="campaign"),
    row("testing:missing_remind", "committee*", post=True, pk="campaign"),
    row("testing:campaign_erase", "committee*", pk="campaign"),
    row("testing:coverage_enterprises", "committee leader"),
    row("testing:missing", "committee* contact principal", enterprise_id="enterprise"),
    row("testing:exemption_ask", "committee* contact principal", enterprise_id="enterprise", person_id="employee"),
    row("testing:exemptions", "committee"),
    row("testing:exemption_decide", "committee*", post=True, pk="exemption"),
    row("testing:point_add", "committee"),
    row("testing:roster_signup", "committee* contact principal", enterprise_id="enterprise"),
    row("testing:roster_done", "committee* contact principal", enterprise_id="enterprise", campaign_id="campaign"),
]
LISTS = [
    row("testing:signups", "committee leader station contact principal"),
    row("testing:signups_export", "committee", post=True),
    row("testing:signup_detail", "committee* station contact principal", pk="signup"),
    row("testing:signup_reveal", "committee*", post=True, pk="signup"),
    row("testing:signup_cancel_by_staff", "committee*", post=True, pk="signup"),
    row("testing:specimens", f"committee leader station {LAB}"),
    row("testing:specimen_detail", f"{DESK} {LAB}", pk="specimen"),
    row("testing:persons", "committee leader"),
    row("testing:alerts", "committee"),
    row("testing:alert", "committee*", pk="alert"),
]
STATION = [
    row("testing:station", "committee station"),
    row("testing:station_desk", DESK, session_id="session"),
    row("testing:station_count", DESK, session_id="session"),
    row("testing:station_boxes", DESK, session_id="session"),
    row("testing:reconcile", DESK, session_id="session"),
    row("testing:box_detail", "committee*=302 station=302 lab_tester=302 lab_verifier=302", pk="box"),
    row("testing:box", DESK, code="box.code"),
    row("testing:box_gap", DESK, code="open_box.code", specimen_id="loose_specimen"),
    row("testing:box_seal", DESK, post=True, code="open_box.code"),
    row("testing:box_hand", DESK, code="box.code"),
    row("testing:box_sheet", f"{DESK} {LAB}", code="box.code"),
    row("testing:tubes", "committee station"),
    row("testing:range_add", "committee"),
    row("testing:tube_void", "committee station", post=True),
    row("testing:calibration", "committee station", label_format="=a4-4x13"),
    row("testing:tube_labels", DESK, barcode="specimen.barcode"),
]
BENCH = [
    row("testing:lab", LAB),
    row("testing:lab_scan", "lab_tester lab_verifier", post=True),
    row("testing:lab_box", LAB, code="box.code"),
    row("testing:lab_receive", LAB, post=True, code="box.code"),
    row("testing:lab_bench", LAB, code="box.code"),
    row("testing:lab_verify", "lab_verifier", code="box.code"),
    row("testing:lab_give_up", LAB, post=True, code="box.code", specimen_id="specimen"),
    row("testing:lab_corrections", LAB),
    row("testing:correction_ask", LAB, pk="alert.specimen_id"),
    row("testing:correction_decide", "lab_verifier", post=True, pk="correction"),
    row("testing:overdue", f"committee leader {LAB}"),
    row("testing:specimen_report", "committee*", pk="alert.specimen_id"),
]
MONEY = [
    row("testing:settlement", "committee leader"),
    row("testing:settlement_export", "committee", post=True),
    row("testing:lab_terms_add", "committee"),
    row("testing:lab_day_add", "committee"),
    row("testing:budget_add", "committee"),
    row("testing:budget_void", "committee*", post=True, pk="budget"),
]
# A token is the key, whoever holds it; there is no foreign one.
PUBLIC = [
    row("public:signup_code", "everybody*", token="signup.public_token"),
    row("public:signup_change", "everybody*", token="signup_ahead.public_token"),
    row("public:signup_cancel", "everybody*", token="signup_ahead.public_token"),
    row("public:signup_picture", "everybody*", token="signup.public_token"),
    row("public:signup_offer", "everybody*", token="party.public_token"),
    row("public:signup", "everybody*", slug="campaign.slug"),
    row("public:signup_check", "everybody*=302", slug="campaign.slug"),
    row("public:signup_notice", "everybody*", slug="campaign.slug"),
    row("public:signup_known", "everybody*", slug="campaign.slug"),
    row("public:signup_enterprises", "everybody*", slug="campaign.slug"),
    row("public:signup_step", "everybody*", slug="campaign.slug", step="=who"),
    row("public:results", "everybody"),
    row("public:results_code", "everybody=302"),
    row("public:signup_calendar", "everybody*", token="signup.public_token"),
    row("public:signup_lost", "everybody"),
    row("public:signup_lost_sent", "everybody"),
    row("public:results_shown", "everybody=302"),
    row("public:own_report", "everybody*=302", barcode="specimen.barcode"),
    row("public:report_check", "everybody*", token="report.public_token"),
]
ROWS = [*CAMPAIGNS, *LISTS, *STATION, *BENCH, *MONEY, *PUBLIC]
