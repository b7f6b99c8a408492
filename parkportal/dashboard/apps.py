"""Every page that spans apps."""

from django.apps import AppConfig


class DashboardConfig(AppConfig):
    name = "parkportal.dashboard"
    label = "dashboard"
    verbose_name = "看板"

    def ready(self) -> None:
        """Register what spans apps: the self-check with its job and its row on the worklist."""
        from parkportal.dashboard import self_check
        from parkportal.records import worklist

        worklist.register(self_check.SOURCES)
