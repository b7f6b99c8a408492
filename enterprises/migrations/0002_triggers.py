from django.db import migrations

from parkportal.records.triggers import append_only


class Migration(migrations.Migration):
    dependencies = [("enterprises", "0001_initial")]

    operations = [
        append_only("enterprises_resumptionmove"),
        append_only("enterprises_filingmove"),
        append_only("enterprises_boardmove"),
    ]
