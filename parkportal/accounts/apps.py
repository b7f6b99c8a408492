"""Users, roles, invitations, sign-in, second factor."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "parkportal.accounts"
    label = "accounts"
    verbose_name = "账号"

    def ready(self) -> None:
        from parkportal.accounts import checks  # noqa: F401
        from parkportal.accounts.purposes import PURPOSES
        from parkportal.messaging.purposes import register

        register(PURPOSES)
