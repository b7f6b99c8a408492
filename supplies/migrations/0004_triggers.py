"""The steps of stock-takes and requests are append-only too."""

from django.db import migrations

from parkportal.records.triggers import append_only


class Migration(migrations.Migration):
    dependencies = [("supplies", "0003_stocktakes_requests_recalls")]

    operations = [
        append_only("supplies_stocktakemove"),
        append_only("supplies_supplyrequestmove"),
    ]
