"""Users, roles, invitations, sign-in, second factor."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class AccountsConfig(AppConfig):
    name = "parkportal.accounts"
    label = "accounts"
    verbose_name = "账号"

    def ready(self) -> None:
        from parkportal.accounts import checks  # noqa: F401
        from parkportal.accounts.purposes import PURPOSES
        from parkportal.messaging.purposes import register

        register(PURPOSES)


class BackOfficeConfig(AdminConfig):
    """Django's admin with the portal's own door."""

    default_site = "parkportal.accounts.back_office.BackOffice"
