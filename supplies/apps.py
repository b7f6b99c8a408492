"""The app's declarations are registered here."""

from django.apps import AppConfig


class SuppliesConfig(AppConfig):
    name = "supplies"
    verbose_name = "物资"

    def ready(self) -> None:
        """Register what this app declares (purposes, figures, worklist, intake kinds, dictionaries)."""
