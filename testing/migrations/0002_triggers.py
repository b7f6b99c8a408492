"""Moves, readings and results are append-only: the database itself refuses an update or a delete."""

from django.db import migrations

from parkportal.records.triggers import append_only


class Migration(migrations.Migration):
    dependencies = [("testing", "0001_initial")]

    operations = [
        append_only("testing_signupmove"),
        append_only("testing_specimenmove"),
        append_only("testing_boxmove"),
        append_only("testing_reading"),
        append_only("testing_result"),
    ]
