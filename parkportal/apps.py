"""The shell as installed apps: template tags, and Django's admin behind the portal's own door."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class ShellConfig(AppConfig):
    name = "parkportal"
    verbose_name = "门户"


class BackOfficeConfig(AdminConfig):
    """Rescue pages and dictionaries at /admin/."""

    default_site = "parkportal.accounts.back_office.BackOffice"
