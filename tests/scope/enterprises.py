"""Who gets in to the register (see rows.py)."""

from tests.scope.rows import row

READ = "committee* leader* admin* supervisor squad warehouse* contact principal"
OWN = "committee* contact principal"
FOLLOW = "committee* leader* supervisor squad contact principal"
HANDLE = "committee* supervisor squad contact principal"

ROWS = [
    row("enterprises:enterprise_list", READ),
    row("enterprises:enterprise_export", "committee leader", post=True),
    row("enterprises:enterprise_bulk", "committee", post=True),
    row("enterprises:enterprise_create", "committee"),
    row("enterprises:my_enterprise", "contact=302 principal=302"),
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
