"""The app's declarations are registered here."""

from django.apps import AppConfig


class TestingConfig(AppConfig):
    name = "testing"
    verbose_name = "检测"

    def ready(self) -> None:
        """Register what this app declares (purposes, figures, worklist, intake kinds, dictionaries)."""
        from parkportal.messaging import purposes as messaging_purposes
        from parkportal.records import terms
        from testing import groups, purposes

        messaging_purposes.register(purposes.PURPOSES)
        terms.declare("test_group", *groups.TERMS)
