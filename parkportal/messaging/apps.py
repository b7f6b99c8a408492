"""Outbox, gateways, mailbox."""

from django.apps import AppConfig


class MessagingConfig(AppConfig):
    name = "parkportal.messaging"
    label = "messaging"
    verbose_name = "消息"

    def ready(self) -> None:
        from parkportal.messaging import checks, purposes  # noqa: F401

        purposes.register([purposes.STAFF_TEST])
