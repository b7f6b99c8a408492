"""Outbox, gateways, mailbox."""

from django.apps import AppConfig


class MessagingConfig(AppConfig):
    name = "parkportal.messaging"
    label = "messaging"
    verbose_name = "消息"
