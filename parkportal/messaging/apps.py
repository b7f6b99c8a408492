"""Outbox, gateways, mailbox."""

from django.apps import AppConfig


class MessagingConfig(AppConfig):
    name = "parkportal.messaging"
    label = "messaging"
    verbose_name = "消息"

    def ready(self) -> None:
        from parkportal.messaging import checks, purposes, worklist  # noqa: F401
        from parkportal.records.worklist import register

        purposes.register([purposes.STAFF_TEST])
        register(worklist.SOURCES)
