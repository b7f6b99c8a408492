"""Every page that spans apps."""

from django.apps import AppConfig


class DashboardConfig(AppConfig):
    name = "parkportal.dashboard"
    label = "dashboard"
    verbose_name = "看板"
