"""Who gets in to investment promotion and by a share link (see rows.py). Leads and units are the park's: none is foreign."""

from tests.scope.rows import row

READ = "investment* committee* leader*"
WRITE = "investment*"

ROWS = [
    row("investment:index", READ),
    row("investment:lead_list", READ),
    row("investment:lead_create", WRITE),
    row("investment:lead_detail", READ, pk="lead"),
    row("investment:lead_edit", WRITE, pk="lead"),
    row("investment:lead_move", WRITE, post=422, pk="lead"),
    row("investment:contact_create", WRITE, pk="lead"),
    row("investment:contact_list", READ),
    row("investment:unit_list", READ),
    row("investment:unit_create", WRITE),
    row("investment:unit_detail", READ, pk="unit"),
    row("investment:unit_edit", WRITE, pk="unit"),
    row("investment:share_create", WRITE, pk="unit"),
    row("investment:unit_photo", READ, pk="photo"),
    row("investment:building_create", WRITE),
    row("investment:building_detail", READ, pk="building"),
    row("investment:share_detail", READ, pk="link"),
    row("investment:share_withdraw", WRITE, post=True, pk="link"),
    row("share:share", "everybody*", token="link.address"),
    row("share:share_ask", "everybody*", post=422, token="link.address"),
    row("share:share_photo", "everybody*", token="link.address", pk="photo"),
]
