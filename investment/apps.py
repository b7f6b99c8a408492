"""The app's declarations are registered here."""

from django.apps import AppConfig


class InvestmentConfig(AppConfig):
    name = "investment"
    verbose_name = "招商"

    def ready(self) -> None:
        """Register what this app declares: figures and worklist entries."""
        from investment.figures import FIGURES
        from investment.worklist import SOURCES
        from parkportal.records import figures, worklist

        figures.register(FIGURES)
        worklist.register(SOURCES)
