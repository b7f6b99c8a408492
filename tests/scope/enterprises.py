"""Who gets in to the register (see rows.py)."""

from tests.scope.rows import row

READ = "committee* leader* admin* supervisor squad warehouse* contact principal"
CARE = "committee* supervisor squad contact principal"
OWN = "committee* contact principal"
FOLLOW = "committee* leader* supervisor squad contact principal"
HANDLE = "committee* supervisor squad contact principal"

ROWS = [
    row("enterprises:enterprise_list", READ),
    row("enterprises:enterprise_export", "committee leader", post=True),
    row("enterprises:enterprise_bulk", "committee", post=True),
    row("enterprises:enterprise_create", "committee"),
    row("enterprises:my_enterprise", "contact=302 principal=302"),
    row("enterprises:enterprise_find", READ.replace("*", ""), post=True),
    row("enterprises:filter_save", READ.replace("*", ""), post=True),
    row("enterprises:filter_delete", READ.replace("*", ""), post=True, pk="saved_filter"),
    row("enterprises:duplicate_list", "committee"),
    row("enterprises:duplicate_scan", "committee", post=True),
    row("enterprises:duplicate_dismiss", "committee*", post=True, pk="doubt"),
    row("enterprises:enterprise_merge", "committee*", pk="enterprise", other="twin"),
    row("enterprises:merge_undo", "committee*", post=True, pk="merge"),
    row("enterprises:document_list", FOLLOW, pk="enterprise"),
    row("enterprises:document_create", OWN, pk="enterprise", kind="=emergency"),
    row("enterprises:document_detail", FOLLOW, pk="document"),
    row("enterprises:document_file", FOLLOW, pk="document"),
    row("enterprises:contact_hand_over", OWN, pk="enterprise_contact"),
    row("enterprises:person_create", OWN, pk="enterprise"),
    row("enterprises:report_people", OWN, pk="enterprise"),
    row("enterprises:person_detail", CARE, pk="employment"),
    row("enterprises:person_flag", OWN, pk="employment"),
    row("enterprises:flag_end", OWN, pk="employment", flag="flag"),
    row("enterprises:flag_correct", OWN, pk="employment", flag="flag"),
    row("enterprises:employment_end", OWN, pk="employment"),
    row("enterprises:employment_correct", OWN, pk="employment"),
    row("enterprises:report_list", "committee leader supervisor squad"),
    row("enterprises:enterprise_edit", OWN, pk="enterprise"),
    row("enterprises:enterprise_status", "committee*", pk="enterprise"),
    row("enterprises:daily_report", OWN, pk="enterprise"),
    row("enterprises:contact_list", OWN, pk="enterprise"),
    row("enterprises:contact_invite", OWN, pk="enterprise"),
    row("enterprises:contact_end", OWN, post=True, pk="enterprise_contact"),
    row("enterprises:people_list", "committee* supervisor squad contact principal", pk="enterprise"),
    row("enterprises:person_reveal", OWN, pk="employment"),
    row("enterprises:filing_open", OWN, post=True, pk="enterprise"),
    row("enterprises:filing_detail", FOLLOW, pk="filing"),
    row("enterprises:filing_step", OWN, pk="filing", step="=people"),
    row("enterprises:filing_draft", "committee*=204 contact=204 principal=204", post=True, pk="filing", step="=people"),
    row("enterprises:filing_submit", OWN, post=True, pk="filing"),
    row("enterprises:filing_print", FOLLOW, pk="filing"),
    row("enterprises:filing_review", "committee*", pk="filing"),
    row("enterprises:board_list", "committee leader supervisor squad"),
    row("enterprises:board_create", HANDLE, pk="enterprise"),
    row("enterprises:board_detail", FOLLOW, pk="board"),
    row("enterprises:board_print", FOLLOW, pk="board", size="=A3"),
    row("enterprises:board_photo", FOLLOW, pk="board"),
    row("enterprises:board_post", HANDLE, pk="board"),
    row("enterprises:board_verify", "committee* supervisor squad", post=True, pk="board"),
    row("enterprises_public:board_public", "everybody*", token="board.public_token"),
    row("dashboard:enterprise_file", READ, pk="enterprise"),
]
