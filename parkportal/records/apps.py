"""The records every app writes: audit, jobs, files, dictionaries, calendar, settings, codes, figures."""

from django.apps import AppConfig


class RecordsConfig(AppConfig):
    name = "parkportal.records"
    label = "records"
    verbose_name = "记录与设置"

    def ready(self) -> None:
        """The checks of a production start, and the jobs of the intake, are known to web and worker alike."""
        from parkportal.records import checks, intake_batches  # noqa: F401
