from django.db import migrations

from parkportal.records.triggers import append_only


class Migration(migrations.Migration):
    dependencies = [("enterprises", "0007_oversight_and_services")]

    operations = [
        append_only("enterprises_inspectionmove"),
        append_only("enterprises_permitmove"),
        append_only("enterprises_guidancemove"),
    ]
