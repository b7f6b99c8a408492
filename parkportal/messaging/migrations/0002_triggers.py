from django.db import migrations

from parkportal.records.triggers import append_only


class Migration(migrations.Migration):
    """The moves of messages are kept for ever."""

    dependencies = [("messaging", "0001_initial")]

    operations = [append_only("messaging_messagemove")]
