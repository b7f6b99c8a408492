"""The moves of a lead are append-only."""

from django.db import migrations

from parkportal.records.triggers import append_only


class Migration(migrations.Migration):
    dependencies = [("investment", "0001_initial")]

    operations = [append_only("investment_leadmove")]
