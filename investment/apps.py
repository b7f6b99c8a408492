"""The app's declarations are registered here."""

from django.apps import AppConfig


class InvestmentConfig(AppConfig):
    name = "investment"
    verbose_name = "招商"

    def ready(self) -> None:
        """Register what this app declares (purposes, figures, worklist, intake kinds, dictionaries)."""
