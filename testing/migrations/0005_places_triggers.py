"""The steps of the waiting list and the reports of erasures are append-only."""

from django.db import migrations

from parkportal.records.triggers import append_only


class Migration(migrations.Migration):
    dependencies = [("testing", "0004_places")]

    operations = [append_only("testing_waitingmove"), append_only("testing_erasurereport")]
