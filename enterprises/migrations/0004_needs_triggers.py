from django.db import migrations

from parkportal.records.triggers import append_only


class Migration(migrations.Migration):
    dependencies = [("enterprises", "0003_needs")]

    operations = [append_only("enterprises_needmove")]
