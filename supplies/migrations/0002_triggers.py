"""The ledger is append-only: the database itself refuses an update or a delete."""

from django.db import migrations

from parkportal.records.triggers import append_only


class Migration(migrations.Migration):
    dependencies = [("supplies", "0001_initial")]

    operations = [
        append_only("supplies_movement"),
        append_only("supplies_line"),
        append_only("supplies_allocationmove"),
        append_only("supplies_deliverymove"),
    ]
