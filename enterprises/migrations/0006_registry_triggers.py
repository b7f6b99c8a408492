from django.db import migrations

from enterprises.pinyin import name_core
from parkportal.records.triggers import append_only


def fill_cores(apps, schema_editor) -> None:
    """Rows from before this release get the key by which doubles are found."""
    enterprises = apps.get_model("enterprises", "Enterprise")
    for pk, name in enterprises.objects.values_list("pk", "name").iterator():
        enterprises.objects.filter(pk=pk).update(name_core=name_core(name))


class Migration(migrations.Migration):
    dependencies = [("enterprises", "0005_registry")]

    operations = [
        append_only("enterprises_enterprisedocumentmove"),
        migrations.RunPython(fill_cores, migrations.RunPython.noop),
    ]
