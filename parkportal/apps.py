"""The shell as an installed app: template tags and the checks of a production start."""

from django.apps import AppConfig


class ShellConfig(AppConfig):
    name = "parkportal"
    verbose_name = "门户"
